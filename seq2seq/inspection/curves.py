"""Figures with a line for each of several nets, on a log scale, and its name beside its end."""

from collections.abc import Mapping, Sequence
from typing import Any

from matplotlib.figure import Figure

from seq2seq.inspection.style import label_lines, new_figure, plain

FLOOR = 1e-30
"""What is smaller lies on the lower edge."""


def draw_distances(
    curves: Mapping[str, Sequence[float]], colours: Mapping[str, str], x: str, y: str, title: str = ""
) -> Figure:
    """The gradient's norm against distance: a line each, that of distance 0 first, with its name beside it."""
    figure = new_figure(6.0)
    axes: Any = figure.subplots()
    plot_curves(axes, curves, colours)
    if title:
        axes.set_title(title, fontsize=16, parse_math=False)
    label_axes(axes, x, y)
    name_curves(figure, axes, curves, colours)
    return figure


def plot_curves(axes: Any, curves: Mapping[str, Sequence[float]], colours: Mapping[str, str]) -> None:
    """Draw each line from 0 on, on a log scale."""
    for name, curve in curves.items():
        axes.plot(range(len(curve)), [max(value, FLOOR) for value in curve], color=colours[name], lw=2.5)
    axes.set_yscale("log")


def label_axes(axes: Any, x: str, y: str) -> None:
    """Say what the axes are."""
    axes.set_xlabel(x, fontsize=15)
    axes.set_ylabel(y, fontsize=15)
    plain(axes)


def name_curves(
    figure: Figure, axes: Any, curves: Mapping[str, Sequence[float]], colours: Mapping[str, str], size: int = 14
) -> None:
    """Write names beside the lines' ends, with room for them."""
    longest = max(1, max(len(curve) for curve in curves.values()) - 1)
    width = axes.get_position().width * figure.get_size_inches()[0] * 72
    axes.set_xlim(-0.01 * longest, longest * (1 + 0.68 * size * max(map(len, curves)) / width))
    figure.draw_without_rendering()
    ends = [(len(curve) - 1, max(curve[-1], FLOOR), name, colours[name]) for name, curve in curves.items()]
    label_lines(axes, ends, size)
