"""Cells that torch runs over a whole sequence in one call: Elman's, with tanh or ReLU, and the GRU."""

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from seq2seq.recurrent.cell import Cell, Gates, State, start_weight


class FusedCell(Cell):
    """Joins a one-layer recurrent module of torch to the interface of a cell; its weights are that module's.

    cuDNN runs it on a GPU, torch's native loop on a CPU.
    """

    hidden_size: int

    def initialise(self) -> None:
        """Recurrent weights orthogonal, the others by Xavier, gate by gate; biases zero."""
        for name, parameter in self.named_parameters():
            if "bias" in name:
                nn.init.zeros_(parameter)
            else:
                start_weight(parameter, self.hidden_size, recurrent="weight_hh" in name)

    def weights(self) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """Input and recurrent weights, input and recurrent biases."""
        cell: Any = self
        return cell.weight_ih_l0, cell.weight_hh_l0, cell.bias_ih_l0, cell.bias_hh_l0

    def run(self, inputs: Tensor, state: State, lengths: Tensor | None, reverse: bool) -> tuple[Tensor, State]:
        """See `RecurrentLayer.forward`."""
        if not reverse:
            return self._fused(inputs, state, lengths)
        order = _reversal(inputs.shape[0], inputs.shape[1], lengths, inputs.device)
        outputs, final = self._fused(inputs[order], state, lengths)
        return outputs[order], final

    def _fused(self, inputs: Tensor, state: State, lengths: Tensor | None) -> tuple[Tensor, State]:
        first = tuple(part.to(inputs.dtype)[None].contiguous() for part in state)
        hidden = first if self.state_size > 1 else first[0]
        if lengths is None:
            outputs, final = self(inputs, hidden)
        else:
            packed = pack_padded_sequence(inputs, lengths.cpu(), enforce_sorted=False)
            outputs, final = self(packed, hidden)
            outputs, _ = pad_packed_sequence(outputs, total_length=inputs.shape[0])
        return outputs, tuple(part[0] for part in (final if self.state_size > 1 else (final,)))


class ElmanRNN(FusedCell, nn.RNN):
    """The simple recurrent network of Elman 1990, "Finding structure in time": the hidden state is fed back.

    h_t = tanh(W_h x_t + U_h h_{t-1} + b_h)

    Its state is (h,). The weights are those of `torch.nn.RNN`, which splits b_h in two.
    """

    def step(self, inputs: Tensor, state: State) -> State:
        """See `RecurrentLayer.step`."""
        return (torch.rnn_tanh_cell(inputs, state[0], *self.weights()),)


class IdentityRNN(FusedCell, nn.RNN):
    """The IRNN of Le et al. 2015 (arXiv 1504.00941): rectified units that start by adding up what they read.

    h_t = ReLU(W_h x_t + U_h h_{t-1} + b_h), and U_h begins as the identity, b_h as zero

    So at first the gradient of h_T to h_t neither grows nor vanishes, whatever T - t, for units that are on all the
    way; none passes a step at which a unit is off (0). Nothing bounds h: over sequences much longer than those of
    training it can grow beyond all numbers. W_h begins as in the other cells. Its state is (h,). The weights are those
    of `torch.nn.RNN`, which splits b_h in two.
    """

    squashing = "relu"

    def __init__(self, input_size: int, hidden_size: int) -> None:
        super().__init__(input_size, hidden_size, nonlinearity="relu")

    def initialise(self) -> None:
        """As every fused cell, but for recurrent weights that are the identity."""
        super().initialise()
        with torch.no_grad():
            self.weights()[1].zero_().diagonal().fill_(1)  # `eye_` would import SymPy where there is no memory yet

    def step(self, inputs: Tensor, state: State) -> State:
        """See `RecurrentLayer.step`."""
        return (torch.rnn_relu_cell(inputs, state[0], *self.weights()),)


class GRU(FusedCell, nn.GRU):
    """The gated recurrent unit of Cho et al. 2014 (arXiv 1406.1078), in the form of `torch.nn.GRU`.

    r_t = sigmoid(W_r x_t + U_r h_{t-1} + b_r)                                   reset
    z_t = sigmoid(W_z x_t + U_z h_{t-1} + b_z)                                   keep
    n_t = tanh(W_n x_t + b_n + r_t * (U_n h_{t-1} + b'_n))                       candidate
    h_t = (1 - z_t) * n_t + z_t * h_{t-1}

    The paper multiplies r_t and h_{t-1} before U_n does; cuDNN, and so torch, afterwards. Its state is (h,).
    """

    def step(self, inputs: Tensor, state: State) -> State:
        """See `RecurrentLayer.step`."""
        return (torch.gru_cell(inputs, state[0], *self.weights()),)

    def read(self, inputs: Tensor, state: State) -> tuple[Gates, State]:
        """See `RecurrentLayer.read`: what torch's call computes, written out, since it does not tell its gates."""
        (hidden,) = state
        weight_ih, weight_hh, bias_ih, bias_hh = self.weights()
        from_input = nn.functional.linear(inputs, weight_ih, bias_ih).chunk(3, 1)
        from_state = nn.functional.linear(hidden, weight_hh, bias_hh).chunk(3, 1)
        reset, keep = (torch.sigmoid(from_input[gate] + from_state[gate]) for gate in range(2))
        candidate = torch.tanh(from_input[2] + reset * from_state[2])
        return {"reset": reset, "keep": keep}, ((1 - keep) * candidate + keep * hidden,)


def _reversal(steps: int, rows: int, lengths: Tensor | None, device: torch.device) -> tuple[Tensor, Tensor]:
    """Indices (T, B) that turn each row's real steps round and leave its padding; their own inverse."""
    positions = torch.arange(steps, device=device)[:, None].expand(steps, rows)
    ends = torch.full((rows,), steps, device=device) if lengths is None else lengths.to(device)
    turned = torch.where(positions < ends, ends - 1 - positions, positions)
    return turned, torch.arange(rows, device=device).expand(steps, rows)
