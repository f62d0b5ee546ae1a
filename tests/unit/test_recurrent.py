import pytest
import torch

from seq2seq.recurrent import CELLS, LSTMFunction, RecurrentLayer, _reversal

LENGTHS = torch.tensor([6, 3, 1, 4])


def make(cell="lstm", dtype=torch.float64):
    torch.manual_seed(1)
    layer = RecurrentLayer(5, 7, cell).to(dtype)
    inputs = torch.randn(6, 4, 5, dtype=dtype)
    state = tuple(torch.randn(4, 7, dtype=dtype) for _ in range(layer.state_size))
    return layer, inputs, state


def real(outputs):
    """Outputs with what stands at padding set to zero."""
    return outputs * (torch.arange(6)[:, None] < LENGTHS)[:, :, None]


@pytest.mark.parametrize("reverse", [False, True])
def test_lstm_equals_torch_on_packed_sequences_with_gradients(reverse):
    layer, inputs, state = make()
    results = []
    for fused in (True, False):
        layer.zero_grad()
        x = inputs.clone().requires_grad_()
        first = tuple(part.clone().requires_grad_() for part in state)
        if fused:
            outputs, final = layer(x, first, LENGTHS, reverse)
        else:
            order = _reversal(6, 4, LENGTHS, x.device)
            outputs, final = layer._torch(x[order] if reverse else x, first, LENGTHS)
            outputs = outputs[order] if reverse else outputs
        loss = real(outputs).pow(2).sum() + final[0].sin().sum() + 2 * final[1].sin().sum()
        loss.backward()
        results.append([real(outputs), *final, x.grad, *(f.grad for f in first), *(p.grad for p in layer.parameters())])
    for ours, theirs in zip(*results, strict=True):
        torch.testing.assert_close(ours, theirs)


@pytest.mark.parametrize("reverse", [False, True])
@pytest.mark.parametrize("lengths", [None, LENGTHS])
def test_lstm_gradient_by_finite_differences(lengths, reverse):
    torch.manual_seed(2)
    shapes = [(6, 4, 2), (4, 3), (4, 3), (12, 2), (12, 3), (12,)]
    tensors = [torch.randn(shape, dtype=torch.float64, requires_grad=True) for shape in shapes]

    def function(*arguments):
        outputs, hidden, memory = LSTMFunction.apply(*arguments, lengths, reverse)
        return (outputs if lengths is None else real(outputs)), hidden, memory

    assert torch.autograd.gradcheck(function, tensors)


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("reverse", [False, True])
def test_whole_sequence_equals_steps(cell, reverse):
    layer, inputs, state = make(cell)
    outputs, final = layer(inputs, state, LENGTHS, reverse)
    for row, length in enumerate(LENGTHS.tolist()):
        now = tuple(part[row : row + 1] for part in state)
        for t in reversed(range(length)) if reverse else range(length):
            now = layer.step(inputs[t, row : row + 1], now)
            torch.testing.assert_close(outputs[t, row], now[0][0])
        for part, expected in zip(final, now, strict=True):
            torch.testing.assert_close(part[row], expected[0])


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("reverse", [False, True])
def test_what_stands_at_padding_changes_nothing(cell, reverse):
    layer, inputs, state = make(cell)
    other = torch.where((torch.arange(6)[:, None] < LENGTHS)[:, :, None], inputs, torch.tensor(1e3, dtype=inputs.dtype))
    outputs, final = layer(inputs, state, LENGTHS, reverse)
    outputs2, final2 = layer(other, state, LENGTHS, reverse)
    torch.testing.assert_close(real(outputs), real(outputs2))
    torch.testing.assert_close(final, final2)


def test_bfloat16_autocast_stays_near_float32():
    layer, inputs, state = make(dtype=torch.float32)
    exact, _ = layer(inputs, state, LENGTHS)
    with torch.autocast("cpu", torch.bfloat16):
        rough, _ = layer(inputs, state, LENGTHS)
    assert rough.dtype == torch.bfloat16
    torch.testing.assert_close(real(rough.float()), real(exact), atol=0.03, rtol=0)
