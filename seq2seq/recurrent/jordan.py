"""Jordan's network: the output is fed back."""

import torch
from torch import Tensor, nn

from seq2seq.recurrent.cell import State, SteppedCell, start_weight


class Jordan(SteppedCell):
    """The network of Jordan 1986, "Serial order: a parallel distributed processing approach".

    h_t = tanh(W_h x_t + U_h y_{t-1} + b_h)                                      hidden
    y_t = tanh(W_y h_t + b_y)                                                    output

    What is fed back is the output y, where Elman's feeds back h. In Jordan's network y is what the whole network says,
    fed back one to one (his state units also keep a share of their own past, which is zero here). A layer says nothing
    to anyone outside, so here y is what the layer above, the attention or the read-out sees, with H features like h;
    h is seen by nobody but y. Its state is (y,). Each step passes two matrices that cannot be run ahead, W_y and U_h,
    so torch has no fused form of it.
    """

    def __init__(self, input_size: int, hidden_size: int) -> None:
        super().__init__()
        self.input = nn.Linear(input_size, hidden_size)
        self.feedback = nn.Linear(hidden_size, hidden_size, bias=False)
        self.output = nn.Linear(hidden_size, hidden_size)

    def initialise(self) -> None:
        """Feedback orthogonal, the others by Xavier; biases zero."""
        for linear in (self.input, self.feedback, self.output):
            start_weight(linear.weight, linear.out_features, recurrent=linear is self.feedback)
            if linear.bias is not None:
                nn.init.zeros_(linear.bias)

    def project(self, inputs: Tensor) -> Tensor:
        """(..., input_size) -> (..., H)."""
        return self.input(inputs)

    def advance(self, projected: Tensor, state: State) -> State:
        """The state after a step whose inputs became `projected` (B, H)."""
        hidden = torch.tanh(projected + self.feedback(state[0]))
        return (torch.tanh(self.output(hidden)),)
