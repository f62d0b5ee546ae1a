import itertools
from dataclasses import fields

import pytest
import torch
from torch import nn

from seq2seq.context import Context
from seq2seq.decoders.attention import ATTENTIONS
from seq2seq.decoders.recurrent import INJECTIONS, RecurrentDecoder
from seq2seq.recurrent import CELLS

LENGTHS = torch.tensor([5, 1, 3])
MASK = torch.arange(5) < LENGTHS[:, None]
PREFIX = torch.tensor([[2, 4, 5, 6], [2, 7, 8, 0], [2, 9, 4, 4]])
EVERY_WAY_IN = [way for number in range(1, len(INJECTIONS) + 1) for way in itertools.combinations(INJECTIONS, number)]


def make(**options):
    """A decoder of 11 words, and a context of three sentences."""
    torch.manual_seed(1)
    options = {"embedding_size": 4, "hidden_size": 6, "dropout": 0.0} | options
    decoder = RecurrentDecoder(11, memory_size=6, summary_size=5, **options).double().eval()
    context = Context(torch.randn(3, 5, 6).double(), MASK, torch.randn(3, 5).double())
    return decoder, context


def stepwise(decoder, context, prefix=PREFIX):
    """Logits (B, T, V) by search's calls, and the attention's weights of each step."""
    state = decoder.start(context)
    logits, weights = [], []
    for tokens in prefix.t():
        scores, state = decoder.step(tokens, state)
        logits.append(scores)
        weights.append(state.attention)
    return torch.stack(logits, 1), weights


def tensors(state):
    """Every tensor of a state, by name."""
    found = {}
    for field in fields(state):
        value = getattr(state, field.name)
        if field.name == "layers":
            found |= {f"layer {depth}.{part}": x for depth, layer in enumerate(value) for part, x in enumerate(layer)}
        elif value is not None:
            found[field.name] = value
    return found


@pytest.mark.parametrize("injections", [(), INJECTIONS])
@pytest.mark.parametrize("feeding", [False, True])
@pytest.mark.parametrize("cell", CELLS)
def test_reading_in_two_parts_is_reading_at_once(cell, feeding, injections):
    decoder, context = make(injections=injections, cell=cell, input_feeding=feeding)
    first, _, state = decoder.read(PREFIX[:, :1], decoder.start(context))
    second, _, _ = decoder.read(PREFIX[:, 1:], state)
    torch.testing.assert_close(torch.cat([first, second], 1), decoder.teach(PREFIX, context)[0])


def test_no_gradient_goes_back_through_a_detached_state():
    decoder, context = make(injections=())
    _, _, state = decoder.read(PREFIX[:, :1], decoder.start(context))
    assert all(part.grad_fn is not None for layer in state.layers for part in layer)
    assert all(part.grad_fn is None for layer in state.detach().layers for part in layer)


# Every cell with all injections; those that torch fuses and that differ in their states with every choice of them.
WAYS_AND_CELLS = [
    pytest.param(way, cell, id=f"{'+'.join(way)}-{cell}")
    for way in EVERY_WAY_IN
    for cell in CELLS
    if cell in ("lstm", "gru", "rnn") or way == INJECTIONS
]


@pytest.mark.parametrize(("injections", "cell"), WAYS_AND_CELLS)
@pytest.mark.parametrize("input_feeding", [False, True])
def test_over_time_equals_step_by_step(injections, input_feeding, cell):
    attentions = itertools.product(ATTENTIONS, (1, 2)) if "attention" in injections else [("general", 1)]
    for (attention, heads), extras in itertools.product(attentions, (False, True)):
        decoder, context = make(
            injections=injections,
            input_feeding=input_feeding,
            cell=cell,
            attention=attention,
            heads=heads,
            residual=extras,
            layer_norm=extras,
        )
        with torch.no_grad():
            together, (one_by_one, _) = decoder(PREFIX, context), stepwise(decoder, context)
        torch.testing.assert_close(together, one_by_one)


@pytest.mark.parametrize("option", ["residual", "layer_norm"])
@pytest.mark.parametrize("layers", [1, 2, 3])
def test_over_time_equals_step_by_step_with_one_extra(option, layers):
    decoder, context = make(**{option: True}, layers=layers)
    torch.testing.assert_close(decoder(PREFIX, context), stepwise(decoder, context)[0])
    plain, _ = make(layers=layers)
    changed = not torch.allclose(decoder(PREFIX, context), plain(PREFIX, context))
    assert changed == (option == "layer_norm" or layers > 1)


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("layers", [1, 3])
@pytest.mark.parametrize("input_feeding", [False, True])
def test_gradients_over_time_equal_those_step_by_step(cell, layers, input_feeding):
    decoder, context = make(injections=INJECTIONS, cell=cell, layers=layers, input_feeding=input_feeding)
    gradients = []
    for way in (decoder, lambda prefix, context: stepwise(decoder, context)[0]):
        loss = way(PREFIX, context).sin().sum()
        gradients.append(torch.autograd.grad(loss, list(decoder.parameters())))
    for (name, _), ours, theirs in zip(decoder.named_parameters(), *gradients, strict=True):
        assert ours.abs().sum() > 0, name
        torch.testing.assert_close(ours, theirs)


# One decoder with all there is, and one with the least.
KINDS = {
    "all": {
        "injections": INJECTIONS,
        "input_feeding": True,
        "heads": 2,
        "residual": True,
        "layer_norm": True,
        "attention": "additive",
    },
    "default": {},
    "gate": {"attention_gate": True, "layer_norm": True},
    "no attention": {"injections": ("every_step",), "cell": "gru"},
    "first step": {"injections": ("first_step",), "layers": 1, "cell": "rnn"},
} | {cell: {"cell": cell} for cell in CELLS if cell not in ("lstm", "gru", "rnn")}
every_kind = pytest.mark.parametrize("kind", KINDS)


@every_kind
def test_a_batch_is_its_sentences_one_by_one_without_padding(kind):
    decoder, context = make(**KINDS[kind])
    logits, weights = stepwise(decoder, context)
    for row, length in enumerate(LENGTHS.tolist()):
        alone = Context(context.memory[[row], :length], MASK[[row], :length], context.summary[[row]])
        its_logits, its_weights = stepwise(decoder, alone, PREFIX[[row]])
        torch.testing.assert_close(its_logits[0], logits[row])
        for ours, theirs in zip(its_weights, weights, strict=True):
            if theirs is not None:
                torch.testing.assert_close(ours[0], theirs[row, :length])


@every_kind
def test_order_in_is_order_out(kind):
    decoder, context = make(**KINDS[kind])
    order = torch.tensor([2, 0, 1])
    torch.testing.assert_close(decoder(PREFIX[order], context.select(order)), decoder(PREFIX, context)[order])


@every_kind
def test_padding_changes_nothing(kind):
    decoder, context = make(**KINDS[kind])
    memory = nn.functional.pad(context.memory.masked_fill(~MASK[:, :, None], 1e3), (0, 0, 0, 2), value=-1e3)
    padded = Context(memory, nn.functional.pad(MASK, (0, 2)), context.summary)
    torch.testing.assert_close(decoder(PREFIX, padded), decoder(PREFIX, context))


@every_kind
def test_no_token_sees_a_later_one(kind):
    decoder, context = make(**KINDS[kind])
    other = PREFIX.clone()
    other[:, 2] = 10
    before, after = decoder(PREFIX, context), decoder(other, context)
    torch.testing.assert_close(before[:, :2], after[:, :2])
    assert not torch.isclose(before[:, 2], after[:, 2]).all(1).any()


@pytest.mark.parametrize("injections", [way for way in EVERY_WAY_IN if "attention" in way], ids="+".join)
@pytest.mark.parametrize("heads", [1, 3])
def test_attention_of_a_step_sums_to_one_and_is_zero_at_padding(injections, heads):
    decoder, context = make(injections=injections, heads=heads)
    for weights in stepwise(decoder, context)[1]:
        assert weights.shape == (3, 5)
        torch.testing.assert_close(weights.sum(1), torch.ones(3))
        assert (weights[~MASK] == 0).all()


def test_without_attention_there_are_no_weights():
    assert stepwise(*make(injections=("initial_state",)))[1] == [None] * 4


@pytest.mark.parametrize("injections", EVERY_WAY_IN, ids="+".join)
def test_each_injection_lets_its_part_of_the_context_in(injections):
    decoder, context = make(injections=injections)
    before = decoder(PREFIX, context)
    other_memory = decoder(PREFIX, Context(context.memory + 1, MASK, context.summary))
    other_summary = decoder(PREFIX, Context(context.memory, MASK, context.summary + 1))
    assert torch.equal(before, other_memory) == ("attention" not in injections)
    assert torch.equal(before, other_summary) == (injections == ("attention",))


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("layers", [1, 3])
def test_the_bridge_makes_every_part_of_the_first_state(cell, layers):
    decoder, context = make(injections=("initial_state",), cell=cell, layers=layers)
    state = decoder.start(context)
    assert len(state.layers) == layers
    parts = [part for layer in state.layers for part in layer]
    assert len(parts) == layers * (2 if cell in ("lstm", "peephole") else 1)
    other = decoder.start(Context(context.memory, MASK, context.summary + 1))
    for before, after in zip(parts, [part for layer in other.layers for part in layer], strict=True):
        assert before.shape == (3, 6)
        assert (before != after).all()
    assert all((layer[0].abs() < 1).all() for layer in state.layers)


def test_without_initial_state_the_first_state_is_zero():
    decoder, context = make(injections=("attention",))
    assert all((part == 0).all() for layer in decoder.start(context).layers for part in layer)


def test_first_step_is_a_word_before_the_first():
    decoder, context = make(injections=("first_step",))
    words = torch.cat([decoder.first_word(context.summary)[:, None], decoder.embedding(PREFIX)], 1)
    x = words.transpose(0, 1)
    for layer in decoder.layers:
        x, _ = layer(x, layer.zero_state(3))
    features = decoder.readout(x).tanh().transpose(0, 1)
    torch.testing.assert_close(decoder.teach(PREFIX, context)[0], features[:, 1:])


@every_kind
def test_a_step_leaves_the_old_state_as_it_was(kind):
    decoder, context = make(**KINDS[kind])
    _, state = decoder.step(PREFIX[:, 0], decoder.start(context))
    before = {name: tensor.clone() for name, tensor in tensors(state).items()}
    first, _ = decoder.step(PREFIX[:, 1], state)
    for name, tensor in tensors(state).items():
        assert torch.equal(tensor, before[name]), name
    assert torch.equal(decoder.step(PREFIX[:, 1], state)[0], first)


@every_kind
def test_hypotheses_and_sentences_chosen_equal_running_them_apart(kind):
    """Three sentences with two hypotheses each; then hypotheses change places, and the second sentence leaves."""
    decoder, context = make(**KINDS[kind])
    first, second, third = map(torch.tensor, ([4, 5, 6, 7, 8, 9], [9, 8, 7, 6, 5, 4], [4, 6, 5, 8]))
    state = decoder.start(context).expand(2)
    assert len(state.layers[0][0]) == 6
    assert state.memory.shape[0] == 3
    _, state = decoder.step(first, state)
    state = state.select(torch.tensor([1, 0, 2, 2, 5, 5]))
    _, state = decoder.step(second, state)
    state = state.select(torch.tensor([0, 0, 4, 5]), sentences=torch.tensor([0, 2]))
    logits, state = decoder.step(third, state)
    assert len(state.layers[0][0]) == 4
    histories = [(0, [5, 9, 4]), (0, [5, 9, 6]), (2, [9, 5, 5]), (2, [9, 4, 8])]
    for row, (sentence, tokens) in enumerate(histories):
        alone, weights = stepwise(decoder, context.select(torch.tensor([sentence])), torch.tensor([tokens]))
        torch.testing.assert_close(alone[0, -1], logits[row])
        if weights[-1] is not None:
            torch.testing.assert_close(weights[-1][0], state.attention[row])


@every_kind
def test_equal_hypotheses_score_alike_and_one_is_as_before(kind):
    decoder, context = make(**KINDS[kind])
    state = decoder.start(context)
    single, _ = decoder.step(PREFIX[:, 0], state)
    several, _ = decoder.step(PREFIX[:, 0].repeat_interleave(4), state.expand(4))
    torch.testing.assert_close(several.view(3, 4, 11), single[:, None].expand(3, 4, 11))
    assert torch.equal(decoder.step(PREFIX[:, 0], state.expand(1))[0], single)


@pytest.mark.parametrize("tied", [True, False])
def test_tied_embeddings_are_one_memory(tied):
    decoder, _ = make(tied_embeddings=tied)
    assert (decoder.output.weight is decoder.embedding.weight) == tied
    assert (decoder.output.weight.data_ptr() == decoder.embedding.weight.data_ptr()) == tied


def test_forward_is_the_output_matrix_over_the_features():
    decoder, context = make()
    features, _ = decoder.teach(PREFIX, context)
    assert features.shape == (3, 4, 4)
    torch.testing.assert_close(decoder(PREFIX, context), features @ decoder.output.weight.t() + decoder.output.bias)


@pytest.mark.parametrize("option", ["dropout", "word_dropout"])
def test_dropout_acts_in_training_only(option):
    decoder, context = make(**{option: 0.5})
    plain, _ = make()
    torch.testing.assert_close(decoder(PREFIX, context), plain(PREFIX, context))
    decoder.train()
    assert not torch.equal(decoder(PREFIX, context), decoder(PREFIX, context))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            {"injections": ("atention",)},
            "injection 'atention' is not one of initial_state, .*; did you mean 'attention'",
        ),
        ({"cell": "lsmt"}, f"cell 'lsmt' is not one of {', '.join(CELLS)}"),
        ({"attention": "dott"}, "attention 'dott' is not one of additive, general, dot"),
        ({"heads": 5}, "5 heads do not divide"),
    ],
)
def test_choices_that_do_not_fit_are_refused(options, message):
    with pytest.raises(ValueError, match=message):
        make(**options)
