"""What goes on inside a run's model while it reads the first example of dev: the figures of `seq2seq inspect`."""

import contextlib
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import torch
from pytorch_lightning import Callback, LightningModule, Trainer
from pytorch_lightning.utilities.seed import isolate_rng

from seq2seq.data.prepared import CAPTIONS, FORECASTING, FRAMES, IMAGE, TEXT, PreparedFolder
from seq2seq.data.series import restore
from seq2seq.data.windows import series_of
from seq2seq.errors import UserError
from seq2seq.folder import LoadedModel, load_model
from seq2seq.inference.forecaster import Forecaster
from seq2seq.inspection.folder import write_inspection
from seq2seq.inspection.readers import inspect
from seq2seq.report.curves import load_curves
from seq2seq.training.exporting import export

_CHARACTERS = 60  # of a running text, at most


def draw_inside(model: Path, prepared: PreparedFolder, split: str, folder: Path) -> Path | None:
    """Draw it all into a folder, which it gives; where that fails, nothing but a note says so.

    Args:
        model: a model folder, in which the curves of its training are.
        prepared: the data it was trained on.
        split: whose first example is looked at.
        folder: for the figures.
    """
    with _noted(folder):
        loaded = load_model(model)
        look = inspect(loaded, first_example(loaded, prepared, split))
        write_inspection(folder, [look], load_curves(model))
        return folder
    return None


class DrawInside(Callback):
    """Draws what goes on inside the model while it reads dev's first example; a failure is a note, training goes on.

    Args:
        folder: for the figures, where they are of the end of training; after validations each has a folder in it that
            is called by the steps taken, such as `step000500`.
        every: from one validation that is drawn to the next; None to draw once, when training ends.

    Raises:
        UserError: `every` is less than 1.

    ```python
    Trainer(callbacks=[DrawInside("runs/mine/inside", every=2)]).fit(task, datamodule=data)
    ```
    """

    def __init__(self, folder: str | Path, every: int | None = None) -> None:
        if every is not None and every < 1:
            raise UserError(f"every {every}: must be 1 or more, or None to draw when training ends")
        self.folder, self.every = Path(folder), every
        self._validations = 0

    def on_validation_end(self, trainer: Trainer, pl_module: LightningModule) -> None:
        """Draw, where that is due."""
        if self.every is None or trainer.sanity_checking:
            return
        self._validations += 1
        if self._validations % self.every == 0:
            self._draw(trainer, self.folder / f"step{trainer.global_step:06}")

    def on_train_end(self, trainer: Trainer, pl_module: LightningModule) -> None:
        """Draw, where validations are not drawn."""
        if self.every is None:
            self._draw(trainer, self.folder)

    def state_dict(self) -> dict[str, int]:
        """The validations so far, for a run that goes on."""
        return {"validations": self._validations}

    def load_state_dict(self, state_dict: dict[str, int]) -> None:
        """Go on counting."""
        self._validations = state_dict["validations"]

    def _draw(self, trainer: Trainer, folder: Path) -> None:
        # By way of a checkpoint, so that it is the model that a run ends with, of averaged weights if the run averages,
        # and training's own is not touched. Making a model draws weights at random, which training shall not notice.
        with _noted(folder), tempfile.TemporaryDirectory() as place, isolate_rng(), torch.inference_mode(False):
            prepared = getattr(getattr(trainer, "datamodule", None), "prepared", None)
            if prepared is None:
                raise UserError("training has no prepared folder to take an example of; give it one's data module")
            if len(prepared.splits) < 2:
                return
            checkpoint, model = Path(place, "now.ckpt"), Path(place, "model")
            trainer.save_checkpoint(checkpoint)
            if trainer.is_global_zero:
                export([checkpoint], model, prepared.path)
                draw_inside(model, prepared, prepared.splits[1], folder)


@contextlib.contextmanager
def _noted(folder: Path) -> Iterator[None]:
    """A run of hours shall not end badly for a figure's sake."""
    try:
        yield
    except Exception as error:
        print(f"note: nothing is drawn in {folder}: {error}", file=sys.stderr)


def first_example(loaded: LoadedModel, prepared: PreparedFolder, split: str) -> str:
    """The first example of a split as `seq2seq.inspection.readers.inspect` takes it.

    Raises:
        UserError: a damaged table.
    """
    if prepared.task in (CAPTIONS, FRAMES):
        return str(prepared.image_path(prepared.column(split, IMAGE)[0]))
    if prepared.task == FORECASTING:
        seen = series_of(prepared, split)[: loaded.model.window + 1].astype(float)
        kind = Forecaster([loaded], torch.device("cpu"), torch.float32).facts.transformation
        values = restore(seen, 1.0, kind).tolist()
        return " ".join(f"{value:.9g}" for value in (values if kind == "none" else [1.0, *values]))
    if prepared.task == TEXT:
        return _beginning(next(filter(str.strip, prepared.column(split, loaded.target.code))))
    assert loaded.source is not None
    return prepared.column(split, loaded.source.code)[0]


def _beginning(text: str) -> str:
    """Its first words, or of a first word that is too long its first characters.

    >>> _beginning("a word is never cut, for a part of it is <unk> to models of words")
    'a word is never cut, for a part of it is <unk> to models of'
    """
    text = text.lstrip()
    return text if len(text) <= _CHARACTERS else text[: _CHARACTERS + 1].rpartition(" ")[0] or text[:_CHARACTERS]
