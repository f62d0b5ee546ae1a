"""How sure a system is of its words and sentences, by a calibration that has not seen them."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from seq2seq.inference.confidence import (
    Calibration,
    fit_on_words,
    sentence_confidence,
    word_log_probs,
    word_truth,
)
from seq2seq.report.system import System, TestSet

_FEWEST = 20  # words in each half of the test set, for a calibration of the other half


@dataclass(frozen=True)
class Confidence:
    """How sure a model is, and how right it was.

    Attributes:
        words: of each output the confidence of each word (as `piece_words` of its pieces), from 0 to 1.
        sentences: of each output the mean of these.
        probabilities: of each output the plain probability of each word.
        truth: of each output, whether each word is right: 1, 0 or a share (see `word_truth`).
        calibration: "model" where the model folder's was used, "folds" where half of the test set calibrated the other
            half, None where there was too little of it, so that `words` are the plain probabilities.
        used: the calibrations: the model's, or that of the sentences with odd numbers and that of the others.
    """

    words: list[list[float]]
    sentences: list[float]
    probabilities: list[list[float]]
    truth: list[list[float]]
    calibration: str | None
    used: tuple[Calibration, ...] = ()


def find_confidence(test: TestSet, system: System) -> Confidence | None:
    """The confidences of a system's outputs; None for an output file, which tells nothing of them.

    A calibration that was fitted on this very test set is not used, since it would look better than it is.
    """
    if system.details is None:
        return None
    logarithms = [word_log_probs(details) for details in system.details]
    truth = [word_truth(details, texts) for details, texts in zip(system.details, test.references, strict=True)]
    how: list[Calibration | None]
    name: str | None
    if system.calibration is not None and not system.calibration.fitted_on(test.record):
        how, name = [system.calibration], "model"
    else:
        how, name = _folds(logarithms, truth), "folds"
    if None in how:
        how, name = [None], None
    probabilities = [np.exp(values).tolist() for values in logarithms]
    words = probabilities
    if name is not None:
        words = [how[place % len(how)](values).tolist() for place, values in enumerate(logarithms)]  # type: ignore[misc]
    return Confidence(
        words,
        [sentence_confidence(row) for row in words],
        probabilities,
        truth,
        name,
        tuple(one for one in how if one is not None),
    )


def _folds(logarithms: list[NDArray[np.float64]], truth: list[list[float]]) -> list[Calibration | None]:
    """For the sentences with even numbers the calibration of those with odd ones, and the other way round."""
    found: list[Calibration | None] = []
    for other in (1, 0):
        values = np.concatenate([*logarithms[other::2], []])
        shares = np.array([share for row in truth[other::2] for share in row])
        found.append(fit_on_words(values, shares, {}) if len(values) >= _FEWEST else None)
    return found
