"""The LSTM whose gates see the cell state."""

import torch
from torch import Tensor, nn

from seq2seq.recurrent.cell import Gates, State, SteppedCell, start_weight


class PeepholeLSTM(SteppedCell):
    """The LSTM with peepholes of Gers & Schmidhuber 2000, "Recurrent nets that time and count".

    i_t = sigmoid(W_i x_t + U_i h_{t-1} + p_i * c_{t-1} + b_i)                   input gate
    f_t = sigmoid(W_f x_t + U_f h_{t-1} + p_f * c_{t-1} + b_f)                   forget gate
    g_t = tanh(W_g x_t + U_g h_{t-1} + b_g)                                      candidate
    c_t = f_t * c_{t-1} + i_t * g_t
    o_t = sigmoid(W_o x_t + U_o h_{t-1} + p_o * c_t + b_o)                       output gate
    h_t = o_t * tanh(c_t)

    Input and forget gate see the old cell state, the output gate the new one, each feature its own. The tanh on the
    way out is that of Graves 2013 (arXiv 1308.0850, equations 7 to 11). It begins as an LSTM: the peepholes at zero,
    b_f at 1. Its state is (h, c). Torch has no fused form of it.
    """

    state_size = 2

    def __init__(self, input_size: int, hidden_size: int) -> None:
        super().__init__()
        self.input = nn.Linear(input_size, 4 * hidden_size)  # i, f, g, o
        self.hidden = nn.Linear(hidden_size, 4 * hidden_size, bias=False)
        self.peepholes = nn.Parameter(torch.zeros(3, hidden_size))  # i, f, o

    def initialise(self) -> None:
        """Recurrent weights orthogonal, the others by Xavier, gate by gate; biases zero but for the forget gate's."""
        size = self.peepholes.shape[1]
        start_weight(self.input.weight, size)
        start_weight(self.hidden.weight, size, recurrent=True)
        nn.init.zeros_(self.peepholes)
        nn.init.zeros_(self.input.bias)
        nn.init.ones_(self.input.bias[size : 2 * size])

    def project(self, inputs: Tensor) -> Tensor:
        """(..., input_size) -> (..., 4 H)."""
        return self.input(inputs)

    def advance(self, projected: Tensor, state: State) -> State:
        """The state after a step whose inputs became `projected` (B, 4 H)."""
        return self._gated(projected, state)[1]

    def read(self, inputs: Tensor, state: State) -> tuple[Gates, State]:
        """See `RecurrentLayer.read`."""
        return self._gated(self.project(inputs), state)

    def _gated(self, projected: Tensor, state: State) -> tuple[Gates, State]:
        hidden, memory = state
        to_input, to_forget, to_output = self.peepholes
        input_gate, forget_gate, candidate, output_gate = (projected + self.hidden(hidden)).chunk(4, 1)
        input_gate = torch.sigmoid(input_gate + to_input * memory)
        forget_gate = torch.sigmoid(forget_gate + to_forget * memory)
        memory = forget_gate * memory + input_gate * torch.tanh(candidate)
        output_gate = torch.sigmoid(output_gate + to_output * memory)
        gates = {"input": input_gate, "forget": forget_gate, "output": output_gate}
        return gates, (output_gate * torch.tanh(memory), memory)
