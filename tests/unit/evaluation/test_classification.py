import numpy as np
import pytest

from seq2seq.errors import UserError
from seq2seq.evaluation.classification import accuracy, confusion_matrix, macro_f1, majority_baseline, score_labels

EXPECTED = ["a"] * 50 + ["b"] * 30 + ["c"] * 20
FOUND = ["a"] * 45 + ["b"] * 5 + ["b"] * 20 + ["c"] * 10 + ["c"] * 10 + ["a"] * 10


def test_accuracy_and_macro_f1_by_their_definitions():
    labels, counts = confusion_matrix(EXPECTED, FOUND)
    assert labels == ["a", "b", "c"]
    assert counts.tolist() == [[45, 5, 0], [0, 20, 10], [10, 0, 10]]
    scores = score_labels(EXPECTED, FOUND)
    assert scores["accuracy"].value == pytest.approx(75)
    each = [2 * 45 / (50 + 55), 2 * 20 / (30 + 25), 2 * 10 / (20 + 20)]
    assert scores["macro F1"].value == pytest.approx(100 * np.mean(each))


def test_intervals_are_those_of_drawing_texts_anew():
    scores = score_labels(EXPECTED, FOUND)
    random = np.random.default_rng(5)
    drawn = []
    for _ in range(1000):
        chosen = random.integers(100, size=100)
        drawn.append(score_labels([EXPECTED[i] for i in chosen], [FOUND[i] for i in chosen], resamples=0))
    for name, score in scores.items():
        low, high = np.quantile([other[name].value for other in drawn], [0.025, 0.975])
        assert score.interval == pytest.approx((low, high), abs=1.5)
        assert score.interval[0] < score.value < score.interval[1]
        assert "bs:1000|seed:12345" in score.signature
    assert "average:macro" in scores["macro F1"].signature


def test_scores_do_not_depend_on_order_or_names():
    turned = score_labels(EXPECTED[::-1], FOUND[::-1])
    renamed = score_labels([f"x{label}" for label in EXPECTED], [f"x{label}" for label in FOUND])
    for name, score in score_labels(EXPECTED, FOUND).items():
        assert turned[name] == score == renamed[name]


def test_all_right_and_all_wrong():
    assert score_labels(EXPECTED, EXPECTED)["macro F1"].interval == (100, 100)
    wrong = score_labels(["a", "b"], ["b", "a"])
    assert (wrong["accuracy"].value, wrong["macro F1"].value) == (0, 0)


def test_a_label_that_a_model_never_learned_counts_as_wrong():
    assert score_labels(["a", "new"], ["a", "a"])["accuracy"].value == 50


def test_many_matrices_at_once():
    _, counts = confusion_matrix(EXPECTED, FOUND)
    several = np.stack([counts, counts.T, np.diag([1, 2, 0])])
    np.testing.assert_allclose(accuracy(several), [75, 75, 100])
    assert macro_f1(several)[2] == 100, "a label that does not occur has no part"


def test_the_commonest_label_of_training_is_the_baseline():
    commonest, scores = majority_baseline(["b", "a", "b", "a"], ["a", "a", "c", "b"])
    assert commonest == "a"
    assert scores["accuracy"].value == 50


@pytest.mark.parametrize(("expected", "found"), [([], []), (["a"], []), (["a"], ["a", "b"])])
def test_there_must_be_as_many_labels_as_texts(expected, found):
    with pytest.raises(UserError, match="there must be as many"):
        score_labels(expected, found)


def test_one_text_has_no_interval():
    assert score_labels(["a"], ["a"])["accuracy"].interval is None
