import math

import numpy as np
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from seq2seq.errors import UserError
from seq2seq.folder import CONFIDENCE
from seq2seq.inference import Candidate, Translator
from seq2seq.inference.confidence import (
    Calibration,
    fit_calibration,
    fit_on_words,
    sentence_confidence,
    word_confidences,
    word_truth,
)

DATA = {"name": "toy", "split": "dev", "files": [{"role": "pairs", "name": "dev.tsv", "sha256": "ab" * 32}]}


def written(*words: tuple[str, float]) -> Candidate:
    """A candidate of pieces with probabilities, ended."""
    pieces = (*(piece for piece, _ in words), "</s>")
    return Candidate("", 0.0, pieces, (*(math.log(value) for _, value in words), -0.1))


def loss(confidence, truth):
    return -(truth * np.log(confidence) + (1 - truth) * np.log(1 - confidence)).mean()


@pytest.mark.parametrize(("temperature", "bias"), [(1.0, 0.0), (2.5, 0.7), (0.6, -1.0)])
def test_the_fit_finds_what_made_the_data(temperature, bias):
    random = np.random.default_rng(1)
    logarithms = np.log(random.uniform(0.01, 0.999, 40_000))
    truth = (random.uniform(size=40_000) < Calibration(temperature, bias, 1, {})(logarithms)).astype(float)
    found = fit_on_words(logarithms, truth, DATA)
    assert (found.temperature, found.bias) == pytest.approx((temperature, bias), abs=0.08)
    assert (found.words, found.data) == (40_000, DATA)


@given(st.lists(st.tuples(st.floats(-30, 0), st.sampled_from([0.0, 0.5, 1.0])), min_size=1, max_size=60))
def test_the_fit_is_finite_and_keeps_the_order_of_words(pairs):
    logarithms, truth = np.array(pairs).T
    found = fit_on_words(logarithms, truth, {})
    assert 0.01 <= found.temperature <= 100
    confidence = found(np.sort(logarithms))
    assert ((confidence >= 0) & (confidence <= 1)).all()
    assert (np.diff(confidence) >= -1e-12).all()


def test_the_fit_is_likelier_than_the_plain_probability_and_right_on_average():
    random = np.random.default_rng(2)
    logarithms = np.log(random.uniform(0.02, 0.98, 3000))
    truth = (random.uniform(size=3000) < np.exp(logarithms) ** 2).astype(float)
    confidence = fit_on_words(logarithms, truth, {})(logarithms)
    assert loss(confidence, truth) < loss(np.exp(logarithms), truth)
    assert confidence.mean() == pytest.approx(truth.mean(), abs=0.002)


def test_a_confidence_that_says_nothing_becomes_the_share_of_right_words():
    random = np.random.default_rng(3)
    truth = (random.uniform(size=5000) < 0.7).astype(float)
    found = fit_on_words(np.log(random.uniform(0.1, 0.9, 5000)), truth, {})
    assert found(np.log(np.array([0.2, 0.8]))) == pytest.approx(0.7, abs=0.06)


def test_a_word_is_as_sure_as_all_its_pieces_together():
    confidences = word_confidences(written(("▁The", 0.9), ("▁hou", 0.8), ("se", 0.5)), None)
    assert confidences == pytest.approx([0.9, 0.4])
    assert sentence_confidence(confidences) == pytest.approx(0.65)
    assert sentence_confidence([]) == 0.0


def test_calibration_of_temperature_one_without_bias_changes_nothing():
    one = written(("▁a", 0.9), ("▁b", 0.25))
    assert word_confidences(one, Calibration(1.0, 0.0, 1, {})) == pytest.approx(word_confidences(one, None), abs=1e-5)


def test_truth_is_what_a_reference_has():
    one = written(("▁The", 0.9), ("▁cat", 0.9), ("▁cat", 0.9), ("s.", 0.9), ("▁cat.", 0.9))
    assert word_truth(one, ["the cat"]) == [1.0, 0.5, 0.0, 0.5]
    assert word_truth(one, ["a cat", "the cats"]) == [1.0, 0.5, 1.0, 0.5]
    assert word_truth(written(("▁猫は", 0.9)), ["猫が"]) == [0.5]


def test_fit_on_what_a_model_wrote(taught_model, pairs):
    sources, targets = zip(*pairs, strict=True)
    found = Translator.load(taught_model).translate_detailed([*sources, ""])
    texts = [[text] for text in (*targets, "")]
    best = [one.candidates[0] if one.candidates else Candidate("", 0.0, (), ()) for one in found]
    calibration = fit_calibration(best, texts, DATA)
    assert calibration.words == sum(len(text.split()) for text in targets)
    assert np.mean(word_confidences(best[0], calibration)) > 0.8


def test_nothing_written_cannot_be_fitted():
    with pytest.raises(UserError, match="wrote no word"):
        fit_calibration([Candidate("", 0.0, (), ())], [["a"]], DATA)


def test_stored_and_read_again(tmp_path):
    calibration = Calibration(1.7, -0.2, 1234, DATA)
    assert Calibration.load(tmp_path) is None
    assert calibration.save(tmp_path) == tmp_path / CONFIDENCE
    assert Calibration.load(tmp_path) == calibration
    assert calibration.fitted_on(DATA)
    assert not calibration.fitted_on({**DATA, "files": [{"sha256": "cd" * 32}]})
    assert not calibration.fitted_on({"files": None})


def test_a_calibration_of_other_files_under_the_same_name_is_known():
    calibration = Calibration(1.5, 0.0, 10, {**DATA, "name": "toy", "split": "dev"})
    again = {"name": "toy", "split": "dev", "files": [{"sha256": "cd" * 32}]}
    assert calibration.fitted_on_namesake(again)
    assert not calibration.fitted_on_namesake({**again, "split": "test"})
    assert not calibration.fitted_on_namesake({**again, "files": DATA["files"]})
    assert not Calibration(1.5, 0.0, 10, {}).fitted_on_namesake({"files": []})


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"temperature": 0.0}, "temperature: 0.0 must be more than 0"),
        ({"temperature": math.inf}, "temperature: inf is not a finite number"),
        ({"bias": math.nan}, "bias: nan is not a finite number"),
        ({"bias": "no"}, "bias: 'no' is not a number"),
        ({"words": 0}, "words: 0 must be more than 0"),
        ({"format": 2}, "format 2, but this version of seq2seq reads 1"),
        ({"slope": 1.0}, "'slope': no such option"),
        ({"data": [1]}, "data"),
    ],
)
def test_a_damaged_file_is_refused(tmp_path, change, message):
    Calibration(1.7, -0.2, 1234, DATA).save(tmp_path)
    stored = yaml.safe_load((tmp_path / CONFIDENCE).read_text())
    (tmp_path / CONFIDENCE).write_text(yaml.safe_dump({**stored, **change}))
    with pytest.raises(UserError, match=message):
        Calibration.load(tmp_path)


def test_nothing_in_the_file_is_executed(tmp_path):
    (tmp_path / CONFIDENCE).write_text("!!python/object/apply:os.system ['touch pwned']")
    with pytest.raises(UserError, match="not plain YAML"):
        Calibration.load(tmp_path)
