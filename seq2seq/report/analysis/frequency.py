"""Which words are found, by how often the training data have them."""

from collections import Counter
from collections.abc import Sequence

import numpy as np

from seq2seq.data.words import text_words
from seq2seq.report.analysis.estimates import Estimate, shares
from seq2seq.report.analysis.material import NO_TRAINING, Material, elsewhere, untold
from seq2seq.report.content import Chart, Section, Series, Table

_BANDS = ((0, "never"), (1, "1 to 9"), (10, "10 to 99"), (100, "100 or more"))  # by the least number of times
_LISTED = 20  # words made up


def by_frequency(material: Material) -> Section | str:
    """Words found and words right by their frequency in the training data; why not, where these are not known.

    Systems that were trained on other data are left out, and this is said.
    """
    training = material.training
    if training is None:
        return f"words by their frequency in training: {NO_TRAINING}"
    others = [name for name, system in material.systems.items() if system.elsewhere]
    if len(others) == len(material.systems):
        return f"words by their frequency in training: {elsewhere(others)}"
    captions = material.test.captions
    recalls, precisions, told = [], [], []
    made_up = _made_up(material, training, others)
    for name in made_up:
        outputs = material.outputs[name]
        found = _recall(outputs, material.due, training)
        right = _precision(outputs, material.credits[name], training)
        recalls.append(Series(name, tuple(value.point(band) for (_, band), value in zip(_BANDS, found, strict=True))))
        precisions.append(
            Series(name, tuple(value.point(band) for (_, band), value in zip(_BANDS, right, strict=True)))
        )
        told.append(_tell(name, found, made_up[name].total()))
    which = "that at least half of a picture's captions have" if captions else "of the references"
    items: tuple[Chart | Table, ...] = (
        Chart(
            "recall-by-frequency",
            "Words found",
            f"Of the words {which}, how many the output has too, by how often training saw the word. Case and "
            "punctuation do not count.",
            "bar",
            "times in the training data",
            "words found, %",
            tuple(recalls),
        ),
        Chart(
            "precision-by-frequency",
            "Words right",
            "Of the words of the output, how many a reference has too. Words that training never saw are put together "
            "from pieces.",
            "bar",
            "times in the training data",
            "words right, %",
            tuple(precisions),
        ),
    )
    if any(made_up.values()):
        items += (_table_of_made_up(made_up),)
    lines = [" ".join(told), *[untold(others, "which words were learned")] * bool(others)]
    if strangers := [name for name in made_up if not material.systems[name].facts.get("models")]:
        lines.append(
            f"What trained {', '.join(strangers)} is not known; counted are the words of --data's training text."
        )
    return Section("frequency", "Does it know rare words?", "\n".join(lines), items)


def _recall(outputs: list[list[str]], due: list[Counter[str]], training: Counter[str]) -> list[Estimate]:
    counts = np.zeros((len(outputs), len(_BANDS), 2))
    for place, (words, expected) in enumerate(zip(outputs, due, strict=True)):
        written = Counter(words)
        for word, number in expected.items():
            counts[place, _band(training[word])] += min(number, written[word]), number
    return shares(counts)


def _precision(outputs: list[list[str]], credits: list[list[float]], training: Counter[str]) -> list[Estimate]:
    counts = np.zeros((len(outputs), len(_BANDS), 2))
    for place, (words, row) in enumerate(zip(outputs, credits, strict=True)):
        for word, credit in zip(words, row, strict=True):
            counts[place, _band(training[word])] += credit, 1
    return shares(counts)


def _band(times: int) -> int:
    return sum(times >= least for least, _ in _BANDS) - 1


def _tell(name: str, found: list[Estimate], made_up: int) -> str:
    bands = list(zip(_BANDS, found, strict=True))
    parts = [
        f"{value.value:.0f} % of those {f'seen {band} times' if least else 'never seen'}"
        for (least, band), value in reversed(bands)
        if value.value is not None
    ]
    if not parts:
        return ""
    text = f"{name} finds, of the words of the references, {', '.join(parts)}"
    return f"{text}; it makes up {made_up:,} words." if made_up else f"{text}."


def _made_up(material: Material, training: Counter[str], others: Sequence[str]) -> dict[str, Counter[str]]:
    """By system, but the others, the words of letters that neither training nor a reference nor the source has."""
    known = [set() if material.test.captions else set(text_words(text)) for text in material.test.sources]
    known = known or [set() for _ in material.references]
    return {
        name: Counter(
            word
            for words, allowed, seen in zip(outputs, material.allowed, known, strict=True)
            for word in words
            if word not in training and word not in allowed and word not in seen and word.isalpha()
        )
        for name, outputs in material.outputs.items()
        if name not in others
    }


def _table_of_made_up(made_up: dict[str, Counter[str]]) -> Table:
    lists = [
        [f"{word} ({count})" if count > 1 else word for word, count in one.most_common(_LISTED)]
        for one in made_up.values()
    ]
    return Table(
        "made-up",
        "Words made up",
        "Words of the output that neither the training data nor source nor reference have: most do not exist. The most "
        "frequent first, with how often they were written.",
        ("system", "words", "the first of them"),
        tuple((name, one.total(), ", ".join(words)) for (name, one), words in zip(made_up.items(), lists, strict=True)),
    )
