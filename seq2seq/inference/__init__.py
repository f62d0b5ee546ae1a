"""Use of trained models: strings or pictures in, strings out."""

from typing import TYPE_CHECKING

from seq2seq.inference.defaults import BATCH_SIZE, MAX_SOURCE_TOKENS, PICTURES_AT_ONCE, PRECISIONS
from seq2seq.lazy import lazily

if TYPE_CHECKING:
    from seq2seq.inference.captioner import Caption, Captioner
    from seq2seq.inference.generator import Generator, search_options
    from seq2seq.inference.text_generator import Continuation, TextGenerator
    from seq2seq.inference.translation import Candidate, Translation
    from seq2seq.inference.translator import Translator
else:
    __getattr__ = lazily(
        __name__,
        {
            "Candidate": "translation",
            "Caption": "captioner",
            "Captioner": "captioner",
            "Continuation": "text_generator",
            "Generator": "generator",
            "TextGenerator": "text_generator",
            "Translation": "translation",
            "Translator": "translator",
            "search_options": "generator",
        },
    )

__all__ = [
    "BATCH_SIZE",
    "MAX_SOURCE_TOKENS",
    "PICTURES_AT_ONCE",
    "PRECISIONS",
    "Candidate",
    "Caption",
    "Captioner",
    "Continuation",
    "Generator",
    "TextGenerator",
    "Translation",
    "Translator",
    "search_options",
]
