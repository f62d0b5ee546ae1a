"""What a measurement gives: scores, what a model did to get them, and how two systems compare."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from seq2seq.evaluation.bootstrap import RESAMPLES

TRIALS = 10_000  # of approximate randomisation


@dataclass(frozen=True)
class Score:
    """One metric's verdict on a system.

    Attributes:
        value: in the metric's own unit: shares and BLEU from 0 to 100, nats, errors of forecasts. Which way is better
            stands in `HIGHER_IS_BETTER`.
        interval: the 95 % interval by a bootstrap over what stands by itself: sentences, pictures, clips, blocks of
            lines or of time; None where there is none (no resampling asked for, or too few to draw from).
        signature: the record of every choice that the value depends on, sacrebleu's or in its manner.
    """

    value: float
    interval: tuple[float, float] | None
    signature: str


@dataclass(frozen=True)
class Comparison:
    """A system compared with a baseline on one metric, by the tests of `PairedTest`.

    Attributes:
        baseline: the baseline's score.
        difference: the system's value minus the baseline's.
        p_bootstrap: as of `PairedTest`, like `p_randomisation`.
    """

    baseline: Score
    difference: float
    p_bootstrap: float
    p_randomisation: float

    @property
    def p(self) -> float:
        """As of `PairedTest`."""
        return max(self.p_bootstrap, self.p_randomisation)


@dataclass(frozen=True)
class PairedTest:
    """Two systems compared on one metric, sentence by sentence.

    Attributes:
        first: name of a system.
        second: name of another, which was named later.
        metric: one of the scores.
        difference: the second's value minus the first's.
        p_bootstrap: how likely so large a difference is between equally good systems, by paired bootstrap resampling
            (Koehn, 2004); from 0 to 1.
        p_randomisation: the same by approximate randomisation (Riezler and Maxwell, 2005).
    """

    first: str
    second: str
    metric: str
    difference: float
    p_bootstrap: float
    p_randomisation: float

    @property
    def p(self) -> float:
        """The larger of the two: a difference counts where neither test takes it for chance."""
        return max(self.p_bootstrap, self.p_randomisation)


class Scorer(ABC):
    """Scores any number of systems against one set of references; the statistics of outputs are computed once."""

    @abstractmethod
    def score(self, outputs: Sequence[str], resamples: int = RESAMPLES) -> dict[str, Score]:
        """A system's scores, by metric."""

    @abstractmethod
    def paired_tests(self, systems: Mapping[str, Sequence[str]]) -> list[PairedTest]:
        """Whether systems differ, every two of them on every metric."""

    @abstractmethod
    def sentence_scores(self, outputs: Sequence[str]) -> list[float]:
        """A number for each output."""

    def compare(self, outputs: Sequence[str], baseline: Sequence[str]) -> dict[str, Comparison]:
        """Whether a system differs from a baseline, by metric; errors as in `score`."""
        tests = self.paired_tests({"the baseline": baseline, "the system": outputs})
        scores = self.score(baseline)
        return {
            test.metric: Comparison(scores[test.metric], test.difference, test.p_bootstrap, test.p_randomisation)
            for test in tests
        }


def least_p(first: Sequence[str], second: Sequence[str]) -> float:
    """The least p that a paired test of these outputs can honestly give, however many trials it has.

    Of the ways to exchange the outputs that differ, at least two (none and all) give the difference that was found.

    >>> least_p(["a", "b", "c"], ["a", "x", "y"])
    0.5
    """
    differ = sum(one != other for one, other in zip(first, second, strict=True))
    return min(1.0, 2.0 ** (1 - differ))


@dataclass(frozen=True)
class Measured:
    """What a model did on a split.

    Attributes:
        scores: by metric.
        outputs: what it said, a line a row of the split; none of a language model.
        count: rows of the split.
        settings: whatever else its scores depend on, as plain values.
        seconds: how long the model took for `outputs` or, of a language model, for reading.
        baselines: scores, by metric, of what is simpler than the model, by its name.
        findings: what else there is to tell, as plain values.
    """

    scores: dict[str, Score]
    outputs: list[str]
    count: int
    settings: dict[str, Any]
    seconds: float
    baselines: dict[str, dict[str, Score]] = field(default_factory=dict)
    findings: dict[str, Any] = field(default_factory=dict)
