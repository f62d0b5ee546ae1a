"""What a run tells while it goes on."""

import sys
import time
from typing import Any

from pytorch_lightning import LightningModule, Trainer
from pytorch_lightning.callbacks import ProgressBar
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn
from rich.text import Text

from seq2seq.training.metrics import METRICS, Metric
from seq2seq.training.schedule import progress
from seq2seq.training.throughput import rate_name

_SECONDS_BETWEEN_UPDATES = 1.0
_SECONDS_BETWEEN_LINES = 30.0


class TrainingBar(ProgressBar):
    """A bar over the whole run on a terminal, a line now and then elsewhere, both on stderr.

    Shows step, epoch, training loss, speed, the main score on dev with the best so far, and the time left by whichever
    limit comes first: steps, epochs or time.

    Args:
        metric: the main score.
        unit: what the speed is logged in; see `RecipeTask.unit`.
    """

    def __init__(self, metric: Metric = METRICS["dev_bleu"], unit: str = "target_tokens") -> None:
        super().__init__()
        self._metric, self._unit = metric, unit
        self._console = Console(stderr=True, soft_wrap=not sys.stderr.isatty())
        self._bar: Progress | None = None
        self._enabled = True
        self._told = 0.0
        self._start = (0.0, 0.0)
        self._best: float | None = None

    def enable(self) -> None:
        """Show it (Lightning calls this on the first process)."""
        self._enabled = True

    def disable(self) -> None:
        """Show nothing (Lightning calls this on the other processes)."""
        self._enabled = False

    def state_dict(self) -> dict[str, float | None]:
        """The best score, for a run that goes on (Lightning keeps it in the checkpoint)."""
        return {"best": self._best}

    def load_state_dict(self, state_dict: dict[str, float | None]) -> None:
        """Go on with it."""
        self._best = state_dict["best"]

    def print(self, *args: Any, **kwargs: Any) -> None:
        """Print above the bar."""
        if self._enabled:
            self._console.print(*(Text(str(item)) for item in args), highlight=False)

    def on_train_start(self, trainer: Trainer, pl_module: LightningModule) -> None:
        """Begin the bar."""
        self._start = (time.monotonic(), progress(trainer))
        self._told = time.monotonic()
        if self._enabled and self._console.is_terminal:
            columns = BarColumn(bar_width=20), TaskProgressColumn(), TextColumn("{task.description}")
            self._bar = Progress(*columns, console=self._console, auto_refresh=False)
            self._bar.add_task("", total=1.0)
            self._bar.start()

    def on_train_batch_end(self, trainer: Trainer, pl_module: LightningModule, *_: Any) -> None:  # type: ignore[override]
        """Tell how it goes, if it is time to."""
        now = time.monotonic()
        if now - self._told >= (_SECONDS_BETWEEN_LINES if self._bar is None else _SECONDS_BETWEEN_UPDATES):
            self._told = now
            self._show(trainer, self._state(trainer))

    def on_validation_start(self, trainer: Trainer, pl_module: LightningModule) -> None:
        """Tell that training waits."""
        if self._bar is not None:
            self._show(trainer, "scoring dev")

    def on_validation_end(self, trainer: Trainer, pl_module: LightningModule) -> None:
        """Tell the score, and remember the best."""
        if self._metric.name in trainer.callback_metrics:
            value = float(trainer.callback_metrics[self._metric.name])
            self._best = value if self._best is None else self._metric.best(self._best, value)
        if not trainer.sanity_checking:
            self._told = time.monotonic()
            self._show(trainer, self._state(trainer))

    def teardown(self, trainer: Trainer, pl_module: LightningModule, stage: str) -> None:
        """End the bar, also when an error ends the run."""
        if self._bar is not None:
            self._bar.stop()
            self._bar = None

    def _show(self, trainer: Trainer, text: str) -> None:
        if self._bar is not None:
            self._bar.update(self._bar.task_ids[0], completed=progress(trainer), description=text, refresh=True)
        elif self._enabled:
            self.print(f"{progress(trainer):4.0%}  {text}")

    def _state(self, trainer: Trainer) -> str:
        metrics = trainer.callback_metrics
        parts = [f"step {trainer.global_step:,}", f"epoch {trainer.current_epoch + 1}"]
        if "train_nll" in metrics:
            parts.append(f"loss {float(metrics['train_nll']):.2f}")
        if (rate := rate_name(self._unit)) in metrics:
            parts.append(f"{float(metrics[rate]):,.0f} {self._unit.split('_')[-1]}/s")
        if self._metric.name in metrics and self._best is not None:
            value, best = (self._metric.told(number) for number in (float(metrics[self._metric.name]), self._best))
            parts.append(f"dev {self._metric.label} {value} (best {best})")
        parts.append(f"{clock(self._seconds_left(progress(trainer)))} left")
        return " · ".join(parts)

    def _seconds_left(self, done: float) -> float | None:
        since, before = self._start
        return None if done <= before else (time.monotonic() - since) * (1 - done) / (done - before)


def clock(seconds: float | None) -> str:
    """A duration for people.

    >>> clock(59.6), clock(3725), clock(None)
    ('1:00', '1:02:05', '?')
    """
    if seconds is None:
        return "?"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
