"""What a measurement gives: scores, what a model did to get them, and how two systems compare."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

RESAMPLES = 1000  # of a bootstrap
TRIALS = 10_000  # of approximate randomisation
HIGHER_IS_BETTER = {
    "BLEU": True,
    "chrF": True,
    "TER": False,
    "accuracy": True,
    "macro F1": True,
    "entity F1": True,
    "precision": True,
    "recall": True,
    "nats/character": False,
    "bits/character": False,
    "perplexity/word": False,
    "perplexity/token": False,
}
ERRORS = (  # of forecasts, and what they are above those of simpler methods
    *("MAE", "RMSE", "NLL", "free-running MAE"),
    *(f"{error} - {simpler}" for error in ("MAE", "free-running MAE") for simpler in ("persistence", "AR")),
)
HIGHER_IS_BETTER |= dict.fromkeys(ERRORS, False)
_AIMS = {"coverage": 95, "free-running coverage": 95}  # of scores that may be too high as well as too low
_DIGITS: dict[str, int] = {  # behind the point, where it is not one
    "nats/character": 3,
    "bits/character": 3,
    "perplexity/token": 2,
    **dict.fromkeys(ERRORS, 4),
}


def shown(metric: str, value: float) -> str:
    """A score for people.

    >>> shown("BLEU", 31.25)
    '31.2'
    """
    return f"{value:.{_DIGITS.get(metric, 1)}f}"


@dataclass(frozen=True)
class Score:
    """One metric's verdict on a system.

    Attributes:
        value: from 0 to 100, CIDEr-D of captions to 1000, higher is better; TER from 0 up, lower is better.
        interval: the 95 % interval by bootstrap resampling of the sentences or pictures (Koehn, 2004); None where
            there is none (no resampling asked for, or a single one of them).
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


def signed(difference: float, places: int = 1) -> str:
    """A difference with its sign, of which there is none where nothing is left of it.

    >>> signed(1.83), signed(-1.83), signed(-0.04), signed(-0.04, 2)
    ('+1.8', '-1.8', '0.0', '-0.04')
    """
    rounded = round(difference, places)
    return f"{rounded:+.{places}f}" if rounded else f"{0:.{places}f}"


def p_shown(p: float) -> str:
    """A p-value in a table.

    >>> p_shown(0.00012), p_shown(0.0042), p_shown(0.412)
    ('< 0.001', '0.004', '0.412')
    """
    return "< 0.001" if p < 0.001 else f"{p:.3f}"


def arrow(metric: str) -> str:
    """Where a metric's better values lie: "↑" or "↓", or "→" and the best of them."""
    if metric in _AIMS:
        return f"→ {_AIMS[metric]}"
    return "↑" if HIGHER_IS_BETTER.get(metric, True) else "↓"


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
        baselines: scores, by metric, of what is simpler than the model, by its name.
        findings: what else there is to tell, as plain values.
    """

    scores: dict[str, Score]
    outputs: list[str]
    count: int
    settings: dict[str, Any]
    baselines: dict[str, dict[str, Score]] = field(default_factory=dict)
    findings: dict[str, Any] = field(default_factory=dict)
