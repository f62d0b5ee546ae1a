"""Every cell against a plain reading of its equations in NumPy, one row and one step at a time."""

import numpy as np
import pytest
import torch
from cell_equations import READINGS

from seq2seq.recurrent import CELLS, RecurrentLayer

LENGTHS = torch.tensor([6, 3, 1, 4])


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
