"""Random numbers that depend on the seed and the step alone."""

from typing import Any

import numpy as np
import torch
from pytorch_lightning import Callback, LightningModule, Trainer


class StepSeed(Callback):
    """Seeds every training step anew, from the seed, the process, the epoch and the batch's number.

    So a step has the same dropout masks whatever went before, be it a validation, another logger, or the run's having
    been interrupted and resumed. No state of a generator has to be saved.

    Args:
        seed: the run's.
    """

    def __init__(self, seed: int) -> None:
        self.seed = seed

    def on_train_batch_start(self, trainer: Trainer, pl_module: LightningModule, batch: Any, batch_idx: int) -> None:
        """Seed torch's generators."""
        key = (self.seed, trainer.global_rank, trainer.current_epoch, batch_idx)
        torch.manual_seed(int(np.random.SeedSequence(key).generate_state(1, np.uint64)[0]))
