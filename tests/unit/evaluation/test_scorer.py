import random
from pathlib import Path

import pytest
import sacrebleu
from sacrebleu.metrics import BLEU
from sacrebleu.significance import PairedTest as SacrebleuTest

from seq2seq.errors import UserError
from seq2seq.evaluation import TestSet, TextScorer
from seq2seq.evaluation.captions.comparison import CaptionScorer
from seq2seq.evaluation.results import least_p
from seq2seq.evaluation.scorer import make_scorer
from seq2seq.evaluation.scores import _TER, score_translations

WORDS = ["the", "a", "dog", "cat", "man", "woman", "sits", "runs", "on", "grass", "red", "blue", "big", "house", "tree"]


def sentences(count, seed):
    chance = random.Random(seed)
    return [" ".join(chance.choices(WORDS, k=chance.randint(4, 9))) for _ in range(count)]


def noisy(texts, share, seed):
    """The texts with so many words replaced."""
    chance = random.Random(seed)
    return [
        " ".join(chance.choice(WORDS) if chance.random() < share else word for word in text.split()) for text in texts
    ]


REFERENCE = sentences(60, 1)
SECOND = noisy(REFERENCE, 0.3, 2)
SYSTEMS = {"poor": noisy(REFERENCE, 0.6, 3), "good": noisy(REFERENCE, 0.2, 4), "other": noisy(REFERENCE, 0.2, 5)}
SCORERS = {
    "text": TextScorer([REFERENCE], language="en"),
    "texts": TextScorer([REFERENCE, SECOND], language="en"),
    "captions": CaptionScorer([list(texts) for texts in zip(REFERENCE, SECOND, strict=True)]),
}


@pytest.fixture(params=SCORERS)
def scorer(request, monkeypatch):
    for module in ("scores", "captions.comparison"):
        monkeypatch.setattr(f"seq2seq.evaluation.{module}.TRIALS", 1000)
    return SCORERS[request.param]


def by_pair(tests):
    return {(test.first, test.second, test.metric): test for test in tests}


def test_every_two_systems_are_compared_on_every_metric_once(scorer):
    tests = scorer.paired_tests(SYSTEMS)
    metrics = list(scorer.score(REFERENCE, resamples=0))
    pairs = [("poor", "good"), ("poor", "other"), ("good", "other")]
    assert [(test.first, test.second, test.metric) for test in tests] == [
        (*pair, metric) for pair in pairs for metric in metrics
    ]
    for test in tests:
        assert 0 < test.p_bootstrap <= 1
        assert 0 < test.p_randomisation <= 1
        values = [scorer.score(SYSTEMS[name], resamples=0)[test.metric].value for name in (test.second, test.first)]
        assert test.difference == pytest.approx(values[0] - values[1])


def test_a_system_against_itself_gives_p_1(scorer):
    for test in scorer.paired_tests({"one": SYSTEMS["good"], "same": list(SYSTEMS["good"])}):
        assert (test.difference, test.p_bootstrap, test.p_randomisation) == (0, 1, 1)


def test_order_turns_the_sign_and_nothing_else(scorer):
    forth = by_pair(scorer.paired_tests({"a": SYSTEMS["good"], "b": SYSTEMS["other"]}))
    back = by_pair(scorer.paired_tests({"b": SYSTEMS["other"], "a": SYSTEMS["good"]}))
    for (first, second, metric), test in forth.items():
        other = back[second, first, metric]
        assert other.difference == pytest.approx(-test.difference)
        assert other.p_bootstrap == pytest.approx(test.p_bootstrap, abs=0.02)
        assert other.p_randomisation == pytest.approx(test.p_randomisation, abs=0.02)


def test_a_plain_difference_is_found_by_both_tests(scorer):
    for test in scorer.paired_tests({"poor": SYSTEMS["poor"], "good": SYSTEMS["good"]}):
        assert test.p < 0.01, test
        assert (test.difference > 0) == (test.metric != "TER")


def test_systems_shuffled_into_one_another_are_alike(scorer):
    """Where a coin decides whose output is whose, small p are as rare as they should be."""
    found = []
    for seed in range(10):
        chance = random.Random(seed)
        pairs = [
            pair if chance.random() < 0.5 else pair[::-1] for pair in zip(SYSTEMS["good"], SYSTEMS["poor"], strict=True)
        ]
        one, other = map(list, zip(*pairs, strict=True))
        found.append(scorer.paired_tests({"one": one, "other": other})[0].p)
    assert sum(p < 0.05 for p in found) <= 3  # of 10; more in one run of 1000
    assert max(found) > 0.3


@pytest.mark.parametrize("count", [1, 2, 4])
def test_few_sentences_show_nothing(count):
    tests = TextScorer([REFERENCE[:count]]).paired_tests({"a": ["x"] * count, "b": REFERENCE[:count]})
    tests += CaptionScorer([[text] for text in REFERENCE[:count]]).paired_tests(
        {"a": ["x"] * count, "b": REFERENCE[:count]}
    )
    assert all(test.p >= 2 ** (1 - count) for test in tests)
    assert least_p(["x"] * count, REFERENCE[:count]) == 2 ** (1 - count)


def test_p_of_texts_are_sacrebleus():
    kinds = {"bs": 1000, "ar": 10_000}
    systems = [(name, SYSTEMS[name]) for name in ("good", "other")]
    bleu = {"BLEU": BLEU()}
    due = [SacrebleuTest(systems, bleu, [REFERENCE], kind, number)()[1]["BLEU"][1] for kind, number in kinds.items()]
    test = by_pair(SCORERS["text"].paired_tests(dict(systems)))["good", "other", "BLEU"]
    assert [test.p_bootstrap, test.p_randomisation] == pytest.approx([result.p_value for result in due], abs=1e-3)


def test_a_baseline_is_compared_by_the_same_tests(scorer):
    found = scorer.compare(SYSTEMS["other"], SYSTEMS["good"])
    for test in scorer.paired_tests({"good": SYSTEMS["good"], "other": SYSTEMS["other"]}):
        one = found.pop(test.metric)
        told = (one.difference, one.p_bootstrap, one.p_randomisation, one.p)
        assert told == (test.difference, test.p_bootstrap, test.p_randomisation, test.p)
        assert one.baseline == scorer.score(SYSTEMS["good"])[test.metric]
    assert not found


def test_scores_are_those_of_the_function_whatever_came_before():
    scorer = TextScorer([REFERENCE], language="en")
    scorer.score(SYSTEMS["good"])
    for resamples in (0, 100):
        due = score_translations(SYSTEMS["good"], [REFERENCE], language="en", resamples=resamples)
        assert scorer.score(SYSTEMS["good"], resamples) == due


def test_nothing_right_in_some_resamples():
    """Where most draws have a score of exactly 0, sacrebleu's own mean ends in a TypeError."""
    scores = TextScorer([REFERENCE[:8]]).score([REFERENCE[0], *[""] * 7])
    assert all(score.interval is not None for score in scores.values())


def test_slow_statistics_are_computed_once_a_system(monkeypatch):
    calls = []
    compute = _TER._compute_segment_statistics
    monkeypatch.setattr(
        _TER, "_compute_segment_statistics", lambda self, *given: calls.append(1) or compute(self, *given)
    )
    scorer = TextScorer([REFERENCE])
    monkeypatch.setattr("seq2seq.evaluation.scores.TRIALS", 100)
    for outputs in SYSTEMS.values():
        scorer.score(outputs)
        scorer.sentence_scores(outputs)
    scorer.paired_tests(SYSTEMS)
    scorer.compare(SYSTEMS["good"], SYSTEMS["poor"])
    assert len(calls) == len(SYSTEMS) * len(REFERENCE)


def test_sentence_scores_are_sacrebleus_chrf():
    scores = SCORERS["texts"].sentence_scores(SYSTEMS["poor"])
    due = [
        sacrebleu.sentence_chrf(text, list(expected)).score
        for text, *expected in zip(SYSTEMS["poor"], REFERENCE, SECOND, strict=True)
    ]
    assert scores == pytest.approx(due)


def test_the_mean_of_the_captions_scores_is_the_score():
    scorer = SCORERS["captions"]
    scores = scorer.sentence_scores(SYSTEMS["good"])
    mean = scorer.score(SYSTEMS["good"], resamples=0)["CIDEr-D"].value
    assert sum(scores) / len(scores) == pytest.approx(mean)


def test_the_scorer_fits_the_test_set(monkeypatch, capsys):
    monkeypatch.setattr("seq2seq.evaluation.scorer.find_meteor", lambda: None)
    texts = TestSet(False, [], [["a cat is here", "the cat is here"], ["one dog runs away"]], "en", {})
    assert make_scorer(texts).score(["the cat is here", "one dog runs away"], resamples=0)[
        "BLEU"
    ].value == pytest.approx(100)
    long = TestSet(False, [], [["word " * 2000], ["one"]], "en", {})
    assert list(make_scorer(long).score(["word " * 2000, "one"])) == ["BLEU", "chrF"]
    assert "without TER: it would take too long where a reference has 2,000 words" in capsys.readouterr().err
    pictures = TestSet(True, ["1.jpg"], [["a cat"]], "en", {})
    assert "CIDEr-D" in make_scorer(pictures).score(["a cat"])
    capsys.readouterr()
    with pytest.raises(UserError, match="--tokenize: captions are scored by coco-caption's rules"):
        make_scorer(pictures, tokenizer="13a")


@pytest.mark.parametrize(("language", "found"), [("en", True), ("en-GB", True), ("es", False), (None, False)])
def test_meteor_is_for_english(monkeypatch, capsys, language, found):
    monkeypatch.setattr("seq2seq.evaluation.scorer.find_meteor", lambda: Path("meteor-1.5.jar"))
    scorer = make_scorer(TestSet(True, ["1.jpg"], [["un gato"]], language, {}))
    assert (scorer.meteor is not None) == found
    told = capsys.readouterr().err
    assert ("without METEOR" in told) != found
    assert len(told.splitlines()) == (not found)
