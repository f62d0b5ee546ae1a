"""What the search returns."""

from dataclasses import dataclass

from torch import Tensor


@dataclass(frozen=True)
class Hypothesis:
    """One target sentence for one source.

    Attributes:
        tokens: the ids, without the begin- and end-of-sentence tokens; a forced prefix is part of them.
        log_probs: the model's own natural-log probability of each token (whatever temperature or bound shaped the
            choice), and last that of the end-of-sentence token when `finished`.
        score: what it was ranked by, at most 0: the sum of `log_probs` divided by the length penalty, plus the coverage
            penalty.
        attention: (len(log_probs), S) where the model looked when it wrote each token, S being the sentence's own
            length without padding; on the CPU. None when the model has no attention.
        finished: it was ended. False only when the model left no possible next token at all.
        cut: the greatest length forced its end: the model did not choose it.
    """

    tokens: tuple[int, ...]
    log_probs: tuple[float, ...]
    score: float
    attention: Tensor | None
    finished: bool
    cut: bool = False
