"""Counting n-grams, the common ground of BLEU, CIDEr-D and diversity."""

from collections import Counter
from collections.abc import Callable, Hashable, Sequence
from typing import Generic, TypeVar

Token = Hashable  # a word, or the id of a piece
Ngram = tuple[Token, ...]
Value = TypeVar("Value")

_REMEMBERED = 2048  # pictures: a batch's captions, sampled and greedy, meet the same ones; all would fill the memory


def ngrams(tokens: Sequence[Token], order: int) -> list[Ngram]:
    """The n-grams of this one order, in their places' sequence."""
    return list(zip(*(tokens[start:] for start in range(order)), strict=False))


def count_ngrams(tokens: Sequence[Token], longest: int) -> Counter[Ngram]:
    """How often each n-gram of 1 to `longest` tokens occurs.

    >>> count_ngrams("a b a".split(), 2)
    Counter({('a',): 2, ('b',): 1, ('a', 'b'): 1, ('b', 'a'): 1})
    """
    counts: Counter[Ngram] = Counter()
    for order in range(1, longest + 1):
        counts.update(ngrams(tokens, order))
    return counts


class Remembered(dict[int, Value], Generic[Value]):
    """What a function gives for the pictures last asked for."""

    def __init__(self, function: Callable[[int], Value]) -> None:
        self._function = function

    def __missing__(self, picture: int) -> Value:
        if len(self) >= _REMEMBERED:
            del self[next(iter(self))]
        self[picture] = self._function(picture)
        return self[picture]
