import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seq2seq.data.text import normalise, tidy

TABLE = [
    ("", "", "empty"),
    (" \t\u3000\u00a0\u2003\n", "", "white space only"),
    ("\u200b\ufeff\x00", "", "invisible only"),
    ("a  b\t c", "a b c", "runs of white space"),
    ("a\u2028b\u2029c\x85d\x0be\x1cf", "a b c d e f", "line separators of every kind"),
    ("e\u0301", "é", "composed"),
    ("e\u200b\u0301", "é", "composed once the invisible one between is gone"),
    ("so\u00adft", "soft", "soft hyphen"),
    ("a\x00b\x1b[1mc\x7f", "ab[1mc", "control characters"),
    ("\u202eabc\u202c", "abc", "direction override"),
    ("na\u200dme\u200c", "name", "joiners in Latin text are debris"),
    ("می\u200cخواهم", "می\u200cخواهم", "Persian needs its non-joiner"),
    ("می\u200c\u200cخواهم", "می\u200cخواهم", "but one is enough"),
    ("क्\u200dष", "क्\u200dष", "Devanagari needs its joiner"),
    ("👩\u200d💻", "👩\u200d💻", "composed emoji"),
    ("❤\ufe0f\u200d🔥", "❤\ufe0f\u200d🔥", "emoji with a variation selector"),
    ("a\ud800b", "a\ufffdb", "half a surrogate pair"),
    ("¿Qué?", "¿Qué?", "nothing to do"),
    ("ﬁ", "ﬁ", "canonical forms only: compatibility characters are left alone"),
]


@pytest.mark.parametrize(("text", "expected", "case"), TABLE, ids=[case for *_, case in TABLE])
def test_table(text, expected, case):
    assert normalise(text) == expected


@settings(max_examples=500)
@given(st.text(st.characters() | st.sampled_from("\u200c\u200d\u0301\u200b\ufe0f\u212a \n\x00ae")))
def test_result_is_one_normal_line_and_stays(text):
    once = normalise(text)
    assert normalise(once) == once
    assert once == unicodedata.normalize("NFC", once)
    assert once == once.strip()
    assert len(once.splitlines()) <= 1
    assert "  " not in once
    once.encode("utf-8")


@given(st.text())
def test_tidy_is_normalise_but_for_spaces(text):
    assert " ".join(tidy(text).split()) == normalise(text)
    assert tidy(tidy(text)) == tidy(text)
    assert not set(tidy(text)) & set("\t\n\r\v\f\x85\u2028\u00a0")
