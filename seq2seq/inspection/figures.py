"""The figures of `seq2seq inspect`."""

import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from torch import Tensor

from seq2seq.inspection.beside import Distances
from seq2seq.inspection.curves import draw_distances
from seq2seq.inspection.look import CLIPPED, NORM, OPEN, SHUT, Attention, Curves, Layer, Look, Saturation
from seq2seq.inspection.style import (
    DIVERGING,
    PALETTE,
    SEQUENTIAL,
    Format,
    cut,
    label_lines,
    label_words,
    new_figure,
    plain,
    save_figure,
)

MOST_POSITIONS = 100
"""Of which a figure shows no more, the last ones: they would not be legible."""


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
    panels: list[tuple[str, Tensor, bool]] = [(f"{name}\ngate", gate, True) for name, gate in layer.gates.items()]
    if layer.memory is not None:
        panels.append(("cell\nstate", layer.memory, False))
    panels.append(("hidden\nstate", layer.hidden, False))
    figure = new_figure(1.3 + 1.75 * len(panels))
    figure.suptitle(f"{layer.name}: the {len(chosen)} of {layer.hidden.shape[1]} units that vary most", fontsize=16)
    lowest = draw_maps(figure, [(title, values[-MOST_POSITIONS:, chosen], gate) for title, values, gate in panels])[-1]
    label_words(lowest, layer.positions[-MOST_POSITIONS:])
    return figure


def draw_maps(figure: Figure, panels: Sequence[tuple[str, Tensor, bool]]) -> list[Any]:
    """Draw heat maps one below the other: a column a position, a row a unit, each with its scale.

    Args:
        figure: to draw in.
        panels: of each its name, values (T, H), and whether they are those of a gate.

    Returns:
        their axes.
    """
    grid: Any = figure.subplots(len(panels), 1, sharex=True, squeeze=False)
    for axes, (title, values, is_gate) in zip(grid[:, 0], panels, strict=True):
        shown = values.T.double().numpy()
        peak = float(np.abs(shown).max()) or 1.0
        scale = (
            {"vmin": 0.0, "vmax": 1.0, "cmap": SEQUENTIAL}
            if is_gate
            else {"vmin": -peak, "vmax": peak, "cmap": DIVERGING}
        )
        image = axes.imshow(shown, aspect="auto", interpolation="nearest", **scale)
        axes.set_ylabel(title, fontsize=14)
        axes.set_yticks([])
        bar = figure.colorbar(image, ax=axes, pad=0.01, fraction=0.03)
        bar.set_ticks([0, 0.5, 1] if is_gate else [-peak, 0, peak])
        bar.set_ticklabels(
            ["0 shut", "0.5", "1 open"] if is_gate else [f"{-peak:.2g}", "0", f"{peak:.2g}"], fontsize=12
        )
    return list(grid[:, 0])


def draw_saturation(net: str, found: dict[str, dict[str, Saturation]]) -> Figure:
    """Of each unit of a net, the share of positions at which a gate is shut and the share at which it is open.

    Args:
        net: its name.
        found: by layer's name, that of each kind of activation.
    """
    kinds = list(dict.fromkeys(kind for layer in found.values() for kind in layer))
    kinds = [kind for kind in kinds if kind != "hidden"] or kinds  # the tanh of a cell without gates saturates, too
    figure = new_figure(5.2)
    figure.suptitle(f"{net}: how often each unit's activations are saturated", fontsize=16)
    grid: Any = figure.subplots(1, len(kinds), squeeze=False, sharey=True)
    chance = np.random.default_rng(1)
    for axes, kind in zip(grid[0], kinds, strict=True):
        for number, (name, layer) in enumerate(found.items()):
            colour, marker = PALETTE[number % len(PALETTE)], "osD^v<>p"[number % 8]
            short = name.removeprefix(f"{net}, ")
            # Few positions give few different shares: moved a little, the units do not hide each other.
            high, low = (
                shares.numpy() + chance.uniform(-0.02, 0.02, len(shares))
                for shares in (layer[kind].high, layer[kind].low)
            )
            axes.plot(high, low, marker, color=colour, alpha=0.5, ms=4.5, mew=0, label=short)
        axes.plot([0, 1], [1, 0], color="grey", lw=1, ls="--", zorder=0)
        axes.set(xlim=(-0.03, 1.03), ylim=(-0.03, 1.03), aspect="equal")
        axes.set_title("hidden state" if kind == "hidden" else f"{kind} gate", fontsize=15)
        axes.set_xlabel(f"share of positions above {OPEN}", fontsize=13)
        plain(axes)
    below = -OPEN if kinds == ["hidden"] else SHUT
    grid[0, 0].set_ylabel(f"share of positions below {below}", fontsize=13)
    if len(found) > 1:
        grid[0, -1].legend(frameon=False, fontsize=12, loc="upper right", handletextpad=0.1, markerscale=1.6)
    return figure


def draw_norms(look: Look, net: str) -> Figure:
    """The length of the hidden state of every layer of a net, at each position."""
    layers = [layer for layer in look.layers if layer.net == net]
    words = layers[0].positions[-MOST_POSITIONS:]
    figure = new_figure(5.0)
    axes: Any = figure.subplots()
    for number, layer in enumerate(layers):
        norms = layer.hidden.norm(dim=1)[-MOST_POSITIONS:]
        axes.plot(range(len(norms)), norms, color=PALETTE[number % len(PALETTE)], marker="o", ms=4, lw=2)
    axes.set_ylabel("length of the hidden state", fontsize=14)
    axes.set_title(f"{net}: hidden state", fontsize=16)
    plain(axes)
    label_words(axes, words)
    _name_lines(
        figure,
        axes,
        [
            (
                len(words) - 1,
                float(layer.hidden[-1].norm()),
                layer.name.removeprefix(f"{net}, "),
                PALETTE[number % len(PALETTE)],
            )
            for number, layer in enumerate(layers)
        ],
    )
    return figure


def draw_gradient(look: Look, net: str) -> Figure:
    """The norm of the loss's gradient with respect to what the net reads at each position, on a log scale."""
    bottom = next(layer for layer in look.layers if layer.net == net)
    norms = bottom.gradient[-MOST_POSITIONS:].double().numpy()
    words = bottom.positions[-MOST_POSITIONS:]
    figure = new_figure(5.0)
    axes: Any = figure.subplots()
    places = np.arange(len(norms))
    some = norms > 0
    if some.any():
        axes.set_yscale("log")
        floor = norms[some].min() / 3
        axes.vlines(places[some], floor, norms[some], color=PALETTE[0], lw=2, alpha=0.5)
        axes.plot(places[some], norms[some], "o", color=PALETTE[0], ms=8)
        axes.set_ylim(bottom=floor)
    axes.set_xlim(-0.6, len(norms) - 0.4)
    axes.set_ylabel("norm of the gradient", fontsize=14)
    axes.set_title(
        f"{net}: what each position does to the loss of {cut(look.about, 60)}", fontsize=16, parse_math=False
    )
    plain(axes)
    label_words(axes, words)
    return figure


def draw_attention(attention: Attention) -> Figure:
    """Which of the words of the source (or cells of the picture) each word that is written looks at."""
    rows, columns = attention.rows[-MOST_POSITIONS:], attention.columns
    if attention.grid is None:  # a picture without some of its cells would be no picture
        columns = columns[-MOST_POSITIONS:]
    figure = new_figure(min(12.0, max(4.0, 1.8 + 0.36 * len(rows))))
    axes: Any = figure.subplots()
    shown = attention.weights[-len(rows) :, -len(columns) :].double().numpy()
    image = axes.imshow(shown, vmin=0, vmax=1, cmap=SEQUENTIAL, aspect="auto", interpolation="nearest")
    label_words(axes, columns)
    label_words(axes, rows, "y")
    axes.set_xlabel("cell of the picture, row by row" if attention.grid else "what it reads", fontsize=14)
    axes.set_ylabel("what it says", fontsize=14)
    bar = figure.colorbar(image, ax=axes, pad=0.01, fraction=0.03)
    bar.set_label("attention", fontsize=14)
    bar.ax.tick_params(labelsize=12)
    return figure


def draw_training(curves: Curves) -> Figure:
    """How long the gradient was in training before it was clipped, and how often it was.

    Args:
        curves: with `NORM`, and with `CLIPPED` where the run clipped.
    """
    panels = {NORM: "length of the gradient\nbefore clipping", CLIPPED: "share of the steps\nclipped"}
    panels = {name: title for name, title in panels.items() if name in curves}
    figure = new_figure(0.8 + 3.2 * len(panels))
    figure.suptitle("gradients in training", fontsize=16)
    grid: Any = figure.subplots(len(panels), 1, sharex=True, squeeze=False)
    for axes, (name, title) in zip(grid[:, 0], panels.items(), strict=True):
        points = curves[name]
        axes.plot([step + 1 for step in points], list(points.values()), color=PALETTE[0], lw=2, marker="o", ms=3)
        axes.set_ylabel(title, fontsize=14)
        if name == CLIPPED:
            axes.set_ylim(-0.03, 1.03)
        else:
            axes.set_yscale("log")
        plain(axes)
    grid[-1, 0].set_xlabel("step of the optimizer", fontsize=14)
    return figure


def draw_beside(net: str, models: Mapping[str, Tensor], inputs: int) -> Figure:
    """The gradients of several models against the distance in time.

    Args:
        net: which of each.
        models: by name, as `seq2seq.inspection.beside.by_distance` gives them.
        inputs: of which they are the mean.
    """
    colours = {name: PALETTE[number % len(PALETTE)] for number, name in enumerate(models)}
    mean = f", mean of {inputs} inputs" if inputs > 1 else ""
    return draw_distances(
        {name: norms.tolist() for name, norms in models.items()},
        colours,
        "positions back in time from the last",
        "norm of the gradient",
        f"{net}: what a position does to the loss at the last{mean}",
    )


def draw_all(
    looks: Sequence[Look],
    found: dict[str, dict[str, Saturation]],
    curves: Curves,
    distances: Distances,
    folder: Path,
    kind: Format,
    units: int,
) -> list[Path]:
    """Write every figure of some looks into a folder, and give the paths.

    Args:
        looks: of one model, one at least.
        found: what `saturation` says of them.
        curves: of the model's training; empty where nothing is known of it.
        distances: of it and of other models; empty where there are none.
        folder: that is there.
        kind: of the files.
        units: rows of a heat map.

    Raises:
        UserError: one cannot be written.
    """
    written: list[Path] = []

    def write(figure: Figure, *name: str) -> None:
        path = folder / f"{'-'.join(part.replace('.', '-') for part in name if part)}.{kind}"
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", r"Glyph .* missing")  # of a script that the font lacks
            save_figure(figure, path)
        written.append(path)

    for net in dict.fromkeys(net for look in looks for net in look.nets):
        of_net = {name: kinds for name, kinds in found.items() if name.startswith(f"{net}, ")}
        write(draw_saturation(net, of_net), net, "saturation")
    if NORM in curves:
        write(draw_training(curves), "training-gradient")
    for net, models in distances.items():
        write(draw_beside(net, models, len(looks)), net, "distance")
    for number, look in enumerate(looks, start=1):
        first = str(number) if len(looks) > 1 else ""
        for layer in look.layers:
            write(draw_layer(layer, units), first, layer.net, f"layer{layer.depth}", layer.direction, "gates")
        for net in look.nets:
            write(draw_norms(look, net), first, net, "norms")
            write(draw_gradient(look, net), first, net, "gradient")
        if look.attention is not None:
            write(draw_attention(look.attention), first, "attention")
    return written


def _name_lines(figure: Figure, axes: Any, ends: Sequence[tuple[float, float, str, str]]) -> None:
    """Name the lines at their right ends, with room for the names."""
    widest = max(len(name) for _, _, name, _ in ends)
    left, right = axes.get_xlim()
    axes.set_xlim(left, right + (right - left) * 0.011 * widest)
    figure.draw_without_rendering()  # so that the axes have their final size
    label_lines(axes, ends)
