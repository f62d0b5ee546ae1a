"""Entity scores against seqeval where it is installed, and against cases that it was asked for."""

import random

import pytest

from seq2seq.data.entities import TaggedSentence
from seq2seq.errors import UserError
from seq2seq.evaluation.tagging import F1, PRECISION, RECALL, Dictionary, count_entities, entity_f1, score_tags

TAGS = ["O", "O", "O", "B-x", "I-x", "B-y", "I-y"]


def random_tags(seed: int, sentences: int = 40) -> tuple[list[list[str]], list[list[str]]]:
    """Tags of any kind, I- that follow nothing among them, and others that are often the same."""
    chance = random.Random(seed)
    references = [[chance.choice(TAGS) for _ in range(chance.randint(1, 9))] for _ in range(sentences)]
    outputs = [[tag if chance.random() < 0.7 else chance.choice(TAGS) for tag in tags] for tags in references]
    return references, outputs


@pytest.mark.parametrize("seed", range(5))
def test_scores_are_those_of_seqeval(seed):
    metrics = pytest.importorskip("seqeval.metrics", reason="seqeval is not installed (it is in the dev extra)")
    references, outputs = random_tags(seed)
    scores, by_type = score_tags(references, outputs, resamples=0)
    for name, function in (
        (F1, metrics.f1_score),
        (PRECISION, metrics.precision_score),
        (RECALL, metrics.recall_score),
    ):
        assert scores[name].value == pytest.approx(100 * function(references, outputs))
    report = metrics.classification_report(references, outputs, output_dict=True)
    for kind in ("x", "y"):
        expected = report[kind]
        found = by_type[kind]
        assert found[F1] == pytest.approx(100 * expected["f1-score"])
        assert found[PRECISION] == pytest.approx(100 * expected["precision"])
        assert found[RECALL] == pytest.approx(100 * expected["recall"])
        assert found["entities"] == expected["support"]


# (references, outputs, right, found, there), each by conlleval's rules.
CASES = [
    ("B-x I-x", "B-x I-x", 1, 1, 1),
    ("B-x I-x", "B-x O", 0, 1, 1),
    ("B-x I-x", "B-x B-x", 0, 2, 1),
    ("B-x I-x", "I-x I-x", 1, 1, 1),
    ("B-x I-x", "B-y I-y", 0, 1, 1),
    ("B-x I-x O", "O I-x O", 0, 1, 1),
    ("B-x B-x", "B-x I-x", 0, 1, 2),
    ("B-x I-y", "B-x B-y", 2, 2, 2),
    ("O O", "O O", 0, 0, 0),
    ("O O", "B-x O", 0, 1, 0),
]


@pytest.mark.parametrize(("reference", "output", "right", "found", "there"), CASES)
def test_what_counts_as_right(reference, output, right, found, there):
    counted = count_entities([reference.split()], [output.split()])
    totals = [sum(row[0][place] for row in counted.values()) for place in range(3)]
    assert totals == [right, found, there]


def test_entities_do_not_reach_over_sentences():
    assert count_entities([["B-x"], ["I-x"]], [["B-x"], ["O"]])["x"] == [(1, 1, 1), (0, 0, 1)]


def test_scores_of_all_types_are_over_their_entities_together():
    references, outputs = random_tags(11)
    scores, by_type = score_tags(references, outputs, resamples=0)
    there = sum(found["entities"] for found in by_type.values())
    right = sum(found[RECALL] * found["entities"] / 100 for found in by_type.values())
    assert scores[RECALL].value == pytest.approx(100 * right / there)
    assert entity_f1(references, outputs) == scores[F1].value


def test_intervals_hold_the_scores_and_are_always_the_same():
    references, outputs = random_tags(3, sentences=200)
    scores, _ = score_tags(references, outputs)
    for score in scores.values():
        low, high = score.interval
        assert 0 <= low < score.value < high <= 100
        assert "bs:1000" in score.signature
        assert "avg:micro" in score.signature
    assert score_tags(references, outputs)[0] == scores
    more = score_tags(references * 4, outputs * 4)[0][F1]
    assert more.value == pytest.approx(scores[F1].value)
    width = [score.interval[1] - score.interval[0] for score in (scores[F1], more)]
    assert width[1] == pytest.approx(width[0] / 2, rel=0.2)


@pytest.mark.parametrize(("outputs", "value"), [([["B-x", "O"]], 100.0), ([["O", "O"]], 0.0), ([["O", "B-x"]], 0.0)])
def test_a_single_sentence_has_scores_without_intervals(outputs, value):
    scores, _ = score_tags([["B-x", "O"]], outputs)
    assert {(score.value, score.interval) for score in scores.values()} == {(value, None)}


def test_what_does_not_fit_is_told():
    with pytest.raises(UserError, match="nothing to score"):
        score_tags([], [])
    with pytest.raises(UserError, match="1 tagged sentences but 2 references"):
        score_tags([["O"], ["O"]], [["O"]])
    with pytest.raises(UserError, match="sentence 2: 1 tags but 2 in the reference"):
        score_tags([["O"], ["O", "O"]], [["O"], ["O"]])


def tagged(text: str, tags: str) -> TaggedSentence:
    return TaggedSentence(tuple(text.split()), tuple(tags.split()))


def test_the_dictionary_finds_what_it_knows_the_longest_first():
    training = [
        tagged("New York is in New York State", "B-place I-place O O B-state I-state I-state"),
        tagged("York and New York", "B-name O B-place I-place"),
        tagged("York and York", "B-person O B-person"),
    ]
    dictionary = Dictionary(training)
    for text, tags in (
        ("New York State", "B-state I-state I-state"),
        ("New York York", "B-place I-place B-person"),
        ("NEW york", "B-place I-place"),
        ("Newer York", "O B-person"),
        ("State of New", "O O O"),
    ):
        assert dictionary.tag(text.split()) == tags.split()
    assert Dictionary([]).tag(["a", "b"]) == ["O", "O"]


def test_of_two_types_that_are_as_frequent_the_choice_does_not_depend_on_the_order():
    one, other = tagged("Selby", "B-place"), tagged("Selby", "B-person")
    assert Dictionary([one, other]).tag(["Selby"]) == Dictionary([other, one]).tag(["Selby"])
