import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seq2seq.data.text import normalise
from seq2seq.inference.splitting import join_parts, split_long


def words(text):
    return len(text.split())


TABLE = [
    ("One two three.", 3, ["One two three."], "short enough"),
    ("One two. Three four. Five.", 3, ["One two.", "Three four.", "Five."], "every sentence end"),
    ('He said "yes." Then he left.', 3, ['He said "yes."', "Then he left."], "quotation mark stays with its sentence"),
    ("Dr. Who met J. R. Ewing. They spoke.", 6, ["Dr. Who met J. R. Ewing.", "They spoke."], "abbreviations"),
    ("Use e.g. this. Or that.", 3, ["Use e.g. this.", "Or that."], "lower case after a full stop"),
    ("It costs 3.5 euros. Good.", 4, ["It costs 3.5 euros.", "Good."], "decimal point"),
    ("Really?! Yes… No.", 1, ["Really?!", "Yes…", "No."], "several signs at one end"),
    ("a b, c d; e f", 4, ["a b,", "c d; e f"], "clause end nearest the middle"),
    ("a b c d", 2, ["a b", "c d"], "nearest space"),
    ("هل أنت هنا؟ نعم أنا هنا.", 3, ["هل أنت هنا؟", "نعم أنا هنا."], "Arabic question mark"),
]


@pytest.mark.parametrize(("text", "most", "expected", "case"), TABLE, ids=[case for *_, case in TABLE])
def test_table(text, most, expected, case):
    assert split_long(text, words, most) == expected


def test_scripts_without_spaces():
    assert split_long("我来了。你在哪里？他走了！", len, 6) == ["我来了。", "你在哪里？", "他走了！"]
    assert split_long("我来了，你在哪里", len, 5) == ["我来了，", "你在哪里"]
    assert split_long("abcdefgh", len, 3) == ["ab", "cd", "ef", "gh"]
    assert split_long("क्षक्ष", len, 3) == ["क्ष", "क्ष"], "no vowel sign is torn from its letter"


@settings(max_examples=300)
@given(
    st.text(st.characters() | st.sampled_from(".!?,;: 。，\u0301 Ab")).map(normalise).filter(bool), st.integers(1, 9)
)
def test_no_character_is_lost_and_no_part_too_long(text, most):
    parts = split_long(text, len, most)
    assert "".join("".join(parts).split()) == "".join(text.split())
    assert all(parts)
    assert all(len(part) <= most for part in parts)


@settings(max_examples=100)
@given(st.lists(st.text("ab.,! ", min_size=1, max_size=8).map(normalise).filter(bool), min_size=1, max_size=30))
def test_joined_parts_of_spaced_text_are_the_text(sentences):
    text = " ".join(sentences)
    parts = split_long(text, words, 3)
    assert join_parts(parts) == text


def test_long_line_is_quick():
    text = "palabra, " * 20_000
    assert max(map(words, split_long(text.strip(), words, 50))) <= 50
