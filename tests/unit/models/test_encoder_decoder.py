from dataclasses import replace

import pytest
import torch
from torch import nn

from seq2seq.errors import UserError
from seq2seq.models.encoder_decoder import DecoderConfig, EncoderConfig, ModelConfig, build_model
from seq2seq.recurrent import CELLS

CONFIG = ModelConfig(
    embedding_size=6,
    encoder=EncoderConfig(hidden_size=5, layers=2, dropout=0.0),
    decoder=DecoderConfig(hidden_size=10, layers=2, dropout=0.0),
)
CONFIGS = {
    "default": CONFIG,
    "one direction": replace(CONFIG, encoder=replace(CONFIG.encoder, bidirectional=False)),
    "gru and dot": replace(
        CONFIG,
        encoder=replace(CONFIG.encoder, cell="gru"),
        decoder=replace(CONFIG.decoder, cell="gru", attention="dot"),
    ),
    "rnn by every way": replace(
        CONFIG,
        encoder=replace(CONFIG.encoder, cell="rnn", residual=True, layer_norm=True),
        decoder=replace(
            CONFIG.decoder,
            injections=["initial_state", "first_step", "every_step", "attention"],
            attention="additive",
            heads=2,
            input_feeding=True,
        ),
    ),
    "cells of two kinds": replace(CONFIG, encoder=replace(CONFIG.encoder, cell="gru")),
} | {
    cell: replace(CONFIG, encoder=replace(CONFIG.encoder, cell=cell), decoder=replace(CONFIG.decoder, cell=cell))
    for cell in CELLS
    if cell not in ("lstm", "gru", "rnn")
}
NAMES = ", ".join(CELLS)
every_config = pytest.mark.parametrize("name", CONFIGS)

SOURCE = torch.tensor([[5, 6, 7, 8, 3], [4, 3, 0, 0, 0], [9, 8, 7, 3, 0]])
LENGTHS = torch.tensor([5, 2, 4])
PREFIX = torch.tensor([[2, 4, 5, 6], [2, 7, 8, 9], [2, 6, 6, 5]])


def make(config=CONFIG, seed=1, sizes=(12, 12)):
    torch.manual_seed(seed)
    return build_model(config, *sizes).double().eval()


def logits(model, source=SOURCE, lengths=LENGTHS, prefix=PREFIX):
    return model.decoder.output(model.teach(source, lengths, prefix)[0])


@every_config
def test_search_calls_give_the_numbers_of_training(name):
    model = make(CONFIGS[name])
    expected = logits(model)
    state = model.start(model.encode(SOURCE, LENGTHS))
    for position, tokens in enumerate(PREFIX.t()):
        scores, state = model.step(tokens, state)
        torch.testing.assert_close(scores, expected[:, position])


@every_config
def test_numbers_depend_on_neither_batch_nor_order_nor_padding(name):
    model = make(CONFIGS[name])
    expected = logits(model)
    order = torch.tensor([1, 2, 0])
    torch.testing.assert_close(logits(model, SOURCE[order], LENGTHS[order], PREFIX[order]), expected[order])
    torch.testing.assert_close(logits(model, nn.functional.pad(SOURCE, (0, 4))), expected)
    for row, length in enumerate(LENGTHS.tolist()):
        alone = logits(model, SOURCE[[row], :length], LENGTHS[[row]], PREFIX[[row]])
        torch.testing.assert_close(alone[0], expected[row])


@every_config
def test_gradient_reaches_every_weight(name):
    model = make(CONFIGS[name])
    logits(model).sin().sum().backward()
    for parameter_name, parameter in model.named_parameters():
        assert parameter.grad is not None, parameter_name
        assert parameter.grad.abs().sum() > 0, parameter_name


def test_hidden_and_cell_states_of_both_directions_reach_hidden_and_cell_of_every_layer():
    model = make(replace(CONFIG, decoder=replace(CONFIG.decoder, injections=["initial_state"])))
    context = model.encode(SOURCE, LENGTHS)
    # Hidden of both directions first, then cell of both, five features each.
    quarters = context.summary.split(5, 1)
    assert len(quarters) == 4
    for kept in range(4):
        parts = [quarter.detach() for quarter in quarters]
        parts[kept].requires_grad_()
        state = model.start(replace(context, summary=torch.cat(parts, 1)))
        for layer in state.layers:
            assert len(layer) == 2
            for tensor in layer:
                (gradient,) = torch.autograd.grad(tensor.sum(), parts[kept], retain_graph=True)
                assert (gradient != 0).all()


def test_the_encoders_last_cell_state_changes_what_is_written():
    model = make(replace(CONFIG, decoder=replace(CONFIG.decoder, injections=["initial_state"])))
    context = model.encode(SOURCE, LENGTHS)
    before = model.decoder(PREFIX, context)
    summary = context.summary.clone()
    summary[:, 10:] += 1
    after = model.decoder(PREFIX, replace(context, summary=summary))
    # Padding's row of the untrained output matrix is zero.
    assert not torch.isclose(before, after)[:, :, 1:].any()


@pytest.mark.parametrize("encoder_cell", CELLS)
@pytest.mark.parametrize("decoder_cell", CELLS)
def test_any_encoder_goes_with_any_decoder(encoder_cell, decoder_cell):
    config = replace(
        CONFIG, encoder=replace(CONFIG.encoder, cell=encoder_cell), decoder=replace(CONFIG.decoder, cell=decoder_cell)
    )
    assert logits(make(config)).shape == (3, 4, 12)


@pytest.mark.parametrize("feeding", [False, True])
@pytest.mark.parametrize("cell", CELLS)
def test_in_bfloat16_by_autocast_and_altogether(cell, feeding):
    config = replace(
        CONFIG,
        encoder=replace(CONFIG.encoder, cell=cell, layer_norm=True),
        decoder=replace(CONFIG.decoder, cell=cell, layer_norm=True, input_feeding=feeding),
    )
    model = make(config).float()
    expected = logits(model)
    with torch.autocast("cpu", torch.bfloat16):
        found = logits(model)
    found.float().sin().sum().backward()
    assert all(parameter.grad.isfinite().all() for parameter in model.parameters())
    model = model.to(torch.bfloat16)
    with torch.inference_mode():
        state = model.start(model.encode(SOURCE, LENGTHS))
        for position, tokens in enumerate(PREFIX.t()):
            scores, state = model.step(tokens, state)
            assert scores.dtype == torch.bfloat16
            torch.testing.assert_close(scores.float(), expected[:, position], atol=0.15, rtol=0)
    torch.testing.assert_close(found.float(), expected, atol=0.15, rtol=0)


@pytest.mark.parametrize(("tied", "matrices"), [("none", 3), ("decoder", 2), ("all", 1)])
def test_tied_embeddings_are_one_memory(tied, matrices):
    model = make(replace(CONFIG, tied_embeddings=tied))
    weights = model.encoder.embedding.weight, model.decoder.embedding.weight, model.decoder.output.weight
    assert len({weight.data_ptr() for weight in weights}) == matrices
    assert len({id(weight) for weight in weights}) == matrices


def test_one_seed_gives_one_model():
    first, second, other = (make(seed=seed).state_dict() for seed in (1, 1, 2))
    assert all(torch.equal(first[name], second[name]) for name in first)
    assert not torch.equal(first["decoder.readout.weight"], other["decoder.readout.weight"])


@pytest.mark.parametrize(
    ("part", "option", "value", "expected"),
    [
        ("encoder", "hidden_size", 0, "model.encoder.hidden_size: 0 is not from 1 to"),
        ("encoder", "layers", -1, "model.encoder.layers: -1 is not from 1 to"),
        ("encoder", "layers", 10**6, "model.encoder.layers: 1000000 is not from 1 to"),
        ("encoder", "dropout", 1.0, "model.encoder.dropout: 1.0 is not a rate"),
        ("encoder", "word_dropout", -0.1, "model.encoder.word_dropout: -0.1 is not a rate"),
        ("encoder", "cell", "gruu", f"model.encoder.cell: 'gruu' is not one of {NAMES}; did you mean 'gru'?"),
        ("decoder", "hidden_size", 0, "model.decoder.hidden_size: 0 is not from 1 to"),
        ("decoder", "heads", 0, "model.decoder.heads: 0 is not from 1 to"),
        ("decoder", "heads", 3, "model.decoder: attention: 3 heads do not divide the query's 10 and the memory's 10"),
        ("decoder", "dropout", float("nan"), "model.decoder.dropout: nan is not a rate"),
        ("decoder", "injections", [], "model.decoder.injections: at least one of initial_state"),
        ("decoder", "injections", ["every_stop"], "injection 'every_stop' is not one of"),
        ("decoder", "cell", "LSTM", f"model.decoder.cell: 'LSTM' is not one of {NAMES}"),
        ("decoder", "attention", "genral", "model.decoder.attention: 'genral' is not one of additive, general, dot"),
        (None, "embedding_size", 0, "model.embedding_size: 0 is not from 1 to"),
        (None, "tied_embeddings", "both", "model.tied_embeddings: 'both' is not one of none, decoder, all"),
    ],
)
def test_a_bad_option_is_named_with_its_value(part, option, value, expected):
    config = replace(
        CONFIG, **({option: value} if part is None else {part: replace(getattr(CONFIG, part), **{option: value})})
    )
    with pytest.raises(UserError) as caught:
        make(config)
    assert expected in str(caught.value)
    assert "\n" not in str(caught.value)


def test_dot_attention_names_both_sizes():
    config = replace(CONFIG, decoder=replace(CONFIG.decoder, hidden_size=8, attention="dot"))
    with pytest.raises(UserError, match=r"needs queries and memory of one size, not 8 and 10; use 'general'"):
        make(config)


def test_one_embedding_needs_one_vocabulary():
    with pytest.raises(UserError, match=r"model.tied_embeddings: 'all' needs one vocabulary .* they have 12 and 13"):
        make(replace(CONFIG, tied_embeddings="all"), sizes=(12, 13))


def test_the_words_of_the_two_sides_may_differ_in_number():
    assert logits(make(sizes=(10, 17))).shape == (3, 4, 17)
