"""Series as markets, meters and people keep them: which steps are told."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta

import pytest

from seq2seq.data.gaps import Gap, gap_of
from seq2seq.data.series import Series, SeriesFacts

MONDAY = datetime(2024, 1, 1, tzinfo=UTC)


def series(moments: Iterable[float]) -> Series:
    moments = list(moments)
    return Series(list(map(str, moments)), [0.0] * len(moments), list(range(len(moments))), moments, {}, SeriesFacts())


def intraday(days: Sequence[int], begin="09:30", end="16:00", minutes=5, without: Sequence[str] = ()) -> Series:
    """Values every so many minutes between two times of some days, the first a Monday, but for some moments."""
    found = []
    for day in days:
        moment, last = (
            MONDAY + timedelta(days=day, hours=int(clock[:2]), minutes=int(clock[3:])) for clock in (begin, end)
        )
        while moment <= last:
            if f"{day} {moment:%H:%M}" not in without:
                found.append(moment.timestamp())
            moment += timedelta(minutes=minutes)
    return series(found)


def clock(place: int, found: Series) -> str:
    moment = datetime.fromtimestamp(found.moments[place], UTC)
    return f"{(moment - MONDAY).days} {moment:%H:%M}"


WEEKDAYS = [day for day in range(60) if day % 7 < 5]


@pytest.mark.parametrize("minutes", [1, 5, 60, 195])
def test_nights_weekends_and_holidays_of_an_intraday_series_are_usual(minutes):
    assert gap_of(intraday(WEEKDAYS, minutes=minutes)) is None
    holidays = [day for day in WEEKDAYS if day not in (11, 14)]  # a Friday and the Monday after it
    assert gap_of(intraday(holidays, minutes=minutes)) is None
    assert gap_of(intraday(WEEKDAYS[:3], minutes=minutes)) is None, "two nights are enough"


def test_a_pause_at_noon_and_sessions_over_midnight_are_usual():
    noon = [f"{day} {hour}:{minute:02}" for day in WEEKDAYS for hour in (11, 12) for minute in range(30)]
    assert gap_of(intraday(WEEKDAYS, minutes=1, without=noon)) is None
    assert (
        gap_of(intraday(range(60), "00:00", "23:59", 1, [f"{day} 16:{m:02}" for day in range(60) for m in range(60)]))
        is None
    )


def test_clocks_that_are_put_forward_do_not_count():
    summer = intraday(range(30), "13:30", "20:00").moments
    winter = intraday(range(30, 60), "14:30", "21:00").moments
    assert gap_of(series([*summer, *winter])) is None


def test_days_that_are_missing_of_an_intraday_series_are_told():
    found = intraday([day for day in WEEKDAYS if not 14 <= day < 28])
    gap = gap_of(found)
    assert gap == Gap(gap.place, 17, "day")
    assert clock(gap.place, found) == "28 09:30"


def test_hours_that_are_missing_within_a_day_or_over_a_midnight_are_told():
    found = intraday(WEEKDAYS, without=[f"9 {hour}:{minute:02}" for hour in (11, 12) for minute in range(0, 60, 5)])
    gap = gap_of(found)
    assert gap == Gap(gap.place, 25, "date")
    assert clock(gap.place, found) == "9 13:00"
    holes = ["5 22:00", "5 23:00", *(f"6 0{hour}:00" for hour in range(6))]
    found = intraday(range(60), "00:00", "23:00", 60, holes)
    gap = gap_of(found)
    assert gap == Gap(gap.place, 9, "date")
    assert clock(gap.place, found) == "6 06:00"


@pytest.mark.parametrize(
    ("moments", "gap"),
    [
        ([], None),
        ([1], None),
        ([1, 2], None),
        ([86_400 * day for day in WEEKDAYS], None),
        ([86_400 * day for day in WEEKDAYS if not 10 <= day < 20], Gap(8, 12, "date")),
        ([step for step in range(500) if not 100 <= step < 110 and not 300 <= step < 320], Gap(290, 21, "date")),
        ([2000 + step for step in range(30) if not 10 <= step < 15], Gap(10, 6, "date")),
    ],
)
def test_days_and_numbers(moments, gap):
    assert gap_of(series(moments)) == gap
