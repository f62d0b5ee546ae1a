"""What every encoder hands to the decoder."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Self

import torch
from torch import Tensor


@dataclass(frozen=True)
class Context:
    """The encoded input of a batch. Letters: B sentences (or pictures), S positions, F features, G summary features.

    Attributes:
        memory: (B, S, F) one vector a source position: a word piece, or a cell of a picture's grid.
        mask: (B, S) bool; True is a real position, False is padding.
        summary: (B, G) the input as one vector: final hidden and cell states of both directions, or pooled features.
        grid: rows and columns when the positions are the cells of a picture, so that attention can be drawn over it.
    """

    memory: Tensor
    mask: Tensor
    summary: Tensor
    grid: tuple[int, int] | None = None

    def __len__(self) -> int:
        return self.memory.shape[0]

    @classmethod
    def join(cls, contexts: Sequence[Self]) -> Self:
        """Several batches as one, which have as many positions."""
        return replace(
            contexts[0],
            memory=torch.cat([context.memory for context in contexts]),
            mask=torch.cat([context.mask for context in contexts]),
            summary=torch.cat([context.summary for context in contexts]),
        )

    def select(self, indices: Tensor) -> "Context":
        """The sentences numbered by `indices` (B',), in that order, repeated where an index is repeated."""
        return replace(self, memory=self.memory[indices], mask=self.mask[indices], summary=self.summary[indices])
