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
from seq2seq.inspection.look import (
    BOTH_WAYS,
    CLIPPED,
    NORM,
    ONE_WAY,
    OPEN,
    SEEN_DIRECTLY,
    SHUT,
    Curves,
    Layer,
    Look,
    Saturation,
)
from seq2seq.inspection.maps import MOST_POSITIONS, draw_attention, draw_layer
from seq2seq.inspection.style import PALETTE, Format, cut, label_lines, label_words, new_figure, plain, save_figure


def draw_saturation(net: str, found: dict[str, dict[str, Saturation]]) -> Figure:
    """How often each unit of a net is saturated.

    Of a gate, the share of positions at which it is shut and at which it is open. Of cells without gates it is that of
    the hidden state; of rectified units the share of positions at which each is 0. A point is moved by up to 0.05 in
    each direction, lest units hide each other.

    Args:
        net: its name.
        found: by layer's name, that of each kind of activation, one at least.
    """
    kinds = list(dict.fromkeys(kind for layer in found.values() for kind in layer))
    kinds = [kind for kind in kinds if kind != "hidden"] or kinds
    figure = new_figure(5.2)
    if any(shares.high is None for layer in found.values() for shares in layer.values()):
        _draw_zeros(figure, net, {name: layer["hidden"].low for name, layer in found.items()})
        return figure
    figure.suptitle(f"{net}: how often each unit's activations are saturated (a point a unit)", fontsize=16)
    grid: Any = figure.subplots(1, len(kinds), squeeze=False, sharey=True)
    chance = np.random.default_rng(1)
    for axes, kind in zip(grid[0], kinds, strict=True):
        for number, (name, layer) in enumerate(found.items()):
            colour, marker = PALETTE[number % len(PALETTE)], "osD^v<>p"[number % 8]
            high, low = layer[kind].high, layer[kind].low
            assert high is not None
            # Few positions give few different shares: moved a little within the triangle, units do not hide each other.
            corners = chance.dirichlet((1, 1, 1), len(low))[:, :2]
            places = 0.95 * np.stack([high.numpy(), low.numpy()], 1) + 0.05 * corners
            label = name.removeprefix(f"{net}, ")
            axes.plot(*places.T, marker, color=colour, alpha=0.5, ms=4.5, mew=0, label=label)
        axes.plot([0, 1], [1, 0], color="grey", lw=1, ls="--", zorder=0)
        axes.set(xlim=(-0.01, 1.01), ylim=(-0.01, 1.01), aspect="equal")
        axes.set_title("hidden state" if kind == "hidden" else f"{kind} gate", fontsize=15)
        axes.set_xlabel(f"share of positions above {OPEN}", fontsize=13)
        plain(axes)
    below = -OPEN if kinds == ["hidden"] else SHUT
    grid[0, 0].set_ylabel(f"share of positions below {below}", fontsize=13)
    if len(found) > 1:
        grid[0, -1].legend(frameon=False, fontsize=12, loc="upper right", handletextpad=0.1, markerscale=1.6)
    return figure


def _draw_zeros(figure: Figure, net: str, shares: Mapping[str, Tensor]) -> None:
    """By layer's name, how many units are 0 at which share of the positions (H,)."""
    dead = sum(int((share == 1).sum()) for share in shares.values())
    units = sum(map(len, shares.values()))
    figure.suptitle(f"{net}: how often each unit is 0; {dead} of {units} are at every position (dead)", fontsize=16)
    axes: Any = figure.subplots()
    labels = [name.removeprefix(f"{net}, ") for name in shares]
    colours = [PALETTE[number % len(PALETTE)] for number in range(len(shares))]
    axes.hist([share.numpy() for share in shares.values()], np.linspace(0, 1, 21), color=colours, label=labels)
    axes.set_xlabel("share of positions at which a unit is 0", fontsize=14)
    axes.set_ylabel("units", fontsize=14)
    axes.set_xlim(0, 1)
    plain(axes)
    if len(shares) > 1:
        axes.legend(frameon=False, fontsize=12)


def draw_norms(look: Look, net: str) -> Figure:
    """The length of the hidden state of every layer of a net, at each position."""
    layers = [layer for layer in look.layers if layer.net == net]
    figure = new_figure(5.0)
    axes: Any = figure.subplots()
    ends = []
    for number, layer in enumerate(layers):
        norms = layer.hidden.norm(dim=1)[-MOST_POSITIONS:]
        colour = PALETTE[number % len(PALETTE)]
        axes.plot(range(len(norms)), norms, color=colour, marker="o", ms=4, lw=2)
        ends.append((len(norms) - 1, float(norms[-1]), layer.name.removeprefix(f"{net}, "), colour))
    axes.set_ylim(bottom=0)
    axes.set_ylabel("length", fontsize=14)
    axes.set_title(f"{net}: length of the hidden state", fontsize=16)
    _label_positions(axes, layers[0])
    label_lines(axes, ends)
    return figure


def draw_gradient(look: Look, net: str) -> Figure:
    """The norm of the score's gradient with respect to what the net reads at each position, on a log scale."""
    bottom = look.bottom(net)
    norms = bottom.gradient[-MOST_POSITIONS:].double().numpy()
    figure = new_figure(5.0)
    axes: Any = figure.subplots()
    if (norms > 0).any():
        axes.set_yscale("log")
        axes.plot(np.where(norms > 0, norms, np.nan), color=PALETTE[0], lw=1.5, marker="o", ms=8)
    none = np.flatnonzero(norms == 0)
    axes.plot(none, [0.02] * len(none), "x", color="#555555", ms=8, transform=axes.get_xaxis_transform())
    told = " (x: none)" if len(none) else ""
    axes.set_ylabel(f"norm of the gradient{told}", fontsize=14)
    axes.set_title(f"{net}: gradient of the {cut(look.score.name, 60)}", fontsize=16, parse_math=False)
    _label_positions(axes, bottom)
    return figure


def _label_positions(axes: Any, layer: Layer) -> None:
    """Write along x what stands at each position of a layer, and what that is."""
    words = layer.positions[-MOST_POSITIONS:]
    axes.set_xlim(-0.6, len(words) - 0.4)
    plain(axes)
    label_words(axes, words)
    axes.set_xlabel(layer.reads, fontsize=14, parse_math=False)


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


_BACK = {
    ONE_WAY: "steps back in time from the last",
    SEEN_DIRECTLY: "positions before the last (each is looked at directly, too: no distance in time)",
    BOTH_WAYS: "positions before the last (read both ways: no distance in time)",
}


def draw_beside(net: str, models: Mapping[str, Tensor], way: str, looks: Sequence[Look]) -> Figure:
    """The gradients of several models against the distance from the last position.

    Args:
        net: which of each.
        models: by name, as `seq2seq.inspection.beside.by_distance` gives them.
        way: by which what was read comes to the score.
        looks: of the first model, at the inputs of which they are the mean.
    """
    colours = {name: PALETTE[number % len(PALETTE)] for number, name in enumerate(models)}
    score = looks[0].score.name
    ends = ", up to where there is any" if any((norms == 0).any() for norms in models.values()) else ""
    told = cut(score, 60) if len(looks) == 1 else f"score at the last position, mean of {len(looks)} inputs"
    return draw_distances(
        {name: norms.tolist() for name, norms in models.items()},
        colours,
        _BACK[way],
        f"norm of the gradient{ends}",
        f"{net}: gradient of the {told}",
    )


def draw_all(
    looks: Sequence[Look],
    found: dict[str, dict[str, Saturation]],
    curves: Curves,
    distances: Distances,
    ways: Mapping[str, str],
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
        ways: by net of them, how what it read comes to the score.
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
        write(draw_beside(net, models, ways[net], looks), net, "distance")
    for number, look in enumerate(looks, start=1):
        first = str(number) if len(looks) > 1 else ""
        for layer in look.layers:
            write(draw_layer(layer, units), first, layer.net, f"layer{layer.depth}", layer.direction, "gates")
        for net in look.nets:
            write(draw_norms(look, net), first, net, "norms")
            write(draw_gradient(look, net), first, net, "gradient")
        if look.attention is not None:
            write(draw_attention(look), first, "attention")
    return written
