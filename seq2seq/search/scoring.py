"""The numbers by which hypotheses are compared: small pure functions."""

from typing import TypeVar

import torch
from torch import Tensor

from seq2seq.search.options import LengthPenalty

Length = TypeVar("Length", float, Tensor)

_CHUNK = 64
# Relative change of a float64 per index. Times the largest index it stays far below the 2 ** -24 that separates two
# float32 numbers, so it orders equal values without touching the order of different ones.
_TILT = 2.0**-50


def length_penalty(length: Length, kind: LengthPenalty, alpha: float) -> Length:
    """What the log-probability of a hypothesis of `length` tokens, end-of-sentence included, is divided by.

    Never falls as the length grows, which is what makes `best_possible` a bound.

    >>> length_penalty(7.0, "wu", 1.0), length_penalty(7.0, "power", 1.0), length_penalty(7.0, "none", 1.0)
    (2.0, 7.0, 1.0)
    """
    if kind == "wu":
        return ((5 + length) / 6) ** alpha
    return length ** (alpha if kind == "power" else 0.0)


def coverage_penalty(coverage: Tensor, mask: Tensor) -> Tensor:
    """Sum over the source positions of log(min(attention received, 1)): Wu et al. 2016, eq. 14, without its weight.

    Args:
        coverage: (B, K, S) attention that each source position received over all steps.
        mask: (B, S) bool, True at real positions.

    Returns:
        (B, K), at most 0; 0 when every position received an attention of 1 in all. Finite even where one received none.
    """
    floor = torch.finfo(coverage.dtype).tiny
    return coverage.clamp(min=floor, max=1.0).log().masked_fill(~mask[:, None], 0.0).sum(-1)


def best_possible(live_scores: Tensor, max_lengths: Tensor, kind: LengthPenalty, alpha: float) -> Tensor:
    """No continuation of a live hypothesis can be ranked above this.

    Every further token lowers the sum of log-probabilities or leaves it, the coverage penalty is at most 0, and the
    divisor is largest for the longest hypothesis allowed.

    Args:
        live_scores: (B,) sum of log-probabilities of each sentence's best live hypothesis, -inf where none lives.
        max_lengths: (B,) tokens allowed, without the end-of-sentence token.
    """
    return live_scores / length_penalty(max_lengths.to(live_scores.dtype) + 1, kind, alpha)


def top_k(values: Tensor, k: int) -> tuple[Tensor, Tensor]:
    """The k largest along the last dimension, largest first, equal ones by lowest index, as (values, indices).

    Several times faster on a CPU than `Tensor.topk` over a whole vocabulary, and unlike it defined at ties.

    Args:
        values: (..., N) log-probabilities: below 0, -inf allowed; a single one may be 0. NaN counts as largest.
        k: 1 to N.
    """
    if values.device.type == "mps":  # has no float64; ties fall as its own topk lets them
        best = values.topk(k)
        return best.values, best.indices
    size = values.shape[-1]
    whole = size // _CHUNK
    if whole <= 2 * k:
        indices = _ordered(values, torch.arange(size, device=values.device)).topk(k).indices
        return values.gather(-1, indices), indices
    # The k largest lie in the k chunks with the largest maxima (of equal ones the first), or in the rest at the end.
    chunks = values[..., : whole * _CHUNK].unflatten(-1, (whole, _CHUNK))
    best_chunks = _ordered(chunks.amax(-1), torch.arange(whole, device=values.device)).topk(k).indices
    within = torch.arange(_CHUNK, device=values.device)
    positions = (best_chunks[..., None] * _CHUNK + within).flatten(-2)
    rest = torch.arange(whole * _CHUNK, size, device=values.device)
    positions = torch.cat([positions, rest.expand(*positions.shape[:-1], -1)], -1)
    candidates = values.gather(-1, positions)
    chosen = _ordered(candidates, positions).topk(k).indices
    return candidates.gather(-1, chosen), positions.gather(-1, chosen)


def _ordered(values: Tensor, indices: Tensor) -> Tensor:
    """`values` (at most 0) as float64, equal ones lowered a little more the higher their index."""
    return values.double() * (1 + indices.double() * _TILT)
