import torch

from seq2seq.models.encoder_decoder import RecurrentConfig
from seq2seq.models.language_model import LanguageModelConfig, build_language_model
from seq2seq.search import SearchOptions, search


def make():
    torch.manual_seed(1)
    config = LanguageModelConfig(embedding_size=4, decoder=RecurrentConfig(hidden_size=6, layers=2))
    return build_language_model(config, 11).double().eval()


def test_it_writes_without_a_source_as_any_model_does():
    model = make()
    context = model.encode(torch.zeros(2, 0, dtype=torch.long), torch.zeros(2, dtype=torch.long))
    found = search(model, context, [0, 0], SearchOptions(method="greedy", max_length=5))
    first, second = (hypotheses[0].tokens for hypotheses in found)
    assert first == second
    tokens, words, state = torch.tensor([2]), [], model.start(context.select(torch.tensor([0])))
    for _ in first:
        logits, state = model.step(tokens, state)
        logits[:, :3] = -torch.inf  # padding, unknown and begin are never written
        tokens = logits.argmax(1)
        words += tokens.tolist()
    assert list(first) == words


def test_its_gradient_reaches_every_weight():
    model = make()
    context = model.encode(torch.zeros(1, 0, dtype=torch.long), torch.zeros(1, dtype=torch.long))
    model.decoder(torch.tensor([[2, 5, 6]]), context).logsumexp(2).sum().backward()
    assert all(weight.grad is not None for weight in model.parameters())
