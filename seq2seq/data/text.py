"""The one normalisation of text: what training data goes through, and what every line to be translated goes through."""

import re
import unicodedata

# Characters without a shape of their own. Tab, line separators and the like are white space and stay until folded.
_CONTROL = r"\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f"
# Soft hyphen, direction marks and overrides, zero-width space, word joiner and invisible operators, byte-order mark,
# interlinear annotation, language tags. Not here: visible Arabic signs and the variation selectors, which are content.
_FORMAT = r"\xad\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e007f"
_INVISIBLE = re.compile(f"[{_CONTROL}{_FORMAT}]")
# The zero-width (non-)joiner spells words in Persian, Indic and other scripts and holds composed emoji together; after
# any other character (Latin, Greek, Cyrillic, punctuation, a space, another joiner) it is debris of some web page.
_STRAY_JOINER = re.compile(
    r"(?<![\u0600-\u1dbf\u20d0-\u2bff\u2e80-\U0001ffff])[\u200c\u200d]+|(?<=[\u200c\u200d])[\u200c\u200d]+"
)
_WHITE_SPACE = re.compile(r"\s")
_LONE_SURROGATE = re.compile(r"[\ud800-\udfff]")

REPLACEMENT = "\ufffd"


def normalise(text: str) -> str:
    """Unicode NFC, no invisible characters, every run of white space one space, none at the ends.

    White space is any of Unicode's, line and paragraph separators among them, so the result is one line. Control and
    format characters are removed; half a surrogate pair becomes U+FFFD, so the result is always valid UTF-8. Words of
    scripts that need zero-width joiners keep them. Normalising twice changes nothing more.

    >>> normalise("  Cafe\\u0301\\u00a0con\\u2028le\\u00adche\\x00\\r\\n")
    'Café con leche'
    """
    return " ".join(tidy(text).split())


def tidy(text: str) -> str:
    """As `normalise`, but every character of white space becomes a space and stays, also at the ends.

    >>> tidy("  to\\tbe,  or \\u200b")
    '  to be,  or '
    """
    if not text.isascii():
        text = _LONE_SURROGATE.sub(REPLACEMENT, unicodedata.normalize("NFC", text))
    if not text.isprintable():
        text = _INVISIBLE.sub("", text)
        text = _STRAY_JOINER.sub("", text)
        text = unicodedata.normalize("NFC", text)  # what a removed character kept apart may compose
        text = _WHITE_SPACE.sub(" ", text)
    return text
