"""What a measurement gives: a score, and how two systems compare."""

from collections.abc import Sequence
from dataclasses import dataclass

RESAMPLES = 1000  # of a bootstrap
TRIALS = 10_000  # of approximate randomisation
HIGHER_IS_BETTER = {"BLEU": True, "chrF": True, "TER": False}


@dataclass(frozen=True)
class Score:
    """One metric's verdict on a system.

    Attributes:
        value: from 0 to 100, CIDEr-D of captions to 1000, higher is better; TER from 0 up, lower is better.
        interval: the 95 % interval by bootstrap resampling of the sentences or pictures (Koehn, 2004); None where
            there is none (no resampling asked for, or a single one of them).
        signature: the record of every choice that the value depends on, sacrebleu's or in its manner.
    """

    value: float
    interval: tuple[float, float] | None
    signature: str


@dataclass(frozen=True)
class Comparison:
    """One metric's paired bootstrap test of a system against a baseline (Koehn, 2004).

    Attributes:
        baseline: the baseline's score.
        difference: the system's value minus the baseline's.
        p_value: the probability of a difference as large between systems that are equally good.
    """

    baseline: Score
    difference: float
    p_value: float


@dataclass(frozen=True)
class PairedTest:
    """Two systems compared on one metric, sentence by sentence.

    Attributes:
        first: name of a system.
        second: name of another, which was named later.
        metric: one of the scores.
        difference: the second's value minus the first's.
        p_bootstrap: how likely so large a difference is between equally good systems, by paired bootstrap resampling
            (Koehn, 2004); from 0 to 1.
        p_randomisation: the same by approximate randomisation (Riezler and Maxwell, 2005).
    """

    first: str
    second: str
    metric: str
    difference: float
    p_bootstrap: float
    p_randomisation: float

    @property
    def p(self) -> float:
        """The larger of the two: a difference counts where neither test takes it for chance."""
        return max(self.p_bootstrap, self.p_randomisation)


def arrow(metric: str) -> str:
    """Where a metric's better values lie: "↑" or "↓"."""
    return "↑" if HIGHER_IS_BETTER.get(metric, True) else "↓"


def least_p(first: Sequence[str], second: Sequence[str]) -> float:
    """The least p that a paired test of these outputs can honestly give, however many trials it has.

    Of the ways to exchange the outputs that differ, at least two (none and all) give the difference that was found.

    >>> least_p(["a", "b", "c"], ["a", "x", "y"])
    0.5
    """
    differ = sum(one != other for one, other in zip(first, second, strict=True))
    return min(1.0, 2.0 ** (1 - differ))
