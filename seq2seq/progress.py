"""Progress on stderr: a bar with rate and time left on a terminal, a plain line now and then elsewhere."""

import contextlib
import sys
import time
from collections.abc import Iterable, Iterator
from typing import TypeVar

from rich.console import Console
from rich.progress import (
    BarColumn,
    Progress,
    ProgressColumn,
    SpinnerColumn,
    Task,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.text import Text

Item = TypeVar("Item")

_SECONDS_BETWEEN_LINES = 10.0
_ITEMS_BETWEEN_UPDATES = 1000


class _CountColumn(ProgressColumn):
    """Count done, of how many, and how many a second."""

    def render(self, task: Task) -> Text:
        of = "" if task.total is None else f"/{task.total:,.0f}"
        return Text(f"{task.completed:,.0f}{of} {task.fields['unit']}{_rate(task.finished_speed or task.speed or 0)}")


def _rate(a_second: float) -> str:
    """So many a second, or where that is less than one so many a minute; nothing where it is not known yet.

    >>> _rate(1234.5), _rate(2.345), _rate(0.05), _rate(0)
    (', 1,234/s', ', 2.3/s', ', 3.0/min', '')
    """
    if a_second <= 0:
        return ""
    value, unit = (a_second, "s") if a_second >= 1 else (60 * a_second, "min")
    return f", {value:,.{0 if value >= 10 else 1}f}/{unit}"


class Counter:
    """How far a task has come; made by `counting`."""

    def __init__(self, bar: Progress, description: str, unit: str, total: int | None, done: int, quiet: bool) -> None:
        self._bar, self._description, self._unit, self._quiet = bar, description, unit, quiet
        self._of = "" if total is None else f" of {total:,}"
        self._before = done
        self._started = self._told = time.monotonic()
        self._task = bar.add_task(description, total=total, completed=done, unit=unit)

    def show(self, done: float) -> None:
        """Tell that `done` are done in all."""
        self._bar.update(self._task, completed=done)
        now = time.monotonic()
        if self._bar.disable and not self._quiet and now - self._told > _SECONDS_BETWEEN_LINES:
            self._told = now
            rate = (done - self._before) / (now - self._started)
            print(f"{self._description}: {done:,.0f}{self._of} {self._unit}{_rate(rate)}", file=sys.stderr)


@contextlib.contextmanager
def counting(
    description: str, unit: str, total: int | None = None, done: int = 0, quiet: bool = False
) -> Iterator[Counter]:
    """Show a task's progress while the block runs and counts by `Counter.show`; the bar goes when the block ends.

    Args:
        description: what is being done.
        unit: what is counted, in the plural.
        total: of them in all; None when that is unknown.
        done: of them before the block.
        quiet: show nothing (it would be mixed with a conversation or output on the same terminal).
    """
    columns = SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), _CountColumn()
    with _bar(*columns, TimeElapsedColumn(), TimeRemainingColumn(), quiet=quiet) as bar:
        yield Counter(bar, description, unit, total, done, quiet)


@contextlib.contextmanager
def working(description: str) -> Iterator[None]:
    """Show that a task of unknown length goes on while the block runs."""
    with _bar(SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn()) as bar:
        bar.add_task(description, total=None)
        if bar.disable:
            print(description, file=sys.stderr)
        yield


def track(items: Iterable[Item], description: str, unit: str) -> Iterator[Item]:
    """Hand on items of unknown number and count them."""
    with counting(description, unit) as counter:
        number = 0
        for number, item in enumerate(items, start=1):
            yield item
            if number % _ITEMS_BETWEEN_UPDATES == 0:
                counter.show(number)
        counter.show(number)


def _bar(*columns: ProgressColumn, quiet: bool = False) -> Progress:
    return Progress(*columns, console=Console(stderr=True), transient=True, disable=quiet or not sys.stderr.isatty())
