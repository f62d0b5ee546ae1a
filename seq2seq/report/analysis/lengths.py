"""How good short and long sentences are."""

from collections.abc import Sequence

import numpy as np

from seq2seq.data.words import text_words
from seq2seq.report.analysis.estimates import Estimate, estimate, share
from seq2seq.report.analysis.material import Material
from seq2seq.report.content import Chart, Section, Series

_BOUNDS = (3, 6, 9, 12, 15, 20, 25, 30, 40, 50, 75, 100)  # words of the longest sentence of each group
_FEWEST = 25  # sentences of a group...
_SMALLEST = 0.03  # ...and their share of all


def by_length(material: Material) -> Section | str:
    """Score and length of the outputs by length of the source; why not, where there are too few sentences."""
    test = material.test
    texts = test.sources or [references[0] for references in test.references]
    whose = "source" if test.sources else "reference"
    lengths = [len(text_words(text)) for text in texts]
    groups = length_groups(lengths)
    if len(groups) < 2:
        return "score by sentence length: the test set is too small, or its sentences are all of like length"
    members = {name: np.array([first <= length <= last for length in lengths]) for name, first, last in groups}
    scores, ratios, told = [], [], []
    due = np.array([sum(map(len, words)) / len(words) for words in material.references])
    for name, outputs in material.outputs.items():
        written = np.array([len(words) for words in outputs], dtype=float)
        found = {group: estimate(material.statistics[name][mask], material.quality) for group, mask in members.items()}
        scores.append(Series(name, tuple(value.point(group) for group, value in found.items())))
        ratios.append(
            Series(
                name,
                tuple(
                    share(written[mask], due[mask]).point(group) for group, mask in members.items() if due[mask].any()
                ),
            )
        )
        told.append(_tell(name, whose, list(found), list(found.values())))
    axis = f"words of the {whose}"
    charts = (
        Chart(
            "score-by-length",
            "Score by sentence length",
            "How like the references the outputs are, for short and for long sentences. The thin lines are 95 % "
            "intervals: bars whose lines overlap may differ by chance.",
            "bar",
            axis,
            material.metric,
            tuple(scores),
        ),
        Chart(
            "length-by-length",
            "Length of the outputs by sentence length",
            "Words written for every 100 words of the reference. Well below 100: something is left out; well above: "
            "something is added.",
            "bar",
            axis,
            "words for 100 of the reference",
            tuple(ratios),
        ),
    )
    return Section("length", "Are long sentences harder?", " ".join(told), charts)


def length_groups(lengths: Sequence[int]) -> list[tuple[str, int, int]]:
    """Groups of lengths that hold enough sentences each: their name, shortest and longest length.

    >>> length_groups([1] * 50 + [5] * 40 + [20] * 10)
    [('up to 3', 0, 3), ('4 or more', 4, 9223372036854775807)]
    """
    enough = max(_FEWEST, _SMALLEST * len(lengths))
    last = np.iinfo(np.int64).max
    ends: list[int] = []
    for bound in _BOUNDS:
        here = sum((ends[-1] if ends else -1) < length <= bound for length in lengths)
        beyond = sum(length > bound for length in lengths)
        if here >= enough and beyond >= enough:
            ends.append(bound)
    starts = [0, *(end + 1 for end in ends)]
    return [(_group_name(start, end, last), start, end) for start, end in zip(starts, [*ends, int(last)], strict=True)]


def _group_name(start: int, end: int, last: int) -> str:
    if end == last:
        return f"{start} or more" if start else "all"
    return f"{start} to {end}" if start else f"up to {end}"


def _tell(name: str, whose: str, groups: list[str], found: list[Estimate]) -> str:
    first, last = found[0], found[-1]
    if first.value is None or last.value is None:
        return ""
    values = f"{first.value:.0f} on {whose}s of {groups[0]} words, {last.value:.0f} on those of {groups[-1]}"
    if not first.differs_from(last):
        return f"{name}: no difference that this test set can show ({values})."
    word = "yes" if last.value < first.value else "no, the short ones are"
    return f"{name}: {word} ({values})."
