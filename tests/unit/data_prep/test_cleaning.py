import pytest

from data_prep.cleaning import EMPTY, RATIO, TOO_LONG, TOO_SHORT, Bounds, plain_caption

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


def test_a_caption_by_itself_has_no_ratio():
    assert Bounds().fault("x" * 900) is None
    assert Bounds().fault("") == EMPTY
    assert Bounds(max_words=2).fault("a b c") == TOO_LONG


PLAIN = [
    ("A Dog runs .", "a dog runs"),
    ("Two dogs,one ball; what fun!", "two dogs one ball what fun"),
    ('"Stop" , it says (loud) ...', "stop it says loud"),
    ("a T-shirt -- and - a man 's hat", "a t-shirt and a man 's hat"),
    ("They do n't, 'slide' the tikes' car", "they do n't slide the tikes car"),
    ("D.C. at 10:30 costs 1,000 # 5", "d.c. at 10:30 costs 1,000 # 5"),
    ("¡Una niña! ¿Juega?", "una niña juega"),
    ("一只狗。两只猫！", "一只狗 两只猫"),
    ("犬が走る｡ 〈猫〉､", "犬が走る 猫"),
    ("هل هذا كلب؟ نعم، كلب؛", "هل هذا كلب نعم كلب"),
    ("एक कुत्ता दौड़ता है।", "एक कुत्ता दौड़ता है"),
    ("Ein „großes“ Haus – rot", "ein großes haus rot"),
    (" .  - ", ""),
    ("", ""),
]


@pytest.mark.parametrize(("text", "plain"), PLAIN)
def test_the_plain_form_of_a_caption(text, plain):
    assert plain_caption(text) == plain == plain_caption(plain)
