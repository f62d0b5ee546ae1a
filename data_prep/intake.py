"""Reading the lines of a split: the rows that are fit, and every line that is not, with the reason."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from data_prep.cleaning import EMPTY, Bounds
from data_prep.lines import Line
from data_prep.splitting import Row
from seq2seq.data.text import normalise

DUPLICATE = "duplicate"
CONTRADICTION = "the same text, labelled otherwise"
NO_NAME = "no picture's name"
BLANK = "blank line"
_OF_CAPTIONS = {EMPTY: "empty caption", DUPLICATE: "caption twice of one picture"}
_OF_LABELLED = {EMPTY: "empty field"}


class Drop(NamedTuple):
    """A line that is left out: its place, the reason, and the row that it held, if it held one."""

    file: str
    line: int
    reason: str
    row: Row = ()


@dataclass
class Intake:
    """The rows of one input split that were fit, with their places, and every line dropped."""

    lines_in: int = 0
    rows: list[Row] = field(default_factory=list)
    places: list[tuple[str, int]] = field(default_factory=list)
    dropped: list[Drop] = field(default_factory=list)

    def drop(self, why: Callable[[Row], str | None]) -> None:
        """Drop the rows for which `why` gives a reason."""
        kept: list[tuple[Row, tuple[str, int]]] = []
        for row, place in zip(self.rows, self.places, strict=True):
            reason = why(row)
            if reason is None:
                kept.append((row, place))
            else:
                self.dropped.append(Drop(*place, reason, row))
        self.rows, self.places = [row for row, _ in kept], [place for _, place in kept]


def take_in(
    lines: Iterable[Line],
    bounds: Bounds | None,
    names: int = 0,
    clean: Callable[[str], str] = normalise,
    texts: int | None = None,
    check: Callable[[Row], str | None] | None = None,
) -> Intake:
    """Bring the text of every line to one form and keep the rows that are fit.

    Args:
        lines: where they stand and what they hold.
        bounds: what the text must keep to. None, for a split given as it is: only what is no row at all goes, which is
            unreadable lines and empty sides.
        names: so many sides at the beginning are names, not text, and stay as they are.
        clean: gives a text its form.
        texts: so many sides after those are text, and what follows them (a label, tags) stays as it is; None: all are.
        check: says why a row must go, with bounds or without, or None.
    """
    intake = Intake()
    seen: dict[Row, Row] = {}  # what follows the text, by all that is before
    for line in lines:
        intake.lines_in += 1
        end = len(line.sides) if texts is None else names + texts
        row = (*line.sides[:names], *map(clean, line.sides[names:end]), *line.sides[end:])
        fault = (
            line.problem
            or (None if all(row) else BLANK if not any(row) else NO_NAME if not all(row[:names]) else EMPTY)
            or (check(row) if check else None)
        )
        if fault is None and bounds is not None:
            fault = bounds.fault(*row[names:end])
            if fault is None and row[:end] in seen:
                fault = DUPLICATE if seen[row[:end]] == row[end:] else CONTRADICTION
        if fault:
            named = _OF_CAPTIONS if names else _OF_LABELLED if texts is not None and end < len(line.sides) else {}
            intake.dropped.append(Drop(line.file, line.number, named.get(fault, fault), row))
        else:
            seen[row[:end]] = row[end:]
            intake.rows.append(row)
            intake.places.append((line.file, line.number))
    return intake
