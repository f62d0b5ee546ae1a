"""How good a model is: scores with signature and interval, and the record of how they came about."""

from seq2seq.evaluation.record import make_record, write_record
from seq2seq.evaluation.results import Comparison, PairedTest, Score
from seq2seq.evaluation.scores import TOKENIZERS, TextScorer, compare_to_baseline, make_bleu, score_translations
from seq2seq.evaluation.test_set import TestSet

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
