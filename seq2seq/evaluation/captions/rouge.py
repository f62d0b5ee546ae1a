"""ROUGE-L by coco-caption's rules."""

from collections.abc import Hashable, Sequence

_BETA = 1.2  # how much more recall counts than precision


def rouge_l(tokens: Sequence[str], references: Sequence[Sequence[str]]) -> float:
    """ROUGE-L of one caption (Lin, 2004), from 0 to 1: the best precision and the best recall of any reference.

    Nothing counts as one empty word, so that two empty captions are alike.

    >>> round(rouge_l("a dog runs on sand".split(), ["a dog runs".split(), "one dog on sand".split()]), 3)
    0.785
    """
    tokens = tokens or [""]
    common = [(common_length(tokens, reference or [""]), len(reference) or 1) for reference in references]
    precision = max(length for length, _ in common) / len(tokens)
    recall = max(length / whole for length, whole in common)
    if not precision:
        return 0.0
    return (1 + _BETA**2) * precision * recall / (recall + _BETA**2 * precision)


def common_length(first: Sequence[Hashable], second: Sequence[Hashable]) -> int:
    """The length of the longest common subsequence, by one integer's bits (Hyyrö, 2004): quick for short sequences.

    >>> common_length("abcd", "xbdcd")
    3
    """
    places: dict[Hashable, int] = {}
    for place, token in enumerate(first):
        places[token] = places.get(token, 0) | 1 << place
    ends = all_places = (1 << len(first)) - 1  # a zero where the common subsequence has grown by that place
    for token in second:
        here = ends & places.get(token, 0)
        ends = (ends + here) | (ends - here)
    return len(first) - (ends & all_places).bit_count()
