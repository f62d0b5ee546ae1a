import pytest
import torch

from seq2seq.encoders.text import TextEncoder
from seq2seq.inspection.watch import gradient_norms, watching
from seq2seq.models.language_model import LanguageModelConfig, build_language_model
from seq2seq.recurrent import CELLS, RecurrentStack

LENGTHS = torch.tensor([6, 3, 1, 4])
REAL = (torch.arange(6)[:, None] < LENGTHS)[:, :, None]

every_cell = pytest.mark.parametrize("cell", CELLS)


def make(cell, **options):
    torch.manual_seed(1)
    stack = RecurrentStack(5, hidden_size=7, layers=2, cell=cell, bidirectional=True, **options).double()
    for parameter in stack.parameters():
        torch.nn.init.normal_(parameter, std=0.5)
    return stack.eval(), torch.randn(6, 4, 5).double()


@every_cell
def test_watching_changes_no_number_and_no_gradient(cell):
    stack, inputs = make(cell, residual=True, layer_norm=True)
    found = []
    for watched in (False, True):
        leaf = inputs.clone().requires_grad_()
        if watched:
            with watching(stack):
                outputs, summary = stack(leaf, LENGTHS)
        else:
            outputs, summary = stack(leaf, LENGTHS)
        loss = (outputs * REAL).sin().sum() + summary.sin().sum()
        found.append([outputs * REAL, summary, *torch.autograd.grad(loss, [leaf, *stack.parameters()])])
    for watched, fused in zip(*found, strict=True):
        torch.testing.assert_close(watched, fused)


@every_cell
def test_what_is_traced_are_the_layers_states(cell):
    stack, inputs = make(cell)
    outputs, _ = stack(inputs)
    with watching(stack) as traces, torch.no_grad():
        stack(inputs)
    assert [trace.name for trace in traces] == ["layers.0.0", "layers.0.1", "layers.1.0", "layers.1.1"]
    forward, backward = traces[2], traces[3]
    torch.testing.assert_close(torch.cat([forward.hidden, backward.hidden], 2), outputs)
    assert (forward.memory is None) == (stack.layers[0][0].state_size == 1)
    for trace in traces:
        assert len(trace) == 6
        for gate in trace.gates.values():
            assert gate.shape == (6, 4, 7)
            assert ((gate > 0) & (gate < 1)).all()


def test_the_cells_come_back_after_an_error_too():
    stack, _ = make("lstm")
    cells = [layer.cell for layers in stack.layers for layer in layers]
    with pytest.raises(ZeroDivisionError), watching(stack):
        raise ZeroDivisionError
    assert [layer.cell for layers in stack.layers for layer in layers] == cells
    with watching(stack) as traces:
        pass
    assert [len(trace) for trace in traces] == [0] * 4


@every_cell
def test_gradient_norms_are_those_of_autograd_on_the_fused_run(cell):
    stack, inputs = make(cell)
    leaf = inputs.clone().requires_grad_()
    loss = stack(leaf)[0][-1].sin().sum()
    expected = torch.autograd.grad(loss, leaf)[0].norm(dim=2)
    with watching(stack) as traces:  # raw data: nobody asked for their gradient
        norms = gradient_norms(stack(inputs.clone())[0][-1].sin().sum(), traces)
    torch.testing.assert_close(norms[0], expected)
    torch.testing.assert_close(norms[1], expected)  # both directions read the same


def test_a_net_that_the_loss_does_not_know_has_no_gradient():
    one, inputs = make("gru")
    other, _ = make("lstm")
    both = torch.nn.ModuleList([one, other])
    with watching(both) as traces:
        other(inputs.clone())
        loss = one(inputs.clone())[0].sum()
        norms = gradient_norms(loss, traces)
    assert norms[0].min() > 0
    assert not norms[4].any()


def test_frozen_embeddings_have_gradients_too():
    encoder = TextEncoder(20, embedding_size=4, hidden_size=3, layers=1).eval()
    encoder.embedding.weight.requires_grad_(False)
    with watching(encoder) as traces:
        context = encoder(torch.tensor([[5, 6, 7]]), torch.tensor([3]))
        norms = gradient_norms(context.memory[0, -1].sum(), traces)
    assert norms[0].shape == (3, 1)
    assert norms[0].min() > 0


def test_a_decoder_that_goes_step_by_step_is_traced_whole():
    torch.manual_seed(1)
    config = LanguageModelConfig(embedding_size=6)
    config.decoder.hidden_size = 5
    model = build_language_model(config, vocab_size=12).eval()
    prefix = torch.tensor([[2, 5, 7, 9]])
    found = []
    for parts in ([prefix], prefix.split(1, 1)):
        with watching(model) as traces:
            state = model.start(model.encode(prefix, torch.tensor([4])))
            for part in parts:
                features, _, state = model.decoder.read(part, state)
            norms = gradient_norms(features[0, -1].sin().sum(), traces)
        found.append([*norms, *(trace.hidden for trace in traces), *(trace.memory for trace in traces)])
    for whole, stepped in zip(*found, strict=True):
        assert len(whole) == 4
        torch.testing.assert_close(stepped, whole)
