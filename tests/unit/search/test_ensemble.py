import pytest
import torch
from search_toys import BOS, SOURCES, ToyModel, lengths, same

from seq2seq.errors import UserError
from seq2seq.search import Ensemble, EnsembleContext, SearchOptions, search

WAYS = [{"method": "greedy"}, {"beam": 4, "n_best": 2, "coverage_penalty": 0.2}, {"method": "sample", "samples": 2}]


@pytest.mark.parametrize("way", WAYS, ids=str)
@pytest.mark.parametrize("copies", [1, 3])
def test_a_model_with_itself_is_the_model(way, copies):
    model, options = ToyModel(30, 1), SearchOptions(**way)
    ensemble = Ensemble([model] * copies)
    alone = search(model, model.encode(SOURCES), lengths(SOURCES), options)
    assert same(alone, search(ensemble, ensemble.encode(SOURCES), lengths(SOURCES), options))


def test_a_step_is_the_mean_of_the_probabilities():
    models = [ToyModel(30, seed) for seed in range(3)]
    ensemble = Ensemble(models)
    tokens = torch.full((len(SOURCES),), BOS)
    logits, state = ensemble.step(tokens, ensemble.start(ensemble.encode(SOURCES)))
    each = [model.step(tokens, model.start(model.encode(SOURCES))) for model in models]
    expected = torch.stack([logits.softmax(-1) for logits, _ in each]).mean(0)
    assert torch.allclose(logits.softmax(-1), expected.float(), atol=1e-6)
    assert torch.allclose(state.attention, torch.stack([state.attention for _, state in each]).mean(0))


def test_models_that_disagree_meet_in_the_middle():
    """Every log-probability of an ensemble's hypothesis is the mean probability of its members."""
    models = [ToyModel(30, seed) for seed in (4, 5)]
    ensemble = Ensemble(models)
    found = search(ensemble, ensemble.encode(SOURCES), lengths(SOURCES), SearchOptions(beam=3))
    for source, [hypothesis] in zip(SOURCES, found, strict=True):
        written = [*hypothesis.tokens, 3]
        each = torch.tensor([model.token_log_probs(source, written) for model in models])
        assert torch.allclose(torch.tensor(hypothesis.log_probs), each.exp().mean(0).log(), atol=1e-5)


def test_attention_of_those_that_have_it():
    models = [ToyModel(30, 1), ToyModel(30, 1, attends=False)]
    tokens = torch.full((len(SOURCES),), BOS)
    both, alone = Ensemble(models), models[0]
    _, state = both.step(tokens, both.start(both.encode(SOURCES)))
    _, expected = alone.step(tokens, alone.start(alone.encode(SOURCES)))
    assert torch.equal(state.attention, expected.attention)
    neither = Ensemble(models[1:])
    assert neither.step(tokens, neither.start(neither.encode(SOURCES)))[1].attention is None


def test_no_models():
    with pytest.raises(UserError, match="needs at least one model"):
        Ensemble([])


def test_vocabularies_of_different_sizes():
    ensemble = Ensemble([ToyModel(30), ToyModel(31)])
    with pytest.raises(UserError, match=r"needs one vocabulary, but theirs have \[30, 31\] tokens"):
        search(ensemble, ensemble.encode(SOURCES), lengths(SOURCES), SearchOptions())


def test_attention_is_to_the_first_ones_positions():
    """Captioners with other grids see other positions."""
    models = [ToyModel(30, 1), ToyModel(30, 2)]
    contexts = tuple(model.encode(SOURCES, extra_padding=3 * number) for number, model in enumerate(models))
    tokens, both = torch.full((len(SOURCES),), BOS), Ensemble(models)
    _, state = both.step(tokens, both.start(EnsembleContext(contexts)))
    _, expected = models[0].step(tokens, models[0].start(contexts[0]))
    assert torch.equal(state.attention, expected.attention)
    found = search(both, EnsembleContext(contexts), lengths(SOURCES), SearchOptions(beam=3))
    assert all(len(row[0].attention[0]) == len(source) for row, source in zip(found, SOURCES, strict=True))
