"""What a report says, apart from how it looks: sections of charts and tables, drawn by the page, told by the others."""

from dataclasses import dataclass
from typing import Literal

Cell = str | float | int | None
"""What a table's cell holds; None is shown as a dash."""


@dataclass(frozen=True)
class Point:
    """One value of a chart.

    Attributes:
        x: its place: a number, or the name of a bar's group.
        y: its height; None where there is nothing to measure.
        low: lower end of its 95 % interval, if it has one.
        high: the upper end.
        count: how many sentences, words or pictures it was measured on.
    """

    x: float | str
    y: float | None
    low: float | None = None
    high: float | None = None
    count: int | None = None


@dataclass(frozen=True)
class Series:
    """The points of one system, from left to right."""

    name: str
    points: tuple[Point, ...]


@dataclass(frozen=True)
class Chart:
    """A figure.

    Attributes:
        key: its name in files and links: letters, digits and hyphens.
        title: what it shows, in few words.
        text: how to read it, in a sentence or two of plain words.
        kind: "bar" (groups of bars, one a system), "line" (a line a system), or "diagonal" (a line a system, with the
            diagonal of perfect calibration).
        x: label of the x axis, with its unit.
        y: label of the y axis, with its unit.
        series: one a system, in the report's order.
    """

    key: str
    title: str
    text: str
    kind: Literal["bar", "line", "diagonal"]
    x: str
    y: str
    series: tuple[Series, ...]


@dataclass(frozen=True)
class Table:
    """A table.

    Attributes:
        key: its name in files and links: letters, digits and hyphens.
        title: what it shows, in few words.
        text: how to read it.
        columns: their headings.
        rows: as many cells each as there are columns.
    """

    key: str
    title: str
    text: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


@dataclass(frozen=True)
class Finding:
    """A sentence on which system is better; as a text it is the whole.

    Attributes:
        claim: the part that says it.
        proof: the numbers after it, which end the sentence; empty where there are none.

    >>> str(Finding("B is better than A:", "+1.8 BLEU, p = 0.004."))
    'B is better than A: +1.8 BLEU, p = 0.004.'
    """

    claim: str
    proof: str = ""

    def __str__(self) -> str:
        return f"{self.claim} {self.proof}" if self.proof else self.claim


@dataclass(frozen=True)
class Section:
    """Charts and tables on one question.

    Attributes:
        key: its name in links: letters, digits and hyphens.
        title: the question.
        text: the answer in plain words, a few sentences; on a line of its own what is said of all systems after them.
        items: what shows it.
    """

    key: str
    title: str
    text: str
    items: tuple[Chart | Table, ...]
