"""How well texts are classified: accuracy and macro F1, with intervals, beside the commonest label."""

import importlib.metadata
import time
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from seq2seq.data.prepared import LABEL, PreparedFolder
from seq2seq.errors import UserError
from seq2seq.evaluation.bootstrap import RESAMPLES, SEED, interval
from seq2seq.evaluation.results import Measured, Score
from seq2seq.inference.classifier import TextClassifier

Array = NDArray[Any]


def confusion_matrix(expected: Sequence[str], found: Sequence[str]) -> tuple[list[str], Array]:
    """The labels that occur, sorted, and (C, C) how often the row's label was expected and the column's was found.

    >>> labels, counts = confusion_matrix(["bad", "good", "good"], ["bad", "bad", "good"])
    >>> labels, counts.tolist()
    (['bad', 'good'], [[1, 0], [1, 1]])
    """
    labels = sorted({*expected, *found})
    number = {label: index for index, label in enumerate(labels)}
    counts = np.zeros((len(labels), len(labels)), dtype=np.int64)
    for one, other in zip(expected, found, strict=True):
        counts[number[one], number[other]] += 1
    return labels, counts


def accuracy(counts: Array) -> Array:
    """Percentage of right labels, of confusion matrices (..., C, C)."""
    return 100 * np.trace(counts, axis1=-2, axis2=-1) / counts.sum((-2, -1))


def macro_f1(counts: Array) -> Array:
    """Mean over labels of their F1, times 100, of confusion matrices (..., C, C).

    A label that is neither expected nor found has no part in it, which is scikit-learn's reading.

    >>> round(float(macro_f1(np.array([[1, 0], [1, 1]]))), 2)
    66.67
    """
    right = np.diagonal(counts, axis1=-2, axis2=-1)
    all_of_it = counts.sum(-1) + counts.sum(-2)
    occurs = all_of_it > 0
    each = np.divide(2 * right, all_of_it, out=np.zeros(right.shape), where=occurs)
    return 100 * each.sum(-1) / occurs.sum(-1)


METRICS: dict[str, Callable[[Array], Array]] = {"accuracy": accuracy, "macro F1": macro_f1}


def score_labels(expected: Sequence[str], found: Sequence[str], resamples: int = RESAMPLES) -> dict[str, Score]:
    """Accuracy and macro F1, each from 0 to 100, with 95 % intervals by bootstrap over the texts.

    Args:
        expected: the true label of each text.
        found: what a model said of it.
        resamples: of the bootstrap; 0 gives scores without intervals.

    Raises:
        UserError: no texts, or unequal numbers.

    >>> round(score_labels(["a", "a", "b", "b"], ["a", "a", "b", "a"], resamples=0)["accuracy"].value, 1)
    75.0
    """
    if not expected or len(expected) != len(found):
        raise UserError(f"{len(found)} labels for {len(expected)} texts; there must be as many, and one at least")
    labels, counts = confusion_matrix(expected, found)
    resamples = resamples if len(expected) > 1 else 0  # of one text every draw is the same
    draws = _resample(counts, resamples)
    version = importlib.metadata.version("seq2seq")
    signature = f"texts:{len(expected)}|labels:{len(labels)}|bs:{resamples}|seed:{SEED}|version:{version}"
    rules = {"accuracy": "case:mixed", "macro F1": "case:mixed|average:macro"}
    scores = {}
    for name, metric in METRICS.items():
        ends = interval(metric(draws)) if resamples else None
        scores[name] = Score(float(metric(counts)), ends, f"{rules[name]}|{signature}")
    return scores


def majority_baseline(training: Sequence[str], expected: Sequence[str]) -> tuple[str, dict[str, Score]]:
    """The commonest label of the training texts, and the scores of a system that says it of every text."""
    counts = Counter(training)
    commonest = min(counts, key=lambda label: (-counts[label], label))
    return commonest, score_labels(expected, [commonest] * len(expected))


def measure_classifier(model: TextClassifier, prepared: PreparedFolder, split: str, batch_size: int) -> Measured:
    """What a classifier makes of a split's texts; a `Measure.run`.

    Raises:
        UserError: no such split, or texts in another language than the model's.
    """
    prepared.check_language(model.source.code)
    texts, expected = prepared.column(split, model.source.code), prepared.column(split, LABEL)
    start = time.perf_counter()
    found = model.classify(texts, batch_size=batch_size)
    seconds = time.perf_counter() - start
    commonest, baseline = majority_baseline(prepared.column("train", LABEL), expected)
    labels, counts = confusion_matrix(expected, found)
    return Measured(
        scores=score_labels(expected, found),
        outputs=found,
        count=len(texts),
        settings={},
        seconds=seconds,
        baselines={f"always {commonest!r}": baseline},
        findings={"confusion": {"labels": labels, "expected_by_found": counts.tolist()}},
    )


def _resample(counts: Array, resamples: int) -> Array:
    """(R, C, C) confusion matrices of as many texts drawn with replacement."""
    cells = np.flatnonzero(counts)  # a cell's texts are alike: to draw texts is to draw cells
    texts = counts.flat[cells]
    drawn = np.random.default_rng(SEED).multinomial(texts.sum(), texts / texts.sum(), size=resamples)
    matrices = np.zeros((resamples, counts.size), dtype=np.int64)
    matrices[:, cells] = drawn
    return matrices.reshape(resamples, *counts.shape)
