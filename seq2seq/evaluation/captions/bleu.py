"""BLEU-1 to BLEU-4 by coco-caption's rules, from statistics that add up over pictures."""

from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from seq2seq.evaluation.captions.ngrams import Ngram, Remembered, Token, count_ngrams

LONGEST = 4
# coco-caption's guards against division by zero. They leave 1.8e-4 where not one of the 4-grams is right.
_SMALL, _TINY = 1e-9, 1e-15

Array = NDArray[np.float64]


def bleu_from_statistics(statistics: Array) -> Array:
    """BLEU-1 to BLEU-n, each from 0 to 1.

    Args:
        statistics: shape (..., 2n + 2), as `BleuReward.statistics` gives them for a picture, or their sum over many.

    Returns:
        Shape (..., n).
    """
    longest = statistics.shape[-1] // 2 - 1
    right, made = statistics[..., :longest], statistics[..., longest : 2 * longest]
    length, reference_length = statistics[..., -2], statistics[..., -1]
    precision = np.cumprod((right + _TINY) / (made + _SMALL), axis=-1)
    ratio = (length + _TINY) / (reference_length + _SMALL)
    brevity = np.exp(np.minimum(0.0, 1 - 1 / ratio))
    return precision ** (1 / np.arange(1, longest + 1)) * brevity[..., None]


class BleuReward:
    """BLEU of single captions against their pictures' references: coco-caption's values per picture.

    Fit as a reward of self-critical training (Rennie et al., 2017, arXiv 1612.00563).

    Args:
        references: of each picture, each a sequence of tokens: words, or ids of pieces if the captions are such.
        longest: n of the longest n-grams; the reward is BLEU-n.

    >>> reward = BleuReward([["a dog runs on grass".split(), "a brown dog runs".split()]])
    >>> round(reward.score("a dog runs on sand".split(), 0), 3)
    0.669
    """

    def __init__(self, references: Sequence[Sequence[Sequence[Token]]], longest: int = LONGEST) -> None:
        self.references = references
        self.longest = longest
        self._allowed = Remembered(self._most)

    def statistics(self, tokens: Sequence[Token], picture: int) -> list[int]:
        """What BLEU is made of: right n-grams and n-grams made, for n = 1, 2, ..., then the length and the reference's.

        An n-gram is right as often as it occurs in one of the references at most; the reference's length is the one
        closest to the caption's, the shorter of two that are equally close.
        """
        right, made = [0] * self.longest, [max(0, len(tokens) - order) for order in range(self.longest)]
        allowed = self._allowed[picture]
        for ngram, count in count_ngrams(tokens, self.longest).items():
            right[len(ngram) - 1] += min(count, allowed.get(ngram, 0))
        lengths = map(len, self.references[picture])
        closest = min(lengths, key=lambda length: (abs(length - len(tokens)), length))
        return [*right, *made, len(tokens), closest]

    def score(self, tokens: Sequence[Token], picture: int) -> float:
        """BLEU-n of one caption of this picture (its number in `references`), from 0 to 1."""
        return self.scores([tokens], [picture])[0]

    def scores(self, captions: Sequence[Sequence[Token]], pictures: Sequence[int]) -> list[float]:
        """BLEU-n of many captions, each of the picture of that number."""
        statistics = [self.statistics(tokens, picture) for tokens, picture in zip(captions, pictures, strict=True)]
        return bleu_from_statistics(np.array(statistics, dtype=float))[:, -1].tolist()

    def _most(self, picture: int) -> dict[Ngram, int]:
        """How often each n-gram occurs in the reference that has most of it."""
        most: Counter[Ngram] = Counter()
        for reference in self.references[picture]:
            most |= count_ngrams(reference, self.longest)
        return dict(most)
