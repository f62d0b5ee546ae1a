"""How far back in time the gradients of several models reach, on the same inputs."""

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor

from seq2seq.errors import UserError
from seq2seq.inspection.look import BEFORE, BOTH_WAYS, ONE_WAY, SEEN_DIRECTLY, Look

Distances = dict[str, dict[str, Tensor]]
"""By net and by model the norm of the gradient at each distance, that of the last position first."""


def by_distance(models: Mapping[str, Sequence[Look]]) -> Distances:
    """Of every net that all models have, the norms of the score's gradient against the distance from the last position.

    Args:
        models: by name, what is seen of each on the same inputs, one at least.

    Returns:
        By net and by name (T,) norms with respect to what the net's lowest layer reads k positions before its last, for
        k from 0 on: the mean over the inputs that are as long as that.
    """
    nets = [[net for look in looks for net in look.nets] for looks in models.values()]
    shared = [net for net in dict.fromkeys(nets[0]) if all(net in own for own in nets)]
    return {net: {name: _mean_norms(looks, net) for name, looks in models.items()} for net in shared}


def way_of(models: Mapping[str, Sequence[Look]], net: str) -> str:
    """How what a net read comes to the score in any of the models, be it only one of them."""
    ways = {look.way(net) for looks in models.values() for look in looks if net in look.nets}
    return next(way for way in (BOTH_WAYS, SEEN_DIRECTLY, ONE_WAY) if way in ways)


def check_positions(look: Look, first: Look, by_words: bool) -> None:
    """Refuse two looks at one input whose positions are not the same; a step before the first word does not count.

    Args:
        look: of a model.
        first: of that which it is compared with.
        by_words: whether what stands at the positions must be the same, and not only their number.

    Raises:
        UserError: they are not.
    """
    for net in look.nets:
        if net in first.nets:
            own, other = ([word for word in each.bottom(net).positions if word != BEFORE] for each in (look, first))
            if own != other if by_words else len(own) != len(other):
                raise UserError(
                    f"its {net} reads other pieces of {look.given!r:.60} than that of the first model; compare models "
                    "with one vocabulary"
                )


def _mean_norms(looks: Sequence[Look], net: str) -> Tensor:
    found = [look.bottom(net).gradient for look in looks if net in look.nets]
    sums = torch.zeros(max(map(len, found)), dtype=torch.double)
    counts = torch.zeros_like(sums)
    for norms in found:
        sums[: len(norms)] += norms.double().flip(0)
        counts[: len(norms)] += 1
    return sums / counts
