"""What a report is about: a test set, and what each system made of it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from torch import Tensor

from seq2seq.data.transform import Region
from seq2seq.evaluation.test_set import TestSet
from seq2seq.inference.confidence import Calibration
from seq2seq.inspection.look import Curves

__all__ = ["Details", "System", "TestSet"]


@dataclass(frozen=True)
class Details:
    """What a model tells of one output beyond its text; an output file of another system tells nothing.

    Attributes:
        tokens: the T pieces of the output, "▁" standing for a space, "</s>" last where it was ended.
        log_probs: natural logarithm of each piece's probability, T numbers.
        source_tokens: the S pieces that the encoder read; none of a picture.
        alignment: (T, S) attention, rows summing to 1; of a picture what `Caption.looked` gives, all cells in a row.
        grid: rows and columns of a picture's cells.
        seen: the part of a picture that the cells cover.
        finished: the model ended the output by itself.
        parts: in how many parts a long line was translated; 0 where there was nothing to translate.
        problem: why a picture could not be read.
    """

    tokens: tuple[str, ...] = ()
    log_probs: tuple[float, ...] = ()
    source_tokens: tuple[str, ...] = ()
    alignment: Tensor | None = None
    grid: tuple[int, int] | None = None
    seen: Region | None = None
    finished: bool = True
    parts: int = 1
    problem: str | None = None


@dataclass(frozen=True)
class System:
    """A model, an ensemble or an output file, with what it made of the test set.

    Attributes:
        name: what the report calls it.
        outputs: N texts, one a source.
        details: N of them for a model; None for an output file.
        facts: what `seq2seq.evaluation.make_record` is given beside the scores: models, decoding, seconds, device; for
            an output file its name and SHA-256.
        curves: the training run's metrics by name, each {step: value}; empty where the model folder has none.
        calibration: how the model's probabilities become confidences (`confidence.yaml` of its folder); None where
            there is none, as of an ensemble or an output file.
        elsewhere: whether it was trained on other data than the test set's folder has, as far as its own folder tells.
    """

    name: str
    outputs: Sequence[str]
    details: Sequence[Details] | None = None
    facts: dict[str, Any] = field(default_factory=dict)
    curves: Curves = field(default_factory=dict)
    calibration: Calibration | None = None
    elsewhere: bool = False
