"""Which words are right, by their place in the sentence."""

from collections import Counter

import numpy as np

from seq2seq.data.words import word_credits
from seq2seq.report.analysis.estimates import Estimate, shares
from seq2seq.report.analysis.material import Material
from seq2seq.report.content import Chart, Section, Series

_PARTS = 5
_PLACES = ("first fifth", "second", "third", "fourth", "last fifth")


def by_position(material: Material) -> Section | str:
    """Words right by their place in the output, and words found by their place in the reference."""
    captions = material.test.captions
    right, found, told = [], [], []
    for name, outputs in material.outputs.items():
        places = _by_place(outputs, material.credits[name])
        if places is None:
            continue
        right.append(Series(name, tuple(value.point(x) for x, value in zip(_PLACES, places, strict=True))))
        told.append(_tell_places(name, places))
        if not captions:
            first = [words[0] for words in material.references]
            counted = [word_credits(words, Counter(output)) for words, output in zip(first, outputs, strict=True)]
            places = _by_place(first, counted)
            if places is not None:
                found.append(Series(name, tuple(value.point(x) for x, value in zip(_PLACES, places, strict=True))))
    if not right:
        return f"words by their place: no output has {_PARTS} words"
    how = (
        f"Sentences of {_PARTS} words or more. The first words are the easiest of any system; a fall towards the end "
        "is a sign that the thread is lost."
    )
    charts = [
        Chart(
            "precision-by-place",
            "Words right along the output",
            f"Of the words that were written, how many a reference has too. {how}",
            "bar",
            "place in the output",
            "words right, %",
            tuple(right),
        )
    ]
    if found:
        charts.append(
            Chart(
                "recall-by-place",
                "Words found along the reference",
                f"Of the reference's words, how many the output has too: where something is lost. {how}",
                "bar",
                "place in the reference",
                "words found, %",
                tuple(found),
            )
        )
    return Section("position", "Where in the sentence does it go wrong?", " ".join(told), tuple(charts))


def _by_place(sentences: list[list[str]], credits: list[list[float]]) -> list[Estimate] | None:
    counts = np.zeros((len(sentences), _PARTS, 2))
    for row, (words, row_credits) in enumerate(zip(sentences, credits, strict=True)):
        if len(words) >= _PARTS:
            for place, credit in enumerate(row_credits):
                counts[row, place * _PARTS // len(words)] += credit, 1
    return shares(counts) if counts.any() else None


def _tell_places(name: str, places: list[Estimate]) -> str:
    values = [value.value for value in places if value.value is not None]
    if len({f"{value:.0f}" for value in values}) == 1:
        return f"{name}: {values[0]:.0f} % of its words are right in each fifth."
    worst = _PLACES[min(range(_PARTS), key=lambda place: places[place].value or 0.0)]
    return (
        f"{name}: {values[0]:.0f} % of its words are right in the first fifth, {values[-1]:.0f} % in "
        f"the last; worst is the {worst}."
    )
