import pytest

from data_prep.cleaning import EMPTY, RATIO, TOO_LONG, TOO_SHORT, Bounds

LONG = "x" * 31

TABLE = [
    (Bounds(), "hola", "hello", None, "fit"),
    (Bounds(), "", "hello", EMPTY, "empty first"),
    (Bounds(), "hola", "", EMPTY, "empty second"),
    (Bounds(min_characters=3), "yo", "me too", TOO_SHORT, "characters below"),
    (Bounds(min_characters=3), "voy", "I go", None, "characters at the bound"),
    (Bounds(min_words=2), "vamos", "we go", TOO_SHORT, "words below"),
    (Bounds(max_characters=4), "hola", "hello", TOO_LONG, "characters above"),
    (Bounds(max_characters=5), "hola", "hello", None, "characters at the upper bound"),
    (Bounds(max_words=2), "a b c", "a b", TOO_LONG, "words above"),
    (Bounds(max_words=3), "a b c", "a b", None, "words at the upper bound"),
    (Bounds(max_ratio=2), LONG, "x" * 15, RATIO, "ratio above"),
    (Bounds(max_ratio=2), "x" * 15, LONG, RATIO, "ratio above, the other side"),
    (Bounds(max_ratio=2), LONG + "x", "x" * 16, None, "ratio at the bound"),
    (Bounds(max_ratio=2), "x" * 30, "x", None, "short sentences are not held to the ratio"),
]


@pytest.mark.parametrize(("bounds", "first", "second", "fault"), [row[:4] for row in TABLE], ids=[r[4] for r in TABLE])
def test_fault(bounds, first, second, fault):
    assert bounds.fault(first, second) == fault
