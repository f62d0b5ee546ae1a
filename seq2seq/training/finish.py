"""The end of a run: a model folder of the best checkpoint, how good it is, and a report that shows it."""

import sys
from pathlib import Path
from typing import Any

from seq2seq.data.prepared import CAPTIONS, PreparedFolder
from seq2seq.errors import UserError
from seq2seq.evaluation import TestSet, write_record
from seq2seq.evaluation.scorer import Scorer, make_scorer
from seq2seq.evaluation.table import print_scores
from seq2seq.evaluation.test_set import prepared_test_set
from seq2seq.files import atomic_write
from seq2seq.folder import CARD, SCORES, load_model
from seq2seq.inference import Captioner, Translator
from seq2seq.inference.confidence import fit_calibration
from seq2seq.report.build import build_report, write_report
from seq2seq.report.curves import save_curves
from seq2seq.report.gather import Decoding, generate, unread, with_folder
from seq2seq.report.record import system_record
from seq2seq.report.system import System
from seq2seq.training.card import USE, write_card
from seq2seq.training.curves import read_curves
from seq2seq.training.exporting import Checkpoint, export

MODEL, REPORT, LOGS = "model", "report", "logs"


def record_name(split: str) -> str:
    """The file in the run's folder that holds a split's scores."""
    return f"scores.{split}.json"


def finish(output: Path, checkpoint: Path, prepared: PreparedFolder) -> None:
    """Export the checkpoint to `output`/model, score it on dev and, if there is one, on test, and report on dev.

    The model folder's `scores.json` is that of test, or of dev where there is no test; its confidence is fitted on dev.
    At the end it is said where all lies.

    Raises:
        UserError: a checkpoint that cannot be used, or a folder that cannot be written.
    """
    folder = output / MODEL
    export([checkpoint], folder)
    save_curves(read_curves(output / LOGS), folder)
    found = Checkpoint.load(checkpoint)
    model = (Captioner if prepared.task == CAPTIONS else Translator).load(folder)
    records: dict[str, dict[str, Any]] = {}
    shown: tuple[TestSet, System, Scorer] | None = None
    for split in prepared.splits[1:]:
        print(f"\n{split}:")
        test = prepared_test_set(prepared, split, *found.columns, with_training=shown is None)
        system = generate(output.resolve().name, model, [folder], test, Decoding(), alignments=shown is None)
        scorer = make_scorer(test)
        scores = scorer.score(system.outputs)
        records[split] = system_record(test, system, scores)
        for path in (output / record_name(split), folder / SCORES):
            write_record(path, records[split])
        print_scores(scores, len(test), system.facts["seconds"])
        print(f"recorded in {output / record_name(split)}")
        if problem := unread(system):
            print(f"note: {problem}", file=sys.stderr)
        shown = shown or (test, system, scorer)
    card = write_card(prepared, found.columns, load_model(folder).model, found.step, records)
    with atomic_write(folder / CARD) as file:
        file.write(card)
    places = {"model": folder, "checkpoints": checkpoint.parent, "logs": output / LOGS}
    if shown is not None:
        places["report"] = _report(output / REPORT, folder, *shown)
    print("\n" + "\n".join(f"{name:12} {place}" for name, place in places.items()))
    print(f"\ntry it:  {USE[prepared.task].format(folder)}")


def _report(place: Path, folder: Path, test: TestSet, system: System, scorer: Scorer) -> Path:
    """Fit the model's confidence, where the test set is dev, and write the report; gives the page."""
    if test.record["split"] == "dev":
        try:
            fit_calibration(system.details or (), test.references, test.record).save(folder)
        except UserError as error:  # of a model that has learned nothing yet
            print(f"note: {error}", file=sys.stderr)
    return write_report(build_report(test, [with_folder(system, folder)], scorer=scorer), place)
