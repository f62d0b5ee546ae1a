"""Random sampling with temperature, top-k and top-p."""

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from seq2seq.search.options import SearchOptions
from seq2seq.search.scoring import top_k
from seq2seq.search.strategy import Choice, Frontier


def truncate(log_probs: Tensor, k: int, p: float) -> tuple[Tensor, Tensor | None]:
    """Keeps the k likeliest tokens, and of those the likeliest that together first reach the probability p.

    Args:
        log_probs: (..., V), not necessarily normalised.
        k: 0 keeps all.
        p: above 0 and at most 1; 1 keeps all. It refers to the distribution that `k` left, renormalised.

    Returns:
        (..., N) the log-probabilities of those left, -inf for those taken out, and their ids (..., N), None for all.
        The likeliest token always stays. They are in the order of their ids: in that of their probabilities rounding
        could make two nearly equal tokens change places, and the same draw give another token.
    """
    ids = None
    if 0 < k < log_probs.shape[-1]:
        ids = top_k(log_probs, k)[1].sort(-1).values
        log_probs = log_probs.gather(-1, ids)
    if p < 1:
        descending, order = log_probs.sort(dim=-1, descending=True, stable=True)
        probs = descending.softmax(-1)
        beyond = probs.cumsum(-1) - probs >= p
        log_probs = log_probs.masked_fill(beyond.scatter(-1, order, beyond), -torch.inf)
    return log_probs, ids


class Sampling:
    """Several independent draws a sentence.

    Each sentence has its own stream of random numbers, seeded with (seed, the sentence's index), drawn before the
    search starts and used by step and sample: what else is in the batch, and in which order, makes no difference.

    Args:
        indices: the number by which each sentence is known, at least 0.
        max_lengths: the most tokens each sentence may get.
    """

    def __init__(
        self, options: SearchOptions, indices: Sequence[int], max_lengths: Sequence[int], device: torch.device
    ) -> None:
        self.options = options
        draws = np.zeros((len(indices), max(max_lengths) + 1, options.samples), dtype=np.float32)
        for row, (index, length) in enumerate(zip(indices, max_lengths, strict=True)):
            stream = np.random.default_rng([options.seed, index])
            draws[row, : length + 1] = stream.random((length + 1, options.samples), dtype=np.float32)
        self._draws = torch.from_numpy(draws).to(device)

    def choose(self, frontier: Frontier) -> Choice:
        """Draws from the inverse of the cumulative distribution."""
        options, log_probs = self.options, frontier.log_probs
        kept, ids = truncate(log_probs / options.temperature, options.top_k, options.top_p)
        cumulative = kept.softmax(-1).cumsum(-1)
        draws = self._draws[frontier.sentences, frontier.step]  # (B, K)
        draws = draws[:, None] if log_probs.shape[1] == 1 else draws[..., None]
        # A draw is at most 1 - 2 ** -24, so draw * total < total also after rounding, and `right` steps over tokens of
        # probability 0. Only a row of NaN reaches the end.
        chosen = torch.searchsorted(cumulative, draws * cumulative[..., -1:], right=True)
        chosen = chosen.clamp(max=cumulative.shape[-1] - 1)
        tokens = chosen if ids is None else ids.gather(-1, chosen)
        return Choice(tokens.flatten(1), log_probs.gather(-1, tokens).flatten(1))
