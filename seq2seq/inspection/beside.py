"""How far back in time the gradients of several models reach, on the same inputs."""

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor

from seq2seq.inspection.look import Look

Distances = dict[str, dict[str, Tensor]]
"""By net and by model the norm of the gradient at each distance, that of the last position first."""


def by_distance(models: Mapping[str, Sequence[Look]]) -> Distances:
    """Of every net that all models have, the norms of the loss's gradient against the distance in time.

    Args:
        models: by name, what is seen of each on the same inputs, one at least.

    Returns:
        By net and by name (T,) norms with respect to what the net's lowest layer reads k positions before its last, for
        k from 0 on: the mean over the inputs that are as long as that.
    """
    nets = [[net for look in looks for net in look.nets] for looks in models.values()]
    shared = [net for net in dict.fromkeys(nets[0]) if all(net in own for own in nets)]
    return {net: {name: _mean_norms(looks, net) for name, looks in models.items()} for net in shared}


def _mean_norms(looks: Sequence[Look], net: str) -> Tensor:
    found = [next(layer.gradient for layer in look.layers if layer.net == net) for look in looks if net in look.nets]
    sums = torch.zeros(max(map(len, found)), dtype=torch.double)
    counts = torch.zeros_like(sums)
    for norms in found:
        sums[: len(norms)] += norms.double().flip(0)
        counts[: len(norms)] += 1
    return sums / counts
