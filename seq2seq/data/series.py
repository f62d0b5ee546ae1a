"""A series of numbers in time: read from a user's table, transformed for a model and brought back. No torch."""

import calendar
import csv
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Literal, NamedTuple, get_args

import numpy as np
from numpy.typing import NDArray

from seq2seq.errors import UserError, suggest
from seq2seq.files import open_lines

Transformation = Literal["none", "difference", "log_returns"]
TRANSFORMATIONS: tuple[str, ...] = get_args(Transformation)

_MISSING = ("", ".", "-", "na", "n/a", "nan", "null", "none", "#n/a")
_DELIMITERS = "\t;,"
_LONGEST = 60  # characters of a cell that a message repeats


@dataclass(frozen=True)
class SeriesFacts:
    """What a forecaster must know of the table that it was trained on, to read another like it.

    Attributes:
        date: name or number of the column of dates; empty where there is none.
        value: likewise, of the values.
        transformation: what was done to the values before the model saw them; see `transform`.
        date_format: of `datetime.strptime`; empty for ISO 8601 and plain numbers.
    """

    date: str = ""
    value: str = ""
    transformation: Transformation = "none"
    date_format: str = ""


@dataclass(frozen=True)
class Series:
    """Numbers in the order of their dates.

    Attributes:
        dates: as they are written.
        values: finite numbers, one a date.
        lines: where in the file each stands.
        dropped: lines without a value, or without anything, by the reason.
        facts: the columns they were found in.
    """

    dates: list[str]
    values: list[float]
    lines: list[int]
    dropped: dict[str, int]
    facts: SeriesFacts


class _Columns(NamedTuple):
    date: int | None
    value: int
    header: list[str] | None

    def name(self, place: int | None) -> str:
        if place is None:
            return ""
        return self.header[place] if self.header else str(place + 1)


@dataclass
class _Reading:
    dates: list[str] = field(default_factory=list)
    values: list[float] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)
    moments: list[float] = field(default_factory=list)


def read_series(
    path: str | Path,
    date: str = "",
    value: str = "",
    date_format: str = "",
    delimiter: str = "",
    drop_missing: bool = False,
) -> Series:
    """Read a table with a row for each date: CSV with a header or without one, UTF-8, plain or gzip.

    Args:
        path: the table.
        date: name or number (from 1) of the column of dates; empty: the first, or none where there is but one column.
        value: likewise, of the values; empty: the second, or the only one.
        date_format: of `datetime.strptime`; empty reads ISO 8601 (2024, 2024-05, 2024-05-31, 2024-05-31T09:30) and
            plain numbers.
        delimiter: between the cells; empty: a tab, a semicolon or a comma, whichever the first line has.
        drop_missing: leave out rows without a value, and count them; otherwise they are refused.

    Raises:
        UserError: no such file or column, or a row that is too short, without a value, with something else than a
            finite number or a date, or with a date that is not after the one before; file and line are told.
    """
    rows = _rows(path, delimiter)
    number, first = next(rows, (0, []))
    if not number:
        raise UserError(f"{path}: holds no rows")
    columns = _columns(path, first, date, value)
    read = _Reading()
    dropped: dict[str, int] = {}
    if columns.header is None:
        _take(path, number, first, columns, date_format, drop_missing, read, dropped)
    for number, cells in rows:
        _take(path, number, cells, columns, date_format, drop_missing, read, dropped)
    if not read.values:
        raise UserError(f"{path}: holds no values")
    facts = SeriesFacts(columns.name(columns.date), columns.name(columns.value), "none", date_format)
    return Series(read.dates, read.values, read.lines, dropped, facts)


def _rows(path: str | Path, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """The cells of each line, blank ones as no cells."""
    for number, line in open_lines(path):
        text = line or ""
        if not delimiter and text.strip():
            delimiter = next((sign for sign in _DELIMITERS if sign in text), ",")
        if not text.strip():
            if delimiter:  # lines before the first row are nothing
                yield number, []
            continue
        try:
            cells = next(csv.reader([text], delimiter=delimiter, strict=True))
        except csv.Error as error:
            raise UserError(f"{path}, line {number}: not a row of a CSV table ({error})") from error
        yield number, [cell.strip() for cell in cells]


def _columns(path: str | Path, first: list[str], date: str, value: str) -> _Columns:
    """Where dates and values stand; the first row is a header where it is named, or holds no value."""
    single = len(first) == 1
    named = any(name and not name.isdecimal() for name in (date, value))
    value_place = _column(path, first, "value", value, 0 if single else 1, named)
    date_place = None if single and not date else _column(path, first, "date", date, 0, named)
    if date_place == value_place:
        raise UserError(f"{path}: dates and values are both looked for in column {value_place + 1}; name another")
    cell = first[value_place]
    header = named or not (_is_missing(cell) or _number(cell) is not None)
    return _Columns(date_place, value_place, first if header else None)


def _column(path: str | Path, first: list[str], what: str, name: str, default: int, named: bool) -> int:
    if not name:
        return default
    if named and name in first:
        return first.index(name)
    if name.isdecimal() and 1 <= int(name) <= len(first):
        return int(name) - 1
    there = ", ".join(map(repr, first[:20]))
    raise UserError(
        f"--{what} {name!r}: {path} has no such column; its first line holds {there}{suggest(name, first)}; "
        f"give a name of these or a number from 1 to {len(first)}"
    )


def _take(
    path: str | Path,
    number: int,
    cells: list[str],
    columns: _Columns,
    date_format: str,
    drop_missing: bool,
    read: _Reading,
    dropped: dict[str, int],
) -> None:
    where = f"{path}, line {number}"
    if not cells:
        dropped["blank line"] = dropped.get("blank line", 0) + 1
        return
    needed = max(columns.value, -1 if columns.date is None else columns.date) + 1
    if len(cells) < needed:
        raise UserError(f"{where}: {len(cells)} column(s) where {needed} are needed; check the row and the delimiter")
    cell = cells[columns.value]
    date = str(len(read.dates) + 1) if columns.date is None else " ".join(cells[columns.date].split())
    if _is_missing(cell):
        if not drop_missing:
            raise UserError(
                f"{where}: no value for {date} in column {columns.name(columns.value)!r} ({cell!r}); fill it in, or "
                "leave such rows out with --drop-missing"
            )
        dropped["no value"] = dropped.get("no value", 0) + 1
        return
    value = _number(cell)
    if value is None:
        raise UserError(
            f"{where}: {cell[:_LONGEST]!r} in column {columns.name(columns.value)!r} is no finite number; write "
            "1234.5, without separators of thousands"
        )
    moment = _moment(where, date, date_format)
    if read.moments and moment <= read.moments[-1]:
        last, there = read.dates[-1], read.lines[-1]
        if moment == read.moments[-1]:
            raise UserError(f"{where}: {date} is in line {there} already; leave one of the two out")
        raise UserError(f"{where}: {date} comes after {last} in line {there}; sort the file by date first")
    read.dates.append(date)
    read.values.append(value)
    read.lines.append(number)
    read.moments.append(moment)


def _is_missing(cell: str) -> bool:
    return cell.lower() in _MISSING


def _number(cell: str) -> float | None:
    try:
        value = float(cell)
    except ValueError:
        return None
    return value if math.isfinite(value) and "_" not in cell else None


def _moment(where: str, date: str, date_format: str) -> float:
    """A number that grows with time: seconds, or the number that the date is."""
    if not date_format and (number := _number(date)) is not None:
        return number
    moment = _parse(date, date_format)
    if moment is None:
        how = f"is not written as {date_format!r}" if date_format else "is neither an ISO date nor a number"
        told = f"{where}: date {date[:_LONGEST]!r} {how}"
        raise UserError(f"{told}; say how dates are written by --date-format, for instance %d/%m/%Y")
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def _parse(date: str, date_format: str) -> datetime | None:
    try:
        if date_format:
            return datetime.strptime(date, date_format)
        if len(date) == 7:
            return datetime.strptime(date, "%Y-%m")
        return datetime.fromisoformat(date)
    except ValueError:
        return None


def following(dates: Sequence[str], count: int, date_format: str = "") -> list[str]:
    """The dates after the last one, as far apart as the last two are.

    Months count as months where those two are the same day of theirs; a calendar of days without trade is not known.

    >>> following(["2023-11-01", "2023-12-01"], 2), following(["7", "8"], 2), following(["2024-02-28", "2024-02-29"], 1)
    (['2024-01-01', '2024-02-01'], ['9', '10'], ['2024-03-01'])
    """
    last = dates[-1]
    before = dates[-2] if len(dates) > 1 else None
    number = None if date_format else _number(last)
    if number is not None:
        gap = number - (number - 1 if before is None else float(before))
        later = [number + gap * step for step in range(1, count + 1)]
        return [str(int(each)) if each.is_integer() else f"{each:.10g}" for each in later]
    end = _parse(last, date_format)
    start = None if before is None else _parse(before, date_format)
    if end is None or start is None:
        return [f"{last} + {step}" for step in range(1, count + 1)]
    months = 12 * (end.year - start.year) + end.month - start.month
    ends = _is_month_end(start) and _is_month_end(end)
    if months and start.time() == end.time() and (ends or start.day == end.day):
        moments = [_months_later(end, months * step, ends) for step in range(1, count + 1)]
    else:
        moments = [end + (end - start) * step for step in range(1, count + 1)]
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


def transform(values: Sequence[float], transformation: Transformation) -> list[float]:
    """What a model sees of a series: "none" the values, "difference" x_t - x_{t-1}, "log_returns" log x_t / x_{t-1}.

    The last two have one value fewer.

    Raises:
        ValueError: a value that is not above zero, for "log_returns".

    >>> transform([1.0, 3.0, 4.0], "difference"), transform([1.0, math.e], "log_returns")
    ([2.0, 1.0], [1.0])
    """
    if transformation == "none":
        return list(values)
    if transformation == "log_returns":
        if min(values) <= 0:
            raise ValueError(f"{min(values)} is not above zero, and so has no logarithm")
        values = [math.log(value) for value in values]
    return [after - before for before, after in pairwise(values)]


def restore(changes: NDArray[np.float64], last: float, transformation: Transformation) -> NDArray[np.float64]:
    """The values that follow `last`, of what `transform` made of them: (..., steps) both.

    >>> restore(np.array([2.0, 1.0]), 1.0, "difference").tolist()
    [3.0, 4.0]
    """
    if transformation == "none":
        return changes
    sums = changes.cumsum(-1)
    return last + sums if transformation == "difference" else last * np.exp(sums)
