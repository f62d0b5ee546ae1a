"""Texts as the page shows them: harmless, not too long, and parted into the same words by Python and by its script."""

import re

from seq2seq.data.words import text_words

JOINT = "\x1f"
"""Stands between words that are written without a space; a shown text holds no other control character."""

_BETWEEN = re.compile(f"[ {JOINT}]")
_PARTS = re.compile(r"[!-~]+|.")  # of a word in a script without spaces: each character, but Latin words and numbers
_SIGNS = {code: chr(0x2400 + code) for code in range(0x20)} | dict.fromkeys(range(128, 160), "�")
_SIGNS |= {0x09: " ", 0x7F: "\u2421", 0x2028: " ", 0x2029: " "}
# What turns the direction of all that follows, be it the page's own words.
_SIGNS |= dict.fromkeys((*range(0x202A, 0x202F), *range(0x2066, 0x206A)), "�")
_HALVES = re.compile("[\ud800-\udfff]")  # of a character, which UTF-8 cannot write


def harmless(text: str) -> str:
    """The text with signs for control characters, those that turn the direction of what follows, and halves.

    >>> harmless("a\\x00b \\u202ec")
    'a␀b �c'
    """
    return _HALVES.sub("\ufffd", text.translate(_SIGNS))


def shown(text: str, most: int) -> str:
    """The text with signs for control characters (see `harmless`), cut after `most` characters.

    >>> shown("a\\x00b c", 100), shown("abcdef", 3)
    ('a␀b c', 'abc … (3 more characters)')
    """
    left = len(text) - most
    kept = harmless(text[:most])
    if any(len(text_words(word)) > 1 for word in kept.split(" ") if not word.isascii()):
        kept = " ".join(
            JOINT.join(_PARTS.findall(word)) if len(text_words(word)) > 1 else word for word in kept.split(" ")
        )
    return kept if left <= 0 else f"{kept} … ({left:,} more characters)"


def shown_words(text: str) -> list[str]:
    """The words of a shown text: its parts between spaces and joints.

    >>> shown_words(shown("我 是 X5型", 100))
    ['我', '是', 'X5', '型']
    """
    return _BETWEEN.split(text)
