"""The figures of a comparison: kept as they come, told as they come, and summed up in tables."""

import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.measure import System
from seq2seq.files import atomic_write

PEERS = ("joeynmt", "opennmt")
OURS = ("seq2seq-fp32", "seq2seq-bf16", "seq2seq-int8")


@dataclass(frozen=True)
class Measure:
    """One row of the table: what is measured, in which unit, and how; `run` gives the figure and what else to keep."""

    name: str
    unit: str
    run: Callable[[System], tuple[float, dict[str, Any]]]
    rounds: int


class Results:
    """The figures so far, written to a JSON file after each of them."""

    def __init__(self, path: Path, header: dict[str, Any]) -> None:
        self.path, self.header = path, header
        self.systems: dict[str, dict[str, Any]] = {}
        self.units: dict[str, str] = {}
        self.figures: list[dict[str, Any]] = []

    def add(self, measure: Measure, system: str, round_: int, value: float, details: dict[str, Any]) -> None:
        """Keep one figure."""
        self.units[measure.name] = measure.unit
        self.figures.append({"measure": measure.name, "system": system, "round": round_, "value": value, **details})
        with atomic_write(self.path) as file:
            rest = {"systems": self.systems, "units": self.units, "medians": self.medians(), "ratios": self.ratios()}
            json.dump({**self.header, **rest, "figures": self.figures}, file, indent=2)

    def skip(self, system: str, reason: str) -> None:
        """Note, and say, that a system or one of its figures is missing."""
        self.systems.setdefault(system, {}).setdefault("skipped", []).append(reason)
        tell(f"skipping {system}: {reason}")

    def medians(self) -> dict[str, dict[str, float]]:
        """measure -> system -> the median of the rounds."""
        values: dict[str, dict[str, list[float]]] = {name: {} for name in self.units}
        for figure in self.figures:
            values[figure["measure"]].setdefault(figure["system"], []).append(figure["value"])
        return {name: {system: median(row[system]) for system in row} for name, row in values.items()}

    def ratios(self) -> dict[str, dict[str, float]]:
        """measure -> "ours / peer" -> the ratio of their medians; BLEU has differences instead."""
        return {
            name: {
                f"{ours} {'-' if name.startswith('BLEU') else '/'} {peer}": (
                    row[ours] - row[peer] if name.startswith("BLEU") else row[ours] / row[peer]
                )
                for ours in OURS
                for peer in PEERS
                if ours in row and peer in row
            }
            for name, row in self.medians().items()
        }

    def tables(self) -> str:
        """The medians and the ratios as two Markdown tables."""
        medians, ratios = self.medians(), self.ratios()
        names = [name for name in self.systems if any(name in row for row in medians.values())]
        pairs = [f"{ours} {sign} {peer}" for ours in OURS for peer in PEERS for sign in "/-"]
        pairs = [pair for pair in pairs if any(pair in row for row in ratios.values())]
        labels = {name: f"{name}, {unit}" if unit else name for name, unit in self.units.items()}
        return "\n\n".join(
            markdown_table(columns, {labels[name]: row for name, row in rows.items()}, form)
            for columns, rows, form in ((names, medians, figure), (pairs, ratios, "{:.2f}".format))
            if columns
        )


def markdown_table(columns: Sequence[str], rows: dict[str, dict[str, float]], form: Callable[[float], str]) -> str:
    """A Markdown table; a cell without a figure has a dash.

    >>> print(markdown_table(["a", "b"], {"speed": {"a": 2.0}}, "{:.1f}".format))
    | | a | b |
    |---|---|---|
    | speed | 2.0 | – |
    """
    lines = [f"| | {' | '.join(columns)} |", "|---" * (len(columns) + 1) + "|"]
    for name, row in rows.items():
        cells = [form(row[column]) if column in row else "–" for column in columns]
        lines.append(f"| {name} | {' | '.join(cells)} |")
    return "\n".join(lines)


def figure(value: float) -> str:
    """A figure with as many digits as mean something.

    >>> figure(1812.6), figure(18.26)
    ('1,813', '18.3')
    """
    return f"{value:,.0f}" if value >= 1000 else f"{value:.1f}"


def tell(message: str) -> None:
    """Say on standard error, with the time of day, how far the run is."""
    print(f"{datetime.now():%H:%M:%S} {message}", file=sys.stderr, flush=True)
