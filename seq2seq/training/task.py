"""What Lightning trains: a model, its optimizer, its loss, and its scores on dev."""

from abc import ABC, abstractmethod
from dataclasses import asdict, dataclass
from typing import Any, ClassVar, Generic, NamedTuple, TypeVar

import torch
from pytorch_lightning import LightningModule
from pytorch_lightning.utilities.types import OptimizerLRScheduler
from torch import Tensor, nn

from seq2seq.errors import UserError
from seq2seq.training.data import RecipeData
from seq2seq.training.schedule import ScheduleName, factor, progress
from seq2seq.training.vectors import PretrainedVectors

AnyBatch = TypeVar("AnyBatch")


@dataclass
class OptimizerConfig:
    """How the weights are moved, by AdamW (Loshchilov & Hutter 2019).

    Attributes:
        learning_rate: its highest value.
        warmup_steps: optimizer steps over which it rises from zero.
        decay: how it falls afterwards: "linear", "cosine", "inverse_sqrt" or "constant"; the first two end with the
            run, be its limit steps, epochs or time.
        floor: what share of it is left at the end of "linear" and "cosine".
        beta2: decay rate of the squared gradients' average.
        weight_decay: pull of every weight towards zero.
    """

    learning_rate: float = 2e-3
    warmup_steps: int = 400
    decay: ScheduleName = "linear"
    floor: float = 0.02
    beta2: float = 0.98
    weight_decay: float = 0.01

    def check(self) -> None:
        """Refuse values out of range.

        Raises:
            UserError: one is.
        """
        for name in ("learning_rate", "warmup_steps", "floor", "weight_decay"):
            if getattr(self, name) < 0:
                raise UserError(f"model.optimizer.{name}: {getattr(self, name)} is below zero; use 0 or more")
        if not 0 <= self.beta2 < 1:
            raise UserError(f"model.optimizer.beta2: {self.beta2} is out of range; use 0 up to below 1")


@dataclass
class CrossEntropyConfig(OptimizerConfig):
    """What models that choose, among words or labels, add to `OptimizerConfig`.

    Attributes:
        label_smoothing: probability mass given to all words (labels) evenly, 0 to below 1.
        consistency: weight of R-Drop (Liang et al. 2021): every batch goes through twice with other dropout, and the
            two answers are pulled together; 0 is off, 1 to 5 helps on small data and doubles the time of a step.
    """

    label_smoothing: float = 0.1
    consistency: float = 0.0

    def check(self) -> None:
        """Refuse values out of range."""
        super().check()
        if self.consistency < 0:
            raise UserError(f"model.optimizer.consistency: {self.consistency} is below zero; use 0 or more")
        if not 0 <= self.label_smoothing < 1:
            raise UserError(
                f"model.optimizer.label_smoothing: {self.label_smoothing} is out of range; use 0 up to below 1"
            )


class Losses(NamedTuple):
    """A batch's means: nll, of what is to be found; correct, the share that was found, or 0; total, what is minimised.

    Where the model says numbers and no probabilities, nll is its error.
    """

    nll: Tensor
    correct: Tensor
    total: Tensor


class RecipeTask(LightningModule, ABC, Generic[AnyBatch]):
    """Trains a model on a `RecipeData` and scores it on dev.

    Logs `train_loss`, `train_nll` (nats), `train_accuracy`, `learning_rate`, `dev_nll` and what the data's `score`
    makes of the outputs for dev.

    Args:
        model: what is trained.
        config: what it was built from, a dataclass.
        optimizer: how it is trained.

    Attributes:
        unit: what `count` counts and the speed is told in.
        vectors: what the embeddings begin with, if it is not chance.
        dev_outputs: of the last validation, by the numbers of dev's sources.

    Raises:
        UserError: a value out of range.
    """

    unit: ClassVar[str] = "target_tokens"
    vectors: PretrainedVectors | None = None

    def __init__(self, model: nn.Module, config: Any, optimizer: OptimizerConfig) -> None:
        super().__init__()
        optimizer.check()
        self.model, self.config, self.options = model, config, optimizer
        self._outputs: dict[int, str] = {}
        self._dev: list[Tensor] = []
        self.dev_outputs: dict[int, str] = {}

    @abstractmethod
    def training_losses(self, batch: AnyBatch) -> Losses:
        """Of a training batch."""

    @abstractmethod
    def dev_losses(self, batch: AnyBatch) -> Losses:
        """Of a batch of dev, with nothing but the likelihood in them."""

    @abstractmethod
    def count(self, batch: AnyBatch) -> Tensor:
        """How many things the batch's means are over."""

    @abstractmethod
    def outputs(self, batch: AnyBatch) -> dict[int, str]:
        """What the model makes of each source of a batch of dev, by the source's number."""

    def check_data(self, data: RecipeData) -> None:
        """Refuse data that the model cannot be trained on.

        Raises:
            UserError: with the option that must change.
        """

    @property
    def data(self) -> RecipeData:
        """The data module of the run."""
        return self.trainer.datamodule  # type: ignore[attr-defined, no-any-return]

    def parameter_groups(self) -> list[dict[str, Any]]:
        """What the optimizer moves, with a learning rate where it is another than the option's."""
        return [{"params": [parameter for parameter in self.parameters() if parameter.requires_grad]}]

    def configure_optimizers(self) -> OptimizerLRScheduler:
        """AdamW in one fused call for all weights, and a learning rate set before every step."""
        options = self.options
        optimizer = torch.optim.AdamW(
            self.parameter_groups(),
            lr=options.learning_rate,
            betas=(0.9, options.beta2),
            weight_decay=options.weight_decay,
            fused=True,
        )
        # Lightning clips no gradients of optimizers that could undo a gradient scaler's work themselves, as the fused
        # one could. It need not: bf16 has no scaler, and fp16's is undone before clipping when this is False.
        optimizer._step_supports_amp_scaling = False

        def rate(step: int) -> float:
            done = progress(self.trainer)
            return factor(step, options.warmup_steps, done, options.decay, options.floor)

        scheduler = torch.optim.lr_scheduler.LambdaLR(optimizer, rate)
        return {"optimizer": optimizer, "lr_scheduler": {"scheduler": scheduler, "interval": "step"}}

    def training_step(self, batch: AnyBatch, batch_idx: int) -> Tensor:
        """The loss of one batch."""
        losses = self.training_losses(batch)
        self.log("train_loss", losses.total.detach())
        self.log("train_nll", losses.nll, prog_bar=True)
        self.log("train_accuracy", losses.correct)
        self.log("learning_rate", self.optimizers().param_groups[0]["lr"])  # type: ignore[union-attr]
        return losses.total

    def validation_step(self, batch: AnyBatch, batch_idx: int) -> None:
        """Likelihood of what is to be found, and the output for every source."""
        count = self.count(batch)
        self._dev.append(torch.stack([self.dev_losses(batch).nll * count, count]))
        self._outputs |= self.outputs(batch)

    def on_validation_epoch_end(self) -> None:
        """The scores over all of dev."""
        total, count = torch.stack(self._dev).sum(0).tolist()
        self.dev_outputs = {index: self._outputs[index] for index in sorted(self._outputs)}
        self.log("dev_nll", total / count, prog_bar=True)
        for name, value in self.data.score(self.dev_outputs).items():
            self.log(name, value, prog_bar=True)
        self._dev, self._outputs = [], {}

    def on_save_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        """Keep what is needed to make a model folder of the checkpoint."""
        checkpoint["seq2seq"] = {
            "task": self.data.prepared.task,
            "model": asdict(self.config),
            "optimizer": asdict(self.options),
            "prepared": str(self.data.prepared.path.resolve()),
            "columns": self.data.columns,
            "labels": list(self.data.labels),
            "data": self.data.identity,
        }
