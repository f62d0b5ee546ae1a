"""Several models that search as one."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import reduce
from math import log
from typing import Any

import torch
from torch import Tensor

from seq2seq.context import Context
from seq2seq.errors import UserError


@dataclass(frozen=True)
class EnsembleContext:
    """The same source as each model's encoder sees it."""

    members: tuple[Context, ...]

    @property
    def mask(self) -> Tensor:
        """(B, S) bool, True at real source positions."""
        return self.members[0].mask

    def __len__(self) -> int:
        return len(self.members[0])


@dataclass(frozen=True)
class EnsembleState:
    """Each model's state.

    Attributes:
        members: the states.
        positions: S, of the source as the first model sees it; a captioner with another grid sees others.
    """

    members: tuple[Any, ...]
    positions: int

    @property
    def attention(self) -> Tensor | None:
        """(R, S) mean over the models that have attention to the first one's positions; None when none has."""
        weights = [member.attention for member in self.members if member.attention is not None]
        alike = [each for each in weights if each.shape[1] == self.positions]
        return torch.stack(alike).mean(0) if alike else None

    def expand(self, k: int) -> "EnsembleState":
        """From one row a sentence to `k`."""
        return replace(self, members=tuple(member.expand(k) for member in self.members))

    def select(self, rows: Tensor, sentences: Tensor | None = None) -> "EnsembleState":
        """The hypotheses `rows` of the sentences `sentences`."""
        return replace(self, members=tuple(member.select(rows, sentences) for member in self.members))


class Ensemble:
    """Predicts with the mean of several models' probabilities. The models share the source and the target vocabulary.

    Args:
        models: each with `encode`, `start` and `step`; language models with `read`, too.

    Raises:
        UserError: no model, or (at the first step) vocabularies of different sizes.
    """

    def __init__(self, models: Sequence[Any]) -> None:
        if not models:
            raise UserError("models: an ensemble needs at least one model, but none was given")
        self.models = tuple(models)

    def encode(self, *source: Any) -> EnsembleContext:
        """What each model's `encode` makes of the source."""
        return EnsembleContext(tuple(model.encode(*source) for model in self.models))

    def start(self, context: EnsembleContext) -> EnsembleState:
        """The state before the first token."""
        members = tuple(model.start(member) for model, member in zip(self.models, context.members, strict=True))
        return EnsembleState(members, positions=context.mask.shape[1])

    def step(self, tokens: Tensor, state: EnsembleState) -> tuple[Tensor, EnsembleState]:
        """The logarithm (R, V) of the mean of the models' probabilities, and the new state."""
        outputs = [model.step(tokens, member) for model, member in zip(self.models, state.members, strict=True)]
        sizes = [logits.shape[-1] for logits, _ in outputs]
        if len(set(sizes)) > 1:
            raise UserError(f"models: an ensemble needs one vocabulary, but theirs have {sizes} tokens")
        log_probs = [logits.log_softmax(-1, dtype=torch.float32) for logits, _ in outputs]
        mean = reduce(torch.logaddexp, log_probs) - log(len(log_probs))
        return mean, replace(state, members=tuple(member for _, member in outputs))

    def read(self, tokens: Tensor, state: EnsembleState) -> EnsembleState:
        """The new state after several more tokens a row, (R, T)."""
        members = (model.read(tokens, member) for model, member in zip(self.models, state.members, strict=True))
        return replace(state, members=tuple(members))
