"""Heat maps: gates and states over positions, and attention."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from matplotlib.figure import Figure
from torch import Tensor

from seq2seq.inference.attention_pictures import attention_sheet
from seq2seq.inspection.look import Layer, Look
from seq2seq.inspection.style import DIVERGING, DOTS, SEQUENTIAL, label_words, new_figure

MOST_POSITIONS = 100
"""Of which a figure shows no more, the last ones: they would not be legible."""

CELL_NAMES = {
    "lstm": "LSTM",
    "gru": "GRU",
    "rnn": "RNN",
    "irnn": "IRNN",
    "jordan": "Jordan net",
    "peephole": "peephole LSTM",
    "minlstm": "minLSTM",
    "mingru": "minGRU",
}
"""For people."""

_NARROWEST = 640  # pixels
_COMMON = 99  # per cent of the values lie within a colour bar


class Panel(NamedTuple):
    """A heat map.

    Attributes:
        title: what it shows.
        values: (T, H).
        gate: whether they are those of a gate, from 0 to 1.
        limit: the greatest value, up or down, that has a colour of its own; found out where None.
    """

    title: str
    values: Tensor
    gate: bool = False
    limit: float | None = None


def busiest(layer: Layer, units: int) -> list[int]:
    """The units whose state (the cell state, where there is one) varies most over the positions, by where it peaks."""
    state = layer.hidden if layer.memory is None else layer.memory
    chosen = state.std(0, correction=0).topk(min(units, state.shape[1])).indices
    peaks = state[:, chosen].abs().argmax(0)
    order = sorted(range(len(chosen)), key=lambda place: (int(peaks[place]), int(chosen[place])))
    return [int(chosen[place]) for place in order]


def draw_layer(layer: Layer, units: int) -> Figure:
    """Heat maps of a layer's gates, cell state and hidden state: a column a position, a row for each of some units."""
    chosen = busiest(layer, units)
    panels = [Panel(f"{name}\ngate", gate, gate=True) for name, gate in layer.gates.items()]
    if layer.memory is not None:
        panels.append(Panel("cell\nstate", layer.memory))
    panels.append(Panel("hidden\nstate", layer.hidden))
    figure = new_figure(1.7 + 1.75 * len(panels))
    name = f"{layer.name}, {CELL_NAMES.get(layer.cell, layer.cell)}"
    count = layer.hidden.shape[1]
    told = f"all {count} units" if len(chosen) == count else f"the {len(chosen)} of {count} units that vary most"
    figure.suptitle(f"{name}: {told}", fontsize=16)
    shown = [panel._replace(values=panel.values[-MOST_POSITIONS:, chosen]) for panel in panels]
    lowest = draw_maps(figure, shown)[-1]
    label_words(lowest, layer.positions[-MOST_POSITIONS:])
    lowest.set_xlabel(layer.reads, fontsize=14, parse_math=False)
    return figure


def draw_maps(figure: Figure, panels: Sequence[Panel]) -> list[Any]:
    """Draw heat maps one below the other, a column a position and a row a unit, and give their axes.

    A few values that lie far outside of the others do not take the colours from them: an arrow at the end of the colour
    bar stands for what is beyond it.
    """
    grid: Any = figure.subplots(len(panels), 1, sharex=True, squeeze=False)
    for axes, panel in zip(grid[:, 0], panels, strict=True):
        shown = panel.values.T.double().numpy()
        limit = 1.0 if panel.gate else panel.limit or common_limit(shown)
        low = 0.0 if shown.min() >= 0 else -limit
        colours = SEQUENTIAL if low == 0 else DIVERGING
        image = axes.imshow(shown, aspect="auto", interpolation="nearest", vmin=low, vmax=limit, cmap=colours)
        axes.set_ylabel(panel.title, fontsize=14)
        axes.set_yticks([])
        beyond = (shown.min() < low, shown.max() > limit)
        extend = {(False, False): "neither", (True, False): "min", (False, True): "max"}.get(beyond, "both")
        bar = figure.colorbar(image, ax=axes, pad=0.01, fraction=0.03, extend=extend)
        bar.set_ticks([low, (low + limit) / 2, limit])
        told = ["0 shut", "0.5", "1 open"] if panel.gate else [f"{value:.2g}" for value in bar.get_ticks()]
        bar.set_ticklabels(told, fontsize=12)
    return list(grid[:, 0])


def common_limit(values: np.ndarray) -> float:
    """Up to where, up or down, nearly all values lie; up to the greatest where that is not far off.

    >>> common_limit(np.arange(100.0)), common_limit(np.array([1.0] * 999 + [50.0])), common_limit(np.zeros(3))
    (99.0, 1.0, 1.0)
    """
    sizes = np.abs(values)
    common, peak = float(np.percentile(sizes, _COMMON)), float(sizes.max())
    return (common if 0 < common < peak / 1.5 else peak) or 1.0


def draw_attention(look: Look) -> Figure:
    """Which of the words of the source each word that is written looks at, or where in the picture."""
    attention = look.attention
    assert attention is not None
    if attention.looked is not None and attention.transform is not None:
        return _over_picture(
            attention_sheet(look.given, attention.transform, look.output, attention.rows, attention.looked)
        )
    rows, columns = attention.rows[-MOST_POSITIONS:], attention.columns[-MOST_POSITIONS:]
    figure = new_figure(min(12.0, max(4.0, 2.2 + 0.36 * len(rows))))
    axes: Any = figure.subplots()
    shown = attention.weights[-len(rows) :, -len(columns) :].double().numpy()
    image = axes.imshow(shown, vmin=0, cmap=SEQUENTIAL, aspect="auto", interpolation="nearest")
    axes.set_title("attention: where each word that is said looks", fontsize=16)
    label_words(axes, columns)
    label_words(axes, rows, "y")
    axes.set_xlabel("what it reads", fontsize=14)
    axes.set_ylabel("what it says", fontsize=14)
    bar = figure.colorbar(image, ax=axes, pad=0.01, fraction=0.03)
    bar.set_label("attention", fontsize=14)
    bar.ax.tick_params(labelsize=12)
    return figure


def _over_picture(sheet: Any) -> Figure:
    """A drawing of pixels as a figure, pixel by pixel."""
    side = max(0, _NARROWEST - sheet.width) // 2  # so that the title finds room
    pixels = np.pad(np.asarray(sheet), ((0, 0), (side, side), (0, 0)), constant_values=255)
    figure = new_figure((pixels.shape[0] + 50) / DOTS, pixels.shape[1] / DOTS)
    figure.suptitle("attention: where in the picture each word looks", fontsize=16)
    axes: Any = figure.subplots()
    axes.imshow(pixels, interpolation="nearest")
    axes.set_axis_off()
    return figure
