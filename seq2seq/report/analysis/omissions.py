"""What is left out, added or said twice."""

import itertools
import math
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence

from seq2seq.report.analysis.estimates import share
from seq2seq.report.analysis.material import Material
from seq2seq.report.content import Cell, Section, Table

_SHORT, _LONG = 2 / 3, 3 / 2  # of the reference's length
_CLEAR = 2  # words of difference at least: a word more or less in a sentence of four is no omission
PHRASE = 3  # words; who says three words twice rambles
_LISTED = 8
_BEYOND_CHANCE = 3.0  # standard deviations


def find_omissions(material: Material) -> Section | str:
    """Words left out and added, outputs too short and too long, repetitions, and words said too often or too seldom."""
    names = tuple(material.outputs)
    whose = "that half of the references have" if material.test.captions else "of the references"
    measures: dict[str, Callable[[str], float | None]] = {
        f"left out of the words {whose}, %": lambda name: _left_out(material, name),
        "words that no reference has, %": lambda name: _added(material, name),
        "outputs much shorter than every reference, %": lambda name: _outputs(material, name, _is_short),
        "outputs much longer than every reference, %": lambda name: _outputs(material, name, _is_long),
        "outputs that say a word twice in a row, %": lambda name: _outputs(material, name, stutters),
        "outputs that say the same three words twice, %": lambda name: _outputs(material, name, rambles),
    }
    rows = [(title, *(_rounded(measure(name)) for name in names)) for title, measure in measures.items()]
    tables = [
        Table(
            "omissions",
            "Left out, added, repeated",
            f"Much shorter: less than two thirds of the shortest reference and at least {_CLEAR} words less; much "
            "longer likewise. A repetition that a reference has too is none.",
            ("", *names),
            tuple(rows),
        )
    ]
    favourites = _favourites(material)
    if favourites is not None:
        tables.append(favourites)
    told = [
        f"{name} leaves out {rows[0][place]} % of the words {whose}; {rows[1][place]} % of its own words no reference "
        "has."
        for place, name in enumerate(names, start=1)
        if rows[0][place] is not None and rows[1][place] is not None
    ]
    return Section("omissions", "What is left out, added or said twice?", " ".join(told), tuple(tables))


def stutters(words: Sequence[str], references: Sequence[Sequence[str]]) -> bool:
    """Whether a word is said twice in a row which no reference has so.

    >>> stutters("a a dog".split(), ["a dog".split()]), stutters("no no".split(), ["oh no no".split()])
    (True, False)
    """
    twice = _twice(words)
    return bool(twice) and not any(twice <= _twice(text) for text in references)


def rambles(words: Sequence[str], references: Sequence[Sequence[str]]) -> bool:
    """Whether three words are said again which no reference says again.

    >>> rambles("a red dog and a red dog".split(), ["two red dogs".split()])
    True
    """
    again = _said_again(words)
    return bool(again) and not any(again <= _said_again(text) for text in references)


def _twice(words: Sequence[str]) -> set[str]:
    return {one for one, other in itertools.pairwise(words) if one == other}


def _said_again(words: Sequence[str]) -> set[tuple[str, ...]]:
    phrases = Counter(zip(*(words[start:] for start in range(PHRASE)), strict=False))
    return {phrase for phrase, count in phrases.items() if count > 1}


def _is_short(words: Sequence[str], references: Sequence[Sequence[str]]) -> bool:
    due = min(map(len, references))
    return len(words) < _SHORT * due and len(words) <= due - _CLEAR


def _is_long(words: Sequence[str], references: Sequence[Sequence[str]]) -> bool:
    due = max(map(len, references))
    return len(words) > _LONG * due and len(words) >= due + _CLEAR


def _outputs(
    material: Material, name: str, question: Callable[[Sequence[str], Sequence[Sequence[str]]], bool]
) -> float | None:
    answers = [question(*pair) for pair in zip(material.outputs[name], material.references, strict=True)]
    return 100 * sum(answers) / len(answers) if answers else None


def _left_out(material: Material, name: str) -> float | None:
    missed = [(due - Counter(words)).total() for words, due in zip(material.outputs[name], material.due, strict=True)]
    return share(missed, [due.total() for due in material.due]).value


def _added(material: Material, name: str) -> float | None:
    credits = material.credits[name]
    return share([len(row) - sum(row) for row in credits], [len(row) for row in credits]).value


def _favourites(material: Material) -> Table | None:
    """Words that a system says more often, or more seldom, than the references in all do, beyond chance."""
    expected: dict[str, float] = defaultdict(float)
    for texts in material.references:
        for text in texts:
            for word in text:
                expected[word] += 1 / len(texts)
    said = {name: Counter(word for words in outputs for word in words) for name, outputs in material.outputs.items()}
    words = set(expected).union(*said.values())

    def excess(name: str, word: str) -> float:
        both = said[name][word] + expected[word]
        return (said[name][word] - expected[word]) / math.sqrt(both) if both else 0.0

    strongest = {word: max((excess(name, word) for name in said), key=abs) for word in words}
    order = sorted((word for word in words if abs(strongest[word]) > _BEYOND_CHANCE), key=lambda word: strongest[word])
    seldom = [word for word in order if strongest[word] < 0][:_LISTED]
    often = [word for word in order[::-1] if strongest[word] > 0][:_LISTED]
    whole = all(len(texts) == 1 for texts in material.references)
    rows: list[tuple[Cell, ...]] = [
        (kind, word, round(expected[word]) if whole else round(expected[word], 1), *(said[name][word] for name in said))
        for kind, chosen in (("too seldom", seldom), ("too often", often))
        for word in chosen
    ]
    if not rows:
        return None
    return Table(
        "favourites",
        "Words said too seldom and too often",
        "How often the references have a word (on average, where there are several), and how often the outputs have "
        "it: only words whose difference is no chance.",
        ("", "word", "references", *said),
        tuple(rows),
    )


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 1)
