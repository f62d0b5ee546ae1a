"""Attention of decoder states over the encoder's memory."""

import math
from typing import Literal, get_args

import torch
from torch import Tensor, nn

from seq2seq.errors import suggest

AttentionName = Literal["additive", "general", "dot"]
ATTENTIONS: tuple[str, ...] = get_args(AttentionName)


class Attention(nn.Module):
    """Scores every source position for every query and gives the weighted mean of the memory.

    With D = size / heads features a head, for query q and memory vector m of a head:

    - "dot": q . m / sqrt(D) (Luong et al. 2015); no weights, one size for both;
    - "general": q . (W m) / sqrt(D) (Luong et al. 2015);
    - "additive": v . tanh(W q + U m) (Bahdanau et al. 2015), D of the query's size.

    The products are scaled as in Vaswani et al. (2017): with normalised layers they would otherwise be so large that
    attention begins hard, at random places, and hardly learns.

    Each head weighs its own slice of the memory's features.

    Args:
        query_size: features of a query.
        memory_size: F, features of a memory vector, a multiple of `heads`.
        kind: "additive", "general" or "dot".
        heads: number of heads.

    Raises:
        ValueError: an unknown kind, "dot" with two sizes, or sizes that the heads do not divide.
    """

    def __init__(self, query_size: int, memory_size: int, kind: AttentionName = "general", heads: int = 1) -> None:
        super().__init__()
        if kind not in ATTENTIONS:
            raise ValueError(f"attention {kind!r} is not one of {', '.join(ATTENTIONS)}{suggest(kind, ATTENTIONS)}")
        if query_size % heads or memory_size % heads:
            raise ValueError(
                f"attention: {heads} heads do not divide the query's {query_size} and the memory's {memory_size}"
            )
        if kind == "dot" and query_size != memory_size:
            raise ValueError(
                f"attention 'dot' needs queries and memory of one size, not {query_size} and {memory_size}; "
                "use 'general'"
            )
        self.kind, self.heads = kind, heads
        if kind != "dot":
            self.key = nn.Linear(memory_size, query_size, bias=False)
        if kind == "additive":
            self.query = nn.Linear(query_size, query_size)
            self.energy = nn.Parameter(torch.empty(heads, query_size // heads))
            nn.init.uniform_(self.energy, -heads / query_size**0.5, heads / query_size**0.5)

    def keys(self, memory: Tensor) -> Tensor:
        """What the scores need of the memory (B, S, F), computed once a sentence: (B, S, query_size)."""
        return memory if self.kind == "dot" else self.key(memory)

    def forward(self, queries: Tensor, keys: Tensor, memory: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        """Look at the memory.

        Args:
            queries: (B, Q, query_size); the Q queries of a sentence are its target positions, or its hypotheses.
            keys: (B, S, query_size) from `keys(memory)`.
            memory: (B, S, F).
            mask: (B, S), True at real positions; padding gets weight 0.

        Returns:
            The context vectors (B, Q, F) and the weights (B, Q, S), mean over the heads; each row sums to 1.
        """
        q = self._split(self.query(queries) if self.kind == "additive" else queries)
        k = self._split(keys)
        if self.kind == "additive":
            energy = torch.tanh(q[:, :, :, None] + k[:, :, None])
            scores = (energy * self.energy[:, None, None].to(energy.dtype)).sum(-1)
        else:
            scores = q @ k.transpose(2, 3) / math.sqrt(q.shape[3])
        scores = scores.float().masked_fill(~mask[:, None, None], -torch.inf)
        weights = scores.softmax(3)
        context = weights.to(memory.dtype) @ self._split(memory)
        return context.transpose(1, 2).reshape(*queries.shape[:2], -1), weights.mean(1)

    def _split(self, vectors: Tensor) -> Tensor:
        """(B, N, heads * D) -> (B, heads, N, D)."""
        return vectors.view(*vectors.shape[:2], self.heads, -1).transpose(1, 2)
