"""How fast training is."""

import time
from typing import Any

import torch
from pytorch_lightning import Callback, LightningModule, Trainer

from seq2seq.training.task import RecipeTask


class Throughput(Callback):
    """Logs `target_tokens_per_second`, or of whatever the task counts, in training, validation not counted.

    Each value is the mean over the steps since the last one that went into the log.
    """

    def __init__(self) -> None:
        self._count = torch.zeros(())
        self._seconds = 0.0
        self._clock = 0.0

    def on_train_start(self, *_: Any) -> None:
        """Start the clock."""
        self._clock = time.perf_counter()

    def on_validation_end(self, *_: Any) -> None:
        """Leave out the time since the last step."""
        self._clock = time.perf_counter()

    def on_train_batch_end(
        self, trainer: Trainer, pl_module: LightningModule, outputs: Any, batch: Any, batch_idx: int
    ) -> None:
        """Count the batch."""
        now = time.perf_counter()
        self._seconds += now - self._clock
        self._clock = now
        # The sum stays on the device: reading it would wait for the device.
        assert isinstance(pl_module, RecipeTask)
        count = pl_module.count(batch)
        self._count = self._count.to(count.device) + count
        pl_module.log(rate_name(pl_module.unit), self._count / self._seconds)
        if trainer.global_step % trainer.log_every_n_steps == 0:  # type: ignore[attr-defined]
            self._count, self._seconds = torch.zeros(()), 0.0


def rate_name(unit: str) -> str:
    """What the speed in a unit is called in the logs; see `RecipeTask.unit`."""
    return f"{unit}_per_second"
