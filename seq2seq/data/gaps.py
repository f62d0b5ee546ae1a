"""Where much time passes between two values of a series. No torch."""

from collections import Counter
from itertools import pairwise
from statistics import median
from typing import Literal, NamedTuple

from seq2seq.data.series import Series

_USUAL = 5.0  # times the median step: what weekends with holidays come to
_DAY, _HOUR = 86_400, 3_600  # seconds
_SHARE = 0.1  # of the days, on which a pause that ends in one hour of the day is no accident


class Gap(NamedTuple):
    """A step that is longer than is usual.

    Attributes:
        place: the row that comes after it.
        times: how many times as long as the median step.
        steps: what is counted: from one "date" to the next, or from one "day" with values to the next.
    """

    place: int
    times: float
    steps: Literal["date", "day"]


def gap_of(series: Series) -> Gap | None:
    """The longest step of a series; None where all are usual.

    Weekends and holidays of a daily series are usual. Where there are several values a day, so are the nights and other
    pauses that end at the same time of many days: there whole days without values are counted.

    >>> from seq2seq.data.series import SeriesFacts
    >>> def series(*moments: float) -> Series:
    ...     nothing = [0] * len(moments)
    ...     return Series(list(map(str, moments)), list(map(float, nothing)), nothing, list(moments), {}, SeriesFacts())
    >>> gap_of(series(1, 2, 3, 13, 14))
    Gap(place=3, times=10.0, steps='date')
    >>> gap_of(series(1, 2, 3, 6, 7))
    """
    moments = series.moments
    if len(moments) < 2:
        return None
    waits = [after - before for before, after in pairwise(moments)]
    usual = median(waits)
    gaps = [Gap(place, wait / usual, "date") for place, wait in enumerate(waits, start=1) if wait > _USUAL * usual]
    if gaps and usual < _DAY:
        days = [int(moment // _DAY) for moment in moments]
        steps = [after - before for before, after in pairwise(dict.fromkeys(days))]
        hours = Counter(moments[gap.place] % _DAY // _HOUR for gap in gaps)
        often = max(2, _SHARE * (len(steps) + 1))
        for number, (place, *_) in enumerate(gaps):
            if steps and hours[moments[place] % _DAY // _HOUR] >= often:
                gaps[number] = Gap(place, (days[place] - days[place - 1]) / median(steps), "day")
    longest = max(gaps, key=lambda gap: gap.times, default=None)
    return longest if longest and longest.times > _USUAL else None
