import pytest

from seq2seq.errors import UserError
from seq2seq.evaluation.captions.diversity import distinct_captions, measure_diversity


def test_counts():
    captions = ["A dog runs.", "a dog runs", "Two men, two women", "a a cat", "the dog sees the dog sees the dog"]
    found = measure_diversity(captions, distinct_captions(["A dog runs !", "a dog runs", "Two men and two women"]))
    assert (found.captions, found.distinct, found.vocabulary) == (5, 4, 9)
    assert found.mean_length == pytest.approx((3 + 3 + 4 + 3 + 8) / 5)
    assert found.new == pytest.approx(3 / 5)
    assert found.repeated_word == pytest.approx(1 / 5)
    assert found.repeated_phrase == pytest.approx(1 / 5)
    assert found.signature.startswith("captions:5|training:2|")


def test_without_training_captions_none_is_new_or_old():
    unknown = measure_diversity(["a dog"])
    assert unknown.new is None
    assert "training:none" in unknown.signature
    assert measure_diversity(["a dog"], training=set()).new == 1


def test_empty_captions_are_captions():
    found = measure_diversity(["", "."])
    assert (found.distinct, found.vocabulary, found.mean_length) == (1, 0, 0)


def test_no_captions_are_told():
    with pytest.raises(UserError, match="no captions"):
        measure_diversity([])
