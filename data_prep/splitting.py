"""Train, dev and test without leaks: rows that share a sentence, or a picture, stay together."""

import random
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence

Row = tuple[str, ...]
Keys = Callable[[Row], tuple[str, ...]]


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


def sentence_keys(row: Row) -> tuple[str, ...]:
    """The matching key of each side of a pair."""
    return tuple(map(matching_key, row))


def components(rows: Sequence[Row], keys: Keys = sentence_keys) -> list[list[int]]:
    """The groups of rows (by index) that are linked, directly or through others, by a key at the same place.

    Groups come in the order of their first rows.

    >>> components([("hola", "hello"), ("adiós", "bye"), ("¡Hola!", "hi"), ("ey", "Hi!")])
    [[0, 2, 3], [1]]
    """
    parent = list(range(len(rows)))

    def root(index: int) -> int:
        while parent[index] != index:
            parent[index] = parent[parent[index]]
            index = parent[index]
        return index

    first_with: dict[tuple[int, str], int] = {}
    for index, row in enumerate(rows):
        for place_and_key in enumerate(keys(row)):
            one, other = sorted((root(index), root(first_with.setdefault(place_and_key, index))))
            parent[other] = one
    groups: dict[int, list[int]] = {}
    for index in range(len(rows)):
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


def keys_of(rows: Iterable[Row], keys: Keys = sentence_keys) -> set[tuple[int, str]]:
    """All keys of rows, each with its place."""
    return {place_and_key for row in rows for place_and_key in enumerate(keys(row))}


def shared_keys(one: Iterable[Row], other: Iterable[Row], keys: Keys = sentence_keys) -> int:
    """How many distinct keys two splits have in common: sentences (each side counted apart), or pictures."""
    return len(keys_of(one, keys) & keys_of(other, keys))
