"""Progress on stderr: a bar with rate and time left on a terminal, a plain line now and then elsewhere."""

import contextlib
import sys
import time
from collections.abc import Iterator

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

_SECONDS_BETWEEN_LINES = 10.0


class Counter:
    """How many of `total` lines are done. Use it by `count_progress`."""

    def __init__(self, what: str, total: int | None, bar: Progress | None) -> None:
        self._what, self._total, self._bar = what, total, bar
        self._started = self._told = time.monotonic()
        self._task = None if bar is None else bar.add_task(what, total=total, rate="")

    def show(self, done: float) -> None:
        """Tell that `done` lines are done in all."""
        now = time.monotonic()
        rate = f"{done / max(now - self._started, 1e-9):,.0f} lines/s"
        if self._bar is not None and self._task is not None:
            self._bar.update(self._task, completed=done, rate=rate)
        elif now - self._told > _SECONDS_BETWEEN_LINES:
            self._told = now
            of = "" if self._total is None else f" of {self._total:,}"
            print(f"{self._what}: {done:,.0f}{of} lines, {rate}", file=sys.stderr)


@contextlib.contextmanager
def count_progress(what: str, total: int | None, quiet: bool = False) -> Iterator[Counter]:
    """Show a task's progress while the block runs.

    Args:
        what: is done, in a word.
        total: lines in all; None when that is unknown.
        quiet: show no bar (it would be mixed with output on the same terminal).
    """
    if quiet or not sys.stderr.isatty():
        yield Counter(what, total, None)
        return
    columns = TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TextColumn("{task.fields[rate]}")
    with Progress(*columns, TimeRemainingColumn(), console=Console(stderr=True), transient=True) as bar:
        yield Counter(what, total, bar)
