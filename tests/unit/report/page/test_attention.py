from itertools import pairwise

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from toy_pages import details_of

from seq2seq.report.page.attention import DIGITS, looked_at, places_of, sure_of
from seq2seq.report.system import Details


def read(word: str) -> dict[int, float]:
    """What the page's script makes of a word's pairs."""
    return {int(pair[:-1], 36): DIGITS.index(pair[-1]) / 35 for pair in word.split(",") if pair}


def test_each_word_looks_where_the_model_did():
    details = details_of("w x y z", "a b c")
    words = looked_at(details, "w x y z", "a b c").split(" ")
    assert len(words) == 3
    for place, word in enumerate(words):
        weights = read(word)
        assert max(weights, key=weights.get) == place
        assert weights[place] == pytest.approx(0.84, abs=0.02)
        assert sum(weights.values()) <= 1.05


def test_pieces_are_put_together():
    details = Details(
        ("▁a", "b", "▁c", "</s>"),
        (0.0,) * 4,
        ("▁x", "y", "</s>"),
        torch.tensor([[0.4, 0.6, 0], [0.5, 0.5, 0], [0, 0, 1], [0, 0, 1.0]]),
    )
    assert looked_at(details, "xy", "ab c") == "0z "


def test_of_a_picture_each_cell_has_a_digit_and_the_highest_is_full():
    words = looked_at(details_of("", "a b", grid=(2, 3)), "picture.jpg", "a b").split(" ")
    assert [len(word) for word in words] == [6, 6]
    assert [word.index("z") for word in words] == [0, 1]


def test_a_word_that_looked_at_no_cell_tells_nothing():
    details = details_of("", "a b", grid=(2, 3))
    details.alignment[0] = 0
    assert [len(word) for word in looked_at(details, "picture.jpg", "a b").split(" ")] == [0, 6]


def test_no_attention_tells_nothing():
    assert looked_at(Details(("▁a", "</s>"), (0.0, 0.0), ("▁b",)), "b", "a") is None
    assert sure_of(None, [], "a") is None


def test_words_far_along_have_places_of_two_digits():
    text = " ".join(f"w{place}" for place in range(60))
    words = looked_at(details_of(text, text), text, text).split(" ")
    assert [max(read(word), key=read(word).get) for word in words] == list(range(60))


def test_confidences_follow_their_words():
    details = details_of("x", "a b c")
    assert sure_of(details, [1.0, 0.5, 0.0], "a b c") == "zi0"
    assert sure_of(details, [1.0], "a b c") is None


@given(st.lists(st.text("ab我", min_size=1), min_size=1), st.data())
def test_places_of_the_same_letters_parted_otherwise(words, data):
    letters = "".join(words)
    cuts = sorted(data.draw(st.sets(st.integers(1, len(letters)))) | {0, len(letters)})
    shown = [letters[start:end] for start, end in pairwise(cuts)]
    places = places_of(words, shown)
    assert sorted({place for some in places for place in some}) == list(range(len(words)))
    for word, some in zip(shown, places, strict=True):
        assert word in "".join(words[place] for place in some)


@given(st.lists(st.sampled_from("abc⁇"), max_size=6), st.lists(st.sampled_from("abcd"), min_size=1, max_size=6))
def test_places_are_found_for_any_words(words, shown):
    places = places_of(words, shown)
    assert len(places) == len(shown)
    assert all(0 <= place < len(words) for some in places for place in some)
