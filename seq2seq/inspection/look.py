"""What is seen of a model while it reads one input, layer by layer, ready to be counted and drawn."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import torch
from torch import Tensor

from seq2seq.inspection.watch import Trace, gradient_norms

SHUT, OPEN = 0.1, 0.9
"""A gate below the one is left-saturated, above the other right-saturated (Karpathy et al. 2015, arXiv 1506.02078)."""

NORM, CLIPPED = "gradient_norm", "clipped"
"""Of a run's learning curves: length of the gradient before it is clipped, and the share of steps that were."""

Curves = Mapping[str, Mapping[int, float]]
"""By metric of a run, its value at each step of the optimizer."""

BEFORE = "<source>"
"""Stands for the step by which a context enters before the first word."""


@dataclass(frozen=True)
class Layer:
    """One direction of one layer over the positions of one input. Letters: T positions, H features.

    Attributes:
        net: the part of the model that it belongs to, such as "encoder".
        depth: from 1, the lowest.
        direction: "forward", "backward" or, where the net has one direction only, "".
        positions: T words or numbers, what stands at each position.
        gates: each (T, H) by its name, from 0 to 1; none for cells without gates.
        hidden: (T, H) its outputs.
        memory: (T, H) its cell state, where it has one.
        gradient: (T,) norm of the loss's gradient with respect to what it read at each position.
    """

    net: str
    depth: int
    direction: str
    positions: tuple[str, ...]
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
    """Who looked at what: weights (T, S), each row summing to 1, of T words at S others or at the cells of a grid."""

    rows: tuple[str, ...]
    columns: tuple[str, ...]
    weights: Tensor
    grid: tuple[int, int] | None = None


@dataclass(frozen=True)
class Look:
    """What is seen of one input.

    Attributes:
        given: the input, for people.
        output: what the model makes of it, for people.
        loss: at the last position, in nats where the model says probabilities.
        about: what the loss is of, for people: "'</s>' after 'dog'".
        layers: that were called, in the model's order.
        attention: where the model has any.
    """

    given: str
    output: str
    loss: float
    about: str
    layers: tuple[Layer, ...]
    attention: Attention | None = None
    nets: tuple[str, ...] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "nets", tuple(dict.fromkeys(layer.net for layer in self.layers)))


def look_at(
    traces: Sequence[Trace],
    loss: Tensor,
    about: str,
    given: str,
    output: str,
    positions: Mapping[str, Sequence[str]],
    attention: Attention | None = None,
    rows: Mapping[str, int] | None = None,
) -> Look:
    """Put together what was watched.

    Args:
        traces: of `watching` a model that read one input.
        loss: at the last position, computed within.
        about: what it is of.
        given: the input.
        output: the model's.
        positions: what stands at each position, by the name of the net; a net that is not named, or read something of
            another length, has numbers.
        attention: likewise watched.
        rows: by the name of each net that read several rows at once, the one to look at, as long as its positions.
    """
    rows = rows or {}
    called = [trace for trace in traces if len(trace)]
    backward = {_parts(trace.name)[:2] for trace in called if _parts(trace.name)[2] == 1}
    layers = []
    for trace, gradient in zip(called, gradient_norms(loss, called), strict=True):
        net, depth, direction = _parts(trace.name)
        row, steps = rows.get(net, 0), len(positions[net]) if net in rows else len(trace)
        two = (net, depth) in backward
        layers.append(
            Layer(
                net=net,
                depth=depth + 1,
                direction=("forward", "backward")[direction] if two else "",
                positions=_labels(positions.get(net, ()), steps),
                gates={name: gate[:steps, row] for name, gate in trace.gates.items()},
                hidden=trace.hidden[:steps, row],
                memory=None if trace.memory is None else trace.memory[:steps, row],
                gradient=gradient[:steps, row],
            )
        )
    return Look(given, output, loss.item(), about, tuple(layers), attention)


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
        low: (H,) of each unit, the share of positions at which it is below `SHUT` (a hidden state: below -`OPEN`).
        high: (H,) likewise, above `OPEN`.
        mean: of all units.
    """

    low: Tensor
    high: Tensor
    mean: float


def saturation(looks: Sequence[Look]) -> dict[str, dict[str, Saturation]]:
    """By layer's name, that of each gate by its name and of the "hidden" state, over the positions of all looks."""
    layers: dict[str, list[Layer]] = {}
    for look in looks:
        for layer in look.layers:
            layers.setdefault(layer.name, []).append(layer)
    found: dict[str, dict[str, Saturation]] = {}
    for name, same in layers.items():
        gates = {gate: torch.cat([one.gates[gate] for one in same]) for gate in same[0].gates}
        kinds = {gate: _saturation(values, SHUT) for gate, values in gates.items()}
        found[name] = kinds | {"hidden": _saturation(torch.cat([one.hidden for one in same]), -OPEN)}
    return found


def _saturation(values: Tensor, low: float) -> Saturation:
    return Saturation((values < low).double().mean(0), (values > OPEN).double().mean(0), values.mean().item())
