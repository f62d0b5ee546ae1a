"""BLEU, chrF and TER of translations, by sacrebleu, each with its signature and interval."""

import logging
import math
import re
from collections.abc import Mapping, Sequence
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from sacrebleu.metrics import BLEU, CHRF, TER
from sacrebleu.metrics.base import Metric
from sacrebleu.significance import PairedTest as PairedSystems

from seq2seq.errors import UserError, suggest
from seq2seq.evaluation.bootstrap import RESAMPLES
from seq2seq.evaluation.defaults import TOKENIZERS
from seq2seq.evaluation.metrics import HIGHER_IS_BETTER
from seq2seq.evaluation.results import TRIALS, Comparison, PairedTest, Score, Scorer, least_p

__all__ = ["HIGHER_IS_BETTER", "RESAMPLES", "TOKENIZERS", "Comparison", "Score", "TextScorer"]

_HIGHEST = {"BLEU": 100.0, "chrF": 100.0, "TER": math.inf}


class TextScorer(Scorer):
    """BLEU, chrF and TER of any number of systems against one set of references.

    The statistics of each sentence, of which TER's take seconds, are computed once a system.

    Args:
        references: the reference translations, one list or more, each of as many texts as there are sentences; None
            where a sentence has fewer references than others.
        language: code of the target language, by which sacrebleu picks BLEU's tokenizer (zh, ja and ko have their own;
            zh-TW has that of zh).
        tokenizer: BLEU's tokenizer, one of TOKENIZERS; sacrebleu's choice when None.
        lowercase: BLEU and chrF without regard to case (TER has none by sacrebleu's convention).
        ter: whether TER is wanted; its time grows fast with the length of a line.

    Raises:
        UserError: a tokenizer that is unknown or not installed.
    """

    def __init__(
        self,
        references: Sequence[Sequence[str | None]],
        *,
        language: str | None = None,
        tokenizer: str | None = None,
        lowercase: bool = False,
        ter: bool = True,
    ) -> None:
        # Whoever scores spaced-out punctuation shall see it in the score's low value, not in a page of warnings.
        logging.getLogger("sacrebleu").setLevel(logging.ERROR)
        self.references: Sequence[Any] = references
        bleu = make_bleu(language, tokenizer, lowercase)
        self.metrics: dict[str, Any] = {"BLEU": bleu, "chrF": _CHRF(lowercase=lowercase)}
        if ter:
            self.metrics["TER"] = _TER()

    def score(self, outputs: Sequence[str], resamples: int = RESAMPLES) -> dict[str, Score]:
        """A system's scores, by metric; without intervals where `resamples` of the bootstrap are 0.

        Raises:
            UserError: no sentences, or not as many as references.
        """
        self._check(outputs)
        # A bootstrap of one sentence draws that sentence every time: an interval of no width that would mean nothing.
        resamples = resamples if len(outputs) > 1 else 0
        scores = {}
        for name, metric in self.metrics.items():
            metric.n_bootstrap = metric.seed = None  # of an earlier call; the signature tells them
            result = metric.corpus_score(outputs, self.references, n_bootstrap=resamples or 1)
            interval = (result._mean - result._ci, result._mean + result._ci) if resamples else None
            scores[name] = Score(float(result.score), _within(interval, _HIGHEST[name]), str(metric.get_signature()))
        return scores

    def paired_tests(self, systems: Mapping[str, Sequence[str]]) -> list[PairedTest]:
        """sacrebleu's two paired tests of every two systems on every metric; errors as in `score`."""
        for name, outputs in systems.items():
            self._check(outputs, f"translations of {name}")
        tests = []
        for place, first in enumerate(list(systems)[:-1]):
            compared = dict(list(systems.items())[place:])
            bootstrap, randomisation = self._tested("bs", compared), self._tested("ar", compared)
            for number, second in list(enumerate(compared))[1:]:
                least = least_p(compared[first], compared[second])
                for metric in self.metrics:
                    difference = bootstrap[metric][number].score - bootstrap[metric][0].score
                    found = [result[metric][number].p_value for result in (bootstrap, randomisation)]
                    # sacrebleu asks how often chance gives *more*, which is never where the systems are equal.
                    p_values = [max(least, float(p)) if difference else 1.0 for p in found]
                    tests.append(PairedTest(first, second, metric, float(difference), *p_values))
        return tests

    def sentence_scores(self, outputs: Sequence[str]) -> list[float]:
        """chrF of each output, from 0 to 100; errors as in `score`."""
        self._check(outputs)
        metric = self.metrics["chrF"]
        statistics = metric._extract_corpus_statistics(outputs, self.references)
        return [float(metric._compute_score_from_stats(row).score) for row in statistics]

    def _tested(self, kind: Literal["bs", "ar"], systems: Mapping[str, Sequence[str]]) -> dict[str, Any]:
        """By metric what sacrebleu finds for each system, those after the first compared with the first."""
        number = {"bs": RESAMPLES, "ar": TRIALS}[kind]
        _, results = PairedSystems(list(systems.items()), self.metrics, self.references, kind, number)()
        return dict(zip(self.metrics, list(results.values())[1:], strict=True))  # the names of the systems come first

    def _check(self, outputs: Sequence[str], who: str = "translations") -> None:
        if not self.references or not outputs:
            raise UserError("there is nothing to score: no sentences")
        for number, reference in enumerate(self.references, start=1):
            if len(reference) != len(outputs):
                which = f"reference {number}" if len(self.references) > 1 else "the reference"
                raise UserError(f"{len(outputs)} {who} but {len(reference)} lines in {which}; they must be as many")


def score_translations(
    hypotheses: Sequence[str],
    references: Sequence[Sequence[str]],
    *,
    language: str | None = None,
    tokenizer: str | None = None,
    lowercase: bool = False,
    resamples: int = RESAMPLES,
) -> dict[str, Score]:
    """BLEU, chrF and TER of translations against one or more references each; see `TextScorer` for more of them.

    Args:
        hypotheses: one text a sentence, detokenised.
        references: the reference translations, each as many texts as `hypotheses`.
        language: as in `TextScorer`, like `tokenizer` and `lowercase`.
        resamples: of the bootstrap; 0 gives scores without intervals, which is quicker.

    Raises:
        UserError: no sentences, unequal numbers of them, or a tokenizer that is unknown or not installed.

    >>> scores = score_translations(["the cat sat on the mat"], [["the cat sat on a mat"]], resamples=0)
    >>> round(scores["TER"].value, 1)
    16.7
    """
    scorer = TextScorer(references, language=language, tokenizer=tokenizer, lowercase=lowercase)
    return scorer.score(hypotheses, resamples)


def compare_to_baseline(
    hypotheses: Sequence[str],
    baseline: Sequence[str],
    references: Sequence[Sequence[str]],
    *,
    language: str | None = None,
    tokenizer: str | None = None,
    lowercase: bool = False,
) -> dict[str, Comparison]:
    """Test whether the hypotheses differ from a baseline's beyond chance, metric by metric.

    Arguments and errors as in `score_translations`; `baseline` holds the other system's translations.
    """
    scorer = TextScorer(references, language=language, tokenizer=tokenizer, lowercase=lowercase)
    return scorer.compare(hypotheses, baseline)


def make_bleu(language: str | None = None, tokenizer: str | None = None, lowercase: bool = False) -> BLEU:
    """sacrebleu's BLEU with the tokenizer of that name, or the one for the language.

    Raises:
        UserError: a tokenizer that is unknown or not installed.
    """
    if tokenizer is not None and tokenizer not in TOKENIZERS:
        allowed = ", ".join(TOKENIZERS)
        raise UserError(f"tokenizer {tokenizer!r}: must be one of {allowed}{suggest(tokenizer, TOKENIZERS)}")
    try:
        primary = re.split("[-_]", language or "")[0].lower()
        return _BLEU(tokenize=tokenizer, trg_lang=primary, lowercase=lowercase)
    except (ImportError, RuntimeError) as error:
        raise UserError(f"BLEU's tokenizer for {tokenizer or language}: {' '.join(str(error).split())}") from error


class _Once(Metric):
    """A metric that computes the statistics of a system's sentences once, whatever is then made of them."""

    def _extract_corpus_statistics(self, hypotheses: Any, references: Any) -> Any:
        known: dict[Any, NDArray[np.float64]] = self.__dict__.setdefault("_known", {})
        key = (tuple(hypotheses), *map(tuple, references))
        if key not in known:
            # Whole numbers (and TER's mean lengths) as floats: their products with 0 and 1 are exact, and quick.
            known[key] = np.array(super()._extract_corpus_statistics(hypotheses, references), dtype=np.float64)
        return known[key]

    def _compute_score_from_stats(self, stats: Any) -> Any:
        # Of NumPy's numbers sacrebleu makes a mean only if none of them is a plain 0.0, that of nothing right.
        result = super()._compute_score_from_stats(stats)  # type: ignore[safe-super]
        result.score = float(result.score)
        return result


class _BLEU(_Once, BLEU): ...


class _CHRF(_Once, CHRF): ...


class _TER(_Once, TER): ...


def _within(interval: tuple[float, float] | None, highest: float) -> tuple[float, float] | None:
    """The interval without what lies beyond the metric's range.

    sacrebleu gives the mean of the draws and half the width of the middle 95 % of them, so that a lopsided interval
    reaches where no draw lies.
    """
    return None if interval is None else (max(0.0, float(interval[0])), min(highest, float(interval[1])))
