"""The end of a run: a model folder of the best checkpoint, how good it is, and a report that shows it."""

import sys
from pathlib import Path
from typing import Any

from seq2seq.data.prepared import CAPTIONS, PreparedFolder
from seq2seq.errors import UserError
from seq2seq.evaluation import TestSet, write_record
from seq2seq.evaluation.kept import keep
from seq2seq.evaluation.measure import MEASURES, measure
from seq2seq.evaluation.results import Scorer
from seq2seq.evaluation.scorer import make_scorer
from seq2seq.evaluation.table import print_diversity, print_scores
from seq2seq.evaluation.test_set import prepared_test_set
from seq2seq.inference import BATCH_SIZE, Captioner, Translator
from seq2seq.inference.confidence import fit_calibration
from seq2seq.report.build import build_report, write_report
from seq2seq.report.curves import save_curves
from seq2seq.report.diversity import diversity_of
from seq2seq.report.gather import Decoding, generate, unread, with_folder
from seq2seq.report.record import system_record
from seq2seq.report.system import System
from seq2seq.training.card import ABOUT
from seq2seq.training.curves import read_curves
from seq2seq.training.exporting import Checkpoint, export
from seq2seq.training.inside import draw_inside

MODEL, REPORT, INSIDE, LOGS = "model", "report", "inside", "logs"


def record_name(split: str) -> str:
    """The file in the run's folder that holds a split's scores."""
    return f"scores.{split}.json"


def finish(output: Path, checkpoint: Path, prepared: PreparedFolder) -> None:
    """Export the checkpoint to `output`/model, score it on dev and, if there is one, on test.

    The model folder keeps the scores of each, in its card, too. For a model that writes, its confidence is fitted on
    dev, and a report made on it. At the end it is said where all lies.

    Raises:
        UserError: a checkpoint that cannot be used, or a folder that cannot be written.
    """
    folder = output / MODEL
    export([checkpoint], folder, overwrite=True)
    save_curves(read_curves(output / LOGS), folder)
    places = {"model": folder, "checkpoints": checkpoint.parent, "logs": output / LOGS}
    if prepared.task in MEASURES:
        _measure(output, folder, prepared)
    elif page := _generate(output, folder, prepared, Checkpoint.load(checkpoint).columns):
        places["report"] = page
    if len(prepared.splits) > 1 and (figures := draw_inside(folder, prepared, prepared.splits[1], output / INSIDE)):
        places["inside"] = figures
    print("\n" + "\n".join(f"{name:12} {place}" for name, place in places.items()))
    print(f"\ntry it:  {ABOUT[prepared.task].use.format(folder)}")


def _measure(output: Path, folder: Path, prepared: PreparedFolder) -> None:
    """Score a model that writes no text against references."""
    model = MEASURES[prepared.task].predictor.load(folder)
    for split in prepared.splits[1:]:
        print(f"\n{split}:")
        found, record = measure(model, folder, prepared, split, BATCH_SIZE)
        _record(output, folder, split, record)
        print_scores(found.scores, found.count, record["speed"]["seconds"], baselines=found.baselines)
        print(f"recorded in {output / record_name(split)}")


def _record(output: Path, folder: Path, split: str, record: dict[str, Any]) -> None:
    write_record(output / record_name(split), record)
    keep(folder, record)


def _generate(output: Path, folder: Path, prepared: PreparedFolder, columns: tuple[str, ...]) -> Path | None:
    """Score a model that writes, and report on the first split there is; gives the page."""
    source, target = columns
    model = (Captioner if prepared.task == CAPTIONS else Translator).load(folder)
    shown: tuple[TestSet, System, Scorer] | None = None
    for split in prepared.splits[1:]:
        print(f"\n{split}:")
        test = prepared_test_set(prepared, split, source, target, with_training=True)
        system = generate(output.resolve().name, model, [folder], test, Decoding(), alignments=shown is None)
        scorer = make_scorer(test)
        scores = scorer.score(system.outputs)
        record = system_record(test, system, scores)
        _record(output, folder, split, record)
        print_scores(scores, len(test), system.facts["seconds"])
        if test.captions:
            print_diversity(diversity_of(test, system))
        print(f"recorded in {output / record_name(split)}")
        if problem := unread(system):
            print(f"note: {problem}", file=sys.stderr)
        shown = shown or (test, system, scorer)
    return None if shown is None else _report(output / REPORT, folder, *shown)


def _report(place: Path, folder: Path, test: TestSet, system: System, scorer: Scorer) -> Path:
    """Fit the model's confidence, where the test set is dev, and write the report; gives the page."""
    if test.record["split"] == "dev":
        try:
            fit_calibration(system.details or (), test.references, test.record).save(folder)
        except UserError as error:  # of a model that has learned nothing yet
            print(f"note: {error}", file=sys.stderr)
    return write_report(build_report(test, [with_folder(system, folder)], scorer=scorer), place)
