import itertools
import math

import pytest
import torch
from search_toys import BOS, EOS, PAD, SOURCES, UNK, ScriptedModel, ToyModel, lengths, same

from seq2seq.errors import UserError
from seq2seq.search import SearchOptions, search
from seq2seq.search.beam import Beam
from seq2seq.search.strategy import Frontier

A, B, C = 4, 5, 6
# Greedy goes to A (0.6), where nothing is likely; the best sentence is B (0.4 * 0.9 * 1).
GARDEN_PATH = {
    (): {A: 0.6, B: 0.4},
    (A,): {A: 0.3, B: 0.3, C: 0.4},
    (B,): {EOS: 0.9, C: 0.1},
}


def run(model, sources=SOURCES, **options):
    return search(model, model.encode(sources), lengths(sources), SearchOptions(**options))


def test_the_beam_finds_what_greedy_misses():
    model = ScriptedModel([GARDEN_PATH], 7)
    [[greedy]] = search(model, model.context(), [2], SearchOptions(method="greedy", length_penalty="none"))
    found = search(model, model.context(), [2], SearchOptions(beam=2, n_best=2, length_penalty="none"))[0]
    assert greedy.tokens == (A, C)
    assert [h.tokens for h in found] == [(B,), (A, C)]
    assert [math.exp(h.score) for h in found] == pytest.approx([0.36, 0.24])
    assert [math.exp(p) for p in found[0].log_probs] == pytest.approx([0.4, 0.9])


@pytest.mark.parametrize(
    ("penalty", "alpha", "best"),
    [("none", 1.0, (A,)), ("power", 1.0, (B, B, B)), ("wu", 0.0, (A,)), ("wu", 5.0, (B, B, B))],
)
def test_the_length_penalty_decides_between_short_and_long(penalty, alpha, best):
    model = ScriptedModel([{(): {A: 0.55, B: 0.45}, (B,): {B: 0.9, C: 0.1}, (B, B): {B: 0.9, C: 0.1}}], 7)
    options = SearchOptions(beam=3, length_penalty=penalty, length_penalty_alpha=alpha)
    assert search(model, model.context(), [2], options)[0][0].tokens == best


def test_one_step_by_hand():
    """The example of `Beam.choose`, with tokens 7 and 8 of the first hypothesis and 9 and 6 of the second."""
    log_probs = torch.full((1, 2, 10), -50.0)
    log_probs[0, 0, [7, 8]] = torch.tensor([-1.0, -3.0])
    log_probs[0, 1, [9, 6]] = torch.tensor([-1.0, -2.0])
    frontier = Frontier(log_probs, torch.tensor([[-1.0, -2.0]]), torch.tensor([2]), torch.tensor([0]), 3)
    choice = Beam(2).choose(frontier)
    assert choice.tokens.tolist() == [[7, 9]]
    assert choice.parents.tolist() == [[0, 1]]
    assert choice.log_probs.tolist() == [[-1.0, -1.0]]


def test_a_taken_place_is_not_filled_again():
    log_probs = torch.full((2, 3, 10), -1.0)
    frontier = Frontier(log_probs, torch.zeros(2, 3) - 1, torch.tensor([3, 1]), torch.arange(2), 3)
    choice = Beam(3).choose(frontier)
    assert (choice.log_probs > -torch.inf).tolist() == [[True, True, True], [True, False, False]]
    assert choice.tokens.tolist() == [[0, 1, 2]] * 2, "equal candidates: the first parent's, by lowest id"
    assert choice.parents.tolist() == [[0, 0, 0]] * 2


def exhaustive(model, source, longest, score):
    """All sentences of up to `longest` tokens with their scores, best first."""
    words = [token for token in range(6) if token not in (PAD, UNK, BOS, EOS)]
    found = []
    for length in range(1, longest + 1):
        for tokens in itertools.product(words, repeat=length):
            log_probs = model.token_log_probs(source, [*tokens, EOS])
            found.append((score(log_probs, model, source, [*tokens, EOS]), tokens))
    return sorted(found, reverse=True)


def wu(alpha, weight=0.0):
    def score(log_probs, model, source, tokens):
        coverage = model.attention_of(source, tokens).sum(0) if weight else torch.ones(1)
        return sum(log_probs) / ((5 + len(tokens)) / 6) ** alpha + weight * float(coverage.clamp(max=1).log().sum())

    return score


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize(
    ("options", "score"),
    [
        ({"length_penalty": "none"}, wu(0)),
        ({"length_penalty_alpha": 0.6}, wu(0.6)),
        ({"length_penalty_alpha": 3.0}, wu(3.0)),
        ({"length_penalty": "power", "length_penalty_alpha": 1.0}, lambda p, *_: sum(p) / len(p)),
        ({"coverage_penalty": 0.5}, wu(0.6, 0.5)),
    ],
    ids=["none", "wu 0.6", "wu 3", "power", "coverage"],
)
def test_a_beam_wide_enough_is_exhaustive_search(seed, options, score):
    """6 tokens of which 2 are words, and at most 4 words: 30 sentences, as many as the beam has places."""
    model, sources, longest = ToyModel(6, seed), SOURCES[:4], 4
    bounds = {"max_length_ratio": 0.0, "max_length_offset": longest}
    found = run(model, sources, beam=30, n_best=3, **bounds, **options)
    for source, hypotheses in zip(sources, found, strict=True):
        best = exhaustive(model, source, longest, score)[:3]
        assert [h.tokens for h in hypotheses] == [tokens for _, tokens in best]
        assert [h.score for h in hypotheses] == pytest.approx([value for value, _ in best], abs=1e-4)
        for hypothesis in hypotheses:
            log_probs = model.token_log_probs(source, [*hypothesis.tokens, EOS])
            assert hypothesis.log_probs == pytest.approx(log_probs, abs=1e-5)


@pytest.mark.parametrize("seed", range(10))
def test_a_beam_as_wide_as_the_vocabulary_is_exhaustive_over_two_steps(seed):
    model, sources = ToyModel(6, seed), SOURCES[:4]
    found = run(model, sources, beam=6, n_best=2, max_length_ratio=0.0, max_length_offset=1)
    for source, hypotheses in zip(sources, found, strict=True):
        assert [h.tokens for h in hypotheses] == [tokens for _, tokens in exhaustive(model, source, 1, wu(0.6))]


@pytest.mark.parametrize("seed", range(3))
def test_stopping_early_loses_nothing(seed, monkeypatch):
    """The bound that ends a sentence's search must not change its best hypotheses."""
    model = ToyModel(40, seed)
    options = {"beam": 4, "n_best": 2, "length_penalty_alpha": 1.0}
    found, steps = run(model, **options), model.steps
    monkeypatch.setattr("seq2seq.search.loop.best_possible", lambda live, *_: live.masked_fill(live > -torch.inf, 0.0))
    model.steps = 0
    assert same(found, run(model, **options))
    assert steps <= model.steps


def test_stopping_early_saves_steps():
    """After the likely end at once nothing else can come near, though the beam could go on for 20 steps."""
    rest = {(B,) * n: {B: 0.9, EOS: 0.1} for n in range(1, 12)}
    model = ScriptedModel([{(): {A: 0.99, B: 0.01}} | rest], 7)
    calls = []
    step = model.step
    model.step = lambda tokens, state: calls.append(len(tokens)) or step(tokens, state)
    assert search(model, model.context(), [2], SearchOptions(beam=2))[0][0].tokens == (A,)
    assert calls == [1, 2], "one row at the first step, the beam's width afterwards"


def test_hypotheses_come_best_first_and_differ():
    for hypotheses in run(ToyModel(30, 5), beam=6, n_best=6):
        assert len(hypotheses) == 6
        assert len({h.tokens for h in hypotheses}) == 6
        assert [h.score for h in hypotheses] == sorted((h.score for h in hypotheses), reverse=True)
        assert all(h.finished for h in hypotheses)


def test_fewer_hypotheses_than_wanted_when_there_are_no_more():
    model = ScriptedModel([{(): {A: 1.0}}, GARDEN_PATH], 7)
    found = search(model, model.context(), [2, 2], SearchOptions(beam=4, n_best=3))
    assert [h.tokens for h in found[0]] == [(A,)]
    assert len(found[1]) == 3


def test_alignments_follow_their_hypotheses():
    model = ToyModel(30, 2)
    found = run(model, beam=4, n_best=4)
    for source, hypotheses in zip(SOURCES, found, strict=True):
        for h in hypotheses:
            assert h.attention.shape == (len(h.log_probs), len(source))
            assert torch.allclose(h.attention.sum(1), torch.ones(len(h.log_probs)))
            assert torch.allclose(h.attention.double(), model.attention_of(source, [*h.tokens, EOS]), atol=1e-5)


def test_length_bounds_are_kept():
    model = ToyModel(30, 4)
    for method in ("greedy", "beam", "sample"):
        found = run(model, method=method, min_length=3, min_length_ratio=1.5, max_length_ratio=2.0, max_length_offset=2)
        for source, [hypothesis] in zip(SOURCES, found, strict=True):
            assert max(3, int(1.5 * len(source))) <= len(hypothesis.tokens) <= 2 * len(source) + 2
            assert hypothesis.finished
            assert not {PAD, UNK, BOS, EOS} & set(hypothesis.tokens)


@pytest.mark.parametrize("size", [1, 2, 3])
def test_no_ngram_comes_twice(size):
    model = ToyModel(9, 6, sharpness=3.0)
    options = {"beam": 4, "n_best": 4, "min_length": 5}

    def repeats(found):
        for h in itertools.chain(*found):
            runs = [h.tokens[i : i + size] for i in range(len(h.tokens) - size + 1)]
            yield len(runs) > len(set(runs))

    assert any(repeats(run(model, **options))), "otherwise the test shows nothing"
    assert not any(repeats(run(model, no_repeat_ngram=size, **options)))


def test_when_everything_is_blocked_what_there_is_comes_back():
    """Three words, none to be repeated, and a minimum of four."""
    found = run(ToyModel(7, 0), no_repeat_ngram=1, min_length=4, beam=8, n_best=2)
    for hypotheses in found:
        assert [h.finished for h in hypotheses] == [False, False]
        assert all(sorted(h.tokens) == [4, 5, 6] for h in hypotheses)
        assert all(len(h.log_probs) == 3 for h in hypotheses)


@pytest.mark.parametrize("method", ["greedy", "beam", "sample"])
def test_prefixes_are_kept_and_counted(method):
    model = ToyModel(30, 7)
    prefixes = [[7, 8, 9], [], [5], [29] * 14] + [[]] * (len(SOURCES) - 5) + [[11, 12]]
    found = search(model, model.encode(SOURCES), lengths(SOURCES), SearchOptions(method=method), prefixes=prefixes)
    for source, prefix, [h] in zip(SOURCES, prefixes, found, strict=True):
        assert list(h.tokens[: len(prefix)]) == prefix
        assert h.log_probs == pytest.approx(model.token_log_probs(source, [*h.tokens, EOS]), abs=1e-5)
        assert len(h.tokens) <= max(2 * len(source) + 10, len(prefix))
    free = search(model, model.encode(SOURCES), lengths(SOURCES), SearchOptions(method=method))
    without = [row for row, prefix in enumerate(prefixes) if not prefix]
    assert same([found[row] for row in without], [free[row] for row in without])


def test_coverage_needs_attention():
    model = ToyModel(30, attends=False)
    assert run(model)[0][0].attention is None
    with pytest.raises(
        UserError, match=r"coverage_penalty=0\.2: the model has no attention; set coverage_penalty to 0"
    ):
        run(model, coverage_penalty=0.2)


def test_an_empty_batch_gives_an_empty_list():
    model = ToyModel(30)
    assert search(model, model.encode(SOURCES).select(torch.tensor([], dtype=torch.long)), [], SearchOptions()) == []


@pytest.mark.parametrize("name", ["prefixes", "indices", "source_lengths"])
def test_arguments_of_another_length_are_refused(name):
    model = ToyModel(30)
    arguments = {"source_lengths": lengths(SOURCES)} | {name: [[5]]}
    with pytest.raises(ValueError, match=f"{name} has 1 entries, the batch 10 sentences"):
        search(model, model.encode(SOURCES), options=SearchOptions(), **arguments)


@pytest.mark.parametrize(
    "options", [{}, {"coverage_penalty": 0.5}, {"method": "greedy"}, {"method": "sample", "samples": 2}]
)
def test_without_attention_the_same_is_found(options):
    model = ToyModel(30, 1)
    arguments = (model, model.encode(SOURCES), lengths(SOURCES), SearchOptions(**options))
    found, bare = search(*arguments), search(*arguments, attention=False)
    assert [[h.tokens for h in some] for some in found] == [[h.tokens for h in some] for some in bare]
    assert all(h.attention is not None for some in found for h in some)
    assert all(h.attention is None for some in bare for h in some)
