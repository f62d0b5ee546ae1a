"""BLEU, ROUGE-L, CIDEr-D and METEOR of captions by coco-caption's rules, each with its signature and interval."""

import importlib.metadata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from seq2seq.data.words import spaced
from seq2seq.errors import UserError
from seq2seq.evaluation.bootstrap import RESAMPLES, SEED, interval
from seq2seq.evaluation.captions.bleu import LONGEST, BleuReward, bleu_from_statistics
from seq2seq.evaluation.captions.cider import SIGMA, CiderD
from seq2seq.evaluation.captions.meteor import meteor_from_statistics, meteor_statistics
from seq2seq.evaluation.captions.ptb import CHARACTERWISE, VERSION, ptb_tokenize
from seq2seq.evaluation.captions.rouge import rouge_l
from seq2seq.evaluation.results import Score

Array = NDArray[np.float64]

_AT_ONCE = 1 << 22  # draws held in memory at a time


def score_captions(
    hypotheses: Sequence[str],
    references: Sequence[Sequence[str]],
    *,
    resamples: int = RESAMPLES,
    meteor: Path | None = None,
) -> dict[str, Score]:
    """BLEU-1 to BLEU-4, ROUGE-L, CIDEr-D and, where its jar is given, METEOR of captions against several references.

    All are coco-caption's values times 100, as papers print them; CIDEr-D alone may pass 100, up to 1000. The intervals
    come from resampling the pictures; the n-grams' rarity in CIDEr-D stays that of all pictures' references.

    Args:
        hypotheses: one caption a picture, as the system wrote it; an empty one scores 0.
        references: those of each picture, as they were written: one list a *picture* (sacrebleu takes one a stream).
        resamples: of the bootstrap; 0 gives scores without intervals.
        meteor: METEOR's jar, as `find_meteor` finds it; for English captions.

    Raises:
        UserError: no captions, not as many as pictures, a picture without references, or a METEOR that failed.

    >>> scores = score_captions(["a dog runs", "two men"], [["A dog runs.", "A brown dog."], ["Two men sit."]])
    >>> {name: round(score.value, 1) for name, score in scores.items()}
    {'BLEU-1': 81.9, 'BLEU-2': 81.9, 'BLEU-3': 81.9, 'BLEU-4': 2.6, 'ROUGE-L': 88.6, 'CIDEr-D': 417.0}
    """
    return scores_of(caption_metrics(hypotheses, references, meteor), references, resamples)


def scores_of(
    metrics: "Sequence[CaptionMetric]", references: Sequence[Sequence[str]], resamples: int, plain: bool = False
) -> dict[str, Score]:
    """The scores that the statistics of a system's captions make; see `score_captions`, for `plain` `CaptionScorer`."""
    # A bootstrap of one picture draws that picture every time: an interval of no width that would mean nothing.
    resamples = resamples if len(references) > 1 else 0
    signature = _signature(references, resamples, plain)
    draws = bootstrap(metrics, resamples) if resamples else {}
    scores = {}
    for metric in metrics:
        values = 100 * metric.value(metric.statistics.sum(0))
        for (name, rules), value in zip(metric.rules.items(), values, strict=True):
            ends = interval(draws[name]) if draws else None
            scores[name] = Score(float(value), ends, f"{signature}|{rules}")
    return scores


@dataclass(frozen=True)
class CaptionMetric:
    """Scores that are made of the same statistics.

    Attributes:
        rules: what the signature says of each score, by its name.
        statistics: shape (pictures, numbers).
        value: makes the scores, shape (..., scores), from sums of the statistics, shape (..., numbers).
    """

    rules: dict[str, str]
    statistics: Array
    value: Callable[[Array], Array]


def caption_metrics(
    hypotheses: Sequence[str], references: Sequence[Sequence[str]], meteor: Path | None = None
) -> list[CaptionMetric]:
    """The statistics of each picture from which all scores are made; arguments and errors as in `score_captions`."""
    _check(hypotheses, references)
    told = [ptb_tokenize(caption) for caption in hypotheses]
    expected = [[ptb_tokenize(caption) for caption in captions] for captions in references]
    # coco-caption's n-grams part at the no-break space within a token, its ROUGE-L and METEOR do not.
    words = [_words(tokens) for tokens in told]
    expected_words = [[_words(tokens) for tokens in captions] for captions in expected]

    number = len(told)
    bleu, cider = BleuReward(expected_words), CiderD(expected_words)
    metrics = [
        CaptionMetric(
            {f"BLEU-{order}": f"n:{order}|reflen:closest|smooth:none" for order in range(1, LONGEST + 1)},
            np.array([bleu.statistics(words[picture], picture) for picture in range(number)], dtype=float),
            bleu_from_statistics,
        ),
        CaptionMetric(
            {"ROUGE-L": "beta:1.2"},
            np.array([[rouge_l(*pair)] for pair in zip(told, expected, strict=True)]),
            lambda sums: sums / number,
        ),
        CaptionMetric(
            {"CIDEr-D": f"n:{LONGEST}|sigma:{SIGMA:g}|df:references"},
            np.array([[value] for value in cider.scores(words, range(number))]),
            lambda sums: sums / number,
        ),
    ]
    if meteor is not None:
        rules = {"METEOR": f"lang:en|jar:{meteor.stem}"}
        statistics = meteor_statistics(told, expected, meteor)
        metrics.append(CaptionMetric(rules, statistics, lambda sums: meteor_from_statistics(sums)[..., None]))
    return metrics


def bootstrap(metrics: Sequence[CaptionMetric], resamples: int) -> dict[str, Array]:
    """The values (resamples,) of each score, times 100, when as many pictures as there are are drawn with replacement.

    What is drawn depends on the number of pictures alone, so that systems can be compared draw by draw.
    """
    number = len(metrics[0].statistics)
    random = np.random.default_rng(SEED)
    statistics = _together(metrics)
    drawn = [
        random.multinomial(number, np.full(number, 1 / number), size=rounds) @ statistics
        for rounds in _rounds(resamples, number)
    ]
    return _values(metrics, np.concatenate(drawn))


def randomise(
    first: Sequence[CaptionMetric], second: Sequence[CaptionMetric], trials: int
) -> tuple[dict[str, Array], dict[str, Array]]:
    """The values (trials,) of each score, times 100, of two systems that exchange captions by a coin's toss."""
    one, other = _together(first), _together(second)
    random = np.random.default_rng(SEED)
    swapped = [
        random.integers(2, size=(rounds, len(one))).astype(float) @ (other - one)
        for rounds in _rounds(trials, len(one))
    ]
    moved = np.concatenate(swapped)
    return _values(first, one.sum(0) + moved), _values(second, other.sum(0) - moved)


def _together(metrics: Sequence[CaptionMetric]) -> Array:
    return np.concatenate([metric.statistics for metric in metrics], axis=1)


def _rounds(draws: int, number: int) -> list[int]:
    """Draws of so many numbers each, in parts that fit into memory."""
    most = max(1, _AT_ONCE // number)
    return [min(most, draws - start) for start in range(0, draws, most)]


def _values(metrics: Sequence[CaptionMetric], sums: Array) -> dict[str, Array]:
    """The values (draws,) of each score, times 100, from sums (draws, numbers) of all statistics."""
    ends = np.cumsum([metric.statistics.shape[1] for metric in metrics])[:-1]
    values: dict[str, Array] = {}
    for metric, part in zip(metrics, np.split(sums, ends, axis=1), strict=True):
        values |= dict(zip(metric.rules, 100 * metric.value(part).T, strict=True))
    return values


def _words(tokens: Sequence[str]) -> list[str]:
    return [word for token in tokens for word in token.split()]


def _signature(references: Sequence[Sequence[str]], resamples: int, plain: bool) -> str:
    counts = {len(captions) for captions in references}
    characterwise = any(spaced(caption) != caption for captions in references for caption in captions)
    parts = {
        "nrefs": counts.pop() if len(counts) == 1 else f"{min(counts)}-{max(counts)}",
        **({"refs": "plain"} if plain else {}),
        "pictures": len(references),
        "rules": "coco-caption",
        "tok": VERSION + CHARACTERWISE * characterwise,
        "case": "lc",
        "bs": resamples,
        "seed": SEED,
        "version": importlib.metadata.version("seq2seq"),
    }
    return "|".join(f"{name}:{value}" for name, value in parts.items())


def _check(hypotheses: Sequence[str], references: Sequence[Sequence[str]]) -> None:
    if not hypotheses or not references:
        raise UserError("there is nothing to score: no captions")
    if len(hypotheses) != len(references):
        streams = {len(captions) for captions in references} == {len(hypotheses)}
        hint = "; these are one list a reference, but must be one list a picture" if streams else ""
        raise UserError(
            f"{len(hypotheses)} captions but references of {len(references)} pictures; they must be as many{hint}"
        )
    for number, captions in enumerate(references, start=1):
        if isinstance(captions, str):
            raise UserError(f"picture {number}: its references must be a list of captions, even of one: {captions!r}")
        if not captions:
            raise UserError(f"picture {number} has no references; every picture needs at least one")
