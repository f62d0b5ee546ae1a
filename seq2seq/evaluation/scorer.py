"""The scores that fit a test set: those of texts or those of captions."""

import itertools
import re
import sys
from pathlib import Path

from seq2seq.errors import UserError
from seq2seq.evaluation.captions.comparison import CaptionScorer
from seq2seq.evaluation.captions.meteor import find_meteor
from seq2seq.evaluation.results import Scorer
from seq2seq.evaluation.scores import TextScorer
from seq2seq.evaluation.test_set import TestSet

_LONGEST_FOR_TER = 300  # words of a line; such a one takes sacrebleu up to ten seconds, one of 2,000 many minutes


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
    return CaptionScorer(test.references, _meteor(test.language), test.plain)


def _meteor(language: str | None) -> Path | None:
    """METEOR's jar; None where it is not there or has no rules for the language."""
    if re.split("[-_]", language or "")[0].lower() != "en":
        told = f"these captions are in {language!r}" if language else "the language of these captions is not known"
        print(f"without METEOR: its stems, synonyms and paraphrases are English, and {told}", file=sys.stderr)
        return None
    try:
        return find_meteor()
    except UserError as error:
        print(f"without METEOR: {error}", file=sys.stderr)
        return None
