"""Use of trained models: strings in, strings out."""

from seq2seq.inference.placement import PRECISIONS
from seq2seq.inference.translation import Candidate, Translation
from seq2seq.inference.translator import BATCH_SIZE, MAX_SOURCE_TOKENS, Translator, search_options

__all__ = ["BATCH_SIZE", "MAX_SOURCE_TOKENS", "PRECISIONS", "Candidate", "Translation", "Translator", "search_options"]
