"""How good a model is: scores with signature and interval, and the record of how they came about."""

from typing import TYPE_CHECKING

from seq2seq.evaluation.defaults import TOKENIZERS
from seq2seq.lazy import lazily

if TYPE_CHECKING:
    from seq2seq.evaluation.record import make_record, write_record
    from seq2seq.evaluation.results import Comparison, PairedTest, Score
    from seq2seq.evaluation.scores import TextScorer, compare_to_baseline, make_bleu, score_translations
    from seq2seq.evaluation.test_set import TestSet
else:
    __getattr__ = lazily(
        __name__,
        {
            "Comparison": "results",
            "PairedTest": "results",
            "Score": "results",
            "TestSet": "test_set",
            "TextScorer": "scores",
            "compare_to_baseline": "scores",
            "make_bleu": "scores",
            "make_record": "record",
            "score_translations": "scores",
            "write_record": "record",
        },
    )

__all__ = [
    "TOKENIZERS",
    "Comparison",
    "PairedTest",
    "Score",
    "TestSet",
    "TextScorer",
    "compare_to_baseline",
    "make_bleu",
    "make_record",
    "score_translations",
    "write_record",
]
