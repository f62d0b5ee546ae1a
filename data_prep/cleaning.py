"""Which sentences are fit for training, and the plain form of captions."""

import re
from dataclasses import dataclass

from seq2seq.data.text import normalise

EMPTY = "empty side"
TOO_SHORT = "too short"
TOO_LONG = "too long"
RATIO = "length ratio"

_RATIO_FREE_CHARACTERS = 30  # "Duck!" is a sound translation of "¡Agáchate!": short sentences vary too much to judge


@dataclass(frozen=True)
class Bounds:
    """The lengths that each side of a pair must keep, ends included.

    `max_ratio` bounds the characters of the longer side over those of the shorter; pairs whose longer side has at most
    30 characters are not held to it.
    """

    min_characters: int = 1
    max_characters: int = 1000
    min_words: int = 1
    max_words: int = 200
    max_ratio: float = 4.0

    def fault(self, *sides: str) -> str | None:
        """The reason to drop a pair of normalised sides (or a sentence by itself), or None.

        >>> Bounds(max_words=3).fault("uno dos tres cuatro", "one two")
        'too long'
        """
        if not all(sides):
            return EMPTY
        characters = sorted(map(len, sides))
        words = sorted(side.count(" ") + 1 for side in sides)
        if characters[0] < self.min_characters or words[0] < self.min_words:
            return TOO_SHORT
        if characters[-1] > self.max_characters or words[-1] > self.max_words:
            return TOO_LONG
        if characters[-1] > max(_RATIO_FREE_CHARACTERS, self.max_ratio * characters[0]):
            return RATIO
        return None


# What divides words wherever it stands; a comma does not within a number.
_DIVIDERS = re.compile(
    r"[!?;…\"“”„«»()\[\]{}¡¿。．，、；：！？｡､「」『』（）【】《》〈〉〔〕؟؛،۔।॥།၊။។።፣։]|-{2,}|[–—]|(?<!\d),|,(?!\d)"
)
_EDGES = ".,:-'`´‘’"
_CLITIC = re.compile(r"['’]\w{1,2}\b")


def plain_caption(text: str) -> str:
    """A caption in the form in which captions are scored: lower case, without the punctuation of sentences.

    What belongs to a word stays: hyphens, apostrophes and points within it, and English endings that stand apart.

    >>> plain_caption("A man 'dunks' - in a T-shirt , at the U.S. team 's court .")
    "a man dunks in a t-shirt at the u.s. team 's court"
    """
    return normalise(" ".join(filter(None, map(_plain_word, _DIVIDERS.sub(" ", text.lower()).split()))))


def _plain_word(word: str) -> str:
    if "." in word.strip(".") and word.endswith("."):  # an abbreviation
        return word.lstrip(_EDGES)
    return word.rstrip(_EDGES) if _CLITIC.match(word) else word.strip(_EDGES)
