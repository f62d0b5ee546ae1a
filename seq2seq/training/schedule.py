"""The learning rate over a run: up at first, then down to its end."""

import math
from typing import Literal

from pytorch_lightning import Trainer
from pytorch_lightning.callbacks import Timer

ScheduleName = Literal["linear", "cosine", "inverse_sqrt", "constant"]


def progress(trainer: Trainer) -> float:
    """How much of the run is over, 0 to 1, by whichever limit comes first: steps, epochs or wall-clock time.

    With a time limit alone (`--trainer.max_time`) the decay follows the clock, so that it is complete when time is up.
    """
    shares = [0.0]
    if trainer.max_steps > 0:
        shares.append(trainer.global_step / trainer.max_steps)
    if (trainer.max_epochs or 0) > 0 and math.isfinite(trainer.num_training_batches):
        steps = trainer.max_epochs * math.ceil(trainer.num_training_batches / trainer.accumulate_grad_batches)  # type: ignore[operator]
        shares.append(trainer.global_step / steps)
    for callback in trainer.callbacks:  # type: ignore[attr-defined]
        if isinstance(callback, Timer) and callback._duration:
            shares.append(callback.time_elapsed("train") / callback._duration)
    return min(1.0, max(shares))


def factor(step: int, warmup_steps: int, done: float, decay: ScheduleName, floor: float) -> float:
    """What the learning rate is multiplied by.

    Args:
        step: optimizer steps taken.
        warmup_steps: over these it rises linearly.
        done: share of the run that is over, 0 to 1.
        decay: "linear" or "cosine" down to `floor` at the end; "inverse_sqrt" of the step (Vaswani et al. 2017);
            "constant".
        floor: the factor at the end of "linear" and "cosine".

    >>> factor(0, 10, 0.0, "linear", 0.0), factor(100, 10, 0.5, "linear", 0.0)
    (0.1, 0.5)
    """
    if step < warmup_steps:
        return (step + 1) / warmup_steps
    if decay == "linear":
        return floor + (1 - floor) * (1 - done)
    if decay == "cosine":
        return floor + (1 - floor) * (1 + math.cos(math.pi * done)) / 2
    if decay == "inverse_sqrt":
        return math.sqrt(max(warmup_steps, 1) / (step + 1))
    return 1.0
