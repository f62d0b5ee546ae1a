import itertools
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seq2seq.inference.confidence import Calibration
from seq2seq.report.analysis.material import Material
from seq2seq.report.analysis.reliability import (
    WITHHELD,
    Judged,
    bins_of,
    calibration_error,
    chance_errors,
    discrimination,
)
from seq2seq.report.analysis.trust import judge_confidence
from seq2seq.report.confidence import find_confidence
from seq2seq.report.system import Details, System


def by_key(section):
    return {item.key: item for item in section.items}


@given(st.lists(st.floats(0, 1), min_size=1, max_size=500))
def test_bins_hold_every_value_once_in_order_and_as_many_each(values):
    values = np.array(values)
    bins = bins_of(values)
    assert sorted(np.concatenate(bins)) == list(range(len(values)))
    assert max(map(len, bins)) - min(map(len, bins)) <= 1
    assert all(values[one].max() <= values[other].min() for one, other in itertools.pairwise(bins))


def test_calibration_error_of_the_honest_and_of_the_boastful():
    random = np.random.default_rng(1)
    confidence = random.uniform(size=100_000)
    truth = (random.uniform(size=100_000) < confidence).astype(float)
    assert calibration_error(confidence, truth) < 0.01
    boastful = calibration_error(np.sqrt(confidence), truth)
    assert boastful == pytest.approx(np.mean(np.sqrt(confidence) - confidence), abs=0.01)


@given(st.lists(st.tuples(st.integers(0, 5), st.booleans()), min_size=1, max_size=40))
def test_discrimination_is_the_share_of_pairs_in_the_right_order(pairs):
    values, truth = np.array(pairs, dtype=float).T
    right, wrong = values[truth == 1], values[truth == 0]
    found = discrimination(values, truth)
    if not len(right) or not len(wrong):
        assert found is None
        return
    pairwise = right[:, None] - wrong[None, :]
    assert found == pytest.approx(((pairwise > 0) + (pairwise == 0) / 2).mean())


def test_discrimination_with_shares_of_truth_is_exchangeable():
    values, truth = np.array([0.1, 0.5, 0.9]), np.array([0.5, 0.5, 0.5])
    assert discrimination(values, truth) == pytest.approx(0.5)


def test_withholding_starts_at_the_whole_and_never_beats_perfect_knowledge(text_set, spoil):
    system = spoil(text_set, 0.3)
    material = Material(text_set, [system])
    statistics = material.statistics[system.name]
    judged = Judged.of(find_confidence(text_set, system), statistics, material)
    assert judged.kept[0] == judged.best[0] == pytest.approx(float(material.quality(statistics.sum(0))))
    assert judged.kept[-1] > judged.kept[0]
    assert 0 < judged.gain < 1
    assert np.mean(judged.kept) < np.mean(judged.best)


def test_who_knows_the_worst_gains_everything_and_who_guesses_gains_nothing(text_set, spoil):
    system = spoil(text_set, 0.3)
    material = Material(text_set, [system])
    statistics = material.statistics[system.name]
    found = find_confidence(text_set, system)
    knowing = replace(found, sentences=(material.quality(statistics) / 100).tolist())
    assert Judged.of(knowing, statistics, material).gain == pytest.approx(1.0)
    random = np.random.default_rng(1)
    gains = [
        Judged.of(replace(found, sentences=random.permutation(found.sentences).tolist()), statistics, material).gain
        for _ in range(20)
    ]
    assert abs(np.mean(gains)) < 0.05


def test_two_halves_calibrate_each_other(text_set, spoil):
    system = spoil(text_set, 0.3)
    found = find_confidence(text_set, system)
    assert found.calibration == "folds"
    assert [len(row) for row in found.words] == [len(text.split()) for text in system.outputs]
    confidence, plain, truth = (np.concatenate(rows) for rows in (found.words, found.probabilities, found.truth))
    assert calibration_error(confidence, truth) < calibration_error(plain, truth)
    assert confidence.mean() == pytest.approx(truth.mean(), abs=0.02)


def test_the_calibration_of_one_half_never_sees_that_half(text_set, spoil):
    system = spoil(text_set, 0.3)
    references = [[text if place % 2 else "zzz" for text in texts] for place, texts in enumerate(text_set.references)]
    before, after = (
        find_confidence(replace(text_set, references=rows), system) for rows in (text_set.references, references)
    )
    assert after.words[0::2] == before.words[0::2]
    assert after.words[1::2] != before.words[1::2]


def test_the_models_calibration_is_used_but_not_on_what_it_was_fitted_on(text_set, spoil):
    other = Calibration(2.0, 0.3, 10, {"files": [{"sha256": "cd" * 32}]})
    system = replace(spoil(text_set, 0.3), calibration=other)
    found = find_confidence(text_set, system)
    assert found.calibration == "model"
    assert found.words[0] == pytest.approx(other(np.log(np.array(found.probabilities[0]))).tolist())
    same = replace(system, calibration=replace(other, data=text_set.record))
    assert find_confidence(text_set, same).calibration == "folds"


def test_a_calibration_of_the_same_name_but_other_files_is_said_to_be_one(text_set, spoil):
    files = [{"sha256": "cd" * 32}]
    again = Calibration(2.0, 0.3, 10, {"name": "toy", "split": "dev", "files": files})
    other = replace(again, data={"name": "toy", "split": "test", "files": files})
    systems = [replace(spoil(text_set, 0.3, name), calibration=one) for name, one in (("A", again), ("B", other))]
    section = judge_confidence(Material(text_set, systems))
    assert [row[-1] for row in by_key(section)["fitted"].rows] == ["toy, dev (other files of that name)", "toy, test"]
    assert "That of A was fitted on other files that are called toy, dev, too" in section.text
    assert "That of" not in judge_confidence(Material(text_set, systems[1:])).text


def test_too_little_to_calibrate_gives_plain_probabilities(text_set):
    test = replace(text_set, sources=["a"], references=[["a b"]])
    found = find_confidence(test, System("A", ["a b"], [Details(("▁a", "▁b"), (-0.5, -1.0))]))
    assert found.calibration is None
    assert found.words == found.probabilities == [pytest.approx(np.exp([-0.5, -1.0]).tolist())]


def test_the_section_says_what_it_shows(text_set, spoil, perfect):
    section = judge_confidence(Material(text_set, [spoil(text_set, 0.3, "A"), perfect(text_set)]))
    items = by_key(section)
    assert [series.name for series in items["reliability-words"].series] == ["A, plain probability", "A, calibrated"]
    assert [series.name for series in items["risk-coverage"].series] == ["A"]
    assert len(items["risk-coverage"].series[0].points) == len(WITHHELD)
    assert "each half of the test set calibrates the other half" in section.text
    words = sum(point.count for point in items["reliability-words"].series[0].points)
    assert words == items["calibration"].rows[0][1]


def test_a_bound_of_the_table_withholds_what_it_says(text_set, spoil):
    system = spoil(text_set, 0.3)
    table = by_key(judge_confidence(Material(text_set, [system])))["thresholds"]
    sentences = np.array(find_confidence(text_set, system).sentences)
    for part, bound, _ in table.rows:
        assert 100 * (sentences < bound).mean() == pytest.approx(part, abs=1)


@pytest.mark.parametrize("words", [200, 1200])
def test_what_chance_gives_is_no_error(words):
    random = np.random.default_rng(2)
    confidence = random.uniform(0.3, 0.95, size=words)
    honest = [calibration_error(confidence, random.uniform(size=words) < confidence) for _ in range(100)]
    chance = chance_errors(confidence)
    assert chance.mean() == pytest.approx(np.mean(honest), rel=0.1)
    assert np.mean(honest <= np.quantile(chance, 0.95)) > 0.88
    assert calibration_error(confidence, np.zeros(words)) > chance.max()


def test_a_small_test_set_shows_no_error_and_a_boastful_model_does(text_set, spoil):
    def told(number=300, **changes):
        test = replace(text_set, sources=text_set.sources[:number], references=text_set.references[:number])
        system = replace(spoil(test, 0.3), calibration=Calibration(**changes, words=10, data={"name": "other"}))
        return judge_confidence(Material(test, [system]))

    first, second = find_confidence(text_set, spoil(text_set, 0.3)).used
    fitted = {"temperature": (first.temperature + second.temperature) / 2, "bias": (first.bias + second.bias) / 2}
    assert "has no error that this test set can show" in told(number=8, **fitted).text
    assert "is off" in told(temperature=0.2, bias=5.0).text
    (row,) = by_key(told(temperature=2.0, bias=0.5))["fitted"].rows
    assert row == ("spoilt", 2.0, 0.5, 10, "other")
    halves = by_key(judge_confidence(Material(text_set, [spoil(text_set, 0.3)])))["fitted"].rows
    assert [row[-1].split(" ")[2] for row in halves] == ["even", "odd"]


def test_an_output_file_tells_nothing(text_set, perfect):
    assert find_confidence(text_set, perfect(text_set)) is None
    assert "output files do not" in judge_confidence(Material(text_set, [perfect(text_set)]))
