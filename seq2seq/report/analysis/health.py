"""Whether the search ended as it should: outputs that are empty, endless, copied or in parts."""

import math
from collections.abc import Callable

from seq2seq.data.tokenizer import END
from seq2seq.data.words import text_words
from seq2seq.report.analysis.material import Material
from seq2seq.report.analysis.omissions import rambles
from seq2seq.report.content import Section, Table
from seq2seq.report.system import Details, System

_AGAINST_ITS_WILL = math.log(0.01)  # where a model ends by itself, the end is far likelier than this


def check_search(material: Material) -> Section | str:
    """How many outputs have what no output should have."""
    test = material.test
    faults = dict(_FAULTS)
    if not test.captions and test.sources:
        faults |= {"the source as it is, where no reference is": _copied}
    notes = _PICTURE_NOTES if test.captions else _TEXT_NOTES
    counts = {
        title: [count(material, system) for system in material.systems.values()]
        for title, count in (faults | notes).items()
    }
    told = []
    for place, name in enumerate(material.systems):
        found = sum(counts[title][place] or 0 for title in faults)
        told.append(f"{name}: {found or 'no'} {'sign' if found in (0, 1) else 'signs'} of trouble.")
    table = Table(
        "health",
        f"Of {len(test):,} outputs",
        "How many outputs have what none should have. A dash: an output file does not tell.",
        ("", *material.systems),
        tuple((title, *cells) for title, cells in counts.items()),
    )
    return Section("health", "Did the search end as it should?", " ".join(told), (table,))


Counted = Callable[[Material, System], int | None]


def _detailed(question: Callable[[Details], bool]) -> Counted:
    """How many outputs' details answer a question by yes."""

    def count(_: Material, system: System) -> int | None:
        return None if system.details is None else sum(map(question, system.details))

    return count


def _empty(material: Material, system: System) -> int:
    sources = material.test.sources
    silent = [place for place, text in enumerate(system.outputs) if not text.strip()]
    if material.test.captions or not sources:
        return len(silent)
    return sum(bool(sources[place].strip()) for place in silent)


def _unknown(_: Material, system: System) -> int:
    return sum("⁇" in text for text in system.outputs)


def _rambling(material: Material, system: System) -> int:
    return sum(
        rambles(words, references)
        for words, references in zip(material.outputs[system.name], material.references, strict=True)
    )


def _copied(material: Material, system: System) -> int:
    copied = 0
    for source, words, references in zip(
        material.test.sources, material.outputs[system.name], material.references, strict=True
    ):
        copied += bool(words) and words == text_words(source) and words not in references
    return copied


def _cut_off(details: Details) -> bool:
    """Whether the model did not end its output (or a part of it) of its own accord.

    The search ends an output that has reached the limit of length, and then tells what the model thought of that.
    """
    ends = [value for piece, value in zip(details.tokens, details.log_probs, strict=True) if piece == END]
    return bool(details.tokens) and (not details.finished or any(value < _AGAINST_ITS_WILL for value in ends))


_FAULTS: dict[str, Counted] = {
    "cut off: the limit of length ended them, not the model": _detailed(_cut_off),
    "empty, though the source is not": _empty,
    "hold an unknown character (⁇)": _unknown,
    "say the same three words twice": _rambling,
}
_TEXT_NOTES: dict[str, Counted] = {
    "translated in parts, since the line is long (no fault)": _detailed(lambda details: details.parts > 1)
}
_PICTURE_NOTES: dict[str, Counted] = {
    "none, since the picture could not be read": _detailed(lambda details: details.problem is not None)
}
