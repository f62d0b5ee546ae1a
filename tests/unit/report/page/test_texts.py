from hypothesis import given
from hypothesis import strategies as st

from seq2seq.report.page.texts import JOINT, shown, shown_words


@given(st.text())
def test_a_shown_text_is_harmless_and_says_the_same(text):
    found = shown(text, 10_000)
    found.encode("utf-8")
    assert not any(ord(sign) < 0x20 and sign != JOINT for sign in found)
    assert not set(found) & {"\x7f", "\u2028", "\u2029"}
    assert len(found.replace(JOINT, "")) == len(text)


@given(st.text(), st.integers(0, 20))
def test_a_long_text_is_cut_with_a_word_about_it(text, most):
    found = shown(text, most)
    assert ("more characters" in found) == (len(text) > most)
    assert len(found.replace(JOINT, "")) <= most + 40


@given(st.text(alphabet="ab我是 X5"))
def test_words_are_the_text_without_spaces(text):
    assert "".join(shown_words(shown(text, 1000))) == text.replace(" ", "")


def test_text_with_its_own_joint_gets_none():
    assert JOINT not in shown(f"a{JOINT}b", 100)
