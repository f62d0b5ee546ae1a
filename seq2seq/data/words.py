"""Words: of a text, so that two texts can be compared, and of the pieces that a model writes."""

import math
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from seq2seq.data.sampling import WORD_START
from seq2seq.data.tokenizer import END, UNKNOWN

_NO_WORDS = ("<pad>", "<s>", END)
# Scripts that put no space between words: Thai to Myanmar, Khmer, kana, Chinese characters. Each character is a word.
_UNSPACED = re.compile("[\u0e00-\u0edf\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]")
_EDGES = "".join(sign for sign in map(chr, range(0x10000)) if unicodedata.category(sign)[0] in "PS")


def spaced(text: str) -> str:
    """The text with spaces around every character of a script that puts none between words.

    >>> spaced("猫は a cat").split()
    ['猫', 'は', 'a', 'cat']
    """
    return text if text.isascii() else _UNSPACED.sub(r" \g<0> ", text)


def text_words(text: str) -> list[str]:
    """The words of a text for counting and comparing: without case and without the punctuation around them.

    Punctuation that stands by itself is a word. Where a script has no spaces, every character is a word.

    >>> text_words("«Don’t» go — by X-15!")
    ["don't", 'go', '—', 'by', 'x-15']
    """
    text = text.casefold()
    if not text.isascii():
        text = spaced(text.replace("’", "'"))
    return [word if word.isalnum() else word.strip(_EDGES) or word for word in text.split()]  # most need no stripping


@dataclass(frozen=True)
class PieceWord:
    """A word and the positions of its pieces.

    Attributes:
        text: as it is written, with its punctuation.
        positions: of its pieces, in order, one at least.
    """

    text: str
    positions: tuple[int, ...]


def piece_words(pieces: Sequence[str]) -> list[PieceWord]:
    """The words that pieces make; pad, begin and end of sentence belong to none, an unknown piece is a word of its own.

    They are `decode(ids).split()` of the pieces' tokenizer, but for a script without spaces, where every piece is a
    word.

    >>> [word.text for word in piece_words(["▁a", "▁b", "c", "▁", "<unk>", "d", "</s>", "e"])]
    ['a', 'bc', '⁇', 'd', 'e']
    """
    words: list[tuple[str, list[int]]] = []
    fresh = True  # whether the next piece begins a word
    for position, piece in enumerate(pieces):
        if piece in _NO_WORDS:
            fresh = True
            continue
        unknown = piece == UNKNOWN
        text = "⁇" if unknown else piece.removeprefix(WORD_START)
        if fresh or unknown or piece.startswith(WORD_START) or _UNSPACED.match(text):
            words.append(("", []))
        whole, positions = words[-1]
        words[-1] = (whole + text, [*positions, position])
        fresh = unknown
    return [PieceWord(text, tuple(positions)) for text, positions in words if text]


def expected_words(references: Iterable[Sequence[str]], share: float = 0.0) -> Counter[str]:
    """How often each word may be expected, of references given as their words.

    Args:
        references: one or more.
        share: what share of the references must have a word so often, from 0 (one of them is enough) to 1 (all).

    >>> expected_words([["a", "dog", "a", "cat"], ["a", "dog"]])
    Counter({'a': 2, 'dog': 1, 'cat': 1})
    >>> expected_words([["a", "dog", "a", "cat"], ["a", "dog"]], share=1.0)
    Counter({'a': 1, 'dog': 1})
    """
    counts = [Counter(words) for words in references]
    if len(counts) == 1:
        return counts[0]
    place = max(1, math.ceil(share * len(counts))) - 1
    found = {word: sorted((count[word] for count in counts), reverse=True)[place] for word in set().union(*counts)}
    return Counter({word: found[word] for count in counts for word in count if found[word]})


def word_credits(words: Sequence[str], expected: Counter[str]) -> list[float]:
    """To which share each word was expected, from 0 to 1: written more often than expected, all share what is due.

    >>> word_credits(["a", "dog", "dog", "sits"], Counter(["a", "dog"]))
    [1.0, 0.5, 0.5, 0.0]
    """
    written = Counter(words)
    return [min(expected[word], written[word]) / written[word] for word in words]
