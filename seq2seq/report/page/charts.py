"""Charts drawn by matplotlib, for any width of screen, in the colours of the page."""

import math
import textwrap
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import matplotlib
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator, StrMethodFormatter

from seq2seq.report.content import Chart, Point, Series
from seq2seq.report.page.looks import COLOURS, Look, looks
from seq2seq.report.page.numbers import decimals, interval, number
from seq2seq.report.page.svg import GRID, INK, MUTED, POINT, SURFACE, plain, tint_colour, to_svg

_WIDTH = 360  # units of the drawing: about the pixels of a phone's screen, so that its letters stay legible there
_HEIGHT = 236
_FONT = 11.5
_LETTER = 0.56 * _FONT  # about a letter's width
_LINE = 13.5  # from one line of letters to the next
_LONGEST = 80  # letters of a group's name
_MOST_MARKERS = 20
_SETTINGS: Any = {
    "font.size": _FONT,
    "axes.edgecolor": MUTED,
    "axes.linewidth": 0.8,
    "axes.labelcolor": MUTED,
    "axes.axisbelow": True,
    "text.color": INK,
    "text.parse_math": False,  # a dollar sign is a dollar sign
    "xtick.color": MUTED,
    "ytick.color": MUTED,
    "xtick.labelcolor": MUTED,
    "ytick.labelcolor": MUTED,
    "grid.color": GRID,
    "grid.linewidth": 0.8,
    "axes.unicode_minus": True,
}


@dataclass
class _Drawing:
    """What all kinds of charts need to draw with."""

    chart: Chart
    looks: Sequence[Look]
    axes: Any
    places: int = field(init=False)

    def __post_init__(self) -> None:
        self.places = decimals(
            point.y for series in self.chart.series for point in series.points if point.y is not None
        )

    def tell(self, series: Series, point: Point) -> str:
        """The words that appear when a point is pointed at."""
        words = f"{series.name}, {x_text(point.x)}: {number(point.y, self.places)}"
        bounds = interval(point.low, point.high, self.places)
        words += f" ({bounds})" if bounds else ""
        return POINT + plain(words + (f", n = {point.count:,}" if point.count is not None else ""))

    def marker(self, series: Series, look: Look, point: Point, x: float, y: float, gid: bool = True) -> None:
        """One marker."""
        self.axes.plot(
            [x],
            [y],
            look.marker,
            color=look.colour,
            ms=6,
            mfc=SURFACE if look.second else look.colour,
            mec=look.colour if look.second else SURFACE,
            mew=1.4 if look.second else 0.8,
            gid=self.tell(series, point) if gid else None,
            clip_on=False,
            zorder=4,
        )


def draw(chart: Chart, systems: Sequence[str], key: str) -> str:
    """The chart as an `<svg>` element.

    Args:
        chart: what to draw.
        systems: all systems of the report, which fix the colours.
        key: a name that no other chart of the page has.
    """
    kinds = {"bar": _bars, "line": _lines, "diagonal": _diagonal}
    with matplotlib.rc_context(_SETTINGS):
        figure = Figure(figsize=(_WIDTH / 72, _HEIGHT / 72), layout="constrained")
        axes = figure.subplots()
        axes.spines[["top", "right", "left"]].set_visible(False)
        axes.tick_params(length=0, pad=5)
        drawing = _Drawing(chart, looks([series.name for series in chart.series], systems), axes)
        kinds[chart.kind](drawing)
        return to_svg(figure, f"{chart.title}. {chart.text} The numbers are in the table below it.", key)


def draw_strip(scores: Sequence[tuple[float, tuple[float, float] | None]], key: str, label: str) -> str:
    """Scores as dots, with their 95 % intervals as whiskers, one line a system."""
    step, foot = 15, 17
    with matplotlib.rc_context(_SETTINGS):
        figure = Figure(figsize=(260 / 72, (step * len(scores) + foot) / 72))
        axes = figure.add_axes((0.03, foot / (step * len(scores) + foot), 0.94, 1 - foot / (step * len(scores) + foot)))
        axes.spines[["top", "right", "left"]].set_visible(False)
        axes.tick_params(length=2.5, pad=2, labelsize=10)
        axes.set_yticks([])
        axes.set_ylim(len(scores) - 0.35, -0.65)
        axes.xaxis.set_major_locator(MaxNLocator(4))
        axes.grid(axis="x")
        for place, (value, bounds) in enumerate(scores):
            look = Look(place % COLOURS + 1)
            if bounds is not None:
                axes.plot(bounds, [place] * 2, color=look.colour, lw=2, solid_capstyle="round")
            axes.plot([value], [place], look.marker, color=look.colour, ms=8.5, mec=SURFACE, mew=1)
        axes.margins(x=0.08)
        return to_svg(figure, label, key)


def x_text(x: float | str) -> str:
    """A place on the x axis in words."""
    return plain(x) if isinstance(x, str) else f"{x:,.10g}".replace("-", "−")


def _bars(drawing: _Drawing) -> None:
    chart, axes = drawing.chart, drawing.axes
    groups = list(dict.fromkeys(x_text(point.x) for series in chart.series for point in series.points))
    slot = int((_WIDTH - 50) / max(len(groups), 1) / _LETTER)
    lying = any(len(word) > slot for group in groups for word in group.split())
    lying = lying or any(len(textwrap.wrap(group, max(slot, 1))) > 2 for group in groups)
    counts = _counts(chart, groups)
    names = [textwrap.wrap(group[:_LONGEST], 20 if lying else max(slot, 1)) for group in groups]
    for name, count in zip(names, counts, strict=False):
        name.append(f"n = {count:,}" if lying else f"({count:,})")
    width = min(0.8 / max(len(chart.series), 1), 0.45)
    first = -width * (len(chart.series) - 1) / 2
    for place, (series, look) in enumerate(zip(chart.series, drawing.looks, strict=True)):
        for point in series.points:
            if point.y is not None:
                _bar(drawing, series, look, point, groups.index(x_text(point.x)) + first + place * width, width, lying)
    if lying:
        height = sum(max(_LINE * len(name) + 6, 16 * len(chart.series)) for name in names)
        axes.figure.set_size_inches(_WIDTH / 72, (70 + height) / 72)
        axes.set_ylim(max(len(groups), 1) - 0.5, -0.5)
        axes.set_yticks([])
        axes.set_xlabel(_wrap(chart.y))
        axes.set_title(_wrap(chart.x), loc="left", fontsize=_FONT, color=MUTED)
        axes.grid(axis="x")
        axes.xaxis.set_major_locator(MaxNLocator(5))
    else:
        axes.set_xlim(-0.5, max(len(groups), 1) - 0.5)
        _label(drawing, f"{chart.x} (how many)" if counts else chart.x)
    _name_groups(axes, names, lying)


def _name_groups(axes: Any, names: Sequence[Sequence[str]], lying: bool) -> None:
    """Name the groups, each in several lines, below the x axis or to the left of the y axis.

    Each line is a text of its own: matplotlib would else centre a text's lines by the widths of its own letters, which
    are not those of the page.
    """
    if not lying:
        axes.set_xticks([])
        axes.xaxis.labelpad = 8 + _LINE * max(map(len, names), default=0)
    for place, lines in enumerate(names):
        for number_, line in enumerate(lines):
            if lying:
                where, offset = (0, place), (-8, _LINE * ((len(lines) - 1) / 2 - number_))
                frame, across, up = axes.get_yaxis_transform(), "right", "center"
            else:
                where, offset = (place, 0), (0, -6 - _LINE * number_)
                frame, across, up = axes.get_xaxis_transform(), "center", "top"
            axes.annotate(
                line, where, offset, xycoords=frame, textcoords="offset points", ha=across, va=up, color=MUTED
            )


def _bar(drawing: _Drawing, series: Series, look: Look, point: Point, place: float, width: float, lying: bool) -> None:
    axes, y = drawing.axes, point.y or 0.0
    (axes.barh if lying else axes.bar)(
        [place], [y], 0.86 * width, color=tint_colour(look.index), lw=0, gid=drawing.tell(series, point)
    )
    if point.low is not None and point.high is not None:
        ends = ([point.low, point.high], [place, place])
        axes.plot(*(ends if lying else ends[::-1]), color=look.colour, lw=1.3, zorder=3, solid_capstyle="butt")
    drawing.marker(series, look, point, *((y, place) if lying else (place, y)))


def _counts(chart: Chart, groups: Sequence[str]) -> list[int]:
    """How much each group was measured on, where that is the same for all series."""
    found: list[set[int | None]] = [
        {point.count for series in chart.series for point in series.points if x_text(point.x) == group}
        for group in groups
    ]
    counts = [next(iter(several)) for several in found if len(several) == 1]
    known = [count for count in counts if count is not None]
    return known if len(known) == len(groups) else []


def _lines(drawing: _Drawing) -> None:
    points = [point for series in drawing.chart.series for point in series.points]
    names = list(dict.fromkeys(x_text(point.x) for point in points)) if any(_named(point) for point in points) else []
    for series, look in zip(drawing.chart.series, drawing.looks, strict=True):
        shown = [point for point in series.points if point.y is not None]
        places = [float(names.index(x_text(point.x)) if names else point.x) for point in shown]
        drawing.axes.plot(
            places,
            [point.y for point in shown],
            color=look.colour,
            lw=1.2 if look.second else 1.8,
            ls=(0, (4, 2)) if look.second else "-",
        )
        if all(point.low is not None and point.high is not None for point in shown):
            bounds = [point.low for point in shown], [point.high for point in shown]
            drawing.axes.fill_between(places, *bounds, color=look.colour, alpha=0.13, lw=0)
        every = 1 if len(shown) <= _MOST_MARKERS else math.ceil(len(shown) / (_MOST_MARKERS // 2))
        for point, place in list(zip(shown, places, strict=True))[::every]:
            drawing.marker(series, look, point, place, point.y or 0.0)
    _label(drawing, drawing.chart.x)
    if names:
        _name_groups(drawing.axes, [textwrap.wrap(name, 9) for name in names], lying=False)
    else:
        drawing.axes.xaxis.set_major_locator(MaxNLocator(6))
        drawing.axes.xaxis.set_major_formatter(StrMethodFormatter("{x:,.10g}"))


def _diagonal(drawing: _Drawing) -> None:
    values = [
        value for series in drawing.chart.series for point in series.points for value in (point.x, point.y, point.high)
    ]
    top = 100 if max((value for value in _numbers(values)), default=0) > 1.5 else 1
    drawing.axes.plot([0, top], [0, top], color=MUTED, lw=1, ls=(0, (2, 3)))
    drawing.axes.set_title("perfect ╱", loc="right", fontsize=10, color=MUTED)
    for series, look in zip(drawing.chart.series, drawing.looks, strict=True):
        shown = [point for point in series.points if point.y is not None]
        for point in shown:
            if point.low is not None and point.high is not None and not look.second:
                drawing.axes.plot([point.x] * 2, [point.low, point.high], color=look.colour, lw=1.2, alpha=0.6)
            drawing.marker(series, look, point, float(point.x), point.y or 0.0)
        drawing.axes.plot(
            [point.x for point in shown],
            [point.y for point in shown],
            color=look.colour,
            lw=1.6,
            ls=(0, (4, 2)) if look.second else "-",
        )
    drawing.axes.set_xlim(0, top)
    drawing.axes.set_ylim(0, top)
    drawing.axes.set_aspect("equal")
    drawing.axes.figure.set_size_inches(_WIDTH / 72, (_WIDTH - 30) / 72)
    _label(drawing, drawing.chart.x)


def _label(drawing: _Drawing, x: str) -> None:
    """Name the axes; the y axis at its upper end, where it is read without turning the head."""
    drawing.axes.set_title(_wrap(drawing.chart.y), loc="left", fontsize=_FONT, color=MUTED)
    drawing.axes.set_xlabel(_wrap(x))
    drawing.axes.grid(axis="y")
    if drawing.axes.get_ylim()[0] < 0 <= min(_numbers(_heights(drawing.chart)), default=0):
        drawing.axes.set_ylim(bottom=0)


def _heights(chart: Chart) -> Iterable[Any]:
    return (value for series in chart.series for point in series.points for value in (point.y, point.low))


def _numbers(values: Iterable[Any]) -> list[float]:
    return [value for value in values if isinstance(value, int | float)]


def _wrap(label: str) -> str:
    return textwrap.fill(plain(label), int(0.92 * _WIDTH / _LETTER))


def _named(point: Point) -> bool:
    return isinstance(point.x, str)
