"""Use of trained models: strings or pictures in, strings out."""

from typing import TYPE_CHECKING

from seq2seq.inference.defaults import BATCH_SIZE, CAPTIONS_AT_ONCE, MAX_SOURCE_TOKENS, PICTURES_AT_ONCE, PRECISIONS
from seq2seq.lazy import lazily

if TYPE_CHECKING:
    from seq2seq.inference.captioner import Caption, Captioner
    from seq2seq.inference.classifier import Classification, TextClassifier
    from seq2seq.inference.forecaster import Forecast, Forecaster
    from seq2seq.inference.frame_classifier import ClassifiedClip, FrameClassifier
    from seq2seq.inference.generator import Generator, search_options
    from seq2seq.inference.tagger import TaggedTokens, Tagger
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
            "Classification": "classifier",
            "ClassifiedClip": "frame_classifier",
            "Continuation": "text_generator",
            "Forecast": "forecaster",
            "Forecaster": "forecaster",
            "FrameClassifier": "frame_classifier",
            "Generator": "generator",
            "TextClassifier": "classifier",
            "TextGenerator": "text_generator",
            "TaggedTokens": "tagger",
            "Tagger": "tagger",
            "Translation": "translation",
            "Translator": "translator",
            "search_options": "generator",
        },
    )

__all__ = [
    "BATCH_SIZE",
    "CAPTIONS_AT_ONCE",
    "MAX_SOURCE_TOKENS",
    "PICTURES_AT_ONCE",
    "PRECISIONS",
    "Candidate",
    "Caption",
    "Captioner",
    "Classification",
    "ClassifiedClip",
    "Continuation",
    "Forecast",
    "Forecaster",
    "FrameClassifier",
    "Generator",
    "TextClassifier",
    "TextGenerator",
    "TaggedTokens",
    "Tagger",
    "Translation",
    "Translator",
    "search_options",
]
