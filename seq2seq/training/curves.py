"""Learning curves as a picture."""

import csv
import math
from collections import defaultdict
from collections.abc import Sequence
from itertools import accumulate
from pathlib import Path
from typing import Any

from pytorch_lightning import Callback, LightningModule, Trainer

from seq2seq.files import atomic_write
from seq2seq.inspection.look import CLIPPED, NORM, Curves
from seq2seq.training.metrics import METRICS, Metric

PICTURE = "curves.png"
_LOSS = ("loss (nats)", {"train_nll": "training", "dev_nll": "dev"})
_GRADIENT = ("length of the gradient before clipping", {NORM: "gradient"})
_CLIPPED = ("share of the steps whose gradient was clipped", {CLIPPED: "clipped"})
_RATE = ("learning rate", {"learning_rate": "learning rate"})


class LearningCurves(Callback):
    """Draws losses, main score, gradient norm, clipping and learning rate after each validation, from the CSV logs.

    Args:
        logs: folder of the CSV logger, with one `version_N/metrics.csv` for each time the run was started.
        picture: the file to draw.
        metric: the main score.
    """

    def __init__(self, logs: Path, picture: Path, metric: Metric = METRICS["dev_bleu"]) -> None:
        self.logs, self.picture, self.metric = logs, picture, metric

    def on_validation_end(self, trainer: Trainer, pl_module: LightningModule) -> None:
        """Draw anew."""
        if trainer.is_global_zero and not trainer.sanity_checking:
            for logger in trainer.loggers:
                logger.save()
            draw(read_curves(self.logs), self.picture, self.metric)


def read_curves(logs: Path) -> Curves:
    """By metric, its value at each step; where a run was resumed, what came later counts."""
    curves: dict[str, dict[int, float]] = defaultdict(dict)
    for file in sorted(logs.glob("version_*/metrics.csv"), key=lambda path: int(path.parent.name.split("_")[1])):
        with file.open(encoding="utf-8", newline="") as lines:
            rows = [row for row in csv.DictReader(lines) if row.get("step")]
        first = min((int(row["step"]) for row in rows), default=0)
        for points in curves.values():
            for step in [step for step in points if step >= first]:
                del points[step]
        for row in rows:
            for name, value in row.items():
                if value and name not in ("step", "epoch"):
                    curves[name][int(row["step"])] = float(value)
    return dict(curves)


def draw(curves: Curves, picture: Path, metric: Metric = METRICS["dev_bleu"]) -> None:
    """Write the picture, whole or not at all."""
    # Only here, because matplotlib takes a while to import.
    from matplotlib.figure import Figure
    from matplotlib.ticker import MaxNLocator

    from seq2seq.inspection.style import write_numbers

    score = [] if metric.name in _LOSS[1] else [(f"dev {metric.label}", {metric.name: "dev"})]
    gradient = [part for part in (_GRADIENT, _CLIPPED) if not curves.keys().isdisjoint(part[1])]
    shown = [_LOSS, *score, *gradient, _RATE]
    figure = Figure(figsize=(8, 2.7 * len(shown)), layout="constrained")
    panels: Any = figure.subplots(len(shown), 1, sharex=True)
    for axes, part in zip(panels, shown, strict=True):
        title, names = part
        for name, label in names.items():
            line = sorted(curves.get(name, {}).items())
            steps, values = [step + 1 for step, _ in line], [value for _, value in line]  # the first step is 1
            if name == "train_nll":  # one batch's loss says little: they differ by their sentences' lengths
                axes.plot(steps, values, color="C0", alpha=0.25, lw=0.8)
                values = smooth(values, kept=1 - 8 / max(len(values), 8))  # a short run has little to smooth
            axes.plot(steps, values, marker="o" if name.startswith("dev") else "", ms=3, label=label)
        axes.set_title(title, loc="left", fontsize=10)
        axes.grid(alpha=0.3)
        if part == _GRADIENT:
            axes.set_yscale("log")
        elif part == _CLIPPED:
            axes.set_ylim(-0.03, 1.03)
            share = list(curves[CLIPPED].values())
            axes.set_title(f"{sum(share) / len(share):.0%} of all steps", loc="right", fontsize=10)
        write_numbers(axes)
        if len(names) > 1:
            axes.legend(frameon=False)
    # A loss that is no number, as where a run goes astray, is never the best one.
    if points := {step: value for step, value in curves.get(metric.name, {}).items() if not math.isnan(value)}:
        best = metric.best(*points.values())
        step = next(step for step, value in points.items() if value == best)
        panels[len(score)].set_title(f"best: {metric.told(best)} at step {step + 1:,}", loc="right", fontsize=10)
    panels[-1].set_xlabel("optimizer steps")
    panels[-1].xaxis.set_major_locator(MaxNLocator(integer=True))
    with atomic_write(picture, "wb") as file:
        figure.savefig(file, format="png", dpi=110)


def smooth(values: Sequence[float], kept: float) -> list[float]:
    """At each place the mean over all values, weighed `kept` times less with every step away from it.

    What came before and what came after count alike, so that a falling curve is not drawn too high.

    >>> [round(value, 2) for value in smooth([0.0, 0.0, 1.0, 0.0, 0.0], kept=0.5)]
    [0.13, 0.21, 0.4, 0.21, 0.13]
    """
    sums, weights = _add_up(values, kept), _add_up([1.0] * len(values), kept)
    return [total / weight for total, weight in zip(sums, weights, strict=True)]


def _add_up(values: Sequence[float], kept: float) -> list[float]:
    """At each place the sum over all values, each times `kept` to the power of its distance."""
    before = list(accumulate(values, lambda total, value: kept * total + value))
    after = list(accumulate(reversed(values), lambda total, value: kept * total + value))[::-1]
    return [one + other - value for one, other, value in zip(before, after, values, strict=True)]
