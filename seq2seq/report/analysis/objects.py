"""What captions name that no reference names, and what they miss, by class of word."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np

from seq2seq.report.analysis.estimates import Array, share
from seq2seq.report.analysis.lexicon import CLASSES, LANGUAGES, Concept, Lexicon, lexicon_for
from seq2seq.report.analysis.material import Material
from seq2seq.report.content import Chart, Section, Series, Table

HUMAN = "a person (first reference)"
_LISTED = 10


def find_objects(material: Material) -> Section | str:
    """Concepts named by no reference and concepts missed; why not, in a language without a lexicon."""
    lexicon = lexicon_for(material.test.language)
    if lexicon is None:
        known, language = " and ".join(LANGUAGES), material.test.language or "unknown"
        return f"objects named or missed: there are lexicons for {known}, but the captions' language is {language}"
    references = [[lexicon.find(words) for words in texts] for texts in material.references]
    counted = {
        name: _count(lexicon, [lexicon.find(words) for words in outputs], references)
        for name, outputs in material.outputs.items()
    }
    told = [_tell(name, one) for name, one in counted.items()]
    if min(map(len, references)) > 1:
        counted[HUMAN] = _count(lexicon, [texts[0] for texts in references], [texts[1:] for texts in references])
        told.append(_tell(HUMAN, counted[HUMAN]))
    said = _series(counted, lambda one: one.said)
    due = _series(counted, lambda one: one.due)
    note = (
        f' "{HUMAN}" is the first reference of each picture judged by the others: the error that remains when a person '
        "describes what is there."
        if HUMAN in counted
        else ""
    )
    items = (
        Chart(
            "invented",
            "Named, but by no reference",
            "Of what the captions name, how much no reference names: seen wrongly, or overlooked by all who wrote the "
            f"references.{note}",
            "bar",
            "class of word",
            "named by no reference, %",
            said,
        ),
        Chart(
            "missed",
            "In most references, but not named",
            "Of what more than half of a picture's references name, how much the caption does not.",
            "bar",
            "class of word",
            "missed, %",
            due,
        ),
        Table(
            "objects",
            "What is most often wrong",
            "How often each was named where no reference has it, and how often it was missed where most have it.",
            ("system", "named by no reference", "missed"),
            tuple((name, _list(one.invented), _list(one.missed)) for name, one in counted.items()),
        ),
    )
    return Section("objects", "Does it name what is in the picture?", " ".join(told), items)


@dataclass(frozen=True)
class _Counts:
    """What one system named.

    Attributes:
        said: (pictures, classes, 2) concepts that no reference names, and all that the captions name.
        due: (pictures, classes, 2) concepts missed, and all that more than half of the references name.
        invented: how often each concept was named by no reference.
        missed: how often each was missed.
    """

    said: Array
    due: Array
    invented: Counter[Concept]
    missed: Counter[Concept]


def _count(lexicon: Lexicon, captions: list[set[Concept]], references: list[list[set[Concept]]]) -> _Counts:
    said, due = (np.zeros((len(captions), len(CLASSES), 2)) for _ in range(2))
    invented: Counter[Concept] = Counter()
    missed: Counter[Concept] = Counter()
    for place, (named, texts) in enumerate(zip(captions, references, strict=True)):
        times = Counter(concept for text in texts for concept in text)
        wanted = [concept for concept, count in times.items() if 2 * count > len(texts)]
        for concepts, others, counts, wrong in ((named, times, said, invented), (wanted, named, due, missed)):
            _compare(lexicon, concepts, others, counts[place], wrong)
    return _Counts(said, due, invented, missed)


def _compare(
    lexicon: Lexicon, concepts: Iterable[Concept], others: Iterable[Concept], counts: Array, wrong: Counter[Concept]
) -> None:
    """Note in `counts` (classes, 2), and in `wrong`, which concepts are not among the others."""
    for concept in concepts:
        absent = not lexicon.is_among(concept, others)
        counts[CLASSES.index(concept.kind)] += absent, 1
        wrong[concept] += absent


def _series(counted: dict[str, _Counts], part: Callable[[_Counts], Array]) -> tuple[Series, ...]:
    """Of each system the share of each class that anyone names."""
    seen = sum(part(one)[..., 1].sum(0) for one in counted.values())
    classes = [place for place in range(len(CLASSES)) if seen[place] > 0]  # type: ignore[index]
    return tuple(
        Series(name, tuple(share(*part(one)[:, place].T).point(CLASSES[place]) for place in classes))
        for name, one in counted.items()
    )


def _list(counts: Counter[Concept]) -> str:
    return ", ".join(f"{concept.words} ({count})" for concept, count in counts.most_common(_LISTED) if count)


def _tell(name: str, one: _Counts) -> str:
    invented, missed = (share(*counts.sum(1).T).value for counts in (one.said, one.due))
    if invented is None:
        return f"{name} names nothing that the lexicon has."
    text = f"{name}: {invented:.0f} % of what is named stands in no reference"
    return f"{text}, {missed:.0f} % of what most references name is missed." if missed is not None else f"{text}."
