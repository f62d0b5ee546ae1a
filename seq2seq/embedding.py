"""Word embeddings whose matrix can serve as the output matrix too."""

import math

import torch
from torch import Tensor, nn


class Embedding(nn.Embedding):
    """Embeddings with entries of variance 1 when they are read, and 1/E in the matrix.

    The matrix is scaled by sqrt(E) on the way in (Vaswani et al. 2017, section 3.4): small as output weights, where
    it starts near an even distribution, and large as input. Unscaled, a recurrent net hardly sees its words at
    first and learns several times slower. Id 0 is padding: zero at first, and reading it moves nothing.

    Args:
        vocab_size: V.
        embedding_size: E.

    >>> Embedding(10, 4)(torch.tensor([[0, 3]])).shape
    torch.Size([1, 2, 4])
    """

    def __init__(self, vocab_size: int, embedding_size: int) -> None:
        super().__init__(vocab_size, embedding_size, padding_idx=0)
        self.scale = math.sqrt(embedding_size)
        nn.init.normal_(self.weight, std=1 / self.scale)
        with torch.no_grad():
            self.weight[0].zero_()

    def forward(self, tokens: Tensor) -> Tensor:
        """Ids of any shape -> the same shape with E features."""
        return super().forward(tokens) * self.scale
