"""What the words of an output looked at, and how sure the model was of them, in few bytes."""

from collections.abc import Sequence
from difflib import SequenceMatcher

import numpy as np
from numpy.typing import NDArray

from seq2seq.data.words import piece_words
from seq2seq.report.page.texts import shown_words
from seq2seq.report.system import Details
from seq2seq.report.words import merge_alignment

Array = NDArray[np.float64]

DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
"""Of numbers to the base 36; as one digit, a share from 0 to 1 in 35 steps."""

_LEAST = 0.05  # weights below are not told
_MOST = 4  # source words that are told for each word


def looked_at(details: Details, source: str, output: str) -> str | None:
    """For each word of a shown output, parted by spaces, what it attended to.

    Of text: "place of the source word, weight" to the base 36, the weight one digit, by commas, the highest first. Of a
    picture: a digit for each cell of its grid, row by row, the highest being 1; nothing where all weights are 0.

    Returns:
        None where the model has no attention, or its words cannot be found in the text.
    """
    merged = merge_alignment(details)
    if merged is None:
        return None
    read, written, weights = merged
    rows = _mean(weights.double().numpy(), places_of(written, shown_words(output)))
    if details.grid is not None:
        return " ".join(map(_cells, rows.tolist()))
    return _pairs(_total(rows, places_of(read, shown_words(source))))


def sure_of(details: Details | None, confidences: Sequence[float], output: str) -> str | None:
    """For each word of a shown output a digit: how sure the model was of it; None where its words cannot be found."""
    if details is None:
        return None
    written = [word.text for word in piece_words(details.tokens)]
    if len(written) != len(confidences):
        return None
    places = places_of(written, shown_words(output))
    return "".join(_digit(sum(confidences[place] for place in some) / max(len(some), 1)) for some in places)


def places_of(words: Sequence[str], shown: Sequence[str]) -> list[list[int]]:
    """For each shown word the places among `words` of those that it is made of, which may be none.

    >>> places_of(["a", "bc"], ["a", "b", "c"]), places_of(["He", "⁇", "said"], ["He", "«", "said"])
    ([[0], [1], [1]], [[0], [1], [2]])
    """
    if "".join(words) == "".join(shown):
        owner = [place for place, word in enumerate(words) for _ in word]
        found, start = [], 0
        for word in shown:
            found.append(sorted(set(owner[start : start + len(word)])))
            start += len(word)
        return found
    found = [[] for _ in shown]
    for kind, start, end, first, last in SequenceMatcher(None, words, shown, False).get_opcodes():
        for place in range(first, last):
            found[place] = [start + place - first] if kind == "equal" else list(range(start, end))
    return found


def _mean(rows: Array, places: Sequence[Sequence[int]]) -> Array:
    """The mean of the rows at each place; zeros where there is none."""
    if _one_to_one(places, len(rows)):
        return rows
    nothing = np.zeros(rows.shape[1])
    return np.stack([rows[list(several)].mean(0) if several else nothing for several in places])


def _total(rows: Array, places: Sequence[Sequence[int]]) -> Array:
    """The sum of the columns at each place."""
    if _one_to_one(places, rows.shape[1]):
        return rows
    return np.stack([rows[:, list(several)].sum(1) for several in places], axis=1)


def _one_to_one(places: Sequence[Sequence[int]], number: int) -> bool:
    return len(places) == number and all(several == [place] for place, several in enumerate(places))


def _pairs(rows: Array) -> str:
    best = np.argsort(-rows, axis=1, kind="stable")[:, :_MOST]
    weights = np.take_along_axis(rows, best, axis=1)
    return " ".join(
        ",".join(_base36(place) + _digit(weight) for place, weight in zip(*row, strict=True) if weight >= _LEAST)
        for row in zip(best.tolist(), weights.tolist(), strict=True)
    )


def _cells(row: Sequence[float]) -> str:
    most = max(row)
    return "".join(_digit(weight / most) for weight in row) if most > 0 else ""


def _digit(share: float) -> str:
    return DIGITS[round(35 * min(max(share, 0.0), 1.0))]


def _base36(number: int) -> str:
    head, last = divmod(number, 36)
    return (_base36(head) if head else "") + DIGITS[last]
