"""What Lightning trains: a model, its loss, its optimizer, and scores on dev decoded for real."""

from dataclasses import asdict, dataclass
from typing import Any

import torch
from pytorch_lightning import LightningModule
from pytorch_lightning.utilities.types import OptimizerLRScheduler
from torch import Tensor

from seq2seq.data.batching import Batch
from seq2seq.errors import UserError
from seq2seq.loss import linear_cross_entropy
from seq2seq.model import CaptionerConfig, ModelConfig, Seq2Seq, build_model
from seq2seq.search import SearchOptions, search
from seq2seq.training.data import RecipeData, TranslationData
from seq2seq.training.schedule import ScheduleName, factor, progress


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
        label_smoothing: probability mass given to all words evenly, 0 to below 1.
        consistency: weight of R-Drop (Liang et al. 2021): every batch goes through twice with other dropout, and the
            two answers are pulled together; 0 is off, 1 to 5 helps on small data and doubles the time of a step.
    """

    learning_rate: float = 2e-3
    warmup_steps: int = 400
    decay: ScheduleName = "linear"
    floor: float = 0.02
    beta2: float = 0.98
    weight_decay: float = 0.01
    label_smoothing: float = 0.1
    consistency: float = 0.0


class RecipeTask(LightningModule):
    """Trains a model on a `RecipeData` and scores it on dev.

    Logs `train_loss`, `train_nll` (nats a token), `train_accuracy`, `learning_rate`, `dev_nll` and what the data's
    `score` gives of greedy outputs, `dev_bleu` (0 to 100) among it.

    Args:
        model: what is trained.
        config: what it was built from.
        optimizer: how it is trained.

    Raises:
        UserError: a value out of range.
    """

    def __init__(self, model: Seq2Seq, config: ModelConfig | CaptionerConfig, optimizer: OptimizerConfig) -> None:
        super().__init__()
        _check(optimizer)
        self.model, self.config, self.options = model, config, optimizer
        self._outputs: dict[int, str] = {}
        self._dev: list[Tensor] = []
        self.dev_outputs: dict[int, str] = {}

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

    def training_step(self, batch: Batch, batch_idx: int) -> Tensor:
        """The loss of one batch; with R-Drop the batch is read twice."""
        options = self.options
        if options.consistency:
            batch = batch.twice()
        nll, correct, total = self.losses(batch, options.label_smoothing, options.consistency)
        self.log("train_loss", total.detach())
        self.log("train_nll", nll, prog_bar=True)
        self.log("train_accuracy", correct)
        self.log("learning_rate", self.optimizers().param_groups[0]["lr"])  # type: ignore[union-attr]
        return total

    def validation_step(self, batch: Batch, batch_idx: int) -> None:
        """Likelihood of the references, and the greedy output for every source."""
        nll, _, _ = self.losses(batch)
        tokens = (batch.goal != 0).sum()
        self._dev.append(torch.stack([nll * tokens, tokens]))
        context = self.model.encode(batch.source, batch.source_lengths)
        results = search(self.model, context, batch.source_lengths, SearchOptions(method="greedy"), attention=False)
        for index, hypotheses in zip(batch.indices.tolist(), results, strict=True):
            self._outputs[index] = self.data.target_tokenizer.decode(hypotheses[0].tokens)

    def on_validation_epoch_end(self) -> None:
        """The scores over all of dev."""
        total, tokens = torch.stack(self._dev).sum(0).tolist()
        self.dev_outputs = {index: self._outputs[index] for index in sorted(self._outputs)}
        self.log("dev_nll", total / tokens, prog_bar=True)
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
            "data": self.data.identity,
        }

    def losses(self, batch: Batch, smoothing: float = 0.0, consistency: float = 0.0) -> tuple[Tensor, Tensor, Tensor]:
        """(nll, accuracy, what is minimised), means over the real target tokens."""
        copies = 2 if consistency else 1
        context = self.model.encode(batch.source, batch.source_lengths)
        features: list[Tensor] = []
        goals: list[Tensor] = []
        penalty: Tensor | float = 0.0
        for targets in batch.targets(copies):
            seen = context if targets.rows is None else context.select(targets.rows)
            outputs, attention = self.model.decoder.teach(targets.prefix, seen)
            real = targets.goal.flatten().nonzero()[:, 0]
            features.append(outputs.flatten(0, 1)[real])
            goals.append(targets.goal.flatten()[real])
            penalty = penalty + self.penalty(attention, targets.goal) * len(targets.goal) / len(batch.goal)
        output = self.model.decoder.output
        loss = linear_cross_entropy(
            _first_copies_first(features, copies),
            output.weight,
            output.bias,
            _first_copies_first(goals, copies),
            smoothing,
            consistency,
        )
        return loss.nll, loss.correct, loss.total + penalty

    def penalty(self, attention: Tensor | None, goal: Tensor) -> Tensor | float:
        """What joins the loss beside the cross-entropy; `attention` is (N, T, S), `goal` (N, T)."""
        return 0.0


class TranslationTask(RecipeTask):
    """Trains a text-to-text model.

    Args:
        source_vocab_size: pieces of the source language; taken from the data.
        target_vocab_size: pieces of the target language; taken from the data.
        model: the model's sizes and choices.
        optimizer: how it is trained.

    Raises:
        UserError: a value out of range, or choices that do not go together.
    """

    def __init__(
        self, source_vocab_size: int, target_vocab_size: int, model: ModelConfig, optimizer: OptimizerConfig
    ) -> None:
        super().__init__(build_model(model, source_vocab_size, target_vocab_size), model, optimizer)

    def check_data(self, data: RecipeData) -> None:
        """Refuse one embedding matrix for ids that stand for other pieces on each side."""
        different = isinstance(data, TranslationData) and data.tokenizers[0].model != data.tokenizers[1].model
        if self.config.tied_embeddings == "all" and different:
            raise UserError(
                f"model.model.tied_embeddings: 'all' needs one tokenizer for both languages, but {data.prepared.path} "
                "has one for each; use 'decoder', or prepare the data with --joint"
            )


def _first_copies_first(groups: list[Tensor], copies: int) -> Tensor:
    """All groups' first copies, then all their second ones, as R-Drop pairs them."""
    return torch.cat([part for copy in zip(*(group.chunk(copies) for group in groups), strict=True) for part in copy])


def _check(options: OptimizerConfig) -> None:
    for name in ("learning_rate", "warmup_steps", "floor", "weight_decay", "consistency"):
        if getattr(options, name) < 0:
            raise UserError(f"model.optimizer.{name}: {getattr(options, name)} is below zero; use 0 or more")
    for name in ("label_smoothing", "beta2"):
        if not 0 <= getattr(options, name) < 1:
            raise UserError(f"model.optimizer.{name}: {getattr(options, name)} is out of range; use 0 up to below 1")
