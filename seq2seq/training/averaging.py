"""The average of the weights along a run, which translates better than the last weights alone."""

from collections.abc import Sequence
from typing import Any

import torch
from pytorch_lightning.callbacks import WeightAveraging
from torch import Tensor

from seq2seq.errors import UserError


class WeightAverage(WeightAveraging):
    """Keeps an exponential moving average of the weights; dev is scored with it, and it is what is exported.

    The decay warms up, min(decay, (1 + n) / (10 + n)) at the n-th update, so that the first weights are soon forgotten
    and a short run has a good average, too.

    Args:
        decay: share of the old average that is kept at each update, 0 (no averaging) to below 1.
        every: optimizer steps from one update to the next.

    Raises:
        UserError: a value out of range.
    """

    def __init__(self, decay: float = 0.998, every: int = 4) -> None:
        if not 0 <= decay < 1:
            raise UserError(f"average.decay: {decay} is out of range; use 0 (no averaging) up to below 1")
        if every < 1:
            raise UserError(f"average.every: {every} is too small; use 1 or more")
        self.decay, self.every = decay, every
        super().__init__(multi_avg_fn=self._move, use_buffers=False)

    def should_update(self, step_idx: int | None = None, epoch_idx: int | None = None) -> bool:
        """Whether an update is due after this optimizer step."""
        return step_idx is not None and (step_idx + 1) % self.every == 0

    def on_train_end(self, *_: Any) -> None:
        """Leave the weights as they are, so that a checkpoint written now can be trained on."""

    @torch.no_grad()
    def _move(self, average: Sequence[Tensor], current: Sequence[Tensor], updates: Tensor | int) -> None:
        kept = min(self.decay, (1 + int(updates)) / (10 + int(updates)))
        torch._foreach_lerp_(list(average), list(current), 1 - kept)
