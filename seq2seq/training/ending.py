"""How a run ends: with a validation, or at a signal with a checkpoint to go on from."""

import os
import signal
from pathlib import Path
from types import FrameType
from typing import Any

from pytorch_lightning import Callback, LightningModule, Trainer
from pytorch_lightning.callbacks import Checkpoint

from seq2seq.training.schedule import progress


class Stopped(BaseException):
    """A signal ended the run.

    Attributes:
        signal: which.
        saved: whether a checkpoint was written before.
    """

    def __init__(self, signum: int, saved: bool) -> None:
        super().__init__(signal.Signals(signum).name)
        self.signal, self.saved = signum, saved


class EndWithValidation(Callback):
    """Has the last weights scored, too, wherever between two validations the run reaches its limit."""

    def on_train_batch_end(self, trainer: Trainer, *_: Any) -> None:
        """Ask Lightning to stop once the limit is reached: it validates before it does."""
        if trainer.strategy.broadcast(progress(trainer) >= 1):
            trainer.should_stop = True


class StopSafely(Checkpoint):
    """At Ctrl-C or SIGTERM finishes the step or the validation that is going on, saves a checkpoint and ends the run.

    A step is one of the optimizer: gradients that are still being accumulated are in no checkpoint.

    Lightning's own handling saves in the middle of a step or while the averaged weights are swapped in. A second signal
    ends the run at once. It is a `Checkpoint` so that Lightning calls it after the callbacks that change the state.

    Args:
        path: the checkpoint.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._received = 0

    def on_train_start(self, trainer: Trainer, pl_module: LightningModule) -> None:
        """Catch the signals from now on; Lightning puts the old handlers back at the end."""
        for signum in (signal.SIGINT, signal.SIGTERM):
            signal.signal(signum, self._receive)

    def on_train_batch_end(self, trainer: Trainer, *_: Any) -> None:
        """Stop between two steps."""
        self._stop_if_asked(trainer)

    def on_validation_end(self, trainer: Trainer, pl_module: LightningModule) -> None:
        """Stop after a validation."""
        self._stop_if_asked(trainer)

    def _receive(self, signum: int, _frame: FrameType | None) -> None:
        if self._received:
            raise Stopped(signum, saved=False)
        self._received = signum
        # Not print: a signal may arrive in the middle of one.
        os.write(2, b"\nstopping after this step; once more stops at once, without a checkpoint\n")

    def _stop_if_asked(self, trainer: Trainer) -> None:
        batches = trainer.fit_loop.epoch_loop.batch_progress.current.ready
        if batches % trainer.accumulate_grad_batches and not trainer.is_last_batch:
            return
        if trainer.strategy.reduce_boolean_decision(bool(self._received), all=False):
            trainer.save_checkpoint(self.path)
            raise Stopped(self._received or signal.SIGTERM, saved=True)
