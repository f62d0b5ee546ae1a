"""What was seen, as numbers: `inspection.json`."""

from collections.abc import Sequence
from typing import Any

from torch import Tensor

from seq2seq.inspection.beside import Distances
from seq2seq.inspection.look import CLIPPED, OPEN, SHUT, Curves, Layer, Look, Saturation

RECORD = "inspection.json"


def steps_clipped(curves: Curves) -> float | None:
    """The share of a run's steps whose gradient was clipped; None where nothing tells.

    >>> steps_clipped({"clipped": {9: 1.0, 19: 0.5}}), steps_clipped({})
    (0.75, None)
    """
    shares = curves.get(CLIPPED, {}).values()
    return sum(shares) / len(shares) if shares else None


def as_record(
    looks: Sequence[Look], found: dict[str, dict[str, Saturation]], curves: Curves, distances: Distances
) -> dict[str, Any]:
    """All numbers of the figures but for the single units', as plain JSON values.

    Args:
        looks: of one model.
        found: what `saturation` says of them.
        curves: of the model's training.
        distances: of it and of other models.
    """
    share = steps_clipped(curves)
    return {
        "steps_clipped": None if share is None else _round(share),
        "distance": {
            net: {name: _numbers(norms) for name, norms in models.items()} for net, models in distances.items()
        },
        "saturated": {"below": SHUT, "above": OPEN, "hidden_below": -OPEN},
        "saturation": {
            layer: {
                kind: {
                    "at_zero" if shares.high is None else "below": _number(shares.low.mean()),
                    **({} if shares.high is None else {"above": _number(shares.high.mean())}),
                    "mean": _round(shares.mean),
                }
                for kind, shares in kinds.items()
            }
            for layer, kinds in found.items()
        },
        "inputs": [
            {
                "input": look.given,
                "output": look.output,
                "loss": _round(look.score.loss),
                "loss_of": look.score.about,
                "gradient_of": look.score.name,
                "layers": {layer.name: _layer(layer) for layer in look.layers},
                "attention": None
                if look.attention is None
                else {
                    "rows": look.attention.rows,
                    "columns": look.attention.columns,
                    "grid": look.attention.grid,
                    "weights": [_numbers(row) for row in look.attention.weights],
                },
            }
            for look in looks
        ],
    }


def _layer(layer: Layer) -> dict[str, Any]:
    record: dict[str, Any] = {
        "cell": layer.cell,
        "positions": layer.positions,
        "units": layer.hidden.shape[1],
        "gates": {name: _numbers(gate.mean(1)) for name, gate in layer.gates.items()},  # the mean over the units
        "hidden_norm": _numbers(layer.hidden.norm(dim=1)),
        "gradient_norm": _numbers(layer.gradient),
    }
    if layer.memory is not None:
        record["cell_norm"] = _numbers(layer.memory.norm(dim=1))
    return record


def _numbers(values: Tensor) -> list[float | None]:
    return [_round(value) for value in values.tolist()]


def _number(value: Tensor) -> float | None:
    return _round(value.item())


def _round(value: float) -> float | None:
    """With five digits that mean something; None for what JSON cannot say.

    >>> _round(0.123456789), _round(1.23456789e-12), _round(float("nan"))
    (0.12346, 1.2346e-12, None)
    """
    return float(f"{value:.5g}") if abs(value) < float("inf") else None
