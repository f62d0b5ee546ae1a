"""A forecast as a picture."""

from collections.abc import Sequence
from pathlib import Path

from seq2seq.files import atomic_write
from seq2seq.inference.forecaster import Forecast

_SHOWN = 5  # so many times the forecast's steps of the past are shown, but not fewer than
_FEWEST = 60
_TICKS = 8


def draw_forecast(
    path: str | Path,
    dates: Sequence[str],
    values: Sequence[float],
    forecast: Forecast,
    level: float,
    names: tuple[str, str],
) -> None:
    """Draw the end of a series and what is foreseen, whole or not at all.

    Args:
        path: of a PNG file.
        dates: of the values, then of the forecast's steps.
        values: of the series.
        forecast: what follows.
        level: of its interval.
        names: of the columns of dates and of values.
    """
    # Only here, because matplotlib takes a while to import.
    from matplotlib.figure import Figure

    steps = len(forecast.mean)
    shown = min(len(values), max(_FEWEST, _SHOWN * steps))
    figure = Figure(figsize=(9, 4), layout="constrained")
    axes = figure.subplots()
    now = len(values) - 1
    past, coming = range(len(values) - shown, len(values)), range(now, now + steps + 1)
    axes.plot(past, values[-shown:], color="C0", lw=1.2, label="the series")
    last = [values[-1]]
    axes.plot(coming, last + forecast.mean, color="C1", lw=1.6, label="forecast")
    axes.fill_between(
        coming,
        last + forecast.low,
        last + forecast.high,
        color="C1",
        alpha=0.25,
        lw=0,
        label=f"{100 * level:g} % interval",
    )
    places = list(past) + list(coming[1:])
    every = max(1, -(-len(places) // _TICKS))
    axes.set_xticks(places[::every], [dates[place] for place in places[::every]])
    date_name, value_name = names
    axes.set_xlabel(date_name, parse_math=False)
    axes.set_ylabel(value_name, parse_math=False)
    axes.ticklabel_format(axis="y", style="plain", useOffset=False)
    axes.grid(alpha=0.3)
    figure.legend(frameon=False, loc="outside upper left", ncols=3)  # no part of the picture is always free
    with atomic_write(path, "wb") as file:
        figure.savefig(file, format="png", dpi=110)
