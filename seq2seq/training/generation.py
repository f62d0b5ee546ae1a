"""Models that write, by an encoder's context, as Lightning trains them."""

import torch
from torch import Tensor

from seq2seq.data.batching import Batch
from seq2seq.data.tokenizer import PAD_ID
from seq2seq.loss import linear_cross_entropy
from seq2seq.models.encoder_decoder import CaptionerConfig, ModelConfig, Seq2Seq
from seq2seq.search import SearchOptions, search
from seq2seq.training.data import GenerationData
from seq2seq.training.task import CrossEntropyConfig, Losses, RecipeTask


class GenerationTask(RecipeTask[Batch]):
    """Trains a model with teacher forcing on a `GenerationData`, and scores its greedy outputs for dev.

    Args:
        model: what is trained.
        config: what it was built from.
        optimizer: how it is trained.

    Raises:
        UserError: a value out of range.
    """

    model: Seq2Seq
    options: CrossEntropyConfig

    def __init__(self, model: Seq2Seq, config: ModelConfig | CaptionerConfig, optimizer: CrossEntropyConfig) -> None:
        super().__init__(model, config, optimizer)

    @property
    def data(self) -> GenerationData:
        """The data module of the run."""
        assert isinstance(super().data, GenerationData)
        return super().data  # type: ignore[return-value]

    def training_losses(self, batch: Batch) -> Losses:
        """With label smoothing; with R-Drop the batch is read twice."""
        options = self.options
        if options.consistency:
            batch = batch.twice()
        return self.losses(batch, options.label_smoothing, options.consistency)

    def dev_losses(self, batch: Batch) -> Losses:
        """The likelihood of the references."""
        return self.losses(batch)

    def count(self, batch: Batch) -> Tensor:
        """Target tokens, ends of sentences counted."""
        return (batch.goal != PAD_ID).sum()

    def outputs(self, batch: Batch) -> dict[int, str]:
        """The greedy output for every source."""
        context = self.model.encode(batch.source, batch.source_lengths)
        results = search(self.model, context, batch.source_lengths, SearchOptions(method="greedy"), attention=False)
        texts = (self.data.target_tokenizer.decode(hypotheses[0].tokens) for hypotheses in results)
        return dict(zip(batch.indices.tolist(), texts, strict=True))

    def losses(self, batch: Batch, smoothing: float = 0.0, consistency: float = 0.0) -> Losses:
        """Means over the real target tokens; `consistency` is for a batch after `Batch.twice`."""
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
        return Losses(loss.nll, loss.correct, loss.total + penalty)

    def penalty(self, attention: Tensor | None, goal: Tensor) -> Tensor | float:
        """What joins the loss beside the cross-entropy; `attention` is (N, T, S), `goal` (N, T)."""
        return 0.0


def _first_copies_first(groups: list[Tensor], copies: int) -> Tensor:
    """All groups' first copies, then all their second ones, as R-Drop pairs them."""
    return torch.cat([part for copy in zip(*(group.chunk(copies) for group in groups), strict=True) for part in copy])
