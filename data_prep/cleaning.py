"""Which pairs of sentences are fit for training."""

from dataclasses import dataclass

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

    def fault(self, first: str, second: str) -> str | None:
        """The reason to drop a pair of normalised sides, or None.

        >>> Bounds(max_words=3).fault("uno dos tres cuatro", "one two")
        'too long'
        """
        sides = first, second
        if not first or not second:
            return EMPTY
        characters = sorted(map(len, sides))
        words = sorted(side.count(" ") + 1 for side in sides)
        if characters[0] < self.min_characters or words[0] < self.min_words:
            return TOO_SHORT
        if characters[1] > self.max_characters or words[1] > self.max_words:
            return TOO_LONG
        if characters[1] > max(_RATIO_FREE_CHARACTERS, self.max_ratio * characters[0]):
            return RATIO
        return None
