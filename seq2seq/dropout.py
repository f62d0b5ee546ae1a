"""Dropout of whole words and dropout that is the same at every step."""

import torch
from torch import Tensor, nn


class LockedDropout(nn.Module):
    """Dropout with one mask for all steps of a row (Gal & Ghahramani 2016, arXiv 1512.05287).

    Args:
        rate: share of features set to zero in training, in [0, 1).
    """

    def __init__(self, rate: float) -> None:
        super().__init__()
        self.rate = rate

    def forward(self, inputs: Tensor) -> Tensor:
        """(T, B, F) -> (T, B, F)."""
        if not self.training or not self.rate:
            return inputs
        kept = torch.rand(inputs.shape[1:], device=inputs.device) >= self.rate
        return inputs * (kept / (1 - self.rate)).to(inputs.dtype)


class WordDropout(nn.Module):
    """Sets whole embeddings to zero, a word here and there (Sennrich & Zhang 2019, arXiv 1905.11901).

    Args:
        rate: share of words that are dropped in training, in [0, 1).
    """

    def __init__(self, rate: float) -> None:
        super().__init__()
        self.rate = rate

    def forward(self, embedded: Tensor) -> Tensor:
        """(T, B, E) -> (T, B, E)."""
        if not self.training or not self.rate:
            return embedded
        kept = torch.rand(embedded.shape[:2], device=embedded.device) >= self.rate
        return embedded * kept.to(embedded.dtype)[:, :, None]
