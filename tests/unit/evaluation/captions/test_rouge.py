import random

import pytest

from seq2seq.evaluation.captions.rouge import common_length, rouge_l

chance = random.Random(17)


def by_the_table(first, second):
    row = [0] * (len(second) + 1)
    for token in first:
        above = row
        row = [0]
        for place, other in enumerate(second):
            row.append(above[place] + 1 if token == other else max(above[place + 1], row[place]))
    return row[-1]


def test_common_subsequence_as_by_the_table():
    for _ in range(500):
        first, second = (chance.choices("abcd", k=chance.randint(0, 12)) for _ in range(2))
        assert common_length(first, second) == by_the_table(first, second) == common_length(second, first)


def test_long_captions_do_not_overflow():
    words = [str(number) for number in range(300)]
    assert common_length(words, words[::2]) == 150


def test_bounds():
    references = [chance.choices("abcd", k=8) for _ in range(4)]
    assert rouge_l(references[2], references) == pytest.approx(1)
    assert rouge_l(["x"], references) == rouge_l([], references) == 0
    assert rouge_l([], [[]]) == 1  # as coco-caption has it


def test_more_references_never_hurt():
    for _ in range(100):
        caption, *references = (chance.choices("abcd", k=chance.randint(1, 8)) for _ in range(4))
        assert rouge_l(caption, references) >= rouge_l(caption, references[:2])


def test_precision_and_recall_may_come_from_two_references():
    # precision 1 of the long one, recall 1 of the short one
    assert rouge_l(["a", "b"], [["a", "b", "c", "d"], ["a"]]) == pytest.approx(1)
