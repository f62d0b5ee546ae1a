"""Reading the lines of a split: the rows that are fit, and every line that is not, with the reason."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from data_prep.cleaning import EMPTY, Bounds
from data_prep.lines import Line
from data_prep.splitting import Row
from seq2seq.data.text import normalise

DUPLICATE = "duplicate"
_OF_CAPTIONS = {EMPTY: "empty caption", DUPLICATE: "caption twice of one picture"}


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
    lines: Iterable[Line], bounds: Bounds | None, names: int = 0, clean: Callable[[str], str] = normalise
) -> Intake:
    """Bring the text of every line to one form and keep the rows that are fit.

    Args:
        lines: where they stand and what they hold.
        bounds: what the text must keep to. None, for a split given as it is: only what is no row at all goes, which is
            unreadable lines and empty sides.
        names: so many sides at the beginning are names, not text, and stay as they are.
        clean: gives a text its form.
    """
    intake = Intake()
    seen: set[Row] = set()
    for line in lines:
        intake.lines_in += 1
        row = (*line.sides[:names], *map(clean, line.sides[names:]))
        fault = line.problem or (None if all(row) else EMPTY)
        if fault is None and bounds is not None:
            fault = bounds.fault(*row[names:]) or (DUPLICATE if row in seen else None)
        if fault:
            fault = _OF_CAPTIONS.get(fault, fault) if names else fault
            intake.dropped.append(Drop(line.file, line.number, fault, row))
        else:
            seen.add(row)
            intake.rows.append(row)
            intake.places.append((line.file, line.number))
    return intake
