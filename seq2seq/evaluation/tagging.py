"""How many entities a tagger finds: precision, recall and F1 by seqeval's definition, beside a dictionary."""

import importlib.metadata
import time
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from seq2seq.data.entities import OUTSIDE, Entity, TaggedSentence, entities, read_tagged
from seq2seq.data.prepared import PreparedFolder
from seq2seq.errors import UserError
from seq2seq.evaluation.bootstrap import RESAMPLES, SEED, interval
from seq2seq.evaluation.results import Measured, Score
from seq2seq.inference.tagger import Tagger

PRECISION, RECALL, F1 = "precision", "recall", "entity F1"
DICTIONARY = "dictionary"

Tags = Sequence[str]

_AT_ONCE = 1 << 22  # draws held in memory at a time


class Found(NamedTuple):
    """Entities that were found right, those that were found, and those that there are."""

    right: float
    found: float
    there: float

    def scores(self) -> dict[str, float]:
        """Precision, recall and F1, from 0 to 100; 0 where there is nothing to divide by.

        >>> Found(right=1, found=1, there=4).scores()
        {'entity F1': 40.0, 'precision': 100.0, 'recall': 25.0}
        """
        values = _f1(np.array([self]))[0], _share(self.right, self.found), _share(self.right, self.there)
        return {name: float(value) for name, value in zip((F1, PRECISION, RECALL), values, strict=True)}


def count_entities(references: Sequence[Tags], outputs: Sequence[Tags]) -> dict[str, list[Found]]:
    """For each type, by name, what was found in each sentence.

    As in seqeval's default mode and conlleval: an entity is right when its type, its beginning and its end are, and an
    I- that continues no entity of its type begins one.

    Raises:
        UserError: not as many sentences, or tags in one of them.
    """
    _check(references, outputs)
    both = [(set(entities(expected)), set(entities(told))) for expected, told in zip(references, outputs, strict=True)]
    kinds = sorted({entity.kind for pair in both for side in pair for entity in side})
    return {kind: [_found(_of(kind, expected), _of(kind, told)) for expected, told in both] for kind in kinds}


def score_tags(
    references: Sequence[Tags], outputs: Sequence[Tags], resamples: int = RESAMPLES
) -> tuple[dict[str, Score], dict[str, dict[str, float]]]:
    """Precision, recall and F1 over the entities of all types together, and of each type by itself.

    Args:
        references: the tags of each sentence.
        outputs: what a tagger said of each.
        resamples: of the bootstrap over sentences; 0 gives scores without intervals.

    Returns:
        The scores by metric, from 0 to 100 with their intervals; and for each type its F1, precision, recall and number
        of entities.

    Raises:
        UserError: no sentences, or as `count_entities`.

    >>> scores, by_type = score_tags([["B-person", "O"], ["O", "B-place"]], [["B-person", "O"], ["O", "O"]])
    >>> {name: round(score.value, 1) for name, score in scores.items()}
    {'entity F1': 66.7, 'precision': 100.0, 'recall': 50.0}
    >>> by_type["place"]
    {'entity F1': 0.0, 'precision': 0.0, 'recall': 0.0, 'entities': 1.0}
    """
    counted = count_entities(references, outputs)
    sentences = np.zeros((len(references), len(Found._fields)))
    for rows in counted.values():
        sentences += np.array(rows)
    resamples = resamples if len(references) > 1 else 0
    intervals = _intervals(sentences, resamples) if resamples else {}
    values = Found(*sentences.sum(0)).scores()
    signature = _signature(resamples)
    scores = {name: Score(value, intervals.get(name), signature) for name, value in values.items()}
    by_type = {}
    for kind, rows in counted.items():
        total = Found(*np.array(rows).sum(0))
        by_type[kind] = {**total.scores(), "entities": float(total.there)}
    return scores, by_type


def entity_f1(references: Sequence[Tags], outputs: Sequence[Tags]) -> float:
    """F1 over the entities of all types, from 0 to 100; errors as in `score_tags`."""
    return score_tags(references, outputs, resamples=0)[0][F1].value


class Dictionary:
    """The baseline that knows the entities of the training text by heart, and nothing else.

    Wherever such an entity stands, in whatever case, it is found, with the type that it has most often; of several the
    longest, from left to right. What can be found by memory can be seen from its scores.

    Args:
        sentences: the training text.

    >>> dictionary = Dictionary([TaggedSentence(("in", "New", "York"), ("O", "B-place", "I-place"))])
    >>> dictionary.tag(["New", "York", "is", "New"])
    ['B-place', 'I-place', 'O', 'O']
    """

    def __init__(self, sentences: Iterable[TaggedSentence]) -> None:
        counts: dict[tuple[str, ...], dict[str, int]] = {}
        for tokens, tags in sentences:
            for entity in entities(tags):
                kinds = counts.setdefault(_name(tokens[entity.start : entity.end]), {})
                kinds[entity.kind] = kinds.get(entity.kind, 0) + 1
        self._kinds = {name: max(sorted(kinds), key=lambda kind: kinds[kind]) for name, kinds in counts.items()}
        self._longest = max(map(len, counts), default=0)

    def tag(self, tokens: Sequence[str]) -> list[str]:
        """A tag for each token."""
        tags, place = [OUTSIDE] * len(tokens), 0
        while place < len(tokens):
            for end in range(min(len(tokens), place + self._longest), place, -1):
                kind = self._kinds.get(_name(tokens[place:end]))
                if kind is not None:
                    tags[place:end] = [f"B-{kind}", *[f"I-{kind}"] * (end - place - 1)]
                    place = end - 1
                    break
            place += 1
        return tags


def measure_tagger(model: Tagger, prepared: PreparedFolder, split: str, batch_size: int) -> Measured:
    """Tag a split and score it, beside the dictionary of the training split's entities; a `Measure.run`.

    Raises:
        UserError: no such split, or sentences in another language than the model's.
    """
    prepared.check_language(model.source.code)
    sentences = read_tagged(prepared, split)
    references = [sentence.tags for sentence in sentences]
    start = time.perf_counter()
    outputs = model.tag([sentence.tokens for sentence in sentences], batch_size=batch_size)
    seconds = time.perf_counter() - start
    scores, by_type = score_tags(references, outputs)
    dictionary = Dictionary(read_tagged(prepared, "train"))
    simpler, _ = score_tags(references, [dictionary.tag(sentence.tokens) for sentence in sentences])
    return Measured(
        scores=scores,
        outputs=[" ".join(tags) for tags in outputs],
        count=len(sentences),
        settings={},
        seconds=seconds,
        baselines={DICTIONARY: simpler},
        findings={"by_type": by_type},
    )


def _name(tokens: Sequence[str]) -> tuple[str, ...]:
    return tuple(token.casefold() for token in tokens)


def _of(kind: str, found: set[Entity]) -> set[Entity]:
    return {entity for entity in found if entity.kind == kind}


def _found(expected: set[Entity], told: set[Entity]) -> Found:
    return Found(len(expected & told), len(told), len(expected))


def _share(part: float, whole: float) -> float:
    return 100 * part / whole if whole else 0.0


def _f1(totals: NDArray[np.float64]) -> NDArray[np.float64]:
    """F1 (N,) of rows (N, 3) as of `Found`: twice the right ones by those found and those there."""
    whole = totals[:, 1] + totals[:, 2]
    return 100 * 2 * totals[:, 0] / np.maximum(whole, 1)


def _intervals(sentences: NDArray[np.float64], resamples: int) -> dict[str, tuple[float, float]]:
    """The 95 % intervals when as many sentences as there are are drawn with replacement."""
    number = len(sentences)
    random = np.random.default_rng(SEED)
    most = max(1, _AT_ONCE // number)
    drawn = [
        random.multinomial(number, np.full(number, 1 / number), size=min(most, resamples - start)) @ sentences
        for start in range(0, resamples, most)
    ]
    totals = np.concatenate(drawn)
    values = {
        F1: _f1(totals),
        PRECISION: 100 * totals[:, 0] / np.maximum(totals[:, 1], 1),
        RECALL: 100 * totals[:, 0] / np.maximum(totals[:, 2], 1),
    }
    return {name: interval(value) for name, value in values.items()}


def _signature(resamples: int) -> str:
    parts = {
        "avg": "micro",
        "scheme": "bio",
        "rules": "seqeval-default",
        "bs": resamples,
        "seed": SEED,
        "version": importlib.metadata.version("seq2seq"),
    }
    return "|".join(f"{name}:{value}" for name, value in parts.items())


def _check(references: Sequence[Tags], outputs: Sequence[Tags]) -> None:
    if not references:
        raise UserError("there is nothing to score: no sentences")
    if len(references) != len(outputs):
        raise UserError(f"{len(outputs)} tagged sentences but {len(references)} references; they must be as many")
    for number, (expected, told) in enumerate(zip(references, outputs, strict=True), start=1):
        if len(expected) != len(told):
            raise UserError(f"sentence {number}: {len(told)} tags but {len(expected)} in the reference")
