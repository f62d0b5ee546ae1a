"""Learning curves of the training runs as charts."""

from collections.abc import Mapping, Sequence

from seq2seq.report.content import Chart, Point, Series
from seq2seq.report.system import System

_AT_MOST = 60  # points of a curve
_SCORES = {"dev_bleu": "BLEU", "dev_cider": "CIDEr-D"}


def learning_charts(systems: Sequence[System]) -> list[Chart]:
    """The loss and each score over the steps of training, of all systems whose folder tells them."""
    known = [system for system in systems if system.curves]
    charts = [_loss(known)]
    for metric in sorted({name for system in known for name in system.curves if name in _SCORES}):
        series = [_series(system.name, system.curves[metric]) for system in known if system.curves.get(metric)]
        title = f"{_SCORES[metric]} on dev during training"
        text = "Higher is better. A curve that still rises at its end would have gained from longer training."
        charts.append(Chart(f"learning-{metric.replace('_', '-')}", title, text, "line", _STEPS, title, tuple(series)))
    return [chart for chart in charts if any(series.points for series in chart.series)]


_STEPS = "optimizer steps"


def _loss(systems: Sequence[System]) -> Chart:
    series = []
    for system in systems:
        if system.curves.get("train_nll"):
            series.append(_series(f"{system.name}, training", system.curves["train_nll"]))
        if system.curves.get("dev_nll"):
            series.append(_series(f"{system.name}, dev", system.curves["dev_nll"]))
    text = "Lower is better. Where dev rises while training falls, the model learns its training data by heart."
    return Chart("learning-loss", "Loss during training", text, "line", _STEPS, "nats a token", tuple(series))


def _series(name: str, curve: Mapping[int, float]) -> Series:
    """A curve of not too many points, each the mean of neighbours: one batch's loss says little."""
    points = sorted(curve.items())
    size = -(-len(points) // _AT_MOST) or 1
    parts = [points[start : start + size] for start in range(0, len(points), size)]
    means = [(part[-1][0], sum(value for _, value in part) / len(part)) for part in parts]
    return Series(name, tuple(Point(step + 1, value) for step, value in means))
