"""A series of numbers in time: read from a user's table, transformed for a model and brought back. No torch."""

import csv
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Literal, NamedTuple, get_args

import numpy as np
from numpy.typing import NDArray

from seq2seq.data.dates import LONGEST, finite_number, moment_of
from seq2seq.errors import UserError, suggest
from seq2seq.files import open_lines

Transformation = Literal["none", "difference", "log_returns"]
TRANSFORMATIONS: tuple[str, ...] = get_args(Transformation)

_MISSING = ("", ".", "-", "na", "n/a", "nan", "null", "none", "#n/a")
_DELIMITERS = "\t;,"


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
        moments: of each, a number that grows with time; see `moment_of`.
        dropped: lines without a value, or without anything, by the reason.
        facts: the columns they were found in.
    """

    dates: list[str]
    values: list[float]
    lines: list[int]
    moments: list[float]
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
    dropped: dict[str, int] = {}
    number, first = _first_row(rows, dropped)
    if not first:
        raise UserError(f"{path}: holds no rows")
    columns = _columns(path, first, date, value)
    read = _Reading()
    if columns.header is None:
        _take(path, number, first, columns, date_format, drop_missing, read, dropped)
    for number, cells in rows:
        _take(path, number, cells, columns, date_format, drop_missing, read, dropped)
    if not read.values:
        raise UserError(f"{path}: holds no values")
    facts = SeriesFacts(columns.name(columns.date), columns.name(columns.value), "none", date_format)
    return Series(read.dates, read.values, read.lines, read.moments, dropped, facts)


def _rows(path: str | Path, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """The cells of each line, blank ones as no cells."""
    for number, line in open_lines(path):
        text = line or ""
        if not delimiter and text.strip():
            delimiter = next((sign for sign in _DELIMITERS if sign in text), ",")
        if not text.strip():
            yield number, []
            continue
        try:
            cells = next(csv.reader([text], delimiter=delimiter, strict=True))
        except csv.Error as error:
            raise UserError(f"{path}, line {number}: not a row of a CSV table ({error})") from error
        yield number, [cell.strip() for cell in cells]


def _first_row(rows: Iterator[tuple[int, list[str]]], dropped: dict[str, int]) -> tuple[int, list[str]]:
    for number, cells in rows:
        if cells:
            return number, cells
        _drop(dropped, "blank line")
    return 0, []


def _columns(path: str | Path, first: list[str], date: str, value: str) -> _Columns:
    """Where dates and values stand; the first row is a header where it is named, or holds no value."""
    single = len(first) == 1
    named = any(name and not name.isdecimal() for name in (date, value))
    value_place = _column(path, first, "value", value, 0 if single else 1, named)
    date_place = None if single and not date else _column(path, first, "date", date, 0, named)
    if date_place == value_place:
        raise UserError(f"{path}: dates and values are both looked for in column {value_place + 1}; name another")
    cell = first[value_place]
    header = named or not (_is_missing(cell) or finite_number(cell) is not None)
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
        _drop(dropped, "blank line")
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
        _drop(dropped, "no value")
        return
    value = finite_number(cell)
    if value is None:
        raise UserError(
            f"{where}: {cell[:LONGEST]!r} in column {columns.name(columns.value)!r} is no finite number; write "
            "1234.5, without separators of thousands"
        )
    moment = moment_of(where, date, date_format)
    if read.moments and moment <= read.moments[-1]:
        last, there = read.dates[-1], read.lines[-1]
        if moment == read.moments[-1]:
            raise UserError(f"{where}: {date} is in line {there} already; leave one of the two out")
        raise UserError(f"{where}: {date} comes after {last} in line {there}; sort the file by date first")
    read.dates.append(date)
    read.values.append(value)
    read.lines.append(number)
    read.moments.append(moment)


def _drop(dropped: dict[str, int], reason: str) -> None:
    dropped[reason] = dropped.get(reason, 0) + 1


def _is_missing(cell: str) -> bool:
    return cell.lower() in _MISSING


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
