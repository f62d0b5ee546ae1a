from functools import partial

import pytest
import torch
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from seq2seq.encoders.text import TextEncoder
from seq2seq.recurrent import CELLS

TOKENS = torch.tensor([[5, 6, 7, 8, 9], [4, 0, 0, 0, 0], [3, 8, 5, 0, 0], [9, 9, 2, 6, 0]])
LENGTHS = torch.tensor([5, 1, 3, 4])
MASK = torch.arange(5) < LENGTHS[:, None]
WITH_CELL_STATE = ("lstm", "peephole")
EVERY_KIND = [
    {"cell": cell, "bidirectional": bidirectional, "residual": extras, "layer_norm": extras, "layers": layers}
    for cell in CELLS
    for bidirectional in (True, False)
    for extras in (True, False)
    for layers in (1, 3)
]


def make(**options):
    torch.manual_seed(1)
    options = {"embedding_size": 6, "hidden_size": 4, "dropout": 0.0} | options
    return TextEncoder(10, **options).double().eval()


def assert_same(context, other):
    """One context, but for what stands at padding."""
    torch.testing.assert_close(context.memory * context.mask[:, :, None], other.memory * other.mask[:, :, None])
    torch.testing.assert_close((context.mask, context.summary), (other.mask, other.summary))


TORCH = {"lstm": nn.LSTM, "gru": nn.GRU, "rnn": nn.RNN, "irnn": partial(nn.RNN, nonlinearity="relu")}


@pytest.mark.parametrize("cell", TORCH)
@pytest.mark.parametrize("bidirectional", [True, False])
@pytest.mark.parametrize("layers", [1, 2])
def test_equals_torch_with_hidden_and_cell_states(cell, bidirectional, layers):
    encoder = make(cell=cell, bidirectional=bidirectional, layers=layers)
    theirs = TORCH[cell](6, 4, num_layers=layers, bidirectional=bidirectional).double()
    for depth, directions in enumerate(encoder.layers):
        for direction, layer in enumerate(directions):
            for name, parameter in layer.cell.named_parameters():
                twin = name.replace("_l0", f"_l{depth}") + ("_reverse" if direction else "")
                getattr(theirs, twin).data.copy_(parameter)
    packed = pack_padded_sequence(encoder.embedding(TOKENS), LENGTHS, batch_first=True, enforce_sorted=False)
    outputs, final = theirs(packed)
    outputs, _ = pad_packed_sequence(outputs, batch_first=True)
    context = encoder(TOKENS, LENGTHS)
    torch.testing.assert_close(context.memory * MASK[:, :, None], outputs)
    # The top layer's: hidden state of each direction first, then the cell state of each.
    kinds = final if cell == "lstm" else (final,)
    top = [state[-2 if bidirectional else -1 :] for state in kinds]
    torch.testing.assert_close(context.summary, torch.cat([part for state in top for part in state], 1))


@pytest.mark.parametrize("options", EVERY_KIND)
def test_shapes_and_mask(options):
    encoder = make(**options)
    context = encoder(TOKENS, LENGTHS)
    assert context.memory.shape == (4, 5, encoder.memory_size)
    assert context.summary.shape == (4, encoder.summary_size)
    assert encoder.memory_size == (8 if options["bidirectional"] else 4)
    assert encoder.summary_size == encoder.memory_size * (2 if options["cell"] in WITH_CELL_STATE else 1)
    assert torch.equal(context.mask, MASK)


@pytest.mark.parametrize("options", EVERY_KIND)
def test_a_batch_is_its_sentences_one_by_one(options):
    encoder = make(**options)
    context = encoder(TOKENS, LENGTHS)
    for row, length in enumerate(LENGTHS.tolist()):
        alone = encoder(TOKENS[row : row + 1, :length], LENGTHS[row : row + 1])
        torch.testing.assert_close(alone.memory[0], context.memory[row, :length])
        torch.testing.assert_close(alone.summary[0], context.summary[row])


@pytest.mark.parametrize("options", EVERY_KIND)
def test_order_in_is_order_out(options):
    encoder = make(**options)
    order = torch.tensor([2, 0, 3, 1])
    assert_same(encoder(TOKENS[order], LENGTHS[order]), encoder(TOKENS, LENGTHS).select(order))


@pytest.mark.parametrize("options", EVERY_KIND)
def test_padding_and_what_stands_there_changes_nothing(options):
    encoder = make(**options)
    longer = nn.functional.pad(TOKENS, (0, 3))
    scribbled = torch.where(torch.arange(8) < LENGTHS[:, None], longer, torch.tensor(7))
    expected, context = encoder(longer, LENGTHS), encoder(scribbled, LENGTHS)
    assert_same(context, expected)
    shorter = encoder(TOKENS, LENGTHS)
    torch.testing.assert_close((context.memory[:, :5] * MASK[:, :, None]), shorter.memory * MASK[:, :, None])
    torch.testing.assert_close(context.summary, shorter.summary)


@pytest.mark.parametrize("bidirectional", [True, False])
def test_which_way_words_are_seen(bidirectional):
    encoder = make(bidirectional=bidirectional)
    embedded = []
    encoder.embedding.register_forward_hook(lambda _module, _inputs, output: embedded.append(output) or None)
    context = encoder(TOKENS[:1], LENGTHS[:1])
    (gradient,) = torch.autograd.grad(context.memory[0, 2].sum(), embedded[0])
    seen = gradient.abs().sum((1, 2)) > 0
    assert seen.tolist() == [True, True, True, bidirectional, bidirectional]


@pytest.mark.parametrize("cell", CELLS)
def test_gradient_reaches_every_weight_and_no_padding(cell):
    encoder = make(cell=cell)
    context = encoder(TOKENS, LENGTHS)
    ((context.memory * MASK[:, :, None]).sin().sum() + context.summary.sin().sum()).backward()
    for name, parameter in encoder.named_parameters():
        assert parameter.grad.abs().sum() > 0, name
    used = encoder.embedding.weight.grad.abs().sum(1) > 0
    assert set(used.nonzero().flatten().tolist()) == set(TOKENS[MASK].tolist())


def test_residual_adds_the_input_from_the_second_layer_up():
    plain, residual = make(residual=False), make(residual=True)
    below = make(layers=1)
    below.load_state_dict({name: value for name, value in plain.state_dict().items() if name in below.state_dict()})
    added = residual(TOKENS, LENGTHS).memory - plain(TOKENS, LENGTHS).memory
    torch.testing.assert_close(added * MASK[:, :, None], below(TOKENS, LENGTHS).memory * MASK[:, :, None])


def test_layer_norm_normalises():
    memory = make(layer_norm=True)(TOKENS, LENGTHS).memory
    torch.testing.assert_close(memory.mean(2)[MASK], torch.zeros(13).double())
    torch.testing.assert_close(memory.var(2, correction=0)[MASK], torch.ones(13).double(), atol=1e-2, rtol=0)


@pytest.mark.parametrize("option", ["dropout", "word_dropout"])
def test_dropout_acts_in_training_only(option):
    encoder = make(**{option: 0.5})
    assert_same(encoder(TOKENS, LENGTHS), make()(TOKENS, LENGTHS))
    encoder.train()
    assert not torch.equal(encoder(TOKENS, LENGTHS).summary, encoder(TOKENS, LENGTHS).summary)


def test_unknown_cell_is_named():
    with pytest.raises(ValueError, match=f"cell 'lsmt' is not one of {', '.join(CELLS)}; did you mean 'lstm'"):
        make(cell="lsmt")


# The weights of one encoder as model folders name them, and as checkpoints of optimizers count them.
NAMES = ["embedding.weight"]
NAMES += [
    f"layers.{depth}.{direction}.cell.{kind}_{part}_l0"
    for depth in (0, 1)
    for direction in (0, 1)
    for kind in ("weight", "bias")
    for part in ("ih", "hh")
]
NAMES += [f"norms.{depth}.{kind}" for depth in (0, 1) for kind in ("weight", "bias")]


@pytest.mark.parametrize("cell", ["lstm", "gru", "rnn"])
def test_weights_keep_their_names_and_order(cell):
    """Those of the first version, whose model folders and checkpoints must go on loading."""
    encoder = make(cell=cell, layer_norm=True)
    assert [name for name, _ in encoder.named_parameters()] == NAMES
    assert list(encoder.state_dict()) == NAMES
