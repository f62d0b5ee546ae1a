"""The end of a run: a model folder of the best checkpoint, and how good it is."""

import json
import shutil
from pathlib import Path
from typing import Any

from seq2seq.cli import evaluate
from seq2seq.cli.arguments import Parser
from seq2seq.data.prepared import PreparedFolder
from seq2seq.files import atomic_write
from seq2seq.folder import CARD, SCORES, load_model
from seq2seq.training.card import USE, write_card
from seq2seq.training.exporting import Checkpoint, export

MODEL = "model"


def record_name(split: str) -> str:
    """The file in the run's folder that holds a split's scores."""
    return f"scores.{split}.json"


def finish(output: Path, checkpoint: Path, prepared: PreparedFolder) -> None:
    """Export the checkpoint to `output`/model, score it on dev and, if there is one, on test, and say where all lies.

    The model folder's `scores.json` is that of test, or of dev where there is no test.
    """
    folder = output / MODEL
    export([checkpoint], folder)
    records: dict[str, dict[str, Any]] = {}
    for split in prepared.splits[1:]:
        print(f"\n{split}:")
        record = output / record_name(split)
        parser = Parser()
        evaluate.configure(parser)
        words = [str(folder), "--data", str(prepared.path), "--split", split, "--output", str(record)]
        evaluate.run(parser.parse_args(words))
        records[split] = json.loads(record.read_text(encoding="utf-8"))
        shutil.copyfile(record, folder / SCORES)
    found = Checkpoint.load(checkpoint)
    card = write_card(prepared, found.columns, load_model(folder).model, found.step, records)
    with atomic_write(folder / CARD) as file:
        file.write(card)
    print(
        f"\nmodel        {folder}\ncheckpoints  {checkpoint.parent}\nlogs         {output / 'logs'}"
        f"\n\ntry it:  {USE[prepared.task].format(folder)}"
    )
