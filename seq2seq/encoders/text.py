"""The text encoder: embeddings and a deep recurrent net, in one direction or both."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from seq2seq.context import Context
from seq2seq.dropout import LockedDropout, WordDropout
from seq2seq.embedding import Embedding
from seq2seq.recurrent import CellName, RecurrentLayer, State


class TextEncoder(nn.Module):
    """Reads token ids and gives a vector for each of them and one for the whole.

    Each layer reads the outputs of both directions of the layer below (Schuster & Paliwal 1997; the deep form of Chen
    et al. 2018, arXiv 1804.09849).

    Args:
        vocab_size: V, number of token ids; id 0 is padding.
        embedding_size: E.
        hidden_size: H, size of one direction.
        layers: depth, at least 1.
        cell: "lstm", "gru" or "rnn".
        bidirectional: read each layer from both ends.
        dropout: share of features dropped, with one mask for all steps of a sentence, of the embeddings and of what
            each layer gives.
        word_dropout: share of whole words dropped.
        residual: add a layer's input to its output where both have one size (from the second layer up).
        layer_norm: normalise what each layer gives (Ba et al. 2016).

    Attributes:
        memory_size: F of the context's memory: H, or 2 H when bidirectional.
        summary_size: G of the context's summary: the final states of the top layer, hidden of each direction first,
            then (LSTM) cell of each direction.

    Raises:
        ValueError: an unknown cell.

    >>> encoder = TextEncoder(100, embedding_size=8, hidden_size=6)
    >>> context = encoder(torch.tensor([[5, 6, 7], [8, 9, 0]]), torch.tensor([3, 2]))
    >>> context.memory.shape, context.summary.shape, context.mask[1].tolist()
    (torch.Size([2, 3, 12]), torch.Size([2, 24]), [True, True, False])
    """

    layers: Sequence[Sequence[RecurrentLayer]]

    def __init__(
        self,
        vocab_size: int,
        embedding_size: int = 256,
        hidden_size: int = 256,
        layers: int = 2,
        cell: CellName = "lstm",
        bidirectional: bool = True,
        dropout: float = 0.2,
        word_dropout: float = 0.0,
        residual: bool = False,
        layer_norm: bool = False,
    ) -> None:
        super().__init__()
        directions = 2 if bidirectional else 1
        self.embedding = Embedding(vocab_size, embedding_size)
        self.memory_size = directions * hidden_size
        sizes = [embedding_size] + [self.memory_size] * (layers - 1)
        self.layers = nn.ModuleList(  # type: ignore[assignment]
            nn.ModuleList(RecurrentLayer(size, hidden_size, cell) for _ in range(directions)) for size in sizes
        )
        self.norms = nn.ModuleList(nn.LayerNorm(self.memory_size) if layer_norm else nn.Identity() for _ in sizes)
        self.summary_size = self.memory_size * (2 if cell == "lstm" else 1)
        self.dropout = LockedDropout(dropout)
        self.word_dropout = WordDropout(word_dropout)
        self.residual = residual

    def forward(self, tokens: Tensor, lengths: Tensor) -> Context:
        """Encode a batch in any order of lengths.

        Args:
            tokens: (B, S) ids, padded at the end with 0.
            lengths: (B,) real tokens of each row, each from 1 to S.
        """
        x = self.dropout(self.word_dropout(self.embedding(tokens.t())))
        finals: list[State] = []
        for depth, (directions, norm) in enumerate(zip(self.layers, self.norms, strict=True)):
            outputs, finals = [], []
            for direction, layer in enumerate(directions):
                out, final = layer(x, layer.zero_state(len(tokens)), lengths, reverse=direction == 1)
                outputs.append(out)
                finals.append(final)
            y = norm(torch.cat(outputs, 2))
            if self.residual and depth and y.shape == x.shape:
                y = y + x
            x = self.dropout(y)
        summary = torch.cat([part for parts in zip(*finals, strict=True) for part in parts], 1)
        mask = torch.arange(tokens.shape[1], device=tokens.device) < lengths.to(tokens.device)[:, None]
        return Context(memory=x.transpose(0, 1), mask=mask, summary=summary)
