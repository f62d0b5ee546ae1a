"""Running a system and reading its speed off its own log, checked against the clock."""

import math
import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Protocol

from benchmarks.environment import UnavailableError

FOR_EVER = 1_000_000  # updates or epochs: no run of the comparison gets there


@dataclass(frozen=True)
class BatchSize:
    """The size of a training batch: so many sentence pairs, or so many tokens of the longer side, padding included."""

    amount: int
    unit: str  # "sentences" or "tokens"

    def __str__(self) -> str:
        return f"{self.amount:,} {self.unit}"

    @property
    def log_every(self) -> int:
        """Updates between two lines of the log: some thousand target tokens."""
        return 5 if self.unit == "sentences" else 1


@dataclass(frozen=True)
class Progress:
    """What one line of a training log says of the updates since the line before.

    Attributes:
        tokens_per_second: target tokens (padding not counted, the end of sentence counted) by the system's own clock.
        tokens: how many there were, where the line or the batch size tells it.
    """

    tokens_per_second: float
    tokens: float | None


@dataclass(frozen=True)
class TrainingSpeed:
    """Target tokens per second in training, padding not counted, the end of sentence counted.

    Attributes:
        tokens_per_second: by the system's own log, the mean over the seconds measured.
        by_the_clock: the log's numbers of tokens over our seconds between its lines; None where it has no numbers.
        seconds: how long was measured, the warm-up left out.
    """

    tokens_per_second: float
    by_the_clock: float | None
    seconds: float


@dataclass(frozen=True)
class Decoding:
    """What a system made of the test sentences.

    Attributes:
        sentences_per_second: by the system's own log: loading the model is left out.
        process_seconds: from the start of the process to its end.
        outputs: a translation for each sentence.
    """

    sentences_per_second: float
    process_seconds: float
    outputs: list[str]


@dataclass(frozen=True)
class Trained:
    """A model on disk and the minutes of training, all told, that it took."""

    path: Path
    minutes: float


class System(Protocol):
    """What the comparison asks of every system."""

    @property
    def name(self) -> str:
        """Its name in options and tables."""

    def prepare(self) -> dict[str, str]:
        """Make the system ready and give the versions of what it runs on; UnavailableError when that cannot be."""

    def training_speed(self, batch: BatchSize, warm_up: float, seconds: float) -> TrainingSpeed:
        """Train for some seconds and measure."""

    def train(self, minutes: float) -> Trained:
        """The model after so many minutes of training with 64 sentences a batch; kept for the next time."""

    def decode(self, model: Path, source: Path, beam: int, batch: int) -> Decoding:
        """Translate a file, `batch` sentences at once."""


Line = tuple[float, str]  # seconds since the start of the process, and the text
Report = tuple[float, Progress]


def run_logged(
    command: Sequence[str | Path],
    log: Path,
    enough: Callable[[Line], bool] = lambda _: False,
    interrupt_after: float | None = None,
    stdin: Path | None = None,
    stdout: Path | None = None,
    cwd: Path | None = None,
    limit: float = 7200,
) -> list[Line]:
    """Run a command and note when each line of its output came.

    Args:
        command: what to run.
        log: file that gets the output, for whoever wonders why it failed.
        enough: asked at each line; once it says True the process is ended.
        interrupt_after: seconds after which the process gets Ctrl-C.
        stdin: file to read from; nothing by default.
        stdout: file for the standard output alone, if it is not to be part of the log.
        cwd: folder to run in; this one by default.
        limit: seconds after which a process that hangs is killed.

    Returns:
        (seconds since the start, line) of each line of the log: standard error, and standard output among it.

    Raises:
        UnavailableError: the process ended by itself with an error, or ran into the limit.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        # A shell starts what runs in its background deaf to Ctrl-C, and the deafness would be handed down.
        signal.signal(signal.SIGINT, signal.default_int_handler)
    lines: list[Line] = []
    ended_by_us = threading.Event()
    with (
        log.open("w", encoding="utf-8", buffering=1) as copy,
        (stdin or Path(os.devnull)).open("rb") as given,
        (stdout or Path(os.devnull)).open("wb") as results,
    ):
        started = time.monotonic()
        process = subprocess.Popen(
            [str(part) for part in command],
            stdin=given,
            stdout=results if stdout else subprocess.PIPE,
            stderr=subprocess.PIPE if stdout else subprocess.STDOUT,
            cwd=cwd,
            encoding="utf-8",
            errors="replace",
            env=os.environ | {"PYTHONUNBUFFERED": "1"},
            start_new_session=True,
        )

        def end(number: signal.Signals) -> None:
            ended_by_us.set()
            if process.poll() is None:
                os.killpg(process.pid, number)

        timers = [threading.Timer(limit, end, [signal.SIGKILL])]
        if interrupt_after is not None:
            timers.append(threading.Timer(interrupt_after, end, [signal.SIGINT]))
        for timer in timers:
            timer.daemon = True
            timer.start()
        try:
            for text in process.stdout or process.stderr or ():
                copy.write(text)
                lines.append((time.monotonic() - started, text.rstrip("\n")))
                if not ended_by_us.is_set() and enough(lines[-1]):
                    end(signal.SIGTERM)
            process.wait()
        finally:
            for timer in timers:
                timer.cancel()
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
    if process.returncode == -signal.SIGKILL:
        raise UnavailableError(f"no end after {limit:.0f} seconds; see {log}")
    if process.returncode and not ended_by_us.is_set():
        last = next((text.strip() for _, text in reversed(lines) if text.strip()), "no output")
        raise UnavailableError(f"exit code {process.returncode}: {last}; see {log}")
    return lines


def measure_training(
    command: Sequence[str | Path],
    log: Path,
    parse: Callable[[str], Progress | None],
    warm_up: float,
    seconds: float,
    cwd: Path | None = None,
) -> TrainingSpeed:
    """Run a training until it has been measured long enough, then end it.

    Args:
        command: the training; it would go on for ever.
        log: see `run_logged`.
        parse: what a line of its output says, if anything.
        warm_up: seconds after its first report that are left out.
        seconds: how long to measure after that.
        cwd: folder to run in.
    """
    reports: list[Report] = []

    def enough(line: Line) -> bool:
        progress = parse(line[1])
        if progress:
            reports.append((line[0], progress))
        warm = _warm(reports, warm_up)
        return bool(warm) and warm[-1][0] - warm[0][0] >= seconds

    run_logged(command, log, enough, cwd=cwd)
    return speed(reports, warm_up)


def speed(reports: Sequence[Report], warm_up: float) -> TrainingSpeed:
    """The speed over all reports that came later than `warm_up` seconds after the first.

    >>> speed([(0.0, Progress(1.0, 10)), (10.0, Progress(5.0, 50)), (12.0, Progress(6.0, 11))], warm_up=5)
    TrainingSpeed(tokens_per_second=6.0, by_the_clock=5.5, seconds=2.0)
    """
    warm = _warm(reports, warm_up)
    seconds = warm[-1][0] - warm[0][0] if warm else 0.0
    if seconds <= 0:
        raise UnavailableError("its training log has too few reports to measure a speed")
    by_the_log = by_the_clock = 0.0
    for (before, _), (after, progress) in pairwise(warm):
        by_the_log += progress.tokens_per_second * (after - before)
        by_the_clock += math.nan if progress.tokens is None else progress.tokens
    return TrainingSpeed(by_the_log / seconds, None if math.isnan(by_the_clock) else by_the_clock / seconds, seconds)


def read_outputs(path: Path) -> list[str]:
    """The lines of a file of translations; they end at line feeds only."""
    return path.read_text(encoding="utf-8").removesuffix("\n").split("\n")


def _warm(reports: Sequence[Report], warm_up: float) -> list[Report]:
    return [report for report in reports if report[0] >= reports[0][0] + warm_up]
