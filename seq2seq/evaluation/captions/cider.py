"""CIDEr-D by coco-caption's rules (Vedantam et al., 2015, arXiv 1411.5726): its "CIDEr"."""

import math
from collections import Counter
from collections.abc import Sequence

from seq2seq.evaluation.captions.ngrams import Ngram, Remembered, Token, count_ngrams, ngrams

LONGEST = 4
SIGMA = 6.0


class CiderD:
    """CIDEr-D of single captions: how like the references' n-grams theirs are, rare ones counting more.

    Fit as a reward of self-critical training (Rennie et al., 2017, arXiv 1612.00563). A value depends on all pictures,
    by whose references an n-gram is rare: one picture alone makes every value 0.

    Args:
        references: of each picture, each a sequence of tokens: words, or ids of pieces if the captions are such.
        longest: n of the longest n-grams.
        sigma: of the Gaussian penalty on a difference in length, in tokens.

    >>> cider = CiderD([["a dog runs".split(), "a brown dog".split()], ["a man sits".split()]])
    >>> round(cider.score("a dog runs".split(), 0), 2), round(cider.score("a man sits".split(), 0), 2)
    (4.38, 0.0)
    """

    def __init__(
        self, references: Sequence[Sequence[Sequence[Token]]], longest: int = LONGEST, sigma: float = SIGMA
    ) -> None:
        self.references = references
        self.longest = longest
        self.sigma = sigma
        self._rarest = math.log(len(references)) if references else 0.0
        self._rarity = self._find_rarity()
        self._index = Remembered(self._index_references)

    def score(self, tokens: Sequence[Token], picture: int) -> float:
        """CIDEr-D of one caption of this picture (its number in `references`), from 0 to 10."""
        postings, norms, lengths = self._index[picture]
        own_norms = [0.0] * self.longest
        products = [[0.0] * self.longest for _ in lengths]
        for ngram, weight in self._weigh(tokens).items():
            order = len(ngram) - 1
            own_norms[order] += weight * weight
            for reference, its_weight in postings.get(ngram, ()):
                products[reference][order] += min(weight, its_weight) * its_weight
        total = 0.0
        for product, norm, length in zip(products, norms, lengths, strict=True):
            cosines = sum(
                value / math.sqrt(own * its) for value, own, its in zip(product, own_norms, norm, strict=True) if value
            )
            total += cosines * math.exp(-((_length(tokens) - length) ** 2) / (2 * self.sigma**2))
        return 10 * total / (self.longest * len(lengths))

    def scores(self, captions: Sequence[Sequence[Token]], pictures: Sequence[int]) -> list[float]:
        """CIDEr-D of many captions, each of the picture of that number."""
        return [self.score(tokens, picture) for tokens, picture in zip(captions, pictures, strict=True)]

    def _find_rarity(self) -> dict[Ngram, float]:
        """The inverse document frequency of each n-gram that more than one picture's references have.

        All others are as rare as can be. An n-gram is looked at only if what it begins and ends with is frequent,
        which keeps most of the longer ones, the bulk of all, out of memory.
        """
        rarity: dict[Ngram, float] = {}
        for order in range(1, self.longest + 1):
            pictures: Counter[Ngram] = Counter()
            for references in self.references:
                found = {ngram for reference in references for ngram in ngrams(reference, order)}
                if order > 1:
                    found = {ngram for ngram in found if ngram[:-1] in rarity and ngram[1:] in rarity}
                pictures.update(found)
            rarity |= {ngram: self._rarest - math.log(count) for ngram, count in pictures.items() if count > 1}
        return rarity

    def _weigh(self, tokens: Sequence[Token]) -> dict[Ngram, float]:
        counts = count_ngrams(tokens, self.longest)
        return {ngram: count * self._rarity.get(ngram, self._rarest) for ngram, count in counts.items()}

    def _index_references(
        self, picture: int
    ) -> tuple[dict[Ngram, list[tuple[int, float]]], list[list[float]], list[int]]:
        """Of a picture's references: by n-gram, which have it with what weight; squared norms by order; lengths."""
        postings: dict[Ngram, list[tuple[int, float]]] = {}
        norms = []
        for number, reference in enumerate(self.references[picture]):
            norm = [0.0] * self.longest
            for ngram, weight in self._weigh(reference).items():
                postings.setdefault(ngram, []).append((number, weight))
                norm[len(ngram) - 1] += weight * weight
            norms.append(norm)
        return postings, norms, [_length(reference) for reference in self.references[picture]]


def _length(tokens: Sequence[Token]) -> int:
    return max(0, len(tokens) - 1)  # coco-caption counts the pairs, which matters to the difference for "" alone
