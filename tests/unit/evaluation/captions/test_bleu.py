import math
import pickle
import random

import numpy as np
import pytest
from sacrebleu.metrics import BLEU

from seq2seq.evaluation.captions.bleu import LONGEST, BleuReward, bleu_from_statistics

chance = random.Random(11)


def sentences(count, longest=9):
    return [chance.choices("abcde", k=chance.randint(1, longest)) for _ in range(count)]


PICTURES = [sentences(chance.randint(1, 4)) for _ in range(80)]
CAPTIONS = [chance.choice([*references, *sentences(2)]) for references in PICTURES]


def corpus_bleu(captions, pictures):
    reward = BleuReward(pictures)
    statistics = np.array([reward.statistics(tokens, number) for number, tokens in enumerate(captions)], dtype=float)
    return bleu_from_statistics(statistics.sum(0))


@pytest.mark.parametrize("order", range(1, LONGEST + 1))
def test_as_sacrebleu_without_smoothing(order):
    metric = BLEU(tokenize="none", smooth_method="none", max_ngram_order=order)
    streams = [[" ".join(references[i]) if i < len(references) else None for references in PICTURES] for i in range(4)]
    expected = metric.corpus_score([" ".join(tokens) for tokens in CAPTIONS], streams).score
    assert 100 * corpus_bleu(CAPTIONS, PICTURES)[order - 1] == pytest.approx(expected, abs=1e-6)


def test_a_reference_scores_one_and_nothing_scores_zero():
    for number, references in enumerate(PICTURES):
        reward = BleuReward(PICTURES, longest=1)
        assert reward.score(references[-1], number) == pytest.approx(1)
        assert reward.score([], number) == 0
        assert reward.score(["z"] * 5, number) == pytest.approx(0, abs=1e-6)


@pytest.mark.parametrize(
    ("length", "lengths", "closest"), [(5, [4, 6], 4), (5, [6, 3], 6), (5, [9, 5, 4], 5), (0, [3, 2], 2), (9, [1], 1)]
)
def test_the_closest_reference_length_counts(length, lengths, closest):
    statistics = BleuReward([[["a"] * size for size in lengths]]).statistics(["b"] * length, 0)
    assert statistics[-2:] == [length, closest]


def test_words_count_as_often_as_in_one_reference():
    reward = BleuReward([[["the", "cat", "the"], ["a", "the", "cat"]]])
    assert reward.statistics(["the", "the", "the", "cat"], 0) == [3, 1, 0, 0, 4, 3, 2, 1, 4, 3]


def test_short_captions_pay_by_the_brevity_penalty():
    value = BleuReward([[["a", "b", "c", "d"]]], longest=1).score(["a", "b"], 0)
    assert value == pytest.approx(math.exp(1 - 4 / 2), rel=1e-6)


def test_values_of_pictures_do_not_depend_on_the_batch_nor_on_what_a_token_is():
    reward = BleuReward(PICTURES)
    together = reward.scores(CAPTIONS, range(len(CAPTIONS)))
    assert together == pytest.approx([reward.score(tokens, number) for number, tokens in enumerate(CAPTIONS)])
    ids = BleuReward([[list(map(ord, reference)) for reference in references] for references in PICTURES])
    assert ids.scores([list(map(ord, tokens)) for tokens in CAPTIONS], range(len(CAPTIONS))) == together
    assert pickle.loads(pickle.dumps(reward)).scores(CAPTIONS, range(len(CAPTIONS))) == together
