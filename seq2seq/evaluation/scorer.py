"""The scores that fit a test set: those of texts or those of captions."""

import itertools
import sys
from collections.abc import Mapping, Sequence
from typing import Protocol

from seq2seq.errors import UserError
from seq2seq.evaluation.captions.comparison import CaptionScorer
from seq2seq.evaluation.captions.meteor import find_meteor
from seq2seq.evaluation.results import RESAMPLES, Comparison, PairedTest, Score
from seq2seq.evaluation.scores import TextScorer
from seq2seq.evaluation.test_set import TestSet

_LONGEST_FOR_TER = 300  # words of a line; such a one takes sacrebleu up to ten seconds, one of 2,000 many minutes


class Scorer(Protocol):
    """What `TextScorer` and `CaptionScorer` have in common; the statistics of a system's outputs are computed once."""

    def score(self, outputs: Sequence[str], resamples: int = RESAMPLES) -> dict[str, Score]:
        """A system's scores, by metric."""

    def compare(
        self, outputs: Sequence[str], baseline: Sequence[str], resamples: int = RESAMPLES
    ) -> dict[str, Comparison]:
        """Whether a system differs from a baseline, by metric."""

    def paired_tests(self, systems: Mapping[str, Sequence[str]]) -> list[PairedTest]:
        """Whether systems differ, every two of them on every metric."""

    def sentence_scores(self, outputs: Sequence[str]) -> list[float]:
        """A number for each output."""


def make_scorer(test: TestSet, *, tokenizer: str | None = None, lowercase: bool = False) -> Scorer:
    """What scores outputs for a test set; says on stderr why there is no METEOR, or no TER, where there is none.

    Args:
        test: the references.
        tokenizer: BLEU's tokenizer for texts; sacrebleu's choice for the language when None.
        lowercase: BLEU and chrF of texts without regard to case.

    Raises:
        UserError: an unknown tokenizer, or a choice where captions leave none.
    """
    if not test.captions:
        streams = list(itertools.zip_longest(*test.references))
        longest = max((len(text.split()) for texts in test.references for text in texts), default=0)
        if longest > _LONGEST_FOR_TER:
            print(f"without TER: it would take too long where a reference has {longest:,} words", file=sys.stderr)
        ter = longest <= _LONGEST_FOR_TER
        return TextScorer(streams, language=test.language, tokenizer=tokenizer, lowercase=lowercase, ter=ter)
    for option, given in (("tokenize", tokenizer), ("lowercase", lowercase)):
        if given:
            raise UserError(f"--{option}: captions are scored by coco-caption's rules, which leave no choice")
    try:
        meteor = find_meteor()
    except UserError as error:
        print(f"without METEOR: {error}", file=sys.stderr)
        meteor = None
    return CaptionScorer(test.references, meteor, test.plain)
