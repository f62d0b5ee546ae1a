"""Segmentations drawn at random: the same seed gives the same ones in every process and on every machine.

SentencePiece draws them too, but since version 0.2.1 it mixes a number of the process's own into every seed, so that an
interrupted run could not go on as if nothing had happened.
"""

import functools
import math
import random
from bisect import bisect
from collections.abc import Callable, Mapping, Sequence
from itertools import accumulate

from sentencepiece import SentencePieceProcessor

WORD_START = "▁"  # SentencePiece's sign for a space: it opens each word, and no piece goes beyond a word
_UNKNOWN_PENALTY = 10.0  # an unknown character is this much less likely (in nats) than the least likely piece
_WORDS_KEPT = 100_000

Pieces = Mapping[str, tuple[int, float]]
"""Of each piece its id and its score: log-probability (unigram), or minus its rank among the merges (BPE)."""

Segment = Callable[[str, float, random.Random], list[int]]


class SegmentationSampler:
    """Draws segmentations with the pieces of a unigram or BPE model.

    Args:
        processor: the model.
    """

    def __init__(self, processor: SentencePieceProcessor) -> None:
        size = len(processor)
        self._unknown = processor.unk_id()
        pieces = {
            processor.id_to_piece(index): (index, processor.get_score(index))
            for index in range(size)
            if not (processor.is_control(index) or processor.is_unknown(index))
        }
        # The scores of merges are their ranks; log-probabilities are never all whole numbers.
        is_bpe = all(score.is_integer() for _, score in pieces.values())
        self._segment: Segment = (_MergeDropout if is_bpe else _Unigram)(pieces, self._unknown)

    def sample(self, text: str, alpha: float, chance: random.Random) -> list[int]:
        """The ids of a clean text.

        Args:
            text: words divided by single spaces.
            alpha: see `Tokenizer.sample_batch`.
            chance: what it is drawn with.
        """
        ids: list[int] = []
        for word in text.split(" ") if text else ():
            for index in self._segment(WORD_START + word, alpha, chance):
                # SentencePiece writes a run of unknown characters as one unknown.
                if index != self._unknown or not ids or ids[-1] != index:
                    ids.append(index)
        return ids


class _Unigram:
    """Draws a segmentation with the probability of its pieces to the power alpha (Kudo 2018, arXiv 1804.10959)."""

    def __init__(self, pieces: Pieces, unknown: int) -> None:
        self._pieces = pieces
        self._longest = max(map(len, pieces), default=1)
        self._unknown = unknown, min((score for _, score in pieces.values()), default=0.0) - _UNKNOWN_PENALTY
        self._choices = functools.lru_cache(_WORDS_KEPT)(self._count)

    def __call__(self, word: str, alpha: float, chance: random.Random) -> list[int]:
        choices = self._choices(word, alpha)
        ids: list[int] = []
        end = len(word)
        while end:
            starts, indices, sums = choices[end - 1]
            chosen = bisect(sums, chance.random() * sums[-1], hi=len(sums) - 1)
            ids.append(indices[chosen])
            end = starts[chosen]
        return ids[::-1]

    def _count(self, word: str, alpha: float) -> list[tuple[list[int], list[int], list[float]]]:
        """For each end of a piece: where it may begin, its id, and running sums of the weights of all ways there.

        Forward filtering; what is drawn from the end backwards is then drawn from all segmentations of the word.
        """
        reached = [0.0]  # logarithm of the summed weight of all segmentations up to each position
        choices = []
        for end in range(1, len(word) + 1):
            starts, indices, weights = [], [], []
            for start in range(max(0, end - self._longest), end):
                found = self._pieces.get(word[start:end], self._unknown if start == end - 1 else None)
                if found is not None:
                    starts.append(start)
                    indices.append(found[0])
                    weights.append(reached[start] + alpha * found[1])
            peak = max(weights)
            sums = list(accumulate(math.exp(weight - peak) for weight in weights))
            reached.append(peak + math.log(sums[-1]))
            choices.append((starts, indices, sums))
        return choices


class _MergeDropout:
    """Merges pairs in the order they were learned, but leaves each out with probability alpha, time and again.

    BPE-dropout (Provilkov et al. 2020, arXiv 1910.13267), algorithm 1.
    """

    def __init__(self, pieces: Pieces, unknown: int) -> None:
        self._pieces, self._unknown = pieces, unknown

    def __call__(self, word: str, alpha: float, chance: random.Random) -> list[int]:
        symbols: Sequence[str] = list(word)
        while True:
            best, merged = None, -math.inf
            for place in range(len(symbols) - 1):
                found = self._pieces.get(symbols[place] + symbols[place + 1])
                if found is not None and found[1] > merged and chance.random() >= alpha:
                    best, merged = place, found[1]
            if best is None:
                break
            symbols = [*symbols[:best], symbols[best] + symbols[best + 1], *symbols[best + 2 :]]
        return [self._pieces[symbol][0] if symbol in self._pieces else self._unknown for symbol in symbols]
