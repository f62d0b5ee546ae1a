"""The figures of docs/gradients.md."""

from collections.abc import Mapping, Sequence
from typing import Any

import torch
from matplotlib.figure import Figure

from benchmarks.gradients.experiments import Descent, Inside
from benchmarks.gradients.nets import NETS
from seq2seq.inspection.curves import FLOOR, draw_distances, label_axes, name_curves, plot_curves
from seq2seq.inspection.figures import draw_maps
from seq2seq.inspection.style import PALETTE, label_lines, label_words, new_figure, plain

_COLOURS = {net.name: net.colour for net in NETS}


def draw_powers(curves: Mapping[float, Sequence[float]]) -> Figure:
    """w^k against k."""
    figure = new_figure(5.2)
    axes: Any = figure.subplots()
    names = {f"w = {weight:g}": list(curve) for weight, curve in curves.items()}
    colours = dict(zip(names, (PALETTE[0], PALETTE[7], PALETTE[1]), strict=True))
    plot_curves(axes, names, colours)
    label_axes(axes, "steps back in time, k", "gradient of the last state, $w^k$")
    name_curves(figure, axes, names, colours)
    for name, curve in names.items():
        if name != "w = 1":
            k = 50
            above = curve[k] > 1
            axes.annotate(
                f"{curve[k]:.4g}" if above else f"{curve[k]:.3g}",
                (k, curve[k]),
                xytext=(-12, 12 if above else -16),
                textcoords="offset points",
                ha="right",
                fontsize=14,
            )
            axes.plot([k], [curve[k]], "o", color="black", ms=7)
    return figure


def draw_start(curves: Mapping[str, Sequence[float]]) -> Figure:
    """The gradient's norm against distance before any training."""
    return draw_distances(curves, _COLOURS, "steps back in time", "gradient, as a share of that at 0")


def draw_biases(curves: Mapping[float, Sequence[float]], ideal: Mapping[float, Sequence[float]]) -> Figure:
    """As `draw_distances`, of LSTMs by the bias of their forget gates; dashed what the gate alone would leave."""
    figure = new_figure(6.0)
    axes: Any = figure.subplots()
    names = {f"bias {bias:g}": list(curve) for bias, curve in curves.items()}
    colours = dict(zip(names, ("#000000", PALETTE[0], PALETTE[2], PALETTE[3], PALETTE[1]), strict=True))
    for name, line in zip(names, ideal.values(), strict=True):
        axes.plot(range(len(line)), [max(value, FLOOR) for value in line], color=colours[name], lw=1.2, ls="--")
    plot_curves(axes, names, colours)
    label_axes(axes, "steps back in time", "gradient, as a share of that at 0")
    name_curves(figure, axes, names, colours)
    return figure


def draw_before_after(before: Mapping[str, Sequence[float]], after: Mapping[str, Sequence[float]], noun: int) -> Figure:
    """Two panels: the gradient's norm against distance before and after training; `noun` is the noun's distance."""
    figure = new_figure(6.4)
    panels: Any = figure.subplots(1, 2, sharey=True)
    for axes, curves, title in zip(panels, (before, after), ("before training", "after training"), strict=True):
        plot_curves(axes, curves, _COLOURS)
        axes.axvline(noun, color="grey", lw=1, ls=":")
        axes.set_title(title, fontsize=16)
        label_axes(axes, "words back from the verb", "gradient of the log-odds" if axes is panels[0] else "")
        axes.annotate(
            "the noun",
            (noun, 0.02),
            xycoords=("data", "axes fraction"),
            xytext=(-6, 0),
            textcoords="offset points",
            ha="right",
            fontsize=13,
        )
    for axes, curves in zip(panels, (before, after), strict=True):
        name_curves(figure, axes, curves, _COLOURS, size=12)
    return figure


def draw_accuracies(accuracies: Mapping[str, Mapping[int, Sequence[float]]]) -> Figure:
    """Share of verbs that are right against distance: the mean over trainings, and each training as a dot."""
    figure = new_figure(6.2)
    axes: Any = figure.subplots()
    means = {}
    distances: list[int] = []
    for number, (name, by_distance) in enumerate(accuracies.items()):
        distances = sorted(by_distance)
        # A little beside each other, so that none hides another.
        places = [distance * 1.012 ** (number - len(accuracies) / 2) for distance in distances]
        means[name] = [100 * sum(by_distance[distance]) / len(by_distance[distance]) for distance in distances]
        axes.plot(places, means[name], color=_COLOURS[name], lw=2.5)
        for place, distance in zip(places, distances, strict=True):
            found = [100 * value for value in by_distance[distance]]
            axes.plot([place] * len(found), found, "o", color=_COLOURS[name], ms=6, alpha=0.5, mew=0)
    axes.axhline(50, color="grey", lw=1, ls="--")
    axes.annotate("chance", (distances[0], 50), xytext=(0, 5), textcoords="offset points", fontsize=13, color="#555555")
    axes.set_xscale("log")
    axes.set_xticks(distances, [str(distance) for distance in distances])
    axes.minorticks_off()
    axes.set_ylim(40, 103)
    axes.set_xlabel("words between noun and verb", fontsize=15)
    axes.set_ylabel("verbs right (%)", fontsize=15)
    plain(axes)
    low, high = distances[0] * 0.93, distances[-1]
    axes.set_xlim(low, high * (high / low) ** 0.32)
    figure.draw_without_rendering()
    label_lines(axes, [(high * 1.05, line[-1], name, _COLOURS[name]) for name, line in means.items()])
    return figure


def draw_inside(inside: Sequence[Inside], units: int) -> Figure:
    """A trained LSTM over a sentence of a singular noun and over the same of a plural one, word by word.

    Args:
        inside: the one and the other.
        units: as many, those whose cell states differ most at the verb.
    """
    one, other = (torch.tensor(sentence.memory) for sentence in inside)
    difference = other - one
    chosen = difference[-1].abs().topk(min(units, difference.shape[1])).indices
    chosen = chosen[difference[-1, chosen].argsort(descending=True)]
    nouns = [sentence.words[1] for sentence in inside]
    panels = [
        (f"input gate\n{nouns[0]}", torch.tensor(inside[0].gates["input"]), True),
        (f"forget gate\n{nouns[0]}", torch.tensor(inside[0].gates["forget"]), True),
        (f"cell state\n{nouns[0]}", one, False),
        (f"cell state\n{nouns[1]}", other, False),
        ("the second\nminus the first", difference, False),
    ]
    figure = new_figure(1.3 + 1.75 * len(panels))
    shown = [(title, values[:, chosen], is_gate) for title, values, is_gate in panels]
    grid = draw_maps(figure, shown)
    figure.suptitle(
        f"trained LSTM: the {len(chosen)} of {one.shape[1]} units that differ most at the verb", fontsize=16
    )
    label_words(grid[-1], [word if word == its else f"{word} / {its}" for word, its in zip(*(s.words for s in inside))])
    return figure


def draw_descents(descents: Sequence[Descent]) -> Figure:
    """Loss and gradient norm over the steps, with and without clipping."""
    figure = new_figure(5.6)
    panels: Any = figure.subplots(1, 2)
    longest = max(len(descent.losses) for descent in descents)
    for descent, colour in zip(descents, (PALETTE[1], PALETTE[0]), strict=True):
        name = "not clipped" if descent.clip is None else f"clipped at {descent.clip:g}"
        for axes, values in zip(panels, (descent.losses, descent.norms), strict=True):
            axes.plot(range(1, len(values) + 1), values, color=colour, lw=2, label=name)
            if len(values) < longest:  # they were no numbers any more
                axes.plot([len(values)], [values[-1]], "x", color=colour, ms=12, mew=3)
    for axes, what in zip(panels, ("loss (nats)", "length of the gradient before clipping"), strict=True):
        axes.set_yscale("log")
        axes.set_xlabel("step", fontsize=15)
        axes.set_ylabel(what, fontsize=15)
        plain(axes)
    panels[0].set_ylim(bottom=1e-3)
    panels[0].legend(frameon=False, fontsize=14)
    return figure
