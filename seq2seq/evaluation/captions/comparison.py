"""Whether one system's captions are better than another's beyond chance."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from seq2seq.evaluation.bootstrap import RESAMPLES
from seq2seq.evaluation.captions.scores import (
    CaptionMetric,
    bootstrap,
    caption_metrics,
    randomise,
    scores_of,
)
from seq2seq.evaluation.results import TRIALS, PairedTest, Score, Scorer, least_p

Array = NDArray[np.float64]

_ROUNDING = 1e-9  # points; sums of the same numbers in another order


class CaptionScorer(Scorer):
    """coco-caption's scores of any number of systems against one set of references.

    Args:
        references: those of each picture, as they were written.
        meteor: METEOR's jar, as `find_meteor` finds it; for English captions. Without it there is no METEOR.
        plain: whether the references are in data_prep's plain form instead, which the signature then says.
    """

    def __init__(self, references: Sequence[Sequence[str]], meteor: Path | None = None, plain: bool = False) -> None:
        self.references, self.meteor, self.plain = references, meteor, plain
        self._known: dict[tuple[str, ...], list[CaptionMetric]] = {}

    def score(self, outputs: Sequence[str], resamples: int = RESAMPLES) -> dict[str, Score]:
        """A system's scores, by name, as `score_captions` gives them.

        Raises:
            UserError: no captions, not as many as pictures, a picture without references, or a METEOR that failed.
        """
        return scores_of(self._metrics(outputs), self.references, resamples, self.plain)

    def paired_tests(self, systems: Mapping[str, Sequence[str]]) -> list[PairedTest]:
        """A paired bootstrap and a randomisation of every two systems on every score; errors as in `score`.

        The same pictures are drawn for both; p is how often the difference of a draw strays from the difference found
        by at least as much, as in sacrebleu.
        """
        tests = []
        scores = {name: self.score(outputs, resamples=0) for name, outputs in systems.items()}
        for place, first in enumerate(systems):
            for second in list(systems)[place + 1 :]:
                pair = self._metrics(systems[first]), self._metrics(systems[second])
                drawn, swapped = self._bootstrap(*pair, RESAMPLES), self._randomisation(*pair, TRIALS)
                least = least_p(systems[first], systems[second])
                for name, score in scores[first].items():
                    difference = scores[second][name].value - score.value
                    p_values = [max(least, found[name]) if difference else 1.0 for found in (drawn, swapped)]
                    tests.append(PairedTest(first, second, name, difference, *p_values))
        return tests

    def sentence_scores(self, outputs: Sequence[str]) -> list[float]:
        """CIDEr-D of each caption, from 0 to 1000; errors as in `score`."""
        cider = next(metric for metric in self._metrics(outputs) if "CIDEr-D" in metric.rules)
        return (100 * cider.statistics[:, 0]).tolist()

    def _metrics(self, outputs: Sequence[str]) -> list[CaptionMetric]:
        key = tuple(outputs)
        if key not in self._known:
            self._known[key] = caption_metrics(outputs, self.references, self.meteor)
        return self._known[key]

    def _bootstrap(
        self, first: Sequence[CaptionMetric], second: Sequence[CaptionMetric], resamples: int
    ) -> dict[str, float]:
        drawn = bootstrap(first, resamples), bootstrap(second, resamples)
        found = _differences(first, second)
        return {name: _p(np.abs(drawn[1][name] - drawn[0][name] - found[name]), found[name]) for name in found}

    def _randomisation(
        self, first: Sequence[CaptionMetric], second: Sequence[CaptionMetric], trials: int
    ) -> dict[str, float]:
        one, other = randomise(first, second, trials)
        return {name: _p(np.abs(one[name] - other[name]), value) for name, value in _differences(first, second).items()}


def _differences(first: Sequence[CaptionMetric], second: Sequence[CaptionMetric]) -> dict[str, float]:
    found: dict[str, float] = {}
    for one, other in zip(first, second, strict=True):
        values = 100 * (other.value(other.statistics.sum(0)) - one.value(one.statistics.sum(0)))
        found |= dict(zip(one.rules, map(float, values), strict=True))
    return found


def _p(strayed: Array, difference: float) -> float:
    """How often chance gave at least as much; the one that was found counts among the draws."""
    return float(((strayed >= abs(difference) - _ROUNDING).sum() + 1) / (len(strayed) + 1)) if difference else 1.0
