"""What is seen of a model while it reads one input, layer by layer, ready to be counted and drawn."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import torch
from torch import Tensor

from seq2seq.data.transform import ImageTransform
from seq2seq.inspection.watch import Trace, gradient_norms
from seq2seq.recurrent import CELLS

SHUT, OPEN = 0.1, 0.9
"""A gate below the one is left-saturated, above the other right-saturated (Karpathy et al. 2015, arXiv 1506.02078)."""

NORM, CLIPPED = "gradient_norm", "clipped"
"""Of a run's learning curves: length of the gradient before it is clipped, and the share of steps that were."""

Curves = Mapping[str, Mapping[int, float]]
"""By metric of a run, its value at each step of the optimizer."""

ONE_WAY, SEEN_DIRECTLY, BOTH_WAYS = "one way", "seen directly", "both ways"
"""How what a net read comes to a score: through all steps after it; through attention or pooling, too; or a net that
reads both ways, too."""

BEFORE = "<source>"
"""Stands for the step by which a context enters before the first word."""


@dataclass(frozen=True)
class Layer:
    """One direction of one layer over the positions of one input. Letters: T positions, H features.

    Attributes:
        net: the part of the model that it belongs to, such as "encoder".
        depth: from 1, the lowest.
        direction: "forward", "backward" or, where the net has one direction only, "".
        cell: what it runs, a name of `seq2seq.recurrent.CELLS`.
        squashing: what bounds `hidden`; see `seq2seq.recurrent.Cell`.
        positions: T words or numbers, what stands at each position.
        reads: what `positions` are, for people.
        gates: each (T, H) by its name, from 0 to 1; none for cells without gates.
        hidden: (T, H) its outputs.
        memory: (T, H) its cell state, where it has one.
        gradient: (T,) norm of the score's gradient with respect to what it read at each position.
    """

    net: str
    depth: int
    direction: str
    cell: str
    squashing: str
    positions: tuple[str, ...]
    reads: str
    gates: dict[str, Tensor]
    hidden: Tensor
    memory: Tensor | None
    gradient: Tensor

    @property
    def name(self) -> str:
        """For people: "encoder, layer 1, backward"."""
        return ", ".join(part for part in (self.net, f"layer {self.depth}", self.direction) if part)


@dataclass(frozen=True)
class Attention:
    """Who looked at what.

    Attributes:
        rows: T words.
        columns: S others, or the numbers of a grid's cells.
        weights: (T, S), each row summing to 1.
        grid: rows and columns of those cells, where a picture is looked at.
        looked: (T, rows, columns) likewise, moved to where the cells do look; see `Caption.looked`.
        transform: what part of the picture is seen.
    """

    rows: tuple[str, ...]
    columns: tuple[str, ...]
    weights: Tensor
    grid: tuple[int, int] | None = None
    looked: Tensor | None = None
    transform: ImageTransform | None = None


class Score(NamedTuple):
    """What is looked at.

    Attributes:
        value: whose gradient is taken. Of a choice it is the log-odds, log p/(1-p), and not the loss -log p: its
            gradient does not fade where a model is sure, so that models can be compared.
        name: of that, for people.
        loss: at the same place.
        about: what the loss is of, for people: "'</s>' after 'dog'".
        target: what the model was made to say, in pieces or labels, as `inspect` can make another say it. Of a language
            model the last piece of what it reads, of a forecaster its transformation of the values: another model that
            has others is refused.
    """

    value: Tensor
    name: str
    loss: float
    about: str
    target: tuple[str, ...] = ()


def choice(logits: Tensor, goal: int, about: str, target: Sequence[str] = ()) -> Score:
    """The score of one of V logits (V,); its loss is in nats."""
    others = torch.cat([logits[:goal], logits[goal + 1 :]])
    odds = logits[goal] - others.logsumexp(0)
    return Score(odds, f"log-odds of {about}", -logits.log_softmax(0)[goal].item(), about, tuple(target))


@dataclass(frozen=True)
class Look:
    """What is seen of one input.

    Attributes:
        given: the input, for people.
        output: what the model makes of it, for people.
        score: at the last position.
        layers: that were called, in the model's order.
        attention: where the model has any.
        direct: the nets of whose outputs the score sees more than the last.
    """

    given: str
    output: str
    score: Score
    layers: tuple[Layer, ...]
    attention: Attention | None = None
    direct: frozenset[str] = frozenset()
    nets: tuple[str, ...] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "nets", tuple(dict.fromkeys(layer.net for layer in self.layers)))

    def bottom(self, net: str) -> Layer:
        """The lowest layer of a net."""
        return next(layer for layer in self.layers if layer.net == net)

    def way(self, net: str) -> str:
        """How what a net read comes to the score."""
        return BOTH_WAYS if self.bottom(net).direction else SEEN_DIRECTLY if net in self.direct else ONE_WAY


def look_at(
    traces: Sequence[Trace],
    score: Score,
    given: str,
    output: str,
    positions: Mapping[str, Sequence[str]],
    attention: Attention | None = None,
    rows: Mapping[str, int] | None = None,
    reads: Mapping[str, str] | None = None,
    direct: Collection[str] = (),
) -> Look:
    """Put together what was watched.

    Args:
        traces: of `watching` a model that read one input.
        score: at the last position, computed within.
        given: the input.
        output: the model's.
        positions: what stands at each position, by the name of the net; a net that is not named, or read something of
            another length, has numbers.
        attention: likewise watched.
        rows: by the name of each net that read several rows at once, the one to look at, as long as its positions.
        reads: by net, what its positions are, where there is more to say than that it reads them.
        direct: see `Look`.
    """
    rows, reads = rows or {}, reads or {}
    called = [trace for trace in traces if len(trace)]
    backward = {_parts(trace.name)[:2] for trace in called if _parts(trace.name)[2] == 1}
    layers = []
    for trace, gradient in zip(called, gradient_norms(score.value, called), strict=True):
        net, depth, direction = _parts(trace.name)
        row, steps = rows.get(net, 0), len(positions[net]) if net in rows else len(trace)
        two = (net, depth) in backward
        layers.append(
            Layer(
                net=net,
                depth=depth + 1,
                direction=("forward", "backward")[direction] if two else "",
                cell=next(name for name, kind in CELLS.items() if type(trace.cell) is kind),
                squashing=trace.cell.squashing,
                positions=_labels(positions.get(net, ()), steps),
                reads=reads.get(net, f"what the {net} reads"),
                gates={name: gate[:steps, row] for name, gate in trace.gates.items()},
                hidden=trace.hidden[:steps, row],
                memory=None if trace.memory is None else trace.memory[:steps, row],
                gradient=gradient[:steps, row],
            )
        )
    return Look(given, output, score, tuple(layers), attention, frozenset(direct))


def _parts(name: str) -> tuple[str, int, int]:
    """Net, layer from 0 and direction of a recurrent layer's name; that of a stack within a net is the net's.

    >>> _parts("encoder.layers.1.0"), _parts("decoder.layers.0"), _parts("layers.0.1"), _parts("reader")
    (('encoder', 1, 0), ('decoder', 0, 0), ('net', 0, 1), ('reader', 0, 0))
    >>> _parts("net.stack.layers.1.0")
    ('net', 1, 0)
    """
    found = re.fullmatch(r"(?:(.+?)(?:\.stack)?\.)?layers\.(\d+)(?:\.(\d+))?", name)
    if not found:
        return name or "net", 0, 0
    return found[1] or "net", int(found[2]), int(found[3] or 0)


def _labels(known: Sequence[str], steps: int) -> tuple[str, ...]:
    if len(known) == steps:
        return tuple(known)
    if known and len(known) == steps - 1:
        return BEFORE, *known
    return tuple(str(number) for number in range(1, steps + 1))


@dataclass(frozen=True)
class Saturation:
    """Of some activations over positions and inputs: the share that is low, the share that is high, and the mean.

    Attributes:
        low: (H,) of each unit, the share of positions at which a gate is below `SHUT`, a hidden state that tanh bounds
            below -`OPEN`, one of rectified units at 0.
        high: (H,) likewise, above `OPEN`; None for rectified units, which nothing bounds from above.
        mean: of all units.
    """

    low: Tensor
    high: Tensor | None
    mean: float


def saturation(looks: Sequence[Look]) -> dict[str, dict[str, Saturation]]:
    """By layer's name, that of each gate by its name and of the "hidden" state, over the positions of all looks.

    A hidden state that nothing bounds cannot be saturated and is left out.
    """
    layers: dict[str, list[Layer]] = {}
    for look in looks:
        for layer in look.layers:
            layers.setdefault(layer.name, []).append(layer)
    found: dict[str, dict[str, Saturation]] = {}
    for name, same in layers.items():
        gates = {gate: torch.cat([one.gates[gate] for one in same]) for gate in same[0].gates}
        found[name] = {gate: _saturation(values < SHUT, values > OPEN, values) for gate, values in gates.items()}
        hidden = torch.cat([one.hidden for one in same])
        if same[0].squashing == "tanh":
            found[name]["hidden"] = _saturation(hidden < -OPEN, hidden > OPEN, hidden)
        elif same[0].squashing == "relu":
            found[name]["hidden"] = _saturation(hidden == 0, None, hidden)
    return found


def _saturation(low: Tensor, high: Tensor | None, values: Tensor) -> Saturation:
    return Saturation(
        low.double().mean(0), None if high is None else high.double().mean(0), values.double().mean().item()
    )
