"""How numbers are written on the page."""

import re
from collections.abc import Iterable, Sequence

from seq2seq.report.content import Cell

NOTHING = "–"
_SIGN = re.compile(r"(?:\bp [<=]|^<) (?=\d)| (?=%)")
_WRITTEN = re.compile(r"< 0\.001|[+−-]?\d[\d,]*\.\d+")  # numbers that come as text


def unbroken(text: str) -> str:
    """The text with what belongs to a number kept on its line: "p < 0.001", "40 %"."""
    return _SIGN.sub(lambda found: found[0].replace(" ", "\u00a0"), text)


def decimals(values: Iterable[float]) -> int:
    """How many decimals show what matters of numbers that stand together: three for shares, one for scores.

    >>> decimals([0.2, 0.81]), decimals([3.0, 9.9]), decimals([0.4, 41.3])
    (3, 2, 1)
    """
    most = max((abs(value) for value in values), default=0.0)
    return 3 if most <= 1 else 2 if most < 10 else 1


def number(value: float | None, places: int) -> str:
    """A number with so many decimals, with a true minus sign; a dash for none.

    >>> number(-1234.5, 1), number(None, 1), number(-0.04, 1)
    ('−1,234.5', '–', '0.0')
    """
    if value is None or value != value:
        return NOTHING
    return f"{value:z,.{places}f}".replace("-", "−")


def interval(low: float | None, high: float | None, places: int) -> str:
    """A 95 % interval; nothing where there is none.

    >>> interval(40.26, 43.0, 1), interval(None, None, 1)
    ('40.3 to 43.0', '')
    """
    return "" if low is None or high is None else f"{number(low, places)} to {number(high, places)}"


def cells(rows: Sequence[Sequence[Cell]]) -> list[list[tuple[str, bool]]]:
    """What the cells of a table show, and whether each is a number; the numbers of a column have as many decimals.

    They have no more than are known: what comes rounded to tenths is shown in tenths. Texts count as numbers where all
    texts of their column are such.

    >>> cells([["a", 1.0, 1200], ["b", 22.25, None]])
    [[('a', False), ('1.0', True), ('1,200', True)], [('b', False), ('22.2', True), ('–', True)]]
    """
    columns = list(zip(*rows, strict=True))
    floats = [[cell for cell in column if isinstance(cell, float)] for column in columns]
    places = [min(decimals(values), max(map(_known, values), default=1)) for values in floats]
    written = [all(_WRITTEN.fullmatch(cell) for cell in column if isinstance(cell, str)) for column in columns]
    return [[_cell(cell, many, right) for cell, many, right in zip(row, places, written, strict=True)] for row in rows]


def _known(value: float) -> int:
    """How many decimals a number has, from 1 to 3."""
    return next((places for places in (1, 2) if round(value, places) == value), 3)


def _cell(cell: Cell, places: int, numeric: bool) -> tuple[str, bool]:
    if isinstance(cell, str):
        return unbroken(cell), numeric
    if isinstance(cell, int):
        return f"{cell:,}".replace("-", "−"), True
    return number(cell, places), numeric or cell is not None
