"""What cells tell of their gates, and that it is what they do."""

import pytest
import torch

from seq2seq.recurrent import CELLS, RecurrentLayer

GATES = {
    "lstm": ["input", "forget", "output"],
    "gru": ["reset", "keep"],
    "rnn": [],
    "irnn": [],
    "jordan": [],
    "peephole": ["input", "forget", "output"],
    "minlstm": ["update"],
    "mingru": ["update"],
}

every_cell = pytest.mark.parametrize("cell", CELLS)


def make(cell):
    """A layer with every weight drawn, those that begin at zero too, and what it reads."""
    torch.manual_seed(1)
    layer = RecurrentLayer(5, 7, cell).double()
    for parameter in layer.parameters():
        torch.nn.init.normal_(parameter, std=0.7)
    return layer, torch.randn(9, 4, 5).double(), tuple(torch.randn(4, 7).double() for _ in range(layer.state_size))


@every_cell
def test_gates_have_names_and_lie_between_shut_and_open(cell):
    layer, inputs, state = make(cell)
    gates, _ = layer.read(inputs[0], state)
    assert list(gates) == GATES[cell]
    for gate in gates.values():
        assert gate.shape == (4, 7)
        assert ((gate > 0) & (gate < 1)).all()


@every_cell
def test_reading_is_a_step_with_its_gradients(cell):
    layer, inputs, state = make(cell)
    results = []
    for way in (layer.step, lambda *arguments: layer.read(*arguments)[1]):
        leaves = [tensor.clone().requires_grad_() for tensor in (inputs[0], *state)]
        after = way(leaves[0], tuple(leaves[1:]))
        loss = sum((place + 1) * part.sin().sum() for place, part in enumerate(after))
        results.append([*after, *torch.autograd.grad(loss, [*leaves, *layer.parameters()], allow_unused=True)])
    for stepped, read in zip(*results, strict=True):
        torch.testing.assert_close(read, stepped)


def test_the_gates_are_those_of_the_equations():
    """What they leave of the state and let into it, told apart by weights that shut one and open another."""
    layer, inputs, state = make("lstm")
    size = layer.hidden_size
    with torch.no_grad():
        layer.cell.weights()[2][:size] = -100.0  # the input gate
        layer.cell.weights()[2][size : 2 * size] = 100.0  # the forget gate
    gates, after = layer.read(inputs[0], state)
    torch.testing.assert_close(after[1], state[1])
    torch.testing.assert_close(after[0], gates["output"] * torch.tanh(state[1]))
    layer, inputs, state = make("gru")
    gates, after = layer.read(inputs[0], state)
    candidate = (after[0] - gates["keep"] * state[0]) / (1 - gates["keep"])
    assert (candidate.abs() <= 1).all()
    layer, inputs, state = make("mingru")
    gates, after = layer.read(inputs[0], state)
    _, other = layer.read(inputs[0], tuple(part + 1 for part in state))
    torch.testing.assert_close(other[0] - after[0], 1 - gates["update"])
