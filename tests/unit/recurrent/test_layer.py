"""What holds for every cell."""

from pathlib import Path

import pytest
import torch

from seq2seq.recurrent import CELLS, RecurrentLayer
from seq2seq.recurrent.cell import SteppedCell
from seq2seq.recurrent.minimal import MinimalCell

LENGTHS = torch.tensor([6, 3, 1, 4])
REAL = (torch.arange(6)[:, None] < LENGTHS)[:, :, None]

every_cell = pytest.mark.parametrize("cell", CELLS)
both_ways = pytest.mark.parametrize("reverse", [False, True])


def make(cell="lstm", dtype=torch.float64):
    torch.manual_seed(1)
    layer = RecurrentLayer(5, 7, cell).to(dtype)
    inputs = torch.randn(6, 4, 5, dtype=dtype)
    state = tuple(torch.randn(4, 7, dtype=dtype) for _ in range(layer.state_size))
    return layer, inputs, state


def stepwise(layer, inputs, state, lengths, reverse):
    """Outputs (T, B, H), zero at padding, and final states by steps of one row alone."""
    outputs = [[torch.zeros(7, dtype=inputs.dtype)] * len(lengths) for _ in inputs]
    finals = []
    for row, length in enumerate(lengths.tolist()):
        now = tuple(part[row : row + 1] for part in state)
        for t in reversed(range(length)) if reverse else range(length):
            now = layer.step(inputs[t, row : row + 1], now)
            outputs[t][row] = now[0][0]
        finals.append(now)
    return torch.stack([torch.stack(rows) for rows in outputs]), tuple(map(torch.cat, zip(*finals, strict=True)))


@every_cell
@both_ways
def test_whole_sequence_equals_steps_with_gradients(cell, reverse):
    layer, inputs, state = make(cell)
    results = []
    for way in (layer, lambda *arguments: stepwise(layer, *arguments)):
        leaves = [tensor.clone().requires_grad_() for tensor in (inputs, *state)]
        outputs, final = way(leaves[0], tuple(leaves[1:]), LENGTHS, reverse)
        outputs = outputs * REAL
        loss = outputs.sin().sum() + sum((place + 1) * part.sin().sum() for place, part in enumerate(final))
        gradients = torch.autograd.grad(loss, [*leaves, *layer.parameters()])
        results.append([outputs, *final, *gradients])
    for together, one_by_one in zip(*results, strict=True):
        torch.testing.assert_close(together, one_by_one)
        assert together.abs().sum() > 0


@every_cell
@both_ways
def test_no_lengths_are_full_lengths(cell, reverse):
    layer, inputs, state = make(cell)
    torch.testing.assert_close(
        layer(inputs, state, None, reverse), layer(inputs, state, torch.tensor([6] * 4), reverse)
    )


@every_cell
@both_ways
def test_what_stands_at_padding_changes_nothing(cell, reverse):
    layer, inputs, state = make(cell)
    other = torch.where(REAL, inputs, torch.tensor(1e3, dtype=inputs.dtype))
    outputs, final = layer(inputs, state, LENGTHS, reverse)
    outputs2, final2 = layer(other, state, LENGTHS, reverse)
    torch.testing.assert_close(outputs * REAL, outputs2 * REAL)
    torch.testing.assert_close(final, final2)


@every_cell
@both_ways
def test_padding_gets_no_gradient(cell, reverse):
    layer, inputs, state = make(cell)
    inputs.requires_grad_()
    outputs, final = layer(inputs, state, LENGTHS, reverse)
    ((outputs * REAL).sum() + sum(part.sum() for part in final)).backward()
    assert ((inputs.grad.abs().sum(2) > 0) == REAL[:, :, 0]).all()


@every_cell
def test_a_sequence_in_two_parts_is_the_sequence(cell):
    layer, inputs, state = make(cell)
    outputs, final = layer(inputs, state)
    first, between = layer(inputs[:4], state)
    second, last = layer(inputs[4:], between)
    torch.testing.assert_close(torch.cat([first, second]), outputs)
    torch.testing.assert_close(last, final)


@every_cell
@both_ways
def test_gradients_by_finite_differences(cell, reverse):
    torch.manual_seed(2)
    layer = RecurrentLayer(2, 3, cell).double()
    names = [name for name, _ in layer.named_parameters()]
    # Not near the kink of a ReLU, where finite differences say nothing.
    tensors = [torch.randn(4, 3, 2).double(), *(torch.rand(3, 3).double() for _ in range(layer.state_size))]
    tensors += [torch.randn_like(parameter) for parameter in layer.parameters()]
    lengths = torch.tensor([4, 1, 2])
    real = (torch.arange(4)[:, None] < lengths)[:, :, None]

    def function(inputs, *rest):
        state, weights = rest[: layer.state_size], dict(zip(names, rest[layer.state_size :], strict=True))
        outputs, final = torch.func.functional_call(layer, weights, (inputs, state, lengths, reverse))
        return outputs * real, *final

    assert torch.autograd.gradcheck(function, [tensor.requires_grad_() for tensor in tensors])


@every_cell
@both_ways
def test_bfloat16_autocast_stays_near_float32(cell, reverse):
    layer, inputs, state = make(cell, torch.float32)
    exact, exact_final = layer(inputs, state, LENGTHS, reverse)
    (exact * REAL).sum().backward()
    gradients = [parameter.grad.clone() for parameter in layer.parameters()]
    layer.zero_grad()
    with torch.autocast("cpu", torch.bfloat16):
        rough, rough_final = layer(inputs, state, LENGTHS, reverse)
        stepped, _ = stepwise(layer, inputs, state, LENGTHS, reverse)
    (rough.float() * REAL).sum().backward()
    for found in (rough * REAL, stepped):
        torch.testing.assert_close(found.float(), exact * REAL, atol=0.05, rtol=0)
    for found, expected in zip(rough_final, exact_final, strict=True):
        torch.testing.assert_close(found.float(), expected, atol=0.05, rtol=0)
    for parameter, expected in zip(layer.parameters(), gradients, strict=True):
        torch.testing.assert_close(parameter.grad, expected, atol=0.05 * expected.abs().max().item(), rtol=0)


@every_cell
@both_ways
def test_all_in_bfloat16_stays_near_float32_and_in_its_format(cell, reverse):
    layer, inputs, state = make(cell, torch.float32)
    exact, _ = layer(inputs, state, LENGTHS, reverse)
    layer = layer.to(torch.bfloat16)
    state = tuple(part.bfloat16() for part in state)
    with torch.inference_mode():
        rough, final = layer(inputs.bfloat16(), state, LENGTHS, reverse)
        stepped = layer.step(inputs[0].bfloat16(), state)
    assert {tensor.dtype for tensor in (rough, *final, *stepped, *layer.zero_state(1))} == {torch.bfloat16}
    torch.testing.assert_close(rough.float() * REAL, exact * REAL, atol=0.05, rtol=0)


@every_cell
def test_the_first_state_is_zeros_and_is_not_written_to(cell):
    layer, inputs, _ = make(cell)
    state = layer.zero_state(4)
    assert len(state) == layer.state_size
    layer(inputs, state, LENGTHS)
    layer.step(inputs[0], state)
    for part in state:
        assert torch.equal(part, torch.zeros(4, 7).double())


@pytest.mark.parametrize("cell", ["lstm", "peephole"])
def test_the_forget_gate_begins_open(cell):
    """Its bias is 1, and all others are 0."""
    biases = [parameter for name, parameter in make(cell)[0].named_parameters() if "bias" in name]
    found = torch.cat(biases).tolist()
    assert sorted(found) == [0.0] * (len(found) - 7) + [1.0] * 7
    assert biases[0][7:14].tolist() == [1.0] * 7


def test_an_irnn_begins_by_adding_up():
    layer, inputs, _ = make("irnn")
    weight, recurrent, *biases = layer.cell.weights()
    assert torch.equal(recurrent, torch.eye(7).double())
    assert not torch.cat(biases).any()
    with torch.no_grad():
        weight.abs_()
    outputs, _ = layer(inputs.abs(), layer.zero_state(4))
    torch.testing.assert_close(outputs, (inputs.abs() @ weight.t()).cumsum(0))


def test_a_peephole_lstm_without_peepholes_is_an_lstm():
    peephole, inputs, state = make("peephole")
    lstm, _, _ = make("lstm")
    cell = peephole.cell
    for ours, theirs in zip(
        lstm.cell.weights(),
        (cell.input.weight, cell.hidden.weight, cell.input.bias, torch.zeros(28)),
        strict=True,
    ):
        ours.data.copy_(theirs)
    torch.testing.assert_close(peephole(inputs, state, LENGTHS), lstm(inputs, state, LENGTHS))


def test_unknown_cell_is_named():
    with pytest.raises(ValueError, match=f"cell 'lsmt' is not one of {', '.join(CELLS)}; did you mean 'lstm'"):
        RecurrentLayer(5, 7, "lsmt")


def test_comments_in_configs_name_every_cell():
    root = Path(__file__).parents[3]
    comments = [
        line.partition("# ")[2]
        for path in sorted((root / "recipes").rglob("*.yaml"))
        for line in path.read_text(encoding="utf-8").splitlines()
        if line.strip().startswith("cell:") and "|" in line
    ]
    assert comments
    assert set(comments) == {" | ".join(CELLS)}


def test_a_cell_with_an_equation_missing_cannot_be_built():
    class Halfway(SteppedCell):
        def initialise(self):
            pass

        def project(self, inputs):
            return inputs

    with pytest.raises(TypeError, match=r"abstract.*advance"):
        Halfway()
    with pytest.raises(TypeError, match=r"abstract.*update"):
        MinimalCell(3, 4)
