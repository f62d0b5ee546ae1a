import math
import random

import pytest
from search_toys import SOURCES, ToyModel, lengths

from seq2seq.search import Hypothesis, SearchOptions, search
from seq2seq.search.consensus import rank_by_consensus


def hypothesis(tokens, score):
    return Hypothesis(tuple(tokens), (score,), score, None, finished=True)


def bleu(tokens, reference):
    """Sentence BLEU-4 (Papineni et al. 2002) with 0.1 added to all counts."""
    product = 1.0
    for order in range(1, 5):
        own = [tuple(tokens[i : i + order]) for i in range(len(tokens) - order + 1)]
        left = [tuple(reference[i : i + order]) for i in range(len(reference) - order + 1)]
        matches = 0
        for ngram in own:
            if ngram in left:
                left.remove(ngram)
                matches += 1
        product *= (matches + 0.1) / (len(own) + 0.1)
    brevity = min(1.0, math.exp(1 - len(reference) / len(tokens))) if tokens else math.exp(-len(reference))
    return brevity * product**0.25


def test_the_order_is_that_of_the_expected_bleu():
    draw = random.Random(1)
    for _ in range(30):
        found = [
            hypothesis([draw.randrange(4, 8) for _ in range(draw.randrange(8))], -draw.random() * 3) for _ in range(6)
        ]
        expected = [
            sum(math.exp(other.score) * bleu(one.tokens, other.tokens) for other in found)
            for one in rank_by_consensus(found)
        ]
        assert expected == sorted(expected, reverse=True)


def test_what_most_agree_on_beats_the_single_likeliest():
    odd = hypothesis([9, 9, 9], -1.0)
    alike = [hypothesis([4, 5, 6, 7, last], -1.1) for last in (8, 10, 11)]
    assert rank_by_consensus([odd, *alike])[-1] is odd
    assert rank_by_consensus([odd]) == [odd]
    assert rank_by_consensus([]) == []


def test_equals_keep_their_order_whatever_is_added_to_all_scores():
    twins = [hypothesis([4, 5], score) for score in (-1.0, -2.0)]
    assert rank_by_consensus(twins) == twins
    moved = [hypothesis(one.tokens, one.score - 1000) for one in twins]
    assert [one.tokens for one in rank_by_consensus(moved)] == [one.tokens for one in twins]


@pytest.mark.parametrize("n_best", [1, 3])
def test_search_ranks_all_that_the_beam_found(n_best):
    model = ToyModel(9)
    everything = search(model, model.encode(SOURCES), lengths(SOURCES), SearchOptions(beam=6, n_best=6))
    options = SearchOptions(beam=6, n_best=n_best, ranking="consensus")
    found = search(model, model.encode(SOURCES), lengths(SOURCES), options)
    for ranked, whole in zip(found, everything, strict=True):
        assert [one.tokens for one in ranked] == [one.tokens for one in rank_by_consensus(whole)[:n_best]]
