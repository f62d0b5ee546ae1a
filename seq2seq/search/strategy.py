"""What tells beam search, greedy search and sampling apart: the choice of the next tokens."""

from dataclasses import dataclass
from typing import Protocol

from torch import Tensor


@dataclass(frozen=True)
class Frontier:
    """Where the search of a batch stands. B sentences, J hypotheses each (1 at the first step, K afterwards), V tokens.

    Attributes:
        log_probs: (B, J, V) float32, of the next token; -inf where it may not come.
        scores: (B, J) sum of log-probabilities so far; -inf marks a dead hypothesis, to be followed no more.
        places: (B,) how many hypotheses each sentence may still follow.
        sentences: (B,) the sentences' numbers in the caller's batch.
        step: tokens chosen so far.
    """

    log_probs: Tensor
    scores: Tensor
    places: Tensor
    sentences: Tensor
    step: int


@dataclass(frozen=True)
class Choice:
    """The K hypotheses of each sentence after one more token.

    Attributes:
        tokens: (B, K) the token chosen.
        log_probs: (B, K) its log-probability; -inf or NaN makes the hypothesis a dead one.
        parents: (B, K) which of the J hypotheses each one continues; None: each continues itself, or the only one.
    """

    tokens: Tensor
    log_probs: Tensor
    parents: Tensor | None = None


class Strategy(Protocol):
    """A way to choose the next tokens."""

    def choose(self, frontier: Frontier, /) -> Choice:
        """The next token of every hypothesis."""
