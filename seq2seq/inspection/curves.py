"""Figures with a line for each of several nets, on a log scale, and its name beside its end."""

import math
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from seq2seq.inspection.style import label_lines, new_figure, plain


def draw_distances(
    curves: Mapping[str, Sequence[float]],
    colours: Mapping[str, str],
    x: str,
    y: str,
    title: str,
    dashed: Collection[str] = (),
) -> Figure:
    """The gradient's norm against distance: a line each, that of distance 0 first, with its name beside it."""
    figure = new_figure(6.0)
    axes: Any = figure.subplots()
    plot_curves(axes, curves, colours, dashed)
    label_axes(axes, x, y, title)
    name_curves(axes, curves, colours, dashed)
    return figure


def plot_curves(
    axes: Any, curves: Mapping[str, Sequence[float]], colours: Mapping[str, str], dashed: Collection[str] = ()
) -> None:
    """Draw each line from 0 on, on a log scale; where there is no gradient at all, there is no line."""
    for name, curve in curves.items():
        values = [value or math.nan for value in curve]
        marker = "o" if len(curve) == 1 else ""  # a line of one point would not be seen
        style = "--" if name in dashed else "-"
        axes.plot(range(len(curve)), values, color=colours[name], lw=2.5, ls=style, marker=marker)
    axes.set_yscale("log")


def label_axes(axes: Any, x: str, y: str, title: str) -> None:
    """Say what the axes and the whole are."""
    axes.set_xlabel(x, fontsize=15)
    axes.set_ylabel(y, fontsize=15)
    axes.set_title(title, fontsize=16, parse_math=False)
    plain(axes)


def name_curves(
    axes: Any,
    curves: Mapping[str, Sequence[float]],
    colours: Mapping[str, str],
    dashed: Collection[str] = (),
    size: int = 14,
) -> None:
    """Write names beside the lines' ends."""
    longest = max(1, max(len(curve) for curve in curves.values()) - 1)
    axes.set_xlim(-0.01 * longest, longest)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True, steps=[1, 2, 5, 10]))
    ends = []
    for name, curve in curves.items():
        last = max((place for place, value in enumerate(curve) if value > 0), default=0)
        ends.append((last, curve[last] or axes.get_ylim()[0], name, colours[name]))
    label_lines(axes, ends, size, dashed)
