"""Train, dev and test without leaks: pairs that share a sentence stay together."""

import random
import unicodedata
from collections.abc import Iterable, Mapping, Sequence

Pair = tuple[str, str]


class _WithoutPunctuation(dict[int, int | None]):
    """A table for `str.translate`, filled as characters come: punctuation, separators and controls go."""

    def __missing__(self, code: int) -> int | None:
        self[code] = None if unicodedata.category(chr(code))[0] in "PZC" else code
        return self[code]


_WITHOUT_PUNCTUATION = _WithoutPunctuation()


def matching_key(text: str) -> str:
    """What two sentences have in common when one in training would give the other away in a test.

    Case, punctuation, white space and compatibility forms do not count; accents do, since they make other words.

    >>> matching_key("¿Qué  tal?") == matching_key("¡qué tal!")
    True
    >>> matching_key("¿Él?") == matching_key("¿El?")
    False
    """
    folded = unicodedata.normalize("NFKC", text).casefold()
    return unicodedata.normalize("NFC", folded.translate(_WITHOUT_PUNCTUATION)) or text


def components(pairs: Sequence[Pair]) -> list[list[int]]:
    """The groups of pairs (by index) that are linked, directly or through others, by a side with the same key.

    Groups come in the order of their first pairs.

    >>> components([("hola", "hello"), ("adiós", "bye"), ("¡Hola!", "hi"), ("ey", "Hi!")])
    [[0, 2, 3], [1]]
    """
    parent = list(range(len(pairs)))

    def root(index: int) -> int:
        while parent[index] != index:
            parent[index] = parent[parent[index]]
            index = parent[index]
        return index

    for side in (0, 1):
        first_with: dict[str, int] = {}
        for index, pair in enumerate(pairs):
            one, other = sorted((root(index), root(first_with.setdefault(matching_key(pair[side]), index))))
            parent[other] = one
    groups: dict[int, list[int]] = {}
    for index in range(len(pairs)):
        groups.setdefault(root(index), []).append(index)
    return list(groups.values())


def draw_splits(groups: Sequence[Sequence[int]], sizes: Mapping[str, int], seed: int) -> dict[str, list[int]]:
    """Draw whole groups at random until each split has its size, or as near below as the groups allow.

    Returns:
        The sorted indices of each split named in `sizes`, and of "train", which gets the rest.
    """
    order = list(range(len(groups)))
    random.Random(seed).shuffle(order)
    drawn: dict[str, list[int]] = {}
    for split, size in sizes.items():
        indices: list[int] = []
        left: list[int] = []
        for group in order:
            if len(indices) + len(groups[group]) <= size:
                indices.extend(groups[group])
            else:
                left.append(group)
        drawn[split] = sorted(indices)
        order = left
    drawn["train"] = sorted(index for group in order for index in groups[group])
    return drawn


def side_keys(pairs: Iterable[Pair]) -> tuple[set[str], set[str]]:
    """The matching keys of the first and of the second sides."""
    keys: tuple[set[str], set[str]] = (set(), set())
    for pair in pairs:
        for side, text in zip(keys, pair, strict=True):
            side.add(matching_key(text))
    return keys


def shared_sides(one: Iterable[Pair], other: Iterable[Pair]) -> int:
    """How many distinct sentences (first and second sides counted apart, by matching key) two splits have in common."""
    return sum(len(a & b) for a, b in zip(side_keys(one), side_keys(other), strict=True))
