"""Dates of a series as they are written: read, compared, and gone on with."""

import calendar
import math
import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from seq2seq.errors import UserError

_ISO = re.compile(r"\d{4}-\d{2}(-\d{2}([T ].+)?)?")  # of ISO 8601 what can be written again
_EIGHT_DIGITS = re.compile(r"[12]\d{7}")
LONGEST = 60  # characters of a cell that a message repeats


def finite_number(cell: str) -> float | None:
    """The number that a cell holds; None where it holds none, or one that is not finite."""
    try:
        value = float(cell)
    except ValueError:
        return None
    return value if math.isfinite(value) and "_" not in cell else None


def moment_of(where: str, date: str, date_format: str) -> float:
    """A number that grows with time: seconds, or the number that the date is.

    Args:
        where: the date's file and line, for messages.
        date: as it is written.
        date_format: of `datetime.strptime`; empty for ISO 8601 and plain numbers.

    Raises:
        UserError: it is no such date.
    """
    if not date_format and (number := finite_number(date)) is not None:
        if _EIGHT_DIGITS.fullmatch(date) and _parse(date, "%Y%m%d"):
            raise UserError(f"{where}: {date} looks like a date, not a number; say so by --date-format %Y%m%d")
        return number
    moment = _parse(date, date_format)
    if moment is None:
        how = f"is not written as {date_format!r}" if date_format else "is neither an ISO date nor a number"
        told = f"{where}: date {date[:LONGEST]!r} {how}"
        raise UserError(f"{told}; say how dates are written by --date-format, for instance %d/%m/%Y")
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def _parse(date: str, date_format: str) -> datetime | None:
    try:
        if date_format:
            return datetime.strptime(date, date_format)
        if not _ISO.fullmatch(date):
            return None
        return datetime.fromisoformat(date if len(date) > 7 else f"{date}-01")
    except (ValueError, re.error):  # the latter of a format that names something twice
        return None


def following(dates: Sequence[str], count: int, date_format: str = "") -> list[str]:
    """The dates after the last one, as far apart as the last two are.

    Months count as months where those two are the same day of theirs; a calendar of days without trade is not known.

    Raises:
        UserError: they go beyond the year 9999.

    >>> following(["2023-11-01", "2023-12-01"], 2), following(["7", "8"], 2), following(["2024-02-28", "2024-02-29"], 1)
    (['2024-01-01', '2024-02-01'], ['9', '10'], ['2024-03-01'])
    """
    last = dates[-1]
    before = dates[-2] if len(dates) > 1 else None
    number = None if date_format else finite_number(last)
    if number is not None:
        gap = number - (number - 1 if before is None else float(before))
        later = [number + gap * step for step in range(1, count + 1)]
        return [str(int(each)) if each.is_integer() else f"{each:.10g}" for each in later]
    end = _parse(last, date_format)
    start = None if before is None else _parse(before, date_format)
    if end is None or start is None:
        return [f"{last} + {step}" for step in range(1, count + 1)]
    if start.tzinfo is None or end.tzinfo is None:  # one without a zone is in UTC, as `moment_of` has it
        start = start.replace(tzinfo=start.tzinfo or UTC).astimezone(end.tzinfo or UTC)
        start = start.replace(tzinfo=end.tzinfo)
    months = 12 * (end.year - start.year) + end.month - start.month
    ends = _is_month_end(start) and _is_month_end(end)
    try:
        if months and start.time() == end.time() and (ends or start.day == end.day):
            moments = [_months_later(end, months * step, ends) for step in range(1, count + 1)]
        else:
            moments = [end + (end - start) * step for step in range(1, count + 1)]
    except (ValueError, OverflowError) as error:
        raise UserError(f"so many dates after {last} go beyond the year 9999; take fewer") from error
    return [_written(moment, last, date_format) for moment in moments]


def _is_month_end(moment: datetime) -> bool:
    return (moment + timedelta(days=1)).day == 1


def _months_later(moment: datetime, months: int, at_end: bool) -> datetime:
    year, month = divmod(12 * moment.year + moment.month - 1 + months, 12)
    days = calendar.monthrange(year, month + 1)[1]
    return moment.replace(year=year, month=month + 1, day=days if at_end else min(moment.day, days))


def _written(moment: datetime, like: str, date_format: str) -> str:
    if date_format:
        return moment.strftime(date_format)
    if len(like) == 7:
        return moment.strftime("%Y-%m")
    return moment.date().isoformat() if len(like) == 10 else moment.isoformat(sep=like[10])  # type: ignore[arg-type]
