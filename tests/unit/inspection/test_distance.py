import math

import pytest
import torch

from seq2seq.encoders.text import TextEncoder
from seq2seq.inspection.distance import gradient_by_distance
from seq2seq.recurrent import CELLS, RecurrentLayer, RecurrentStack


def linear(weight):
    """h_t = weight h_{t-1} + x_t, as long as all is above zero."""
    layer = RecurrentLayer(1, 1, "irnn").double()
    for parameter, value in zip(layer.cell.weights(), (1.0, weight, 0.0, 0.0), strict=True):
        torch.nn.init.constant_(parameter, value)
    return layer


@pytest.mark.parametrize(("weight", "expected"), [(0.9, 0.00515), (1.0, 1.0), (1.1, 117.39)])
def test_of_a_linear_unit_a_power_of_its_weight_is_left(weight, expected):
    norms = gradient_by_distance(linear(weight), 50, torch.ones(51, 1, 1))
    torch.testing.assert_close(norms, torch.tensor([weight**k for k in range(51)]).double())
    assert norms[50].item() == pytest.approx(expected, rel=1e-3)


@pytest.mark.parametrize("cell", CELLS)
def test_it_is_the_gradient_of_autograd_on_the_sequence(cell):
    """With the whole Jacobian, one output after the other: its product with unit vectors on average has its norm."""
    torch.manual_seed(1)
    layer = RecurrentLayer(3, 4, cell).double()
    inputs = torch.rand(6, 1, 3).double()
    leaf = inputs.clone().requires_grad_()
    last = layer(leaf, layer.zero_state(1))[0][-1, 0]
    rows = [torch.autograd.grad(output, leaf, retain_graph=True)[0][:, 0] for output in last]
    jacobian = torch.stack(rows)  # (H, T, F)
    for seed in range(3):
        norms = gradient_by_distance(layer, 5, inputs, seed=seed)
        chance = torch.Generator().manual_seed(seed)
        direction = torch.nn.functional.normalize(torch.randn(1, 4, generator=chance), dim=1)[0].double()
        expected = torch.einsum("h,htf->tf", direction, jacobian).norm(dim=1).flip(0)
        torch.testing.assert_close(norms, expected)


def test_deep_nets_and_encoders_have_one_too():
    torch.manual_seed(1)
    stack = RecurrentStack(3, hidden_size=5, layers=2, cell="gru")
    encoder = TextEncoder(20, embedding_size=6, hidden_size=5, bidirectional=False).eval()
    for net in (stack, encoder):
        norms = gradient_by_distance(net, 12, rows=4)
        assert norms.shape == (13,)
        assert (norms > 0).all()
        assert torch.equal(norms, gradient_by_distance(net, 12, rows=4))


def test_an_open_forget_gate_holds_the_gradient():
    """With the gates fixed by their biases, what is left after k steps is sigmoid(b) ** k."""
    layer = RecurrentLayer(1, 1, "lstm").double()
    weight_ih, weight_hh, bias, other = layer.cell.weights()
    for tensor in (weight_ih, weight_hh, bias, other):
        torch.nn.init.zeros_(tensor)
    with torch.no_grad():
        weight_ih[2] = 1e-4  # the candidate alone sees the input, so little that no tanh bends it
        bias[1] = 3.0
    norms = gradient_by_distance(layer, 20, torch.ones(21, 1, 1))
    forget = 1 / (1 + math.exp(-3.0))
    torch.testing.assert_close(
        norms / norms[0], torch.tensor([forget**k for k in range(21)]).double(), rtol=1e-4, atol=0
    )


def test_inputs_of_another_length_are_refused():
    with pytest.raises(ValueError, match="inputs have 5 steps, but a distance of 5 needs 6"):
        gradient_by_distance(linear(1.0), 5, torch.ones(5, 1, 1))
