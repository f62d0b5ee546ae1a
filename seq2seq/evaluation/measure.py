"""How good a model is that reads or foresees and writes no text against references: by its task."""

from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any, NamedTuple

from seq2seq.data.prepared import CLASSIFICATION, FORECASTING, FRAMES, TAGGING, TEXT, PreparedFolder
from seq2seq.errors import UserError
from seq2seq.evaluation.classification import measure_classifier
from seq2seq.evaluation.forecasting import measure_forecaster
from seq2seq.evaluation.frames import measure_frames
from seq2seq.evaluation.language_model import measure_language_model
from seq2seq.evaluation.record import make_record
from seq2seq.evaluation.results import Measured
from seq2seq.evaluation.tagging import measure_tagger
from seq2seq.evaluation.test_set import describe_file
from seq2seq.files import sha256
from seq2seq.folder import WEIGHTS, folder_name
from seq2seq.inference.classifier import TextClassifier
from seq2seq.inference.forecaster import Forecaster
from seq2seq.inference.frame_classifier import FrameClassifier
from seq2seq.inference.predictor import Predictor
from seq2seq.inference.tagger import Tagger
from seq2seq.inference.text_generator import TextGenerator


class Measure(NamedTuple):
    """How models of a task are measured.

    Attributes:
        predictor: loads them.
        run: of a loaded model, a prepared folder, a split and how many rows to take at once.
    """

    predictor: type[Predictor]
    run: Callable[[Any, PreparedFolder, str, int], Measured]


MEASURES: dict[str, Measure] = {
    CLASSIFICATION: Measure(TextClassifier, measure_classifier),
    TEXT: Measure(TextGenerator, measure_language_model),
    TAGGING: Measure(Tagger, measure_tagger),
    FRAMES: Measure(FrameClassifier, measure_frames),
    FORECASTING: Measure(Forecaster, measure_forecaster),
}


def measure(
    model: Predictor, folder: str | Path, prepared: PreparedFolder, split: str, batch_size: int
) -> tuple[Measured, dict[str, Any]]:
    """Have a model do a split, and score what it did.

    Args:
        model: loaded from `folder`.
        folder: the model folder.
        prepared: the test data.
        split: of the prepared folder.
        batch_size: rows taken at once, which changes nothing but the time.

    Returns:
        What it did, and the record of it (see `make_record`), which has beside that: baselines {name: {as in scores}}
        and whatever the measure finds.

    Raises:
        UserError: data for another task than the model's, or a split that is not there.
    """
    if prepared.task != model.task:
        raise UserError(f"{prepared.path}: holds {prepared.task}, but the model has learned {model.task}")
    found = MEASURES[model.task].run(model, prepared, split, batch_size)
    files = [{"role": "rows", **describe_file(prepared.table(split))}]
    record = make_record(
        found.scores,
        sentences=found.count,
        data={"name": str(prepared.manifest.get("name", prepared.path.name)), "split": split, "files": files},
        models=[{"name": folder_name(folder), "sha256": sha256(Path(folder) / WEIGHTS)}],
        decoding={**found.settings, "batch_size": batch_size, "precision": model.precision},
        seconds=found.seconds,
        device=model.device,
    )
    baselines = {
        name: {metric: asdict(score) for metric, score in scores.items()} for name, scores in found.baselines.items()
    }
    return found, record | {"baselines": baselines} | found.findings
