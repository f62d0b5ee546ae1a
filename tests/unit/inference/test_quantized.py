"""8-bit products: near those of floats, and every row by itself."""

import pytest
import torch
from torch import nn

from seq2seq.inference.placement import choose_precision
from seq2seq.inference.quantized import QuantizedLinear, QuantizedLSTM, quantize
from seq2seq.models.encoder_decoder import DecoderConfig, EncoderConfig, ModelConfig, build_model
from seq2seq.recurrent import CELLS, RecurrentLayer

CPU = torch.device("cpu")
try:
    choose_precision("int8", CPU)
except Exception as error:
    pytest.skip(str(error), allow_module_level=True)


def relative_error(found, exact):
    return ((found - exact).norm() / exact.norm()).item()


@pytest.mark.parametrize("bounded", [False, True])
@pytest.mark.parametrize("bias", [False, True])
def test_a_product_is_near_the_exact_one(bounded, bias):
    torch.manual_seed(1)
    linear = nn.Linear(64, 48, bias=bias)
    inputs = torch.rand(3, 5, 64) * 2 - 1
    inputs = inputs if bounded else inputs * torch.logspace(-3, 3, 15).view(3, 5, 1)
    found = QuantizedLinear(linear.weight, linear.bias, bounded)(inputs)
    assert found.shape == (3, 5, 48)
    assert found.dtype == torch.float32
    for row, exact in zip(found.flatten(0, 1), linear(inputs).flatten(0, 1), strict=True):
        assert relative_error(row, exact) < 0.02


def test_zero_inputs_and_zero_weights_give_the_bias():
    layer = QuantizedLinear(torch.zeros(3, 4), torch.tensor([1.0, 2.0, 3.0]))
    assert layer(torch.zeros(2, 4)).tolist() == [[1.0, 2.0, 3.0]] * 2


@pytest.mark.parametrize("bounded", [False, True])
def test_a_row_does_not_depend_on_its_neighbours(bounded):
    torch.manual_seed(1)
    layer = QuantizedLinear(torch.randn(40, 32), torch.randn(40), bounded)
    rows = torch.rand(9, 32)
    together = layer(rows)
    assert all(torch.equal(layer(row[None])[0], together[number]) for number, row in enumerate(rows))
    assert torch.equal(layer(torch.cat([rows, 1000 * rows]))[:9], together)


@pytest.mark.parametrize("reverse", [False, True])
def test_an_lstm_is_near_the_exact_one_and_its_steps_agree(reverse):
    torch.manual_seed(1)
    layer = RecurrentLayer(24, 32)
    quantized = QuantizedLSTM(layer.cell)
    inputs, lengths = torch.randn(6, 3, 24), torch.tensor([6, 2, 4])
    with torch.inference_mode():
        outputs, state = layer(inputs, layer.zero_state(3), lengths, reverse)
        found, found_state = quantized(inputs, quantized.zero_state(3), lengths, reverse)
        real = torch.arange(6)[:, None] < lengths
        assert relative_error(found[real], outputs[real]) < 0.03
        for new, old in zip(found_state, state, strict=True):
            assert relative_error(new, old) < 0.03
        for row, length in enumerate(lengths.tolist()):
            places = range(length - 1, -1, -1) if reverse else range(length)
            alone = quantized.zero_state(1)
            for place in places:
                alone = quantized.step(inputs[place, row : row + 1], alone)
                torch.testing.assert_close(alone[0][0], found[place, row])
            torch.testing.assert_close(alone[1][0], found_state[1][row])


@pytest.mark.parametrize("feeding", [False, True])
@pytest.mark.parametrize("cell", CELLS)
def test_a_whole_model_gives_nearly_the_same_probabilities(cell, feeding):
    torch.manual_seed(1)
    config = ModelConfig(
        embedding_size=32,
        encoder=EncoderConfig(hidden_size=24, cell=cell),
        decoder=DecoderConfig(hidden_size=40, cell=cell, attention="general", layer_norm=True, input_feeding=feeding),
    )
    model = build_model(config, 50, 60).eval()
    source, lengths, prefix = torch.randint(4, 50, (3, 7)), torch.tensor([7, 5, 2]), torch.randint(4, 60, (3,))
    with torch.inference_mode():
        exact, _ = model.step(prefix, model.start(model.encode(source, lengths)))
        quantize(model)
        assert any(isinstance(module, QuantizedLinear) for module in model.modules())
        assert any(isinstance(module, QuantizedLSTM) for module in model.modules()) == (cell == "lstm")
        found, _ = model.step(prefix, model.start(model.encode(source, lengths)))
    assert relative_error(found, exact) < 0.05
