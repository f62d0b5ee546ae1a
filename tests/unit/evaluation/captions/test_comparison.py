"""The paired test of two systems' captions."""

import random

import pytest

from seq2seq.errors import UserError
from seq2seq.evaluation.captions import score_captions
from seq2seq.evaluation.captions.comparison import CaptionScorer

WORDS = ["a", "the", "dog", "cat", "man", "red", "small", "runs", "sits", "on", "under", "near", "grass", "house"]


def captions(count, seed, length=7):
    chance = random.Random(seed)
    return [" ".join(chance.choices(WORDS, k=length)) for _ in range(count)]


@pytest.fixture(scope="module")
def references():
    return [list(pair) for pair in zip(captions(60, 1), captions(60, 2), strict=True)]


def test_a_system_against_itself_is_no_better(references):
    for comparison in CaptionScorer(references).compare(captions(60, 3), captions(60, 3)).values():
        assert comparison.difference == 0
        assert comparison.p == 1


def test_random_systems_differ_by_chance_and_a_right_one_does_not(references):
    base = captions(60, 3)
    scorer = CaptionScorer(references)
    chance = scorer.compare(captions(60, 4), base)
    right = scorer.compare([texts[0] for texts in references], base)
    assert chance["BLEU-1"].p > 0.02
    for name in ("BLEU-1", "BLEU-4", "ROUGE-L", "CIDEr-D"):
        assert right[name].p < 0.01
        assert right[name].difference > 0


def test_turned_round_the_difference_is_the_other_way(references):
    one, other = captions(60, 5), captions(60, 6)
    scorer = CaptionScorer(references)
    forth, back = scorer.compare(one, other), scorer.compare(other, one)
    for name in forth:
        assert forth[name].difference == pytest.approx(-back[name].difference)
        assert forth[name].p_bootstrap == pytest.approx(back[name].p_bootstrap)
        assert forth[name].p_randomisation == pytest.approx(back[name].p_randomisation, abs=0.02)
        assert forth[name].baseline == score_captions(other, references)[name]


def test_unequal_numbers_are_told(references):
    with pytest.raises(UserError, match="59 captions but references of 60"):
        CaptionScorer(references).compare(captions(60, 1), captions(59, 1))
