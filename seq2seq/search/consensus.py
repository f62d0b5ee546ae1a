"""Minimum Bayes risk: of all that a beam found, what is most like the rest (Kumar & Byrne 2004, N04-1022)."""

import math
from collections import Counter
from collections.abc import Sequence

from seq2seq.search.hypothesis import Hypothesis

_ORDERS = 4
_SMOOTHING = 0.1  # added to matches and to n-grams of each order, so that short texts can be compared, too

Counts = list[Counter[tuple[int, ...]]]


def rank_by_consensus(hypotheses: Sequence[Hypothesis]) -> list[Hypothesis]:
    """The hypotheses of a sentence, those first that have the highest BLEU-4 that may be expected.

    What is expected is the mean of the smoothed BLEU-4 of their tokens against each of the hypotheses, weighted by
    exp(score): as if one of them were the reference, and the model right about how likely each is. Of those that are as
    good the order stays.
    """
    counts = [_count(hypothesis.tokens) for hypothesis in hypotheses]
    best = max((hypothesis.score for hypothesis in hypotheses), default=0.0)
    weights = [math.exp(hypothesis.score - best) for hypothesis in hypotheses]
    expected = [sum(w * likeness(own, other) for w, other in zip(weights, counts, strict=True)) for own in counts]
    order = sorted(range(len(hypotheses)), key=lambda place: -expected[place])
    return [hypotheses[place] for place in order]


def likeness(own: Counts, reference: Counts) -> float:
    """The smoothed BLEU-4 of one text against another, from 0 to 1, both as n-grams counted by order.

    >>> one, other = _count([4, 5, 6]), _count([4, 5, 7])
    >>> likeness(one, one), round(likeness(one, other), 3)
    (1.0, 0.424)
    """
    length, wanted = own[0].total(), reference[0].total()
    logarithm = min(0.0, 1 - wanted / length) if length else -float(wanted)
    for mine, theirs in zip(own, reference, strict=True):
        matches, total = (mine & theirs).total(), mine.total()
        logarithm += math.log((matches + _SMOOTHING) / (total + _SMOOTHING)) / _ORDERS
    return math.exp(logarithm)


def _count(tokens: Sequence[int]) -> Counts:
    return [Counter(zip(*(tokens[start:] for start in range(order)), strict=False)) for order in range(1, _ORDERS + 1)]
