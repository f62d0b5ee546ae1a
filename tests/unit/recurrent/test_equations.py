"""Every cell against a plain reading of its equations in NumPy, one row and one step at a time."""

import numpy as np
import pytest
import torch

from seq2seq.recurrent import CELLS, RecurrentLayer

LENGTHS = torch.tensor([6, 3, 1, 4])


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def elman(w, x, h):
    return (np.tanh(w["weight_ih_l0"] @ x + w["bias_ih_l0"] + w["weight_hh_l0"] @ h + w["bias_hh_l0"]),)


def irnn(w, x, h):
    return (np.maximum(0, w["weight_ih_l0"] @ x + w["bias_ih_l0"] + w["weight_hh_l0"] @ h + w["bias_hh_l0"]),)


def jordan(w, x, y):
    hidden = np.tanh(w["input.weight"] @ x + w["feedback.weight"] @ y + w["input.bias"])
    return (np.tanh(w["output.weight"] @ hidden + w["output.bias"]),)


def gru(w, x, h):
    from_input = np.split(w["weight_ih_l0"] @ x + w["bias_ih_l0"], 3)
    from_state = np.split(w["weight_hh_l0"] @ h + w["bias_hh_l0"], 3)
    reset, keep = sigmoid(from_input[0] + from_state[0]), sigmoid(from_input[1] + from_state[1])
    candidate = np.tanh(from_input[2] + reset * from_state[2])
    return ((1 - keep) * candidate + keep * h,)


def lstm(w, x, h, c):
    products = w["weight_ih_l0"] @ x + w["bias_ih_l0"] + w["weight_hh_l0"] @ h + w["bias_hh_l0"]
    i, f, g, o = np.split(products, 4)
    c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
    return sigmoid(o) * np.tanh(c), c


def peephole(w, x, h, c):
    i, f, g, o = np.split(w["input.weight"] @ x + w["input.bias"] + w["hidden.weight"] @ h, 4)
    p_i, p_f, p_o = w["peepholes"]
    new = sigmoid(f + p_f * c) * c + sigmoid(i + p_i * c) * np.tanh(g)
    return sigmoid(o + p_o * new) * np.tanh(new), new


def minlstm(w, x, h):
    f, i, candidate = np.split(w["input.weight"] @ x + w["input.bias"], 3)
    f, i = sigmoid(f), sigmoid(i)
    return (f / (f + i) * h + i / (f + i) * candidate,)


def mingru(w, x, h):
    z, candidate = np.split(w["input.weight"] @ x + w["input.bias"], 2)
    return ((1 - sigmoid(z)) * h + sigmoid(z) * candidate,)


READINGS = {
    "lstm": lstm,
    "gru": gru,
    "rnn": elman,
    "irnn": irnn,
    "jordan": jordan,
    "peephole": peephole,
    "minlstm": minlstm,
    "mingru": mingru,
}


def make(cell):
    """A layer with every weight drawn, those that begin at zero too, and what it reads."""
    torch.manual_seed(1)
    layer = RecurrentLayer(5, 7, cell).double()
    for parameter in layer.parameters():
        torch.nn.init.normal_(parameter, std=0.5)
    inputs = torch.randn(6, 4, 5).double()
    state = tuple(torch.randn(4, 7).double() for _ in range(layer.state_size))
    return layer, inputs, state


def read(layer, cell, inputs, state, reverse):
    """(outputs of each row, final state of each row) by the equations."""
    weights = {name: parameter.detach().numpy() for name, parameter in layer.cell.named_parameters()}
    outputs, finals = [], []
    for row, length in enumerate(LENGTHS.tolist()):
        now = tuple(part[row].numpy() for part in state)
        outputs.append(np.zeros((length, 7)))
        for t in reversed(range(length)) if reverse else range(length):
            now = READINGS[cell](weights, inputs[t, row].numpy(), *now)
            outputs[-1][t] = now[0]
        finals.append(now)
    return outputs, finals


def test_every_cell_has_a_reading():
    assert READINGS.keys() == CELLS.keys()


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("reverse", [False, True])
def test_a_padded_batch_is_what_the_equations_say_of_each_row(cell, reverse):
    layer, inputs, state = make(cell)
    outputs, final = layer(inputs, state, LENGTHS, reverse)
    expected, expected_final = read(layer, cell, inputs, state, reverse)
    for row, length in enumerate(LENGTHS.tolist()):
        np.testing.assert_allclose(outputs[:length, row].detach(), expected[row], rtol=1e-9, atol=1e-12)
        for part, expected_part in zip(final, expected_final[row], strict=True):
            np.testing.assert_allclose(part[row].detach(), expected_part, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("cell", CELLS)
def test_a_step_is_what_the_equations_say(cell):
    layer, inputs, state = make(cell)
    weights = {name: parameter.detach().numpy() for name, parameter in layer.cell.named_parameters()}
    found = layer.step(inputs[0], state)
    for row in range(4):
        expected = READINGS[cell](weights, inputs[0, row].numpy(), *(part[row].numpy() for part in state))
        for part, expected_part in zip(found, expected, strict=True):
            np.testing.assert_allclose(part[row].detach(), expected_part, rtol=1e-9, atol=1e-12)
