"""Use of trained models: strings or pictures in, strings out."""

from seq2seq.inference.captioner import PICTURES_AT_ONCE, Caption, Captioner
from seq2seq.inference.generator import Generator, search_options
from seq2seq.inference.placement import PRECISIONS
from seq2seq.inference.translation import Candidate, Translation
from seq2seq.inference.translator import BATCH_SIZE, MAX_SOURCE_TOKENS, Translator

__all__ = [
    "BATCH_SIZE",
    "MAX_SOURCE_TOKENS",
    "PICTURES_AT_ONCE",
    "PRECISIONS",
    "Candidate",
    "Caption",
    "Captioner",
    "Generator",
    "Translation",
    "Translator",
    "search_options",
]
