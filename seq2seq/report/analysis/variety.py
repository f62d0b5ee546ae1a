"""How varied captions are, and how many are repeated from training."""

from collections import Counter
from collections.abc import Sequence

from seq2seq.evaluation.captions import Diversity, measure_diversity
from seq2seq.report.analysis.material import NO_TRAINING, Material, untold
from seq2seq.report.analysis.objects import HUMAN
from seq2seq.report.content import Cell, Section, Table
from seq2seq.report.diversity import diversity_of, knows_training

_LISTED = 8


def find_variety(material: Material) -> Section | str:
    """Diversity of the captions, beside that of one reference of each picture."""
    test = material.test
    captions = {name: list(system.outputs) for name, system in material.systems.items()}
    captions[HUMAN] = [texts[0] for texts in test.references]
    found = {name: diversity_of(test, system) for name, system in material.systems.items()}
    silent = [name for name, system in material.systems.items() if not knows_training(test, system)]
    trained = len(silent) < len(found)
    found[HUMAN] = measure_diversity(captions[HUMAN], test.training_captions if trained else None)
    known = {name: _percent_known(diversity) for name, diversity in found.items()}
    measures: dict[str, Sequence[Cell]] = {
        "captions that no other picture got, %": [_share_alone(texts) for texts in captions.values()],
        "words in use": [diversity.vocabulary for diversity in found.values()],
        "words of a caption": [round(diversity.mean_length, 1) for diversity in found.values()],
        "captions known from training, %": list(known.values()),
    }
    tables = [
        Table(
            "diversity",
            "Variety",
            "A system that has learned little says the same of many pictures. Captions known from training are no "
            "fault where they are true, but a sign of recall where there are many.",
            ("", *found),
            tuple((title, *values) for title, values in measures.items() if set(values) != {None}),
        ),
        Table(
            "favourite-captions",
            "Captions said most often",
            "Each with the number of pictures of which it was said.",
            ("system", "pictures", "caption"),
            tuple(
                (name, count, text)
                for name, system in material.systems.items()
                for text, count in Counter(system.outputs).most_common(_LISTED)
                if count > 1
            ),
        ),
    ]
    *told, of_person = [_tell(name, found[name], known[name]) for name in captions]
    return Section(
        "variety",
        "Does it say the same of every picture?",
        "\n".join([*told, of_person, *_reasons(material, silent)]),
        tuple(t for t in tables if t.rows),
    )


def _reasons(material: Material, silent: Sequence[str]) -> list[str]:
    """Why it is not told of these systems how many captions are known from training; one sentence at most."""
    if material.test.training is None:
        return [f"Which captions are known from training cannot be told: {NO_TRAINING}."]
    return [untold(silent, "which captions are known from training")] * bool(silent)


def _percent_known(diversity: Diversity) -> float | None:
    """How many captions training has word by word; None where that is not known."""
    return None if diversity.new is None else round(100 * (1 - diversity.new), 1)


def _share_alone(captions: list[str]) -> float:
    counts = Counter(captions)
    return round(100 * sum(counts[text] == 1 for text in captions) / len(captions), 1)


def _tell(name: str, diversity: Diversity, known: float | None) -> str:
    told = f", {known:.0f} % known from training" if known is not None else ""
    return (
        f"{name}: {diversity.distinct:,} different caption{'s' * (diversity.distinct != 1)} of {diversity.captions:,}, "
        f"{diversity.vocabulary:,} word{'s' * (diversity.vocabulary != 1)} in use{told}."
    )
