"""Lengths, frequencies, places and omissions: what is found of the words of the references."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seq2seq.report.analysis.frequency import by_frequency
from seq2seq.report.analysis.lengths import by_length, length_groups
from seq2seq.report.analysis.material import Material
from seq2seq.report.analysis.omissions import find_omissions, rambles, stutters
from seq2seq.report.analysis.positions import by_position
from seq2seq.report.system import System, TestSet


def rows(table):
    return {row[0]: row[1:] for row in table.rows}


def few(sources, references, training=None):
    return TestSet(False, sources, [[text] for text in references], "en", {}, training)


@given(st.lists(st.integers(0, 120), min_size=1, max_size=400))
def test_length_groups_hold_every_length_once(lengths):
    groups = length_groups(lengths)
    for length in lengths:
        assert sum(first <= length <= last for _, first, last in groups) == 1
    if len(groups) > 1:
        assert min(sum(first <= length <= last for length in lengths) for _, first, last in groups) >= 25
    assert len({name for name, _, _ in groups}) == len(groups)


def test_who_copies_the_reference_has_everything(text_set, perfect):
    material = Material(text_set, [perfect(text_set)])
    for section, chart in ((by_length, 0), (by_length, 1), (by_frequency, 0), (by_frequency, 1), (by_position, 0)):
        points = section(material).items[chart].series[0].points
        assert {point.y for point in points if point.y is not None} == {100.0}
    assert [row[1] for row in find_omissions(material).items[0].rows] == [0.0] * 6


def test_long_sentences_that_go_wrong_are_seen(text_set, perfect):
    outputs = ["zzz zzz" if len(text.split()) > 8 else text for text in perfect(text_set).outputs]
    section = by_length(Material(text_set, [System("A", outputs)]))
    values = [point.y for point in section.items[0].series[0].points]
    assert values[0] == 100.0
    assert values[-1] < 5
    assert section.text.startswith("A: yes")
    assert section.items[1].series[0].points[-1].y < 30


def test_counts_of_the_groups_add_up(text_set, spoil):
    material = Material(text_set, [spoil(text_set, 0.3)])
    words = sum(len(texts[0].split()) for texts in text_set.references)
    assert sum(point.count for point in by_length(material).items[0].series[0].points) == 300
    for chart in by_frequency(material).items[:2]:
        assert sum(point.count for point in chart.series[0].points) == words


def test_words_are_put_where_training_has_them():
    training = ["common"] * 100 + ["rare"] * 9 + ["middling"] * 10
    test = few(["x", "x"], ["common rare", "middling unseen"], training)
    section = by_frequency(Material(test, [System("A", ["common gnusk", "middling unseen"])]))
    found, right = section.items[:2]
    assert [point.y for point in found.series[0].points] == [100.0, 0.0, 100.0, 100.0]
    assert [point.count for point in found.series[0].points] == [1, 1, 1, 1]
    assert [point.y for point in right.series[0].points] == [50.0, None, 100.0, 100.0]
    assert section.items[2].rows == (("A", 1, "gnusk"),)
    assert "makes up 1 word" in section.text


def test_a_fall_towards_the_end_is_seen(text_set, perfect):
    outputs = [" ".join([*text.split()[:-2], "zzz", "zzz"]) for text in perfect(text_set).outputs]
    written, found = by_position(Material(text_set, [System("A", outputs)])).items
    for chart in (written, found):
        values = [point.y for point in chart.series[0].points]
        assert values[0] > values[-1] + 30  # some of the last words stand elsewhere in the sentence, too


def test_omissions_are_counted():
    references = ["one two three four five six"] * 4
    outputs = ["one two", references[0], references[0] + " and four more words here", "one two three four five five"]
    test = few(["x"] * 4, references)
    table = rows(find_omissions(Material(test, [System("A", outputs)])).items[0])
    assert table == {
        "left out of the words of the references, %": (pytest.approx(100 * 5 / 24, abs=0.05),),
        "words that no reference has, %": (pytest.approx(100 * 6 / 25, abs=0.05),),
        "outputs much shorter than every reference, %": (25.0,),
        "outputs much longer than every reference, %": (25.0,),
        "outputs that say a word twice in a row, %": (25.0,),
        "outputs that say the same three words twice, %": (0.0,),
    }


def test_words_said_too_often_are_named(text_set, perfect):
    outputs = [text.replace("dog", "cat") for text in perfect(text_set).outputs]
    found = {row[1]: row[0] for row in find_omissions(Material(text_set, [System("A", outputs)])).items[1].rows}
    assert found == {"dog": "too seldom", "cat": "too often"}


@pytest.mark.parametrize(
    ("text", "reference", "stuttering", "rambling"),
    [
        ("a a dog", "a dog", True, False),
        ("no no", "no no no", False, False),
        ("a b c a b c", "a b c", False, True),
        ("a b c a b c", "a b c a b c", False, False),
        ("a a a a", "b", True, True),
        ("", "", False, False),
    ],
)
def test_repetitions(text, reference, stuttering, rambling):
    words, references = text.split(), [reference.split()]
    assert (stutters(words, references), rambles(words, references)) == (stuttering, rambling)


def test_without_sources_the_references_tell_the_length(text_set, perfect):
    test = replace(text_set, sources=[])
    assert by_length(Material(test, [perfect(test)])).items[0].x == "words of the reference"
