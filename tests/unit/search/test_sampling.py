import math
from collections import Counter

import numpy as np
import pytest
import torch
from search_toys import EOS, SOURCES, UNK, ScriptedModel, ToyModel, lengths

from seq2seq.search import SearchOptions, search
from seq2seq.search.sampling import Sampling, truncate
from seq2seq.search.strategy import Frontier

PROBABILITIES = {4: 0.5, 5: 0.25, 6: 0.15, 7: 0.1}


def draw(options: dict, samples: int = 4000, seed: int = 0) -> Counter:
    """How often each first token is drawn."""
    model = ScriptedModel([{(): PROBABILITIES}], 8)
    settings = SearchOptions(method="sample", samples=samples, seed=seed, **options)
    return Counter(h.tokens[0] for h in search(model, model.context(), [1], settings)[0])


def chi_square(counts: Counter, expected: dict[int, float]) -> float:
    total = sum(counts.values())
    return sum((counts[token] - total * p) ** 2 / (total * p) for token, p in expected.items())


@pytest.mark.parametrize(
    ("options", "weights"),
    [
        ({}, PROBABILITIES),
        ({"temperature": 0.5}, {token: p**2 for token, p in PROBABILITIES.items()}),
        ({"temperature": 3.0}, {token: p ** (1 / 3) for token, p in PROBABILITIES.items()}),
        ({"top_k": 2}, {4: 0.5, 5: 0.25}),
        ({"top_p": 0.8}, {4: 0.5, 5: 0.25, 6: 0.15}),
        ({"top_k": 3, "top_p": 0.6}, {4: 0.5, 5: 0.25}),
        ({"top_k": 1}, {4: 1.0}),
        ({"top_p": 0.01}, {4: 1.0}),
    ],
    ids=str,
)
def test_frequencies_are_those_of_the_distribution(options, weights):
    counts = draw(options)
    assert set(counts) == set(weights)
    expected = {token: weight / sum(weights.values()) for token, weight in weights.items()}
    # The 99.99 % point of chi-square with 3 degrees of freedom is 21.1.
    assert chi_square(counts, expected) < 21.1


def test_log_probs_are_the_models_own():
    model = ScriptedModel([{(): PROBABILITIES}], 8)
    options = SearchOptions(method="sample", samples=50, temperature=2.0, top_k=3)
    for hypothesis in search(model, model.context(), [1], options)[0]:
        assert math.exp(hypothesis.log_probs[0]) == pytest.approx(PROBABILITIES[hypothesis.tokens[0]])
        assert hypothesis.finished


def truncated_twin(probabilities: np.ndarray, k: int, p: float) -> set[int]:
    order = sorted(range(len(probabilities)), key=lambda token: -probabilities[token])[: k or None]
    kept, reached, total = set(), 0.0, probabilities[order].sum()
    for token in order:
        if reached >= p * total:
            break
        kept.add(token)
        reached += probabilities[token]
    return kept


@pytest.mark.parametrize("k", [0, 1, 7, 500])
@pytest.mark.parametrize("p", [0.05, 0.5, 0.93, 1.0])
def test_truncate(k, p):
    log_probs = (torch.randn(6, 200, generator=torch.Generator().manual_seed(1)) * 3).log_softmax(-1)
    kept, ids = truncate(log_probs, k, p)
    ids = torch.arange(200).expand_as(log_probs) if ids is None else ids
    assert (ids.diff(dim=-1) > 0).all(), "in the order of ids"
    for row in range(len(log_probs)):
        found = set(ids[row][kept[row] > -torch.inf].tolist())
        assert found == truncated_twin(log_probs[row].double().exp().numpy(), k, p)
        assert torch.equal(kept[row][kept[row] > -torch.inf], log_probs[row][ids[row]][kept[row] > -torch.inf])


@pytest.mark.parametrize("options", [{}, {"top_k": 10}, {"top_p": 0.98}, {"top_k": 12, "top_p": 0.98}], ids=str)
def test_rounding_does_not_decide_between_nearly_equal_tokens(options):
    """Ten likely tokens whose order is chance: whichever is a hair ahead, the same ones are drawn."""
    generator, sentences = torch.Generator().manual_seed(3), 300
    sampling = Sampling(
        SearchOptions(method="sample", **options), range(sentences), [1] * sentences, torch.device("cpu")
    )
    plain = torch.full((40,), -9.0)
    plain[::4] = -2.4

    def drawn() -> list[int]:
        log_probs = (plain + 1e-6 * torch.randn(sentences, 1, 40, generator=generator)).log_softmax(-1)
        frontier = Frontier(log_probs, torch.zeros(sentences, 1), torch.ones(sentences), torch.arange(sentences), 0)
        return sampling.choose(frontier).tokens.flatten().tolist()

    first = drawn()
    assert set(first) >= set(range(0, 40, 4))
    assert all(drawn() == first for _ in range(5))


def tokens(seed: int, rows: list[int], **options) -> dict[int, list[tuple[int, ...]]]:
    model, sources = ToyModel(30, 2), [SOURCES[row] for row in rows]
    settings = SearchOptions(method="sample", seed=seed, **options)
    found = search(model, model.encode(sources), lengths(sources), settings, indices=rows)
    return {row: [h.tokens for h in hypotheses] for row, hypotheses in zip(rows, found, strict=True)}


@pytest.mark.parametrize("options", [{}, {"top_k": 8}, {"top_p": 0.8}, {"top_k": 20, "top_p": 0.9}], ids=str)
def test_the_seed_decides_whatever_the_batch(options):
    everyone = list(range(len(SOURCES)))
    first = tokens(7, everyone, samples=3, **options)
    assert first == tokens(7, everyone, samples=3, **options)
    assert first != tokens(8, everyone, samples=3, **options)
    assert tokens(7, [6, 2], samples=3, **options) == {row: first[row] for row in (6, 2)}
    assert {row: tokens(7, [row], samples=3, **options)[row] for row in everyone} == first


def test_an_unknown_token_is_never_drawn():
    model = ScriptedModel([{(): {UNK: 0.9, 4: 0.1}}], 8)
    found = search(model, model.context(), [1], SearchOptions(method="sample", samples=100))[0]
    assert {h.tokens for h in found} == {(4,)}


def test_the_same_sentence_under_two_numbers_gets_different_samples():
    model = ToyModel(30, 2)
    sources = [SOURCES[0]] * 2
    options = SearchOptions(method="sample", samples=4)
    one, other = search(model, model.encode(sources), lengths(sources), options, indices=[3, 4])
    assert [h.tokens for h in one] != [h.tokens for h in other]
    again = search(model, model.encode(sources), lengths(sources), options, indices=[4, 10**13])
    assert [h.tokens for h in again[0]] == [h.tokens for h in other]


def test_samples_come_best_first_and_all_of_them():
    model = ToyModel(30, 2)
    for hypotheses in search(
        model, model.encode(SOURCES), lengths(SOURCES), SearchOptions(method="sample", samples=20)
    ):
        assert len(hypotheses) == 20
        assert [h.score for h in hypotheses] == sorted((h.score for h in hypotheses), reverse=True)
        assert all(h.finished and EOS not in h.tokens for h in hypotheses)
