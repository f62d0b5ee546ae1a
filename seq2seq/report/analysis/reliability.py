"""How far confidence and truth are apart, and how well the one tells of the other."""

from dataclasses import dataclass

import numpy as np

from seq2seq.evaluation.bootstrap import SEED
from seq2seq.report.analysis.estimates import Array, Places
from seq2seq.report.analysis.material import Material
from seq2seq.report.confidence import Confidence

WITHHELD = tuple(range(0, 95, 5))
"""Shares of outputs, in percent, after whose withholding the rest is measured."""

_BINS = 10
_DRAWS = 200
_FEWEST = 20  # words or sentences of a bin


@dataclass(frozen=True)
class Judged:
    """A model's confidences beside the truth.

    Attributes:
        confidence: as found.
        sentence: (W,) the sentence of each word.
        words: (W,) its confidence.
        plain: (W,) its probability.
        truth: (W,) whether it is right.
        order: sentences, the least confident first.
        kept: the quality that remains when so many of the first in `order` are withheld, for each of `WITHHELD`.
        best: the same if the worst sentences were withheld first.
    """

    confidence: Confidence
    sentence: Places
    words: Array
    plain: Array
    truth: Array
    order: Places
    kept: tuple[float, ...]
    best: tuple[float, ...]

    @classmethod
    def of(cls, confidence: Confidence, statistics: Array, material: Material) -> "Judged":
        """Confidences with the statistics of the sentences, of which `material.quality` is made."""
        order = np.argsort(confidence.sentences, kind="stable")
        # The order that whoever knows the references would choose.
        best = np.argsort(material.quality(statistics), kind="stable")
        return cls(
            confidence,
            np.repeat(np.arange(len(confidence.words)), [len(row) for row in confidence.words]),
            _flat(confidence.words),
            _flat(confidence.probabilities),
            _flat(confidence.truth),
            order,
            *(
                tuple(
                    float(material.quality(statistics[chosen[len(chosen) * part // 100 :]].sum(0))) for part in WITHHELD
                )
                for chosen in (order, best)
            ),
        )

    @property
    def gain(self) -> float | None:
        """Of what perfect knowledge would gain over withholding at random, the share that the confidence gains."""
        possible = float(np.mean(self.best)) - self.best[0]
        return (float(np.mean(self.kept)) - self.kept[0]) / possible if possible > 0 else None


def bins_of(values: Array) -> list[Places]:
    """The places of values in bins of equal number, lowest values first; fewer bins where there are few values.

    >>> [bin.tolist() for bin in bins_of(np.arange(50.0)[::-1])] == [[*range(49, 24, -1)], [*range(24, -1, -1)]]
    True
    """
    return np.array_split(np.argsort(values, kind="stable"), max(1, min(_BINS, len(values) // _FEWEST)))


def calibration_error(values: Array, truth: Array) -> float:
    """The expected calibration error (Naeini et al., 2015), from 0 to 1: how far confidence and truth are apart.

    The mean over bins of equal number of |mean confidence - mean truth|.
    """
    gaps = [(len(places), abs(values[places].mean() - truth[places].mean())) for places in bins_of(values)]
    return float(sum(number * gap for number, gap in gaps) / len(values))


def chance_errors(values: Array) -> Array:
    """Calibration errors that chance alone gives so many words, were the confidences true."""
    random, errors = np.random.default_rng(SEED), np.zeros(_DRAWS)
    for places in bins_of(values):
        right = random.uniform(size=(_DRAWS, len(places))) < values[places]
        errors += len(places) * np.abs(right.mean(1) - values[places].mean())
    return errors / len(values)


def discrimination(values: Array, truth: Array) -> float | None:
    """The area under the ROC curve: how often a right word has more confidence than a wrong one; 0.5 is chance.

    Truth may be a share; ties count half. None where all words are right, or all wrong.

    >>> discrimination(np.array([0.9, 0.2, 0.9]), np.array([1.0, 0.0, 0.0]))
    0.75
    """
    levels, place = np.unique(values, return_inverse=True)
    right = np.bincount(place, truth, len(levels))
    wrong = np.bincount(place, 1 - truth, len(levels))
    pairs = right.sum() * wrong.sum()
    return float((right * (np.cumsum(wrong) - wrong / 2)).sum() / pairs) if pairs > 0 else None


def _flat(rows: list[list[float]]) -> Array:
    return np.array([value for row in rows for value in row])
