"""The scan over time, and the cells that are trained by it on long sequences."""

import time

import pytest
import torch

from seq2seq.recurrent import RecurrentLayer, minimal
from seq2seq.recurrent.scan import ScanFunction

minimal_cells = pytest.mark.parametrize("cell", ["minlstm", "mingru"])
both_ways = pytest.mark.parametrize("reverse", [False, True])


def one_by_one(kept, added, start, reverse=False):
    """The same in float64, step by step."""
    h, outputs = start.double(), [added] * len(kept)
    for t in reversed(range(len(kept))) if reverse else range(len(kept)):
        h = kept[t].double() * h + added[t].double()
        outputs[t] = h
    return torch.stack(outputs), h


def draw(steps, rows=2, size=3, dtype=torch.float64):
    return torch.rand(steps, rows, size, dtype=dtype), *(
        torch.randn(shape, dtype=dtype) for shape in ((steps, rows, size), (rows, size))
    )


@both_ways
@pytest.mark.parametrize("steps", [*range(1, 18), 99, 100, 101])
def test_equals_step_by_step_with_gradients(steps, reverse):
    torch.manual_seed(steps)
    tensors = [tensor.requires_grad_() for tensor in draw(steps)]
    results = []
    for way in (ScanFunction.apply, one_by_one):
        outputs, final = way(*tensors, reverse)
        gradients = torch.autograd.grad(outputs.sin().sum() + 2 * final.sin().sum(), tensors)
        results.append([outputs, final, *gradients])
    for together, stepwise in zip(*results, strict=True):
        torch.testing.assert_close(together, stepwise)


@both_ways
@pytest.mark.parametrize("steps", [1, 2, 7])
def test_gradient_by_finite_differences(steps, reverse):
    torch.manual_seed(steps)
    tensors = [tensor.requires_grad_() for tensor in draw(steps, 2, 2)]
    assert torch.autograd.gradcheck(lambda *arguments: ScanFunction.apply(*arguments, reverse), tensors)


@both_ways
@pytest.mark.parametrize("low", [0.0, 0.9, 0.999, 1.0])
def test_4096_steps_in_float32_are_exact(low, reverse):
    """Where everything is forgotten, where hardly anything is, and where nothing is."""
    torch.manual_seed(1)
    kept, added, start = draw(4096, dtype=torch.float32)
    kept = low + (1 - low) * kept
    added = added * (1 - kept)
    found, final = ScanFunction.apply(kept, added, start, reverse)
    expected, expected_final = one_by_one(kept, added, start, reverse)
    torch.testing.assert_close(found.double(), expected, atol=1e-5, rtol=0)
    torch.testing.assert_close(final.double(), expected_final, atol=1e-5, rtol=0)


def by_steps(layer, inputs, state, lengths, reverse):
    """The whole-sequence form by steps."""
    outputs = [state[0]] * len(inputs)
    for t in reversed(range(len(inputs))) if reverse else range(len(inputs)):
        state = (torch.where((lengths <= t)[:, None], state[0], layer.step(inputs[t], state)[0]),)
        outputs[t] = state[0]
    return torch.stack(outputs), state


# The second are gates that are open or closed at nearly every step.
spreads = pytest.mark.parametrize(("spread", "reverse"), [(0.5, False), (30.0, True)], ids=["usual", "extreme"])


def long_sequences(cell, spread):
    torch.manual_seed(1)
    layer = RecurrentLayer(4, 3, cell)
    for parameter in layer.parameters():
        torch.nn.init.normal_(parameter, std=spread)
    return layer, torch.randn(4096, 2, 4), (torch.randn(2, 3),), torch.tensor([4096, 3001])


@minimal_cells
@spreads
def test_4096_steps_equal_the_step_form_with_gradients(cell, spread, reverse):
    layer, *rest = long_sequences(cell, spread)
    results = []
    for way in (layer, lambda *arguments: by_steps(layer, *arguments)):
        outputs, (final,) = way(*rest, reverse)
        real = outputs[:3001]
        gradients = torch.autograd.grad(real.sin().sum() + final.sin().sum(), list(layer.parameters()))
        results.append([real, final, *gradients])
    for together, one_by_one in zip(*results, strict=True):
        assert torch.isfinite(together).all()
        torch.testing.assert_close(together, one_by_one, atol=1e-5 * one_by_one.abs().max().item(), rtol=1e-4)


@minimal_cells
@spreads
def test_4096_steps_equal_the_step_form_under_autocast(cell, spread, reverse):
    """Both round the products of the inputs, and sum in float32; the outputs are rounded once more."""
    layer, *rest = long_sequences(cell, spread)
    with torch.no_grad(), torch.autocast("cpu", torch.bfloat16):
        outputs, (final,) = layer(*rest, reverse)
        expected, (expected_final,) = by_steps(layer, *rest, reverse)
    assert (outputs.dtype, final.dtype) == (torch.bfloat16, torch.float32)
    largest = expected[:3001].abs().max().item()
    torch.testing.assert_close(final, expected_final, atol=1e-5 * largest, rtol=1e-4)
    torch.testing.assert_close(outputs[:3001].float(), expected[:3001], atol=1e-5 * largest, rtol=2**-8)


@minimal_cells
@both_ways
def test_gradients_of_4096_steps_under_autocast_are_those_of_float32(cell, reverse):
    layer, *rest = long_sequences(cell, 0.5)
    weights = torch.rand(3001, 2, 3)
    results = []
    for autocast in (False, True):
        with torch.autocast("cpu", torch.bfloat16, enabled=autocast):
            outputs, _ = layer(*rest, reverse)
        results.append(torch.autograd.grad((outputs[:3001].float() * weights).mean(), list(layer.parameters())))
    for exact, rough in zip(*results, strict=True):
        torch.testing.assert_close(rough, exact, atol=0.02 * exact.abs().max().item(), rtol=0)


@minimal_cells
@both_ways
@pytest.mark.parametrize("at_once", [1, 18, 24, 60])
def test_a_sequence_in_parts_is_the_sequence(cell, reverse, at_once, monkeypatch):
    torch.manual_seed(1)
    layer = RecurrentLayer(4, 3, cell).double()
    inputs, state = torch.randn(7, 2, 4).double(), (torch.randn(2, 3).double(),)
    results = []
    for number in (minimal.AT_ONCE, at_once):
        monkeypatch.setattr(minimal, "AT_ONCE", number)
        outputs, (final,) = layer(inputs, state, torch.tensor([7, 3]), reverse)
        gradients = torch.autograd.grad(outputs[:3].sin().sum() + final.sum(), list(layer.parameters()))
        results.append([outputs[:3], outputs[3:, 0], final, *gradients])
    for whole, parts in zip(*results, strict=True):
        torch.testing.assert_close(parts, whole)


@minimal_cells
def test_gates_that_vanish_together_leave_numbers(cell):
    layer = RecurrentLayer(1, 2, cell)
    torch.nn.init.zeros_(layer.cell.input.weight)
    for bias in (-500.0, 500.0):
        torch.nn.init.constant_(layer.cell.input.bias, bias)
        layer.zero_grad()
        outputs, _ = layer(torch.ones(9, 1, 1), layer.zero_state(1))
        outputs.sum().backward()
        assert torch.isfinite(outputs).all()
        assert all(torch.isfinite(parameter.grad).all() for parameter in layer.parameters())


@minimal_cells
def test_a_state_that_hardly_changes_still_does_under_autocast(cell):
    """A thousandth of the way to the candidate at each step: in bf16 the state would stand still half-way."""
    layer = RecurrentLayer(1, 1, cell)
    torch.nn.init.zeros_(layer.cell.input.weight)
    kept = torch.tensor(0.999).logit()
    with torch.no_grad():
        layer.cell.input.bias.copy_(torch.tensor([kept, -kept, 1.0] if cell == "minlstm" else [-kept, 1.0]))
    with torch.autocast("cpu", torch.bfloat16):
        _, (final,) = layer(torch.zeros(8000, 1, 1), layer.zero_state(1))
    assert final.item() == pytest.approx(1, abs=1e-3)


@minimal_cells
def test_long_sequences_train_faster_than_by_an_lstm(cell):
    """On one core by three times and more, as benchmarks/cells.py measures it; half of that leaves room for chance."""
    layers = {name: RecurrentLayer(128, 128, name) for name in (cell, "lstm")}
    x = torch.randn(1000, 8, 128, requires_grad=True)
    best = dict.fromkeys(layers, float("inf"))
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    for _ in range(4):
        for name, layer in layers.items():
            begin = time.process_time()
            layer(x, layer.zero_state(8))[0].sum().backward()
            best[name] = min(best[name], time.process_time() - begin)
    torch.set_num_threads(threads)
    assert best["lstm"] > 1.5 * best[cell]
