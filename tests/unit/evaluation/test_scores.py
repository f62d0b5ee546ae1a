import random

import pytest
import sacrebleu

from seq2seq.errors import UserError
from seq2seq.evaluation.scores import compare_to_baseline, score_translations

rng = random.Random(7)
WORDS = ["the", "a", "cat", "dog", "house", "tree", "sees", "runs", "sleeps", "under", "on", "big", "small"]
REFERENCE = [" ".join(rng.choices(WORDS, k=rng.randint(3, 9))) + "." for _ in range(60)]


def corrupt(lines, rate, seed):
    source = random.Random(seed)
    return [
        " ".join(source.choice(WORDS) if source.random() < rate else word for word in line.split()) for line in lines
    ]


GOOD, BAD = corrupt(REFERENCE, 0.1, 1), corrupt(REFERENCE, 0.5, 2)


def test_values_are_sacrebleus_own():
    scores = score_translations(GOOD, [REFERENCE], resamples=0)
    assert scores["BLEU"].value == sacrebleu.corpus_bleu(GOOD, [REFERENCE]).score
    assert scores["chrF"].value == sacrebleu.corpus_chrf(GOOD, [REFERENCE]).score
    assert scores["TER"].value == sacrebleu.corpus_ter(GOOD, [REFERENCE]).score
    assert all(score.interval is None for score in scores.values())


def test_perfect_and_useless():
    perfect = score_translations(REFERENCE, [REFERENCE], resamples=100)
    assert [round(perfect[name].value, 6) for name in ("BLEU", "chrF", "TER")] == [100, 100, 0]
    useless = score_translations([""] * len(REFERENCE), [REFERENCE], resamples=100)
    assert [round(useless[name].value, 6) for name in ("BLEU", "chrF", "TER")] == [0, 0, 100]


def test_interval_holds_the_value_and_narrows_with_more_sentences():
    few = score_translations(BAD[:15], [REFERENCE[:15]])
    many = score_translations(BAD * 4, [REFERENCE * 4])
    for name in few:
        low, high = many[name].interval
        assert low < many[name].value < high
        assert high - low < few[name].interval[1] - few[name].interval[0]


def test_signature_says_what_was_done():
    scores = score_translations(GOOD, [REFERENCE, BAD], lowercase=True, resamples=50)
    for part in ("nrefs:2", "bs:50", "case:lc", "tok:13a", f"version:{sacrebleu.__version__}"):
        assert part in scores["BLEU"].signature
    for language in ("zh", "zh-TW", "ZH_cn"):
        assert "tok:zh" in score_translations(GOOD, [REFERENCE], language=language, resamples=0)["BLEU"].signature
    assert "tok:char" in score_translations(GOOD, [REFERENCE], tokenizer="char", resamples=0)["BLEU"].signature


def test_more_references_never_hurt():
    one = score_translations(GOOD, [REFERENCE], resamples=0)
    two = score_translations(GOOD, [REFERENCE, GOOD], resamples=0)
    assert two["BLEU"].value > one["BLEU"].value


def test_an_interval_ends_where_the_metric_does():
    """Of sacrebleu's mean and half a width, no more than what a draw can be; TER has no highest value."""
    right = ["the cat sat on the mat"] * 9
    good = score_translations([*right, "a dog ran off"], [[*right, "one dog ran off now"]])
    assert all(good[name].interval[1] <= 100 for name in ("BLEU", "chrF"))
    assert all(low <= score.value <= high for score in good.values() for low, high in [score.interval])
    long = score_translations(["a b c d e f g h i j " * 5] * 3, [["a b c"] * 3])
    assert long["TER"].interval[1] > 100


def test_one_sentence_has_no_interval():
    assert score_translations(["a cat"], [["a cat"]])["BLEU"].interval is None


def test_paired_test():
    better = compare_to_baseline(GOOD, BAD, [REFERENCE])
    assert better["BLEU"].difference > 0 > better["TER"].difference
    assert all(comparison.p < 0.01 for comparison in better.values())
    swapped = compare_to_baseline(BAD, GOOD, [REFERENCE])
    assert swapped["BLEU"].difference == pytest.approx(-better["BLEU"].difference)
    same = compare_to_baseline(GOOD, GOOD, [REFERENCE])
    assert all(comparison.difference == 0 and comparison.p > 0.9 for comparison in same.values())
    assert better["BLEU"].baseline.value == score_translations(BAD, [REFERENCE], resamples=0)["BLEU"].value


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: score_translations(GOOD[:-1], [REFERENCE]), "59 translations but 60 lines in the reference"),
        (lambda: score_translations(GOOD, [REFERENCE, BAD[:5]]), "60 translations but 5 lines in reference 2"),
        (
            lambda: compare_to_baseline(GOOD, BAD[1:], [REFERENCE]),
            "59 translations of the baseline but 60 lines in the reference",
        ),
        (lambda: score_translations([], [[]]), "nothing to score"),
        (lambda: score_translations(GOOD, [REFERENCE], tokenizer="13b"), "did you mean '13a'?"),
    ],
)
def test_wrong_input_is_told(call, message):
    with pytest.raises(UserError) as error:
        call()
    assert message in str(error.value)
