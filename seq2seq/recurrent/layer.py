"""Recurrent layers: one direction of one layer, over a whole sequence or one step at a time.

Everything here is time-major: (T, B, F) with T steps, B rows, F features, so that a step is one contiguous slice.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Literal

import torch
from torch import Tensor, nn

from seq2seq.errors import suggest
from seq2seq.recurrent.cell import Cell, Gates, State
from seq2seq.recurrent.fused import GRU, ElmanRNN, IdentityRNN
from seq2seq.recurrent.jordan import Jordan
from seq2seq.recurrent.lstm import LSTM
from seq2seq.recurrent.minimal import MinGRU, MinLSTM
from seq2seq.recurrent.peephole import PeepholeLSTM

CELLS: dict[str, Callable[[int, int], Cell]] = {
    "lstm": LSTM,
    "gru": GRU,
    "rnn": ElmanRNN,
    "irnn": IdentityRNN,
    "jordan": Jordan,
    "peephole": PeepholeLSTM,
    "minlstm": MinLSTM,
    "mingru": MinGRU,
}
"""The cells by name; each class's docstring has its equations and their source."""

if TYPE_CHECKING:
    CellName = str
else:
    CellName = Literal[tuple(CELLS)]  # options of this type allow just these names


class RecurrentLayer(nn.Module):
    """One layer of one direction, of any cell.

    Args:
        input_size: features of an input.
        hidden_size: H, features of a hidden state.
        cell: a name of `CELLS`.

    Attributes:
        state_size: parts of the state: 2 for the LSTMs, (h, c), else 1.

    Raises:
        ValueError: an unknown cell.

    >>> layer = RecurrentLayer(3, 5)
    >>> outputs, state = layer(torch.zeros(7, 2, 3), layer.zero_state(2), torch.tensor([7, 4]))
    >>> outputs.shape, len(state)
    (torch.Size([7, 2, 5]), 2)
    """

    def __init__(self, input_size: int, hidden_size: int, cell: CellName = "lstm") -> None:
        super().__init__()
        if cell not in CELLS:
            raise ValueError(f"cell {cell!r} is not one of {', '.join(CELLS)}{suggest(cell, CELLS)}")
        self.input_size, self.hidden_size = input_size, hidden_size
        self.cell = CELLS[cell](input_size, hidden_size)
        self.cell.initialise()
        self.state_size = self.cell.state_size

    def zero_state(self, rows: int) -> State:
        """The state before the first step: zeros."""
        # A cell of 8-bit products has no parameters; it computes in float32 on the CPU.
        weight = next(self.parameters(), torch.empty(0))
        return (weight.new_zeros(rows, self.hidden_size),) * self.state_size

    def forward(
        self, inputs: Tensor, state: State, lengths: Tensor | None = None, reverse: bool = False
    ) -> tuple[Tensor, State]:
        """Run over a whole sequence.

        Args:
            inputs: (T, B, input_size).
            state: the state before the first step, each (B, H).
            lengths: (B,) steps of each row, at least 1; None when padding needs no care, as in a decoder that is
                trained left to right, where padding comes after everything that counts.
            reverse: read each row from its own last step to its first.

        Returns:
            outputs (T, B, H), in the order of the inputs (what stands at padding has no meaning), and the state after
            each row's own last step read.
        """
        return self.cell.run(inputs, state, lengths, reverse)

    def step(self, inputs: Tensor, state: State) -> State:
        """The state (each (B, H); its first part is the output) after one more input (B, input_size)."""
        return self.cell.step(inputs, state)

    def read(self, inputs: Tensor, state: State) -> tuple[Gates, State]:
        """As `step`, beside the gates that made it so: what stands in the cell's equations, for people to look at."""
        return self.cell.read(inputs, state)
