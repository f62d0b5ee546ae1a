"""What the search asks of a model.

Letters: B sentences, K hypotheses each, R = B * K rows, S source positions, V tokens.
"""

from typing import Any, Protocol

from torch import Tensor


class SearchState(Protocol):
    """What the decoder carries from step to step. Row r belongs to sentence r // K."""

    @property
    def attention(self) -> Tensor | None:
        """(R, S) weights of the last step, zero at padding; None without attention."""

    def expand(self, k: int, /) -> "SearchState":
        """From one row a sentence to `k` equal rows a sentence."""

    def select(self, rows: Tensor, sentences: Tensor | None = None, /) -> "SearchState":
        """The hypotheses `rows` (R',), numbered as before the call, of the sentences `sentences` (B',), or of all."""


class StepModel(Protocol):
    """A decoder, a whole model or an ensemble: anything that can start and step."""

    def start(self, context: Any, /) -> Any:
        """The `SearchState` before the first token, with one row a sentence."""

    def step(self, tokens: Tensor, state: Any, /) -> tuple[Tensor, Any]:
        """Reads one token a row, (R,), and gives the logits (R, V) of the next one and the new state."""


class TextModel(StepModel, Protocol):
    """A language model or an ensemble of such: it can read on over many tokens at once, too."""

    def read(self, tokens: Tensor, state: Any, /) -> Any:
        """The new state after T more tokens a row, (R, T): what T calls of `step` come to."""


class SearchContext(Protocol):
    """The encoded source: a `seq2seq.context.Context`, or an ensemble's bundle of them."""

    @property
    def mask(self) -> Tensor:
        """(B, S) bool, True at real source positions."""

    def __len__(self) -> int: ...
