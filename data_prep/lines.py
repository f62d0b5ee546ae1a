"""Reading rows of text from files, each with its place, and nothing skipped."""

import csv
import io
import itertools
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from seq2seq.errors import UserError
from seq2seq.files import check_encoding, open_bytes, open_lines

UNDECODABLE = "not UTF-8"
CONVERT = "; convert the file first, for instance with `iconv -f LATIN1 -t UTF-8`"
"""What is advised where lines are not UTF-8."""
MALFORMED = "wrong number of columns"
HEADER = "header"

_HEAD = 256  # bytes at the beginning, of which about every other is zero in UTF-16


@dataclass(frozen=True, slots=True)
class Line:
    """What one line of the input (one row of a table) gave: its sides as they were read, or the problem with it.

    The sides are those of a pair of sentences, or a picture's name and a caption in each language.
    """

    file: str
    number: int  # from 1; of a row over several lines, the first
    sides: tuple[str, ...] = ("", "")
    problem: str | None = None


def read_lines(path: Path) -> Iterator[tuple[int, str | None]]:
    """Yield the number and the text of each line, None where it is not UTF-8 (see `open_lines`).

    Raises:
        UserError: the file cannot be read, or is UTF-16 or UTF-32 throughout.
    """
    _check_encoding(path)
    yield from open_lines(path, undecodable="yield")


def _check_encoding(path: Path) -> None:
    """Refuse what would pass for UTF-8 with stray zeros, or lose every line."""
    try:
        with open_bytes(path) as file:
            head = file.read(_HEAD)
    except (OSError, EOFError, zlib.error) as error:
        raise UserError(f"{path}: cannot be read ({error})") from error
    check_encoding(head, path, zeros=True)


def refuse_unfit(path: Path, lines: Iterable[tuple[int, str | None]]) -> None:
    """Refuse a file of which no line is fit, for otherwise what is missing would be told, and not why.

    Args:
        path: the file.
        lines: the number of each, and the problem with it, if there is one.

    Raises:
        UserError: with the first problem.
    """
    first = None
    for number, problem in lines:
        if problem is None:
            return
        if problem != HEADER:
            first = first or (number, problem)
    if first is None:
        raise UserError(f"{path}: holds no text")
    advice = CONVERT if first[1] == UNDECODABLE else ""
    raise UserError(f"{path}, line {first[0]}: {first[1]}, and nothing else in the file is fit{advice}")


def read_aligned(first: Path, second: Path) -> Iterator[Line]:
    """The pairs of two files in which line n of one is the translation of line n of the other.

    Raises:
        UserError: the files have different numbers of lines, or one cannot be read.
    """
    lines = itertools.zip_longest(read_lines(first), read_lines(second))
    for count, (one, other) in enumerate(lines):
        if one is None or other is None:
            longer = count + 1 + sum(1 for _ in lines)
            counts = (count, longer) if one is None else (longer, count)
            raise UserError(
                f"{first} has {counts[0]} lines and {second} has {counts[1]}: "
                "aligned files must have the same number, line n of one the translation of line n of the other"
            )
        (number, left), (_, right) = one, other
        if left is None or right is None:
            yield Line((first if left is None else second).name, number, problem=UNDECODABLE)
        else:
            yield Line(first.name, number, (left, right))


def read_tsv(
    path: Path, columns: tuple[int, ...] = (0, 1), widths: Iterable[int] | None = None, header: bool = False
) -> Iterator[Line]:
    """The rows of a table whose columns are divided by tabs, without quoting.

    Args:
        path: the file.
        columns: where the sides are, from 0.
        widths: the numbers of columns that a row may have; None: as many as the first row.
        header: the first row holds names.

    Raises:
        UserError: the file cannot be read.
    """
    rows = ((number, UNDECODABLE if line is None else line.split("\t")) for number, line in read_lines(path))
    return _lines_of_rows(path, rows, columns, widths, header)


def read_csv(
    path: Path, columns: tuple[int, ...] = (0, 1), header: bool = False, delimiter: str = ","
) -> Iterator[Line]:
    """The rows of a table with quoted fields (RFC 4180), all rows as wide as the first; see `read_tsv`.

    Raises:
        UserError: the file cannot be read, or a quote is opened and never closed.
    """
    return _lines_of_rows(path, _csv_rows(path, delimiter), columns, None, header)


def _csv_rows(path: Path, delimiter: str) -> Iterator[tuple[int, list[str] | str]]:
    """Each row, or the problem with it, after the number of its first line."""
    _check_encoding(path)
    try:
        # A byte that is not UTF-8 is read as half a surrogate pair, which UTF-8 cannot hold: its line's quotes count.
        with (
            open_bytes(path) as raw,
            io.TextIOWrapper(raw, encoding="utf-8-sig", errors="surrogateescape", newline="") as text,
        ):
            reader = csv.reader(text, delimiter=delimiter, strict=True)
            while True:
                number = reader.line_num + 1
                try:
                    row = next(reader)
                except StopIteration:
                    return
                except csv.Error as error:
                    if "end of data" in str(error) or "field larger" in str(error):
                        raise UserError(f"{path}, line {number}: a quote is opened here and never closed") from error
                    yield number, MALFORMED
                    continue
                decoded = all(field.isascii() or field == field.encode(errors="ignore").decode() for field in row)
                yield number, row if decoded else UNDECODABLE
    except (OSError, EOFError, zlib.error) as error:
        raise UserError(f"{path}: cannot be read ({error})") from error


def _lines_of_rows(
    path: Path,
    rows: Iterable[tuple[int, list[str] | str]],
    columns: tuple[int, ...],
    widths: Iterable[int] | None,
    header: bool,
) -> Iterator[Line]:
    allowed = None if widths is None else set(widths)
    for index, (number, row) in enumerate(rows):
        if isinstance(row, str):
            yield Line(path.name, number, problem=row)
            continue
        if header and index == 0:
            yield Line(path.name, number, problem=HEADER)
            continue
        if not any(row):
            yield Line(path.name, number, ("",) * len(columns))
            continue
        if allowed is None:
            if len(row) <= max(columns):
                wanted = " and ".join(str(column + 1) for column in columns)
                raise UserError(
                    f"{path}, line {number}: {len(row)} column(s), but columns {wanted} are wanted; "
                    "check the format (TSV or CSV), the delimiter and --columns"
                )
            allowed = {len(row)}
        if len(row) in allowed:
            yield Line(path.name, number, tuple(row[column] for column in columns))
        else:
            yield Line(path.name, number, problem=MALFORMED)
