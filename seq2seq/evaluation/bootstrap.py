"""Intervals by the bootstrap: what every score of the toolkit's own has in common."""

import numpy as np
from numpy.typing import NDArray

RESAMPLES = 1000
SEED = 12345  # sacrebleu's


def interval(draws: NDArray[np.float64]) -> tuple[float, float]:
    """The 95 % interval of a score's values in many draws.

    >>> interval(np.arange(1001.0))
    (25.0, 975.0)
    """
    low, high = np.quantile(draws, [0.025, 0.975]).tolist()
    return low, high
