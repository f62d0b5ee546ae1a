"""What every run has beside its task: logs, checkpoints, progress, curves and a safe end."""

import importlib.util
from pathlib import Path
from typing import Any

from pytorch_lightning.callbacks import Callback, ModelCheckpoint
from pytorch_lightning.loggers import CSVLogger, Logger, TensorBoardLogger

from seq2seq.training.curves import PICTURE, LearningCurves
from seq2seq.training.data import RecipeData
from seq2seq.training.ending import EndWithValidation, StopSafely
from seq2seq.training.finish import INSIDE, LOGS
from seq2seq.training.inside import DrawInside
from seq2seq.training.inspection import GradientWatch
from seq2seq.training.progress_bar import TrainingBar
from seq2seq.training.randomness import StepSeed
from seq2seq.training.samples import Samples
from seq2seq.training.task import RecipeTask
from seq2seq.training.throughput import Throughput

CHECKPOINTS, TENSORBOARD = "checkpoints", "tensorboard"
BEST, LAST = "best", "last"


def make_loggers(output: Path) -> list[Logger]:
    """CSV in the run's folder `output`, and TensorBoard where it is installed."""
    loggers: list[Logger] = [CSVLogger(output, name=LOGS)]
    if importlib.util.find_spec("tensorboard") is not None:
        loggers.append(TensorBoardLogger(output, name="", version=TENSORBOARD))
    return loggers


def make_callbacks(
    output: Path, last: Path, task: RecipeTask[Any], data: RecipeData, samples: int, inside: int, stopping: Any
) -> list[Callback]:
    """What goes on beside the training itself.

    Args:
        output: the run's folder.
        last: the checkpoint to go on from.
        task: what is trained.
        data: what it is trained on.
        samples: outputs for dev shown after each validation.
        inside: from one validation after which the model's inside is drawn to the next; 0 for none.
        stopping: the options of early stopping, by whose score the best checkpoint is chosen.
    """
    metric = data.main_score()
    kept: dict[str, Any] = {"dirpath": last.parent, "enable_version_counter": False, "save_on_train_epoch_end": False}
    return [
        TrainingBar(metric, task.unit),
        Samples(samples),
        Throughput(),
        GradientWatch(),
        LearningCurves(output / LOGS, output / PICTURE, metric),
        StepSeed(data.seed),
        EndWithValidation(),
        ModelCheckpoint(filename=BEST, monitor=stopping.monitor, mode=stopping.mode, **kept),
        ModelCheckpoint(filename=LAST, **kept),
        *([DrawInside(output / INSIDE, inside)] if inside else []),
        StopSafely(last),
    ]
