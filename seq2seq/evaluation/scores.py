"""BLEU, chrF and TER of translations, by sacrebleu, each with its signature and interval."""

import logging
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sacrebleu.metrics import BLEU, CHRF, TER
from sacrebleu.metrics.base import Metric
from sacrebleu.significance import PairedTest

from seq2seq.errors import UserError, suggest

HIGHER_IS_BETTER = {"BLEU": True, "chrF": True, "TER": False}
TOKENIZERS = ("13a", "intl", "zh", "ja-mecab", "ko-mecab", "char", "none")  # those that sacrebleu need not download
RESAMPLES = 1000


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
    """One metric's paired bootstrap test of a system against a baseline (Koehn, 2004).

    Attributes:
        baseline: the baseline's score.
        difference: the system's value minus the baseline's.
        p_value: the probability of a difference as large between systems that are equally good.
    """

    baseline: Score
    difference: float
    p_value: float


def score_translations(
    hypotheses: Sequence[str],
    references: Sequence[Sequence[str]],
    *,
    language: str | None = None,
    tokenizer: str | None = None,
    lowercase: bool = False,
    resamples: int = RESAMPLES,
) -> dict[str, Score]:
    """BLEU, chrF and TER of translations against one or more references each.

    Args:
        hypotheses: one text a sentence, detokenised.
        references: the reference translations, each as many texts as `hypotheses`.
        language: code of the target language, by which sacrebleu picks BLEU's tokenizer (zh, ja and ko have their own;
            zh-TW has that of zh).
        tokenizer: BLEU's tokenizer, one of TOKENIZERS; sacrebleu's choice when None.
        lowercase: BLEU and chrF without regard to case (TER has none by sacrebleu's convention).
        resamples: of the bootstrap; 0 gives scores without intervals, which is quicker.

    Raises:
        UserError: no sentences, unequal numbers of them, or a tokenizer that is unknown or not installed.

    >>> scores = score_translations(["the cat sat on the mat"], [["the cat sat on a mat"]], resamples=0)
    >>> round(scores["TER"].value, 1)
    16.7
    """
    metrics = _metrics(hypotheses, references, language, tokenizer, lowercase)
    # A bootstrap of one sentence draws that sentence every time: an interval of no width that would mean nothing.
    resamples = resamples if len(hypotheses) > 1 else 0
    return {name: _score(metric, hypotheses, references, resamples) for name, metric in metrics.items()}


def compare_to_baseline(
    hypotheses: Sequence[str],
    baseline: Sequence[str],
    references: Sequence[Sequence[str]],
    *,
    language: str | None = None,
    tokenizer: str | None = None,
    lowercase: bool = False,
    resamples: int = RESAMPLES,
) -> dict[str, Comparison]:
    """Test whether the hypotheses differ from a baseline's beyond chance, metric by metric.

    Arguments and errors as in `score_translations`; `baseline` holds the other system's translations.
    """
    metrics = _metrics(hypotheses, references, language, tokenizer, lowercase)
    _metrics(baseline, references, language, tokenizer, lowercase, "translations of the baseline")
    systems = [("baseline", baseline), ("system", hypotheses)]
    signatures, results = PairedTest(systems, metrics, references, test_type="bs", n_samples=resamples)()
    comparisons = {}
    # sacrebleu names the metrics its own way ("chrF2"), in the order in which they were given.
    for name, sacrebleu_name in zip(metrics, signatures, strict=True):
        base: Any
        system: Any
        base, system = results[sacrebleu_name]
        interval = (base.mean - base.ci, base.mean + base.ci)
        difference = float(system.score - base.score)
        comparisons[name] = Comparison(
            baseline=Score(float(base.score), _plain(interval), str(signatures[sacrebleu_name])),
            difference=difference,
            # sacrebleu counts the resamples that differ by more, so equal systems would get its smallest p.
            p_value=float(system.p_value) if difference else 1.0,
        )
    return comparisons


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
        return BLEU(tokenize=tokenizer, trg_lang=primary, lowercase=lowercase)
    except (ImportError, RuntimeError) as error:
        raise UserError(f"BLEU's tokenizer for {tokenizer or language}: {' '.join(str(error).split())}") from error


def _metrics(
    hypotheses: Sequence[str],
    references: Sequence[Sequence[str]],
    language: str | None,
    tokenizer: str | None,
    lowercase: bool,
    who: str = "translations",
) -> dict[str, Metric]:
    if not references or not hypotheses:
        raise UserError("there is nothing to score: no sentences")
    for number, reference in enumerate(references, start=1):
        if len(reference) != len(hypotheses):
            which = f"reference {number}" if len(references) > 1 else "the reference"
            raise UserError(f"{len(hypotheses)} {who} but {len(reference)} lines in {which}; they must be as many")
    # Whoever scores spaced-out punctuation shall see it in the score's low value, not in a page of warnings.
    logging.getLogger("sacrebleu").setLevel(logging.ERROR)
    bleu = make_bleu(language, tokenizer, lowercase)
    return {"BLEU": bleu, "chrF": CHRF(lowercase=lowercase), "TER": TER()}


def _score(metric: Metric, hypotheses: Sequence[str], references: Sequence[Sequence[str]], resamples: int) -> Score:
    result = metric.corpus_score(hypotheses, references, n_bootstrap=resamples or 1)
    interval = (result._mean - result._ci, result._mean + result._ci) if resamples else None
    return Score(float(result.score), _plain(interval), str(metric.get_signature()))


def _plain(interval: tuple[float, float] | None) -> tuple[float, float] | None:
    """Plain numbers; the half of a wide interval that would lie below zero is cut off."""
    return None if interval is None else (max(0.0, float(interval[0])), float(interval[1]))
