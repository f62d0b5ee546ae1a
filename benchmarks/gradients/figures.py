"""The figures of docs/gradients.md."""

from collections.abc import Mapping, Sequence
from typing import Any

import torch
from matplotlib.figure import Figure

from benchmarks.gradients.experiments import Descent, Inside
from benchmarks.gradients.nets import NETS
from seq2seq.inspection.curves import draw_distances, label_axes, name_curves, plot_curves
from seq2seq.inspection.maps import Panel, common_limit, draw_maps
from seq2seq.inspection.style import PALETTE, label_words, new_figure, plain

_COLOURS = {net.name: net.colour for net in NETS}
_DASHED = {net.name for net in NETS if net.dashed}
_ACROSS = 5  # panels
_LEAST_LOSS = 1e-9  # float32 knows none that is smaller but 0


def draw_powers(curves: Mapping[float, Sequence[float]]) -> Figure:
    """w^k against k."""
    figure = new_figure(5.2)
    axes: Any = figure.subplots()
    names = {f"w = {weight:g}": list(curve) for weight, curve in curves.items()}
    colours = dict(zip(names, (PALETTE[0], PALETTE[7], PALETTE[1]), strict=True))
    plot_curves(axes, names, colours)
    title = "one linear unit: what is left of the gradient after k steps back"
    label_axes(axes, "steps back in time, k", "gradient of the last state, $w^k$", title)
    name_curves(axes, names, colours)
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
    title = "before training: how far back the gradient reaches"
    return draw_distances(
        curves, _COLOURS, "steps back in time", "gradient, as a share of that at 0", title, dashed=_DASHED
    )


def draw_biases(curves: Mapping[float, Sequence[float]], ideal: Mapping[float, Sequence[float]]) -> Figure:
    """As `draw_distances`, of LSTMs by the bias of their forget gates; dashed what the gate alone would leave."""
    figure = new_figure(6.0)
    axes: Any = figure.subplots()
    names = {f"b = {bias:g}": list(curve) for bias, curve in curves.items()}
    colours = dict(zip(names, ("#000000", PALETTE[0], PALETTE[2], PALETTE[3], PALETTE[1]), strict=True))
    for name, line in zip(names, ideal.values(), strict=True):
        axes.plot(range(len(line)), line, color=colours[name], lw=1.2, ls="--")
    plot_curves(axes, names, colours)
    title = "LSTM before training, by the bias b of its forget gate"
    label_axes(axes, "steps back in time, k", "gradient, as a share of that at 0", title)
    axes.plot([], [], color="#555555", lw=2.5, label="measured")
    axes.plot([], [], color="#555555", lw=1.2, ls="--", label="what the gate alone would leave, $\\sigma(b)^k$")
    axes.legend(frameon=False, fontsize=13, loc="lower left")
    name_curves(axes, names, colours)
    return figure


def draw_before_after(before: Mapping[str, Sequence[float]], after: Mapping[str, Sequence[float]], noun: int) -> Figure:
    """Two panels: the gradient's norm against distance before and after training; `noun` is the noun's distance."""
    figure = new_figure(6.4)
    panels: Any = figure.subplots(1, 2, sharey=True)
    for axes, curves, title in zip(panels, (before, after), ("before training", "after training"), strict=True):
        plot_curves(axes, curves, _COLOURS, _DASHED)
        axes.axvline(noun, color="grey", lw=1, ls=":")
        label_axes(axes, "words back from the verb", "gradient of the log-odds" if axes is panels[0] else "", title)
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
        name_curves(axes, curves, _COLOURS, _DASHED, size=12)
    return figure


def draw_accuracies(accuracies: Mapping[str, Mapping[int, Sequence[float]]]) -> Figure:
    """A panel a net: share of verbs that are right against distance, each training as a dot, their mean as a line."""
    rows = -(-len(accuracies) // _ACROSS)
    figure = new_figure(0.8 + 2.6 * rows)
    grid: Any = figure.subplots(rows, _ACROSS, sharex=True, sharey=True, squeeze=False)
    figure.suptitle("verbs right after training (a dot a training, the line their mean)", fontsize=16)
    figure.supxlabel("words between noun and verb", fontsize=15)
    for axes in grid.flat[len(accuracies) :]:
        axes.set_axis_off()
    for axes, (name, by_distance) in zip(grid.flat, accuracies.items(), strict=False):
        distances = sorted(by_distance)
        axes.axhline(50, color="grey", lw=1, ls="--")
        means = [100 * sum(by_distance[distance]) / len(by_distance[distance]) for distance in distances]
        axes.plot(distances, means, color=_COLOURS[name], lw=2.5, ls="--" if name in _DASHED else "-")
        for distance in distances:
            found = [100 * value for value in by_distance[distance]]
            axes.plot([distance] * len(found), found, "o", color=_COLOURS[name], ms=7, alpha=0.5, mew=0)
        axes.set_title(name, fontsize=14)
        axes.set_xticks(distances)
        axes.set_ylim(42, 103)
        axes.set_yticks([50, 75, 100], ["chance", "75 %", "100 %"])
        plain(axes)
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
    states = one[:, chosen], other[:, chosen]
    limit = common_limit(torch.stack(states).numpy())
    nouns = [sentence.words[1] for sentence in inside]
    panels = [
        *(
            Panel(f"{gate} gate\n{nouns[0]}", torch.tensor(inside[0].gates[gate])[:, chosen], gate=True)
            for gate in ("input", "forget")
        ),
        *(Panel(f"cell state\n{noun}", state, limit=limit) for noun, state in zip(nouns, states, strict=True)),
        Panel(f"{nouns[1]}\nminus {nouns[0]}", difference[:, chosen]),
    ]
    figure = new_figure(1.7 + 1.75 * len(panels))
    lowest = draw_maps(figure, panels)[-1]
    told = f"the {len(chosen)} of {one.shape[1]} units that differ most at the verb"
    figure.suptitle(f"trained LSTM, one sentence in singular and plural: {told}", fontsize=16)
    both = zip(*(sentence.words for sentence in inside), strict=True)
    label_words(lowest, [word if word == its else f"{word} / {its}" for word, its in both])
    lowest.set_xlabel("what it reads", fontsize=14)
    return figure


def draw_descents(descents: Sequence[Descent]) -> Figure:
    """Loss and gradient norm over the steps, with and without clipping."""
    figure = new_figure(5.8)
    figure.suptitle("IRNN by gradient descent, with and without clipping", fontsize=16)
    panels: Any = figure.subplots(1, 2)
    longest = max(len(descent.losses) for descent in descents)
    for descent, colour in zip(descents, (PALETTE[1], PALETTE[0]), strict=True):
        name = "not clipped" if descent.clip is None else f"clipped at {descent.clip:g}"
        for axes, values in zip(panels, (descent.losses, descent.norms), strict=True):
            shown = [max(value, _LEAST_LOSS) for value in values]
            axes.plot(range(1, len(values) + 1), shown, color=colour, lw=1.5, label=name)
            if len(values) < longest:  # they were no numbers any more
                axes.plot([len(values)], [values[-1]], "x", color=colour, ms=12, mew=3)
    for axes, what in zip(panels, ("loss (nats)", "length of the gradient before clipping"), strict=True):
        axes.set_yscale("log")
        axes.set_xlabel("step", fontsize=15)
        axes.set_ylabel(what, fontsize=15)
        plain(axes)
    panels[0].set_ylim(bottom=_LEAST_LOSS / 2)
    panels[0].annotate("lower edge: 0 in float32", (0.02, 0.02), xycoords="axes fraction", fontsize=12)
    panels[0].legend(frameon=False, fontsize=14)
    return figure
