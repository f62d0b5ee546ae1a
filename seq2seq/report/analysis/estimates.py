"""Values with intervals, from what is counted in each sentence."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from seq2seq.evaluation.bootstrap import SEED, interval
from seq2seq.report.content import Point

Array = NDArray[np.float64]
Places = NDArray[np.intp]
Value = Callable[[Array], Array]

_RESAMPLES = 500  # of a bootstrap


@dataclass(frozen=True)
class Estimate:
    """A value with its 95 % interval by bootstrap resampling of the sentences (Koehn, 2004).

    Attributes:
        value: None where there is nothing to measure.
        low: lower end of the interval; None where there is but one sentence.
        high: the upper end.
        count: how many things were counted.
    """

    value: float | None
    low: float | None
    high: float | None
    count: int

    def point(self, x: float | str) -> Point:
        """It as a value of a chart."""
        return Point(x, self.value, self.low, self.high, self.count)

    def differs_from(self, other: "Estimate") -> bool:
        """Whether the intervals do not touch: a cautious sign of a difference that is not chance."""
        ends = (self.low, self.high, other.low, other.high)
        if any(end is None for end in ends):
            return False
        return self.low > other.high or other.low > self.high  # type: ignore[operator]


def estimate(statistics: Array, value: Value, count: int | None = None) -> Estimate:
    """A value made of sums over sentences.

    Args:
        statistics: shape (sentences, numbers): what was counted in each.
        value: makes values (...) of sums (..., numbers); not finite where there is nothing to measure.
        count: what to tell as the count; the number of sentences by default.
    """
    number = len(statistics)
    count = number if count is None else count
    with np.errstate(divide="ignore", invalid="ignore"):
        whole = float(value(statistics.sum(0)))
        if not np.isfinite(whole):
            return Estimate(None, None, None, count)
        if number < 2:
            return Estimate(whole, None, None, count)
        drawn = value(_draws(number) @ statistics)
    # A draw may hold none of what is measured.
    return Estimate(whole, *interval(drawn[np.isfinite(drawn)]), count)


def share(part: Sequence[float] | Array, whole: Sequence[float] | Array) -> Estimate:
    """Of what was counted in each sentence, the part in percent; the count is that of the whole."""
    counted = np.array([part, whole], dtype=float).T
    return estimate(counted, percent_of, count=round(counted[:, 1].sum()))


def shares(counts: Array) -> list[Estimate]:
    """`share` of each group, from parts and wholes of shape (sentences, groups, 2)."""
    return [share(counts[:, group, 0], counts[:, group, 1]) for group in range(counts.shape[1])]


def percent_of(sums: Array) -> Array:
    """The first of two numbers in percent of the second."""
    return 100 * sums[..., 0] / sums[..., 1]


@lru_cache(maxsize=16)
def _draws(number: int) -> Array:
    """How often each sentence is drawn in each resample, (resamples, number): the same for all systems."""
    random = np.random.default_rng(SEED)
    return random.multinomial(number, np.full(number, 1 / number), size=_RESAMPLES).astype(float)
