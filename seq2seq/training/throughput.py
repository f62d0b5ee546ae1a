"""How fast training is."""

import time
from typing import Any

import torch
from pytorch_lightning import Callback, LightningModule, Trainer


class Throughput(Callback):
    """Logs `target_tokens_per_second`: real target tokens a second of training, validation not counted.

    Each value is the mean over the steps since the last one that went into the log.
    """

    def __init__(self) -> None:
        self._tokens = torch.zeros(())
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
        self._tokens = self._tokens.to(batch.goal.device) + batch.goal.count_nonzero()
        pl_module.log("target_tokens_per_second", self._tokens / self._seconds)
        if trainer.global_step % trainer.log_every_n_steps == 0:  # type: ignore[attr-defined]
            self._tokens, self._seconds = torch.zeros(()), 0.0
