"""Layers one upon the other, without words."""

import numpy as np
import pytest
import torch
from cell_equations import READINGS

from seq2seq.encoders.text import TextEncoder
from seq2seq.recurrent import CELLS, RecurrentStack

LENGTHS = torch.tensor([5, 1, 3])
REAL = (torch.arange(5)[:, None] < LENGTHS)[:, :, None]
KINDS = [
    {"cell": cell, "bidirectional": bidirectional, "residual": bidirectional, "layer_norm": bidirectional}
    for cell in CELLS
    for bidirectional in (True, False)
]


def make(**options):
    torch.manual_seed(1)
    return RecurrentStack(4, **{"hidden_size": 3, "layers": 2} | options).double().eval(), torch.randn(5, 3, 4).double()


@pytest.mark.parametrize("options", KINDS)
def test_each_row_is_read_by_itself(options):
    stack, inputs = make(**options)
    outputs, summary = stack(inputs, LENGTHS)
    assert outputs.shape == (5, 3, stack.memory_size)
    assert summary.shape == (3, stack.summary_size)
    assert stack.memory_size == (6 if options["bidirectional"] else 3)
    assert stack.summary_size == stack.memory_size * stack.layers[0][0].state_size
    for row, length in enumerate(LENGTHS.tolist()):
        alone, its_summary = stack(inputs[:length, row : row + 1])
        torch.testing.assert_close(outputs[:length, row], alone[:, 0])
        torch.testing.assert_close(summary[row], its_summary[0])


def read_row(stack, cell, row, layer_norm, residual):
    """Outputs (T, M) and summary (G,) of one row (T, F) without padding, by the equations."""
    x, finals = row, []
    for depth, (directions, norm) in enumerate(zip(stack.layers, stack.norms, strict=True)):
        y, finals = [], []
        for direction, layer in enumerate(directions):
            weights = {name: parameter.detach().numpy() for name, parameter in layer.cell.named_parameters()}
            state, outputs = (np.zeros(layer.hidden_size),) * layer.state_size, np.zeros((len(x), layer.hidden_size))
            for t in reversed(range(len(x))) if direction else range(len(x)):
                state = READINGS[cell](weights, x[t], *state)
                outputs[t] = state[0]
            y.append(outputs)
            finals.append(state)
        y = np.concatenate(y, 1)
        if layer_norm:
            y = (y - y.mean(1, keepdims=True)) / np.sqrt(y.var(1, keepdims=True) + norm.eps)
            y = y * norm.weight.detach().numpy() + norm.bias.detach().numpy()
        x = y + x if residual and depth else y
    return x, np.concatenate([part for parts in zip(*finals, strict=True) for part in parts])


@pytest.mark.parametrize("options", KINDS)
def test_a_deep_net_is_what_the_equations_say_of_each_row(options):
    stack, inputs = make(**options, layers=3)
    for parameter in stack.parameters():
        torch.nn.init.normal_(parameter, std=0.5)
    outputs, summary = stack(inputs, LENGTHS)
    for row, length in enumerate(LENGTHS.tolist()):
        expected, expected_summary = read_row(
            stack, options["cell"], inputs[:length, row].numpy(), options["layer_norm"], options["residual"]
        )
        np.testing.assert_allclose(outputs[:length, row].detach(), expected, rtol=1e-9, atol=1e-12)
        np.testing.assert_allclose(summary[row].detach(), expected_summary, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("options", KINDS)
def test_gradient_reaches_every_weight_and_no_padding(options):
    stack, inputs = make(**options)
    outputs, summary = stack(inputs.requires_grad_(), LENGTHS)
    ((outputs * REAL).sin().sum() + summary.sin().sum()).backward()
    for name, parameter in stack.named_parameters():
        assert parameter.grad.abs().sum() > 0, name
    assert ((inputs.grad.abs().sum(2) > 0) == REAL[:, :, 0]).all()


@pytest.mark.parametrize("cell", CELLS)
def test_a_text_encoder_is_embeddings_and_a_stack(cell):
    options = {"hidden_size": 3, "layers": 2, "cell": cell, "bidirectional": True, "layer_norm": True}
    encoder = TextEncoder(9, 4, dropout=0.0, **options).double()
    stack, _ = make(**options)
    stack.load_state_dict({name: value for name, value in encoder.state_dict().items() if "embedding" not in name})
    tokens = torch.tensor([[5, 6, 7], [8, 0, 0]])
    context = encoder(tokens, torch.tensor([3, 1]))
    outputs, summary = stack(encoder.embedding(tokens.t()), torch.tensor([3, 1]))
    assert torch.equal(context.memory, outputs.transpose(0, 1))
    assert torch.equal(context.summary, summary)


def test_dropout_acts_between_layers_in_training_only():
    stack, inputs = make(dropout=0.5)
    plain, _ = make()
    torch.testing.assert_close(stack(inputs), plain(inputs))
    stack.train()
    assert not torch.equal(stack(inputs)[0], stack(inputs)[0])
