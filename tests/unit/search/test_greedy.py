import math
from dataclasses import replace

import pytest
import torch
from search_toys import BOS, EOS, SOURCES, UNK, ScriptedModel, ToyModel, lengths, same

from seq2seq.search import SearchOptions, search
from seq2seq.search.greedy import Greedy
from seq2seq.search.strategy import Frontier

GREEDY = SearchOptions(method="greedy")


def test_each_step_takes_the_likeliest_token():
    script = {(): {4: 0.6, 5: 0.4}, (4,): {5: 0.7, EOS: 0.3}, (4, 5): {EOS: 0.8, 4: 0.2}}
    model = ScriptedModel([script], 6)
    [[found]] = search(model, model.context(), [2], GREEDY)
    assert found.tokens == (4, 5)
    assert found.finished
    assert found.log_probs == pytest.approx([math.log(p) for p in (0.6, 0.7, 0.8)])
    assert found.score == pytest.approx(sum(found.log_probs) / ((5 + 3) / 6) ** 0.6)
    assert found.attention is None


def test_equal_tokens_go_to_the_lowest_id():
    log_probs = torch.full((2, 1, 300), -6.0)
    log_probs[0, 0, [80, 250]] = log_probs[1, 0, [299, 299]] = -1.0
    choice = Greedy().choose(Frontier(log_probs, torch.zeros(2, 1), torch.ones(2), torch.arange(2), 0))
    assert choice.tokens.tolist() == [[80], [299]]
    assert choice.log_probs.tolist() == [[-1.0], [-1.0]]


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize(
    "options",
    [
        {},
        {"length_penalty": "power", "length_penalty_alpha": 1.0},
        {"no_repeat_ngram": 2, "min_length": 3},
        {"coverage_penalty": 0.4},
    ],
)
def test_a_beam_of_one_is_greedy(seed, options):
    model = ToyModel(30, seed)
    greedy = search(model, model.encode(SOURCES), lengths(SOURCES), SearchOptions(method="greedy", **options))
    beam = search(model, model.encode(SOURCES), lengths(SOURCES), SearchOptions(beam=1, **options))
    assert [[h.tokens for h in row] for row in greedy] == [[h.tokens for h in row] for row in beam]
    assert [[(h.score, h.log_probs) for h in row] for row in greedy] == [
        [(h.score, h.log_probs) for h in row] for row in beam
    ]
    assert same(greedy, beam)


def test_greedy_is_the_plain_loop():
    model = ToyModel(30, 3)
    found = search(model, model.encode(SOURCES), lengths(SOURCES), GREEDY)
    for source, [hypothesis] in zip(SOURCES, found, strict=True):
        state, token, tokens = model.start(model.encode([source])), BOS, []
        most = 2 * len(source) + 10
        while token != EOS:
            logits, state = model.step(torch.tensor([token]), state)
            banned = [0, UNK, BOS, *([EOS] if not tokens else [])]
            logits[0, banned] = -torch.inf
            token = EOS if len(tokens) == most else int(logits.argmax())
            tokens.append(token)
        assert hypothesis.tokens == tuple(tokens[:-1])
        assert hypothesis.log_probs == pytest.approx(model.token_log_probs(source, tokens), abs=1e-5)
        assert torch.allclose(hypothesis.attention.double(), model.attention_of(source, tokens), atol=1e-5)


def test_bf16_logits_are_summed_in_float32():
    class Coarse(ToyModel):
        def step(self, tokens, state):
            logits, state = super().step(tokens, state)
            return logits.bfloat16(), state

    model = Coarse(30, 1)
    for beam, greedy in zip(
        search(model, model.encode(SOURCES), lengths(SOURCES), SearchOptions(beam=1)),
        search(model, model.encode(SOURCES), lengths(SOURCES), GREEDY),
        strict=True,
    ):
        assert beam[0].tokens == greedy[0].tokens
        # bfloat16 has 8 bits: its numbers between 2 and 4 lie 1/64 apart, float32's do not.
        assert any(abs(p * 64 - round(p * 64)) > 1e-3 for p in greedy[0].log_probs)


def test_a_model_without_any_next_token_gives_what_there_is():
    model = ScriptedModel([{(): {4: 1.0}, (4,): {0: 1.0}}, {(): {0: 1.0}}, {(): {UNK: 1.0}}, {(): {5: 1.0}}], 6)
    found = search(model, model.context(), [2] * 4, GREEDY)
    assert [(h.tokens, h.finished) for [h] in found] == [((4,), False), ((), False), ((), False), ((5,), True)]
    assert [len(h.log_probs) for [h] in found] == [1, 0, 0, 2]


def test_nan_from_the_model_ends_a_sentence_unfinished_and_leaves_the_others_alone():
    class Broken(ToyModel):
        def step(self, tokens, state):
            logits, state = super().step(tokens, state)
            logits[(state.mask.sum(1) == 4).repeat_interleave(len(tokens) // len(state.mask))] = torch.nan
            return logits, state

    broken, whole = Broken(30, 3), ToyModel(30, 3)
    for method in ("greedy", "beam", "sample"):
        options = SearchOptions(method=method)
        found = search(broken, broken.encode(SOURCES), lengths(SOURCES), options)
        expected = search(whole, whole.encode(SOURCES), lengths(SOURCES), options)
        bad = [row for row, source in enumerate(SOURCES) if len(source) == 4]
        assert [(found[row][0].tokens, found[row][0].finished) for row in bad] == [((), False)]
        good = [row for row in range(len(SOURCES)) if row not in bad]
        assert same([found[row] for row in good], [expected[row] for row in good])


@pytest.mark.parametrize("method", ["greedy", "beam", "sample"])
def test_what_the_greatest_length_ended_is_known(method):
    """Of a model that would end after two tokens in one sentence and never in the other."""
    on = {4: 1 - 1e-6, EOS: 1e-6}
    model = ScriptedModel([{(): on, (4,): on}, {(4,) * length: on for length in range(9)}], 6)
    for most, cut in ((1, [True, True]), (2, [True, True]), (3, [False, True])):
        found = search(model, model.context(), [2, 2], SearchOptions(method=method, max_length=most))
        assert [(h.finished, h.cut) for [h, *_] in found] == [(True, each) for each in cut]


def test_a_prefix_as_long_as_the_greatest_length_is_cut():
    on = {4: 0.9, EOS: 0.1}
    model = ScriptedModel([{(): on, (4,): on, (4, 4): on}], 6)
    [[found]] = search(model, model.context(), [2], replace(GREEDY, max_length=1), prefixes=[[4, 4]])
    assert (found.tokens, found.cut) == ((4, 4), True)
