"""The LSTM's own gradient."""

import pytest
import torch

from seq2seq.recurrent import LSTMFunction, RecurrentLayer
from seq2seq.recurrent.fused import FusedCell

LENGTHS = torch.tensor([6, 3, 1, 4])


def real(outputs):
    """Outputs with what stands at padding set to zero."""
    return outputs * (torch.arange(6)[:, None] < LENGTHS)[:, :, None]


@pytest.mark.parametrize("reverse", [False, True])
def test_equals_torch_on_packed_sequences_with_gradients(reverse):
    torch.manual_seed(1)
    cell = RecurrentLayer(5, 7, "lstm").double().cell
    inputs, state = torch.randn(6, 4, 5).double(), (torch.randn(4, 7).double(), torch.randn(4, 7).double())
    results = []
    for run in (cell.run, lambda *arguments: FusedCell.run(cell, *arguments)):
        cell.zero_grad()
        x = inputs.clone().requires_grad_()
        first = tuple(part.clone().requires_grad_() for part in state)
        outputs, final = run(x, first, LENGTHS, reverse)
        loss = real(outputs).pow(2).sum() + final[0].sin().sum() + 2 * final[1].sin().sum()
        loss.backward()
        results.append([real(outputs), *final, x.grad, *(f.grad for f in first), *(p.grad for p in cell.parameters())])
    for ours, theirs in zip(*results, strict=True):
        torch.testing.assert_close(ours, theirs)


@pytest.mark.parametrize("reverse", [False, True])
@pytest.mark.parametrize("lengths", [None, LENGTHS])
def test_gradient_by_finite_differences(lengths, reverse):
    torch.manual_seed(2)
    shapes = [(6, 4, 2), (4, 3), (4, 3), (12, 2), (12, 3), (12,)]
    tensors = [torch.randn(shape, dtype=torch.float64, requires_grad=True) for shape in shapes]

    def function(*arguments):
        outputs, hidden, memory = LSTMFunction.apply(*arguments, lengths, reverse)
        return (outputs if lengths is None else real(outputs)), hidden, memory

    assert torch.autograd.gradcheck(function, tensors)
