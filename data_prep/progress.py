"""Progress on stderr: bars on a terminal, now and then a plain line elsewhere."""

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
        return Text(f"{task.completed:,.0f}{of} {task.fields['unit']}, {task.finished_speed or task.speed or 0:,.0f}/s")


class Counter:
    """How far a task has come; made by `counting`."""

    def __init__(self, description: str, unit: str, total: int | None, done: int) -> None:
        self._done = done
        self._description, self._unit = description, unit
        self._of = "" if total is None else f" of {total:,}"
        self._told = time.monotonic()
        columns = SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), _CountColumn()
        self.bar = Progress(
            *columns,
            TimeElapsedColumn(),
            TimeRemainingColumn(),
            console=Console(stderr=True),
            disable=not sys.stderr.isatty(),
        )
        self._task = self.bar.add_task(description, total=total, completed=done, unit=unit)

    def advance(self, amount: int) -> None:
        """Count `amount` more."""
        self._done += amount
        self.bar.update(self._task, completed=self._done)
        if self.bar.disable and time.monotonic() - self._told > _SECONDS_BETWEEN_LINES:
            self._told = time.monotonic()
            print(f"{self._description}: {self._done:,}{self._of} {self._unit}", file=sys.stderr)


@contextlib.contextmanager
def counting(description: str, unit: str, total: int | None = None, done: int = 0) -> Iterator[Counter]:
    """Show a task whose parts are counted by `Counter.advance`; `done` of them were done before."""
    counter = Counter(description, unit, total, done)
    with counter.bar:
        yield counter


@contextlib.contextmanager
def working(description: str) -> Iterator[None]:
    """Show that a task of unknown length goes on."""
    columns = SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn()
    with Progress(*columns, console=Console(stderr=True), disable=not sys.stderr.isatty()) as bar:
        task = bar.add_task(description, total=None)
        if bar.disable:
            print(description, file=sys.stderr)
        yield
        bar.update(task, total=1, completed=1)


def track(items: Iterable[Item], description: str, unit: str) -> Iterator[Item]:
    """Hand on items of unknown number and count them."""
    with counting(description, unit) as counter:
        pending = 0
        for item in items:
            yield item
            pending += 1
            if pending == _ITEMS_BETWEEN_UPDATES:
                counter.advance(pending)
                pending = 0
        counter.advance(pending)
