"""Products of 8-bit integers in place of products of floats, for decoding on a CPU.

Weights get one scale an output, symmetric; inputs one scale a row, found as they come, or that of their range where
they have one. Sums are exact integers, so a row's product does not depend on the rows beside it. What lies between the
products stays in float32, the cell states among it; there the last bit may depend on the batch, and rounding to 8 bits
makes more of it, so that candidates that are nearly as good may change places. Where the processor has instructions for
it (VNNI) such a product takes half the time of one in bf16. Junczys-Dowmunt et al. 2018 (arXiv 1805.12096) decode on
CPUs in the same way.
"""

import torch
from torch import Tensor, nn

from seq2seq.decoders.recurrent import RecurrentDecoder
from seq2seq.encoders.backbone import Backbone
from seq2seq.recurrent import RecurrentLayer, State
from seq2seq.recurrent.cell import run_steps
from seq2seq.recurrent.lstm import LSTM

_LARGEST, _ZERO = 127, 128  # inputs are unsigned to the processor: 128 stands for zero
_TINY = 1e-12


def quantize(model: nn.Module) -> None:
    """Put 8-bit products in the place of those of linear layers and LSTMs, for good; `model` is float32 on the CPU.

    A backbone stays as it is: most of its products are convolutions.
    """
    for name, child in model.named_children():
        if isinstance(child, RecurrentLayer) and isinstance(child.cell, LSTM):
            setattr(model, name, QuantizedLSTM(child.cell))
        elif isinstance(child, nn.Linear):
            bounded = isinstance(model, RecurrentDecoder) and name == "output"  # it reads what tanh gave
            setattr(model, name, QuantizedLinear(child.weight, child.bias, bounded))
        elif not isinstance(child, Backbone):
            quantize(child)


class QuantizedLinear(nn.Module):
    """x W^T + b with 8-bit weights and inputs.

    Args:
        weight: (O, I), float32.
        bias: (O,), float32, or None.
        bounded: inputs lie within -1 and 1, which saves looking for their scale.

    >>> weight = torch.tensor([[1.0, -0.5], [0.25, 2.0]])
    >>> QuantizedLinear(weight, torch.ones(2))(torch.tensor([[1.0, 1.0]])).mul(10).round().tolist()
    [[15.0, 33.0]]
    """

    def __init__(self, weight: Tensor, bias: Tensor | None, bounded: bool = False) -> None:
        super().__init__()
        weight = weight.detach()
        self.scale = weight.abs().amax(1).clamp(min=_TINY) / _LARGEST
        self.packed = torch.ops.onednn.qlinear_prepack((weight / self.scale[:, None]).round().to(torch.int8), None)
        self.bias = None if bias is None else bias.detach().clone()
        self.bounded = bounded
        self._zeros = torch.zeros(len(weight), dtype=torch.long)

    def forward(self, inputs: Tensor) -> Tensor:
        """(..., I) -> (..., O)."""
        rows = inputs.flatten(0, -2)
        if self.bounded:
            product = self._product(_integers(rows * _LARGEST), 1 / _LARGEST, self.bias)
        else:
            peaks = rows.abs().amax(1, keepdim=True).clamp_(min=_TINY).div_(_LARGEST)
            product = self._product(_integers(rows / peaks), 1.0).mul_(peaks)
            if self.bias is not None:
                product.add_(self.bias)
        return product.view(*inputs.shape[:-1], -1)

    def add_product(self, inputs: Tensor, total: Tensor) -> None:
        """Add the product of bounded inputs (N, I) to `total` (N, O); the bias is left out."""
        torch.ops.onednn.qlinear_pointwise.binary(
            *(_integers(inputs * _LARGEST), 1 / _LARGEST, _ZERO, self.packed, self.scale, self._zeros),
            *(total, None, 1.0, 0, torch.float32, 1.0, 0, "sum", 1.0, "none", [], ""),
        )

    def _product(self, rows: Tensor, scale: float, bias: Tensor | None = None) -> Tensor:
        product: Tensor = torch.ops.onednn.qlinear_pointwise(
            *(rows, scale, _ZERO, self.packed, self.scale, self._zeros),
            *(bias, 1.0, 0, torch.float32, "none", [], ""),
        )
        return product


def _integers(scaled: Tensor) -> Tensor:
    """The nearest integers to numbers from -127 to 127, as the products want them; `scaled` is used up."""
    return scaled.add_(_ZERO + 0.5).to(torch.uint8)  # the conversion cuts the fraction off


class QuantizedLSTM(nn.Module):
    """A `RecurrentLayer` of LSTM cells with 8-bit products, for use and not for training."""

    def __init__(self, cell: LSTM) -> None:
        super().__init__()
        self.hidden_size, self.state_size = cell.hidden_size, cell.state_size
        weight_ih, weight_hh, bias_ih, bias_hh = (part.detach().clone() for part in cell.weights())
        for part in (weight_ih, weight_hh, bias_ih, bias_hh):
            # tanh x = 2 sigmoid 2x - 1, so that one sigmoid serves all gates; torch's tanh takes five times as long.
            part[2 * self.hidden_size : 3 * self.hidden_size] *= 2
        self.inputs = QuantizedLinear(weight_ih, bias_ih + bias_hh)
        self.hidden = QuantizedLinear(weight_hh, None, bounded=True)

    def zero_state(self, rows: int) -> State:
        """The state before the first step: zeros."""
        return (self.inputs.scale.new_zeros(rows, self.hidden_size),) * self.state_size

    def step(self, inputs: Tensor, state: State) -> State:
        """As `RecurrentLayer.step`."""
        return self._step(self.inputs(inputs), state)

    def forward(
        self, inputs: Tensor, state: State, lengths: Tensor | None = None, reverse: bool = False
    ) -> tuple[Tensor, State]:
        """As `RecurrentLayer.forward`."""
        return run_steps(self._step, self.inputs(inputs), state, lengths, reverse)

    def _step(self, gates: Tensor, state: State) -> State:
        """The state after a step whose inputs' product is `gates` (B, 4 H), which is used up."""
        self.hidden.add_product(state[0], gates)
        input_gate, forget_gate, half, output_gate = gates.sigmoid_().chunk(4, 1)
        memory = (forget_gate * state[1]).addcmul_(input_gate, half, value=2).sub_(input_gate)
        return (memory * 2).sigmoid_().mul_(2).sub_(1).mul_(output_gate), memory
