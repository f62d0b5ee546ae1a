"""How steep training is: the gradient's length before it is clipped, and how often it is."""

from typing import Any

import torch
from pytorch_lightning import Callback, LightningModule, Trainer
from torch import Tensor
from torch.nn.utils import get_total_norm
from torch.optim import Optimizer

from seq2seq.inspection.look import CLIPPED, NORM


class GradientWatch(Callback):
    """Logs `gradient_norm`, the length of the gradient before clipping, and `clipped`, the share of steps clipped.

    Each value is the mean over the steps since the last one that went into the log. Steps are those of the optimizer.
    A run without `gradient_clip_val`, or one that clips number by number, has no `clipped`.
    """

    def __init__(self) -> None:
        self._sums: Tensor | None = None
        self._steps = 0

    def on_before_optimizer_step(self, trainer: Trainer, pl_module: LightningModule, optimizer: Optimizer) -> None:
        """Look at the gradients: they are all there, unscaled, and not clipped yet."""
        bound = trainer.gradient_clip_val if trainer.gradient_clip_algorithm in (None, "norm") else None
        gradients = [
            parameter.grad
            for group in optimizer.param_groups
            for parameter in group["params"]
            if parameter.grad is not None
        ]
        norm = get_total_norm(gradients)
        # The sums stay on the device: reading them would wait for it.
        found = torch.stack([norm, (norm > (bound or torch.inf)).to(norm.dtype)])
        self._sums = found if self._sums is None else self._sums + found
        self._steps += 1
        mean = self._sums / self._steps
        pl_module.log(NORM, mean[0])
        if bound:
            pl_module.log(CLIPPED, mean[1])

    def on_train_batch_end(self, trainer: Trainer, *_: Any) -> None:
        """Begin anew after a step that went into the log."""
        if trainer.global_step % trainer.log_every_n_steps == 0:  # type: ignore[attr-defined]
            self._sums, self._steps = None, 0
