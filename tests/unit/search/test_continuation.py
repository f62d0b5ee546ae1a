"""A scripted model whose next token depends on all that it has read, so that every result can be had by hand."""

from collections import Counter
from dataclasses import dataclass

import numpy as np
import pytest
import torch

from seq2seq.errors import UserError
from seq2seq.search import SearchOptions
from seq2seq.search.continuation import write_on

CPU = torch.device("cpu")
VOCABULARY = 9
END = 3


@dataclass(frozen=True)
class Sums:
    """State: a number for each row, made of what was read."""

    sums: torch.Tensor

    def select(self, rows, sentences=None):
        assert torch.equal(rows, sentences)
        return Sums(self.sums[rows])


class Scripted:
    """Its logits are looked up by a number that every token read changes."""

    def __init__(self) -> None:
        self.table = torch.from_numpy(np.random.default_rng(4).normal(size=(101, VOCABULARY)) * 2).float()
        self.table[:, :3] = 50.0  # what must never be written is what it likes best
        self.calls: list[tuple[int, int]] = []  # shapes of what was read at once

    def step(self, tokens, state):
        sums = (state.sums * 7 + tokens + 1) % 101
        return self.table[sums], Sums(sums)

    def read(self, tokens, state):
        self.calls.append(tuple(tokens.shape))
        for column in tokens.t():
            _, state = self.step(column, state)
        return state

    def logits(self, read: list[int]) -> torch.Tensor:
        total = 0
        for token in read:
            total = (total * 7 + token + 1) % 101
        return self.table[total]


def write(prompts, options, longest=12, enough=lambda _number, _token: False, model=None, **more):
    nothing = Sums(torch.zeros(len(prompts), dtype=torch.long))
    return write_on(model or Scripted(), nothing, prompts, options, longest, enough, CPU, **more)


GREEDY = SearchOptions(method="greedy")
PROMPTS = [[], [4, 5, 6], [7], [3, 3]]


def test_greedy_takes_the_likeliest_each_time():
    for prompt, found in zip(PROMPTS, write(PROMPTS, GREEDY), strict=True):
        read = [END, *prompt]
        for token, log_prob in zip(found.tokens, found.log_probs, strict=True):
            log_probs = Scripted().logits(read).log_softmax(0)
            assert token == 3 + int(log_probs[3:].argmax())
            assert log_prob == pytest.approx(float(log_probs[token]), abs=1e-5)
            read.append(token)
        assert len(found.tokens) == 12


@pytest.mark.parametrize(
    "options",
    [GREEDY, SearchOptions(method="sample", seed=5), SearchOptions(method="sample", top_k=3, temperature=2.0)],
)
def test_the_others_in_a_batch_change_nothing(options):
    together = write(PROMPTS, options, indices=[7, 8, 9, 10])
    for index, prompt, found in zip([7, 8, 9, 10], PROMPTS, together, strict=True):
        assert write([prompt], options, indices=[index])[0].tokens == found.tokens


LONG = [[4 + place % 5 for place in range(length)] for length in (100, 3, 0, 41)]


@pytest.mark.parametrize("options", [GREEDY, SearchOptions(method="sample", seed=5)])
@pytest.mark.parametrize("at_once", [2, 7, 64, 4096])
def test_prompts_read_in_chunks_are_those_read_token_by_token(monkeypatch, options, at_once):
    monkeypatch.setattr("seq2seq.search.continuation._AT_ONCE", 1)
    expected = [write(LONG, options), write(LONG[:1], options)]
    monkeypatch.setattr("seq2seq.search.continuation._AT_ONCE", at_once)
    assert [write(LONG, options), write(LONG[:1], options)] == expected


def test_a_long_prompt_is_read_at_once_but_for_what_the_others_write_meanwhile(monkeypatch):
    alone, beside = Scripted(), Scripted()
    monkeypatch.setattr("seq2seq.search.continuation._AT_ONCE", 40)
    write(LONG[:1], GREEDY, longest=12, model=alone)
    assert [columns for rows, columns in alone.calls] == [40, 40, 20]
    write(LONG[:2], GREEDY, longest=12, model=beside)
    assert beside.calls == [(2, 3), (1, 40), (1, 40), (1, 5)], "3 of the short one, then 12 that it writes"


def test_more_of_a_text_begins_as_less_of_it():
    options = SearchOptions(method="sample", seed=2)
    (short,), (long,) = write([[4]], options, longest=5), write([[4]], options, longest=40)
    assert long.tokens[:5] == short.tokens


def test_seeds_and_places_give_other_texts():
    texts = {tuple(write([[4]], SearchOptions(method="sample", seed=seed))[0].tokens) for seed in range(8)}
    assert len(texts) == 8
    same = write([[4]] * 8, SearchOptions(method="sample"))
    assert len({tuple(found.tokens) for found in same}) == 8


def test_it_writes_over_line_ends_until_there_is_enough():
    told: list[tuple[int, int]] = []

    def enough(number, token):
        told.append((number, token))
        return sum(line == (number, END) for line in told) == 2

    found = write(PROMPTS, SearchOptions(method="sample"), longest=500, enough=enough)
    for number, text in enumerate(found):
        assert text.tokens == [token for owner, token in told if owner == number]
        assert text.tokens.count(END) == 2
        assert text.tokens[-1] == END


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, lambda logits: logits),
        ({"temperature": 0.5}, lambda logits: logits / 0.5),
        ({"top_k": 2}, lambda logits: logits.masked_fill(logits < logits.topk(2).values[-1], -torch.inf)),
    ],
)
def test_samples_have_the_probabilities_of_the_model(changes, expected):
    count = 4000
    found = write([[4, 5]] * count, SearchOptions(method="sample", **changes), longest=1)
    logits = Scripted().logits([END, 4, 5])
    logits[:3] = -torch.inf
    wanted = expected(logits).softmax(0)
    counts = Counter(text.tokens[0] for text in found)
    for token in range(VOCABULARY):
        deviation = (wanted[token] * (1 - wanted[token]) / count).sqrt()
        assert abs(counts[token] / count - wanted[token]) <= 4 * deviation, token


def test_beam_search_is_refused():
    with pytest.raises(UserError, match="method='beam'"):
        write([[]], SearchOptions())


def test_no_prompt_gives_no_text():
    assert write([], GREEDY) == []
