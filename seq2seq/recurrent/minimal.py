"""Cells whose gates do not see the state, so that training runs over many steps at once: minLSTM and minGRU."""

from abc import abstractmethod

import torch
from torch import Tensor, nn

from seq2seq.recurrent.cell import Cell, Gates, State, start_weight
from seq2seq.recurrent.scan import ScanFunction

AT_ONCE = 2**19
"""How many of the h_t, over all rows and features, are run at once; a processor keeps so many megabytes near itself."""


class MinimalCell(Cell):
    """A mean of the old state and a candidate, with weights that the inputs alone decide.

    h_t = (1 - z_t) * h_{t-1} + z_t * n_t,    z_t = sigmoid(s_t)

    Sums are in float32 at the least, whatever the format of the products: a state that keeps 0.999 of itself at each
    step would not move in bf16. Between two calls a state has the format in which it came.
    """

    squashing = ""
    parts: int
    """How many H of products an input becomes; the last of them is n."""

    def __init__(self, input_size: int, hidden_size: int) -> None:
        super().__init__()
        self.input = nn.Linear(input_size, self.parts * hidden_size)

    def initialise(self) -> None:
        """Weights by Xavier, gate by gate; biases zero."""
        start_weight(self.input.weight, self.input.out_features // self.parts)
        nn.init.zeros_(self.input.bias)

    @abstractmethod
    def update(self, *gates: Tensor) -> Tensor:
        """The s_t from the products but the last, each (..., H)."""

    def run(self, inputs: Tensor, state: State, lengths: Tensor | None, reverse: bool) -> tuple[Tensor, State]:
        """See `RecurrentLayer.forward`."""
        (hidden,) = state
        shortest = len(inputs) if lengths is None else int(lengths.min())
        pieces = inputs.split(max(1, AT_ONCE // hidden.numel()))
        outputs: list[Tensor] = [inputs] * len(pieces)
        for number in reversed(range(len(pieces))) if reverse else range(len(pieces)):
            products = self.input(pieces[number])
            share, candidate = self._weigh(products)
            kept, added = 1 - share, share * candidate
            begin = number * len(pieces[0])
            if lengths is not None and begin + len(products) > shortest:
                steps = torch.arange(begin, begin + len(products), device=products.device)
                padding = (steps[:, None] >= lengths.to(products.device))[:, :, None]
                kept, added = kept.masked_fill(padding, 1), added.masked_fill(padding, 0)
            found, hidden = ScanFunction.apply(kept, added, hidden.to(kept.dtype), reverse)
            outputs[number] = found.to(products.dtype)
        return torch.cat(outputs), (hidden.to(state[0].dtype),)

    def step(self, inputs: Tensor, state: State) -> State:
        """See `RecurrentLayer.step`."""
        return self.read(inputs, state)[1]

    def read(self, inputs: Tensor, state: State) -> tuple[Gates, State]:
        """See `RecurrentLayer.read`; the one gate is z, what share of the state is new."""
        share, candidate = self._weigh(self.input(inputs))
        (hidden,) = state
        return {"update": share}, (
            torch.addcmul(share * candidate, 1 - share, hidden.to(share.dtype)).to(hidden.dtype),
        )

    def _weigh(self, products: Tensor) -> tuple[Tensor, Tensor]:
        """z and n, each (..., H)."""
        *gates, candidate = products.to(torch.promote_types(products.dtype, torch.float32)).chunk(self.parts, -1)
        return torch.sigmoid(self.update(*gates)), candidate


class MinGRU(MinimalCell):
    """The minGRU of Feng et al. 2024, "Were RNNs all we needed?" (arXiv 2410.01201, appendix A).

    z_t = sigmoid(W_z x_t + b_z)                                                 update
    n_t = W_n x_t + b_n                                                          candidate
    h_t = (1 - z_t) * h_{t-1} + z_t * n_t

    A GRU without U_z, U_n, the reset gate and the tanh. Their log-space form also makes n_t positive, which its
    logarithm needs and the scan here does not. Its state is (h,).
    """

    parts = 2

    def update(self, *gates: Tensor) -> Tensor:
        """z before its sigmoid."""
        return gates[0]


class MinLSTM(MinimalCell):
    """The minLSTM of Feng et al. 2024, "Were RNNs all we needed?" (arXiv 2410.01201, appendix A).

    f_t = sigmoid(W_f x_t + b_f)                                                 forget gate
    i_t = sigmoid(W_i x_t + b_i)                                                 input gate
    n_t = W_n x_t + b_n                                                          candidate
    h_t = f_t / (f_t + i_t) * h_{t-1} + i_t / (f_t + i_t) * n_t

    An LSTM without the U, the tanh and the output gate; the share that each gate has in both makes h_t a mean, however
    long the sequence ("length independence scaling"). i / (f + i) is computed as sigmoid(log i - log f), which holds
    where both gates vanish. b_f begins at 0: with 1, as in the LSTM, it learned characters a little slower. As in the
    minGRU, n_t has any sign. Its state is (h,).
    """

    parts = 3

    def update(self, *gates: Tensor) -> Tensor:
        """log i - log f."""
        forget_gate, input_gate = gates
        return nn.functional.logsigmoid(input_gate) - nn.functional.logsigmoid(forget_gate)
