"""How the figures look: fit to be shown on a wall, to people who do not see all colours, at 1280 pixels."""

import math
from collections.abc import Collection, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any, Literal

from matplotlib.figure import Figure
from matplotlib.ticker import LogFormatter, LogFormatterSciNotation, ScalarFormatter
from matplotlib.transforms import offset_copy

from seq2seq.files import atomic_write

PALETTE = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#E69F00", "#000000", "#7F7F7F")
"""Okabe & Ito 2008: told apart with any kind of colour vision; grey is added to them."""

SEQUENTIAL, DIVERGING = "cividis", "PuOr_r"
WIDTH = 12.8  # inches
DOTS = 100  # an inch
_SIZES = (13, 12, 11, 10)  # in points, of words that stand upright
_MOST = 0.85  # share of the words that must fit so that they do; the others are turned
Format = Literal["png", "svg"]


def new_figure(height: float, width: float = WIDTH) -> Figure:
    """An empty figure with room for its labels, so high in inches."""
    return Figure(figsize=(width, height), layout="constrained")


def save_figure(figure: Figure, path: Path) -> None:
    """Write a figure in the format that its file's name ends with; the same figure gives the same bytes.

    Raises:
        UserError: it cannot be written.
    """
    import matplotlib

    kind = path.suffix.removeprefix(".")
    # Without the date, and with names of its parts that do not change, an SVG can be compared with an earlier one.
    metadata = {"Date": None} if kind == "svg" else {}
    with matplotlib.rc_context({"svg.hashsalt": "seq2seq", "svg.fonttype": "path"}), atomic_write(path, "wb") as file:
        figure.savefig(file, format=kind, dpi=DOTS, metadata=metadata)


def label_words(axes: Any, words: Sequence[str], way: Literal["x", "y"] = "x") -> None:
    """Write words along an axis, one at each whole number; they are shown as they are, `$` and `_` too.

    Along x they stand upright where most of them have room. Of more than 20 whole numbers that count on, round ones
    show.
    """
    step = _step(words)
    shown = [place for place, word in enumerate(words) if step == 1 or int(word) % step == 0]
    lengths = sorted(len(cut(word)) for word in words) or [1]
    room = (72 * axes.get_figure().get_size_inches()[0] - 130) / max(1, len(words)) * step
    most = lengths[math.ceil(_MOST * len(lengths)) - 1]
    size = 13 if len(words) <= 30 else 10 if len(words) <= 60 else 7
    if way == "y":
        axes.set_yticks(shown, [cut(words[place]) for place in shown], fontsize=size, parse_math=False)
        return
    sizes = _SIZES if len(words) <= 60 else (*_SIZES, 9, 8, 7)
    upright = next((points for points in sizes if _fits(most, points, room)), None)
    turned: dict[str, Any] = {} if upright else {"rotation": 90}
    if not upright and len(words) <= 30:
        turned = {"rotation": 60, "ha": "right", "rotation_mode": "anchor"}
    axes.set_xticks(shown, [cut(words[place]) for place in shown], fontsize=upright or size, parse_math=False, **turned)
    if upright:
        for label in axes.get_xticklabels():
            if not _fits(len(label.get_text()), upright, room):
                label.set_rotation(90)


def _fits(letters: int, size: float, room: float) -> bool:
    return 0.65 * size * letters + 3 <= room


def _step(words: Sequence[str]) -> int:
    """Of whole numbers that count on, how far those are apart that fit along an axis; 1 for other words.

    >>> _step(["a", "b"]), _step(["1", "2", "3"]), _step([str(number) for number in range(-70, 0)])
    (1, 1, 5)
    """
    try:
        numbers = [int(word) for word in words]
    except ValueError:
        return 1
    counted = all(after == before + 1 for before, after in pairwise(numbers))
    return next((step for step in (1, 2, 5, 10, 20, 50) if len(words) <= 20 * step), 100) if counted else 1


def cut(word: str, most: int = 18) -> str:
    """A word that is not too long for its place.

    >>> cut("a" * 30, 5), cut("short")
    ('aaaa…', 'short')
    """
    return word if len(word) <= most else word[: most - 1] + "…"


def label_lines(
    axes: Any, ends: Sequence[tuple[float, float, str, str]], size: int = 13, dashed: Collection[str] = ()
) -> None:
    """Write names in their colours on the right of the axes, each joined to its line's end, so that none touch.

    Args:
        axes: whose limits are final; beside them the layout makes room.
        ends: x and y of each line's end, its name and its colour.
        size: of the letters, in points.
        dashed: the names of dashed lines.
    """
    figure = axes.get_figure()
    figure.draw_without_rendering()  # so that the axes have their final height
    height = figure.get_size_inches()[1] * axes.get_position().height * 72 or 1.0
    step = 1.25 * size / height  # of a line of text, as a share of the axes
    to_share = axes.transData + axes.transAxes.inverted()
    wanted = sorted((to_share.transform((x, y))[1], to_share.transform((x, y))[0], *told) for x, y, *told in ends)
    places: list[float] = []
    for place, *_ in wanted:
        places.append(max(place, 0.02, places[-1] + step if places else 0.0))
    top = 0.98
    for number in reversed(range(len(places))):
        places[number] = top = min(places[number], top)
        top -= step
    beside = offset_copy(axes.transAxes, figure, x=26, y=0, units="points")
    for place, (end, x, name, colour) in zip(places, wanted, strict=True):
        joined = {"arrowstyle": "-", "color": colour, "lw": 1.2, "ls": "--" if name in dashed else "-"}
        axes.annotate(
            name,
            (min(x, 1.0), min(max(end, 0.0), 1.0)),
            xycoords="axes fraction",
            xytext=(1.0, place),
            textcoords=beside,
            color=colour,
            fontsize=size,
            va="center",
            parse_math=False,
            annotation_clip=False,
            arrowprops=joined | {"shrinkA": 3, "shrinkB": 2, "relpos": (0, 0.5)},
        )


def plain(axes: Any) -> None:
    """Take away the frame's upper and right side, draw a faint grid and write numbers out; scales are set before."""
    write_numbers(axes)
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(alpha=0.25)
    axes.tick_params(labelsize=13)
    axes.tick_params(which="minor", labelsize=12)


def write_numbers(axes: Any) -> None:
    """Write numbers along the axes out: no 1e-3 in the corner that multiplies them all, no 4 x 10^-1."""
    for axis in (axes.xaxis, axes.yaxis):
        formatter = axis.get_major_formatter()
        if isinstance(formatter, LogFormatter):
            axis.set_major_formatter(_LogNumbers())
            axis.set_minor_formatter(_LogNumbers())
        elif isinstance(formatter, ScalarFormatter):
            formatter.set_useOffset(False)
            formatter.set_scientific(False)


class _LogNumbers(LogFormatterSciNotation):
    """Powers of ten only for what has many zeros."""

    def __call__(self, x: float, pos: Any = None) -> str:
        label: str = super().__call__(x, pos)
        return f"{x:g}" if label and 1e-3 <= x < 1e5 else label
