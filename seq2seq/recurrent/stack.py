"""Recurrent layers one upon the other, in one direction or both."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from seq2seq.dropout import LockedDropout
from seq2seq.recurrent.cell import State
from seq2seq.recurrent.layer import CellName, RecurrentLayer


class RecurrentStack(nn.Module):
    """A deep recurrent net over sequences of features, each of which becomes a vector, and the whole another.

    Each layer reads the outputs of both directions of the layer below (Schuster & Paliwal 1997; the deep form of Chen
    et al. 2018, arXiv 1804.09849).

    Args:
        input_size: F, features of a step.
        hidden_size: H, size of one direction.
        layers: depth, at least 1.
        cell: a name of `seq2seq.recurrent.CELLS`.
        bidirectional: read each layer from both ends.
        dropout: share of features dropped, with one mask for all steps of a row, of what each layer gives.
        residual: add a layer's input to its output where both have one size (from the second layer up).
        layer_norm: normalise what each layer gives (Ba et al. 2016).

    Attributes:
        memory_size: M, features of an output: H, or 2 H when bidirectional.
        summary_size: G, features of the summary: M times the parts of a layer's state.

    Raises:
        ValueError: an unknown cell.

    >>> stack = RecurrentStack(3, hidden_size=6, layers=2, cell="gru", bidirectional=True)
    >>> outputs, summary = stack(torch.zeros(7, 2, 3), torch.tensor([7, 4]))
    >>> outputs.shape, summary.shape
    (torch.Size([7, 2, 12]), torch.Size([2, 12]))
    """

    layers: Sequence[Sequence[RecurrentLayer]]

    def __init__(
        self,
        input_size: int,
        hidden_size: int = 256,
        layers: int = 1,
        cell: CellName = "lstm",
        bidirectional: bool = False,
        dropout: float = 0.0,
        residual: bool = False,
        layer_norm: bool = False,
    ) -> None:
        super().__init__()
        self._build(input_size, hidden_size, layers, cell, bidirectional, dropout, residual, layer_norm)

    def _build(
        self,
        input_size: int,
        hidden_size: int,
        layers: int,
        cell: CellName,
        bidirectional: bool,
        dropout: float,
        residual: bool,
        layer_norm: bool,
    ) -> None:
        """Make the layers, for a module that has parts of its own before them."""
        directions = 2 if bidirectional else 1
        self.memory_size = directions * hidden_size
        sizes = [input_size] + [self.memory_size] * (layers - 1)
        self.layers = nn.ModuleList(  # type: ignore[assignment]
            nn.ModuleList(RecurrentLayer(size, hidden_size, cell) for _ in range(directions)) for size in sizes
        )
        self.norms = nn.ModuleList(nn.LayerNorm(self.memory_size) if layer_norm else nn.Identity() for _ in sizes)
        self.summary_size = self.memory_size * self.layers[-1][0].state_size
        self.dropout = LockedDropout(dropout)
        self.residual = residual

    def forward(self, inputs: Tensor, lengths: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """Read a batch in any order of lengths.

        Args:
            inputs: (T, B, F).
            lengths: (B,) steps of each row, each from 1 to T; None: all have T.

        Returns:
            outputs (T, B, M), without meaning at padding; and a summary of each row (B, G): the final states of the
            top layer, hidden of each direction first, then, where the cell has it, cell of each direction.
        """
        x, finals = inputs, list[State]()
        for depth, (directions, norm) in enumerate(zip(self.layers, self.norms, strict=True)):
            outputs, finals = [], []
            for direction, layer in enumerate(directions):
                out, final = layer(x, layer.zero_state(inputs.shape[1]), lengths, reverse=direction == 1)
                outputs.append(out)
                finals.append(final)
            y = norm(torch.cat(outputs, 2))
            if self.residual and depth and y.shape == x.shape:
                y = y + x
            x = self.dropout(y)
        return x, torch.cat([part for parts in zip(*finals, strict=True) for part in parts], 1)
