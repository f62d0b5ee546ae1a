"""Where an output differs from its reference, word by word."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from seq2seq.data.words import text_words
from seq2seq.report.page.texts import shown_words

SAME, NEAR, OTHER = "0", "1", "2"
_MISSING_AT_MOST = 20


@dataclass(frozen=True)
class Difference:
    """An output beside its references.

    Attributes:
        marks: a sign a word of the output: SAME as in the reference that is nearest; NEAR: a reference has it
            elsewhere, or with another case or punctuation; OTHER: no reference has it.
        missing: the words of the nearest reference that the output lacks; where there are several references, those
            that at least half of them have.
    """

    marks: str
    missing: tuple[str, ...]


def compare(output: str, references: Sequence[str]) -> Difference:
    """Compare a shown text with shown references.

    >>> compare("The black cat sat.", ["the cat sat down."])
    Difference(marks='1201', missing=('down.',))
    >>> compare("a dog runs", ["two dogs", "a dog runs"])
    Difference(marks='000', missing=())
    """
    words = shown_words(output)
    keys = [_key(word) for word in words]
    expected = [[_key(word) for word in shown_words(text)] for text in references]
    matchers = [SequenceMatcher(None, some, keys, autojunk=False) for some in expected]
    nearest = max(range(len(references)), key=lambda place: (matchers[place].ratio(), references[place] == output))
    true_words, true_keys = shown_words(references[nearest]), expected[nearest]
    known = {key for some in expected for key in some}
    marks = [NEAR if not key or key in known else OTHER for key in keys]
    lacking = set(range(len(true_words)))
    for start, place, size in matchers[nearest].get_matching_blocks():
        for step in range(size):
            lacking.remove(start + step)
            if true_words[start + step] == words[place + step]:
                marks[place + step] = SAME
    spare = Counter(keys) - Counter(key for place, key in enumerate(true_keys) if place not in lacking)
    missing = []
    for place in sorted(lacking):
        key = true_keys[place]
        if spare[key]:
            spare[key] -= 1
        elif key and 2 * sum(key in some for some in expected) >= len(expected):
            missing.append(true_words[place])
    if len(missing) > _MISSING_AT_MOST:
        missing[_MISSING_AT_MOST:] = ["…"]
    return Difference("".join(marks), tuple(missing))


def _key(word: str) -> str:
    """What is compared of a word: neither case nor the punctuation around it."""
    return " ".join(text_words(word))
