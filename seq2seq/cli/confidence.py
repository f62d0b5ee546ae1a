"""What the commands that generate do with a model's confidence: tell it, and withhold what falls below a bound."""

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

from seq2seq.errors import UserError
from seq2seq.folder import CONFIDENCE
from seq2seq.inference import Candidate
from seq2seq.inference.confidence import Calibration, sentence_confidence, word_confidences


@dataclass(frozen=True)
class Verdict:
    """What becomes of an output.

    Attributes:
        confidence: from 0 to 1; None where nothing was to be written or the model cannot tell.
        withheld: whether it must not be shown.
    """

    confidence: float | None
    withheld: bool


class Abstention:
    """Tells how sure a model is of its outputs, withholds those of which it is not, and counts them.

    Args:
        calibration: the model's; without one nothing is told.
        bound: the least confidence that is shown; None for all.
    """

    def __init__(self, calibration: Calibration | None, bound: float | None) -> None:
        self.calibration, self.bound = calibration, bound
        self.withheld = 0

    @classmethod
    def from_arguments(cls, arguments: argparse.Namespace) -> Self:
        """As the arguments say: of `model`, a list of folders, and `abstain_below`.

        Raises:
            UserError: confidence is needed, but several models are named or the one has no `confidence.yaml`; or the
                file is damaged.
        """
        bound = arguments.abstain_below
        folder = arguments.model[0]
        calibration = Calibration.load(folder) if len(arguments.model) == 1 else None
        if bound is not None and calibration is None:
            if len(arguments.model) > 1:
                raise UserError("--abstain-below: an ensemble has no confidence of its own; name one model only")
            raise UserError(
                f"--abstain-below: {folder} has no {CONFIDENCE}; make it by "
                f"`seq2seq evaluate {folder} --data PREPARED_FOLDER --split dev --fit-confidence`"
            )
        return cls(calibration, bound)

    def judge(self, candidates: Sequence[Candidate]) -> Verdict:
        """What becomes of an output, by its best candidate; one without candidates had nothing to say and stays."""
        if self.calibration is None or not candidates:
            return Verdict(None, withheld=False)
        confidence = sentence_confidence(word_confidences(candidates[0], self.calibration))
        withheld = self.bound is not None and confidence < self.bound
        self.withheld += withheld
        return Verdict(confidence, withheld)

    def as_record(self, verdict: Verdict, scores: bool) -> dict[str, Any]:
        """What the JSON of an output says of it: its confidence where scores are wanted, too, and its fate."""
        record: dict[str, Any] = {}
        if self.bound is not None or (scores and self.calibration is not None):
            record["confidence"] = None if verdict.confidence is None else round(verdict.confidence, 4)
        if self.bound is not None:
            record["withheld"] = verdict.withheld
        return record

    def report(self, outputs: int, what: str) -> None:
        """Say on standard error how many of so many outputs were withheld, where any could be."""
        if self.bound is not None:
            told = f"{self.withheld} of {outputs} {what} withheld, with a confidence below {self.bound:g}"
            print(f"note: {told}", file=sys.stderr)
