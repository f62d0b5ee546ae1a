"""How sure a model is of its words, made honest: of the words with confidence 0.8, eight in ten shall be right.

A network's probabilities are not such confidences: most networks are too sure. Platt's sigmoid (Platt, 1999; with the
bias at 0 it is the temperature scaling of Guo et al., 2017, arXiv 1706.04599) mends that with two numbers, fitted on
text whose references are known:

    confidence = sigmoid(logit(p) / temperature + bias)

where p is the product of the probabilities of the word's pieces. A word is right if the reference has it; the mean
over a sentence is the share of its words that the reference may be expected to have.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Protocol, Self

import numpy as np
import yaml
from numpy.typing import NDArray

from seq2seq.config import parse_options, read_yaml
from seq2seq.data.words import expected_words, piece_words, text_words, word_credits
from seq2seq.errors import UserError
from seq2seq.files import atomic_write
from seq2seq.folder import CONFIDENCE

FORMAT = 1

_SUREST = -1e-6  # the logarithm of a probability is taken to be this at most, for a logit that is finite
_LEAST = -50.0
_SLOPES = (0.01, 100.0)  # of 1 / temperature
_STEPS = 100
_HEADER = """\
# How the probabilities of the model's words become confidences: sigmoid(logit(p) / temperature + bias).
# Fitted by `seq2seq evaluate MODEL --data FOLDER --split dev --fit-confidence`.
"""

Array = NDArray[np.float64]


class Written(Protocol):
    """What a model wrote: a `Candidate` of inference or the `Details` of a report."""

    @property
    def tokens(self) -> Sequence[str]:
        """The pieces."""

    @property
    def log_probs(self) -> Sequence[float]:
        """The natural logarithm of each piece's probability."""


@dataclass
class Calibration:
    """How probabilities become confidences; stored as `confidence.yaml` in the model folder.

    Attributes:
        temperature: above 1 where the model is too sure; more than 0.
        bias: above 0 where it is too modest throughout.
        words: on how many words the two were fitted; more than 0.
        data: on which data: name, split and files, as in `scores.json`.
    """

    temperature: float
    bias: float
    words: int
    data: dict[str, Any]

    def __post_init__(self) -> None:
        for name in ("temperature", "bias"):
            if not np.isfinite(getattr(self, name)):
                raise UserError(f"{name}: {getattr(self, name)} is not a finite number")
        for name in ("temperature", "words"):
            if getattr(self, name) <= 0:
                raise UserError(f"{name}: {getattr(self, name)} must be more than 0")

    def __call__(self, logarithms: Array) -> Array:
        """Confidences, from 0 to 1, of words with these natural logarithms of probabilities."""
        return _sigmoid(logits(logarithms) / self.temperature + self.bias)

    def fitted_on(self, record: dict[str, Any]) -> bool:
        """Whether it was fitted on the very files of a test set's record."""
        mine, others = _hashes(self.data), _hashes(record)
        return bool(mine & others)

    def fitted_on_namesake(self, record: dict[str, Any]) -> bool:
        """Whether it was fitted on other files under the name and split of a test set's record: prepared anew, say."""
        mine, other = ((data.get("name"), data.get("split")) for data in (self.data, record))
        return mine == other and mine[0] is not None and not self.fitted_on(record)

    def save(self, folder: str | Path) -> Path:
        """Write `confidence.yaml` into a model folder, and give its path.

        Raises:
            UserError: it cannot be written.
        """
        path = Path(folder) / CONFIDENCE
        with atomic_write(path) as file:
            file.write(_HEADER)
            yaml.safe_dump({"format": FORMAT, **asdict(self)}, file, sort_keys=False, allow_unicode=True)
        return path

    @classmethod
    def load(cls, folder: str | Path) -> Self | None:
        """Read `confidence.yaml` of a model folder, which need not be trusted; None where there is none.

        Raises:
            UserError: the file is damaged, or of another format.
        """
        path = Path(folder) / CONFIDENCE
        if not path.exists():
            return None
        stored = parse_options(_Stored, read_yaml(path), path)
        if stored.format != FORMAT:
            raise UserError(f"{path}: format {stored.format}, but this version of seq2seq reads {FORMAT}")
        try:
            return cls(stored.temperature, stored.bias, stored.words, stored.data)
        except UserError as error:
            raise UserError(f"{path}: {error}; fit it again") from error


@dataclass
class _Stored:
    """The whole of `confidence.yaml`."""

    format: int
    temperature: float
    bias: float
    words: int
    data: dict[str, Any]


def word_log_probs(written: Written) -> Array:
    """The natural logarithm of the probability of each word, a number for each of `piece_words(written.tokens)`."""
    return np.array(
        [sum(written.log_probs[place] for place in word.positions) for word in piece_words(written.tokens)], dtype=float
    )


def word_confidences(written: Written, calibration: Calibration | None) -> list[float]:
    """The confidence of each word, from 0 to 1; the plain probability where there is no calibration."""
    logarithms = word_log_probs(written)
    return (np.exp(logarithms) if calibration is None else calibration(logarithms)).tolist()


def sentence_confidence(words: Sequence[float]) -> float:
    """The mean of its words' confidences; 0 of nothing, for an output without a word is no use."""
    return float(np.mean(words)) if words else 0.0


def word_truth(written: Written, references: Sequence[str]) -> list[float]:
    """To which share each word is right, a number for each of `piece_words(written.tokens)`.

    1 if a reference has the word, 0 if none has; 1/2 if it was written twice and no reference has it more than once.
    """
    words = [text_words(word.text) for word in piece_words(written.tokens)]
    shares = iter(word_credits([part for word in words for part in word], expected_words(map(text_words, references))))
    return [sum(next(shares) for _ in word) / len(word) for word in words]


def fit_calibration(
    written: Sequence[Written], references: Sequence[Sequence[str]], data: dict[str, Any]
) -> Calibration:
    """The calibration under which the references are likeliest.

    Args:
        written: what the model wrote of each source.
        references: of each source one or more.
        data: what these are, to be kept with the calibration.

    Raises:
        UserError: there is not a word to fit it on.
    """
    logarithms = [word_log_probs(one) for one in written]
    truth = [word_truth(one, texts) for one, texts in zip(written, references, strict=True)]
    return fit_on_words(np.concatenate([*logarithms, []]), np.array([share for row in truth for share in row]), data)


def fit_on_words(logarithms: Array, truth: Array, data: dict[str, Any]) -> Calibration:
    """As `fit_calibration`, of words with these logarithms of probabilities and these shares of truth, from 0 to 1."""
    if not len(logarithms):
        raise UserError("confidence cannot be fitted: the model wrote no word")
    # Platt's targets: one more word of each kind than there is keeps the numbers finite where all words are right.
    right = truth.sum()
    targets = truth * (right + 1) / (right + 2) + (1 - truth) / (len(truth) - right + 2)
    inputs = logits(logarithms)
    slope, bias = _newton(np.stack([inputs, np.ones_like(inputs)], 1), targets, np.zeros_like(inputs))
    if not _SLOPES[0] <= slope <= _SLOPES[1]:
        slope = float(np.clip(slope, *_SLOPES))
        bias = _newton(np.ones((len(inputs), 1)), targets, slope * inputs)[0]
    return Calibration(float(1 / slope), float(bias), len(logarithms), data)


def logits(logarithms: Array) -> Array:
    """log(p / (1 - p)) from log(p), kept finite."""
    bounded = np.clip(logarithms, _LEAST, _SUREST)
    return bounded - np.log(-np.expm1(bounded))


def _newton(features: Array, targets: Array, offset: Array) -> Array:
    """The weights w that make sigmoid(offset + features w) likeliest to have given the targets: a convex problem."""

    def loss(weights: Array) -> float:
        scores = offset + features @ weights
        return float((np.logaddexp(0, scores) - targets * scores).mean())

    weights = np.zeros(features.shape[1])
    found = loss(weights)
    for _ in range(_STEPS):
        values = _sigmoid(offset + features @ weights)
        gradient = features.T @ (values - targets) / len(targets)
        curvature = (features * (values * (1 - values))[:, None]).T @ features / len(targets)
        step = np.linalg.solve(curvature + 1e-9 * np.eye(len(weights)), gradient)
        while (trial := loss(weights - step)) > found and np.abs(step).max() > 1e-12:
            step = step / 2
        weights, found = weights - step, trial
        if np.abs(step).max() < 1e-9:
            break
    return weights


def _sigmoid(scores: Array) -> Array:
    return np.exp(-np.logaddexp(0, -scores))


def _hashes(record: dict[str, Any]) -> set[str]:
    files = record.get("files")
    found = [file.get("sha256") for file in files if isinstance(file, dict)] if isinstance(files, list) else []
    return {text for text in found if isinstance(text, str)}
