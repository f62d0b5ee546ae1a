"""What several analyses need of a test set and its systems, computed once."""

import itertools
from collections import Counter
from collections.abc import Sequence
from functools import cached_property

import numpy as np

from seq2seq.data.words import expected_words, text_words, word_credits
from seq2seq.evaluation.captions import BleuReward, CiderD, ptb_tokenize
from seq2seq.evaluation.results import Scorer
from seq2seq.evaluation.scores import TextScorer
from seq2seq.report.analysis.estimates import Array
from seq2seq.report.system import System, TestSet

NO_TRAINING = "the training data are not known (they are with --data whose train.tsv is there)"
_CHRF_ORDERS, _CHRF_BETA = 6, 2


class Material:
    """A test set, its systems, and what is counted in their sentences.

    Attributes:
        test: the test set.
        systems: those that are compared, by name.
        scorer: of that test set, or None; what it has counted in texts is not counted again.
    """

    def __init__(self, test: TestSet, systems: list[System], scorer: Scorer | None = None) -> None:
        self.test = test
        self.scorer = scorer
        self.systems = {system.name: system for system in systems}

    @cached_property
    def outputs(self) -> dict[str, list[list[str]]]:
        """By system the words of each output."""
        return {name: [text_words(text) for text in system.outputs] for name, system in self.systems.items()}

    @cached_property
    def references(self) -> list[list[list[str]]]:
        """Of each source the words of each reference."""
        return [[text_words(text) for text in texts] for texts in self.test.references]

    @cached_property
    def allowed(self) -> list[Counter[str]]:
        """Of each source the words that one of its references has."""
        return [expected_words(words) for words in self.references]

    @cached_property
    def due(self) -> list[Counter[str]]:
        """Of each source the words that at least half of its references have."""
        return [expected_words(words, share=0.5) for words in self.references]

    @cached_property
    def credits(self) -> dict[str, list[list[float]]]:
        """By system, of each word of each output, to which share a reference has it: 0 to 1."""
        return {
            name: [word_credits(words, allowed) for words, allowed in zip(outputs, self.allowed, strict=True)]
            for name, outputs in self.outputs.items()
        }

    @cached_property
    def training(self) -> Counter[str] | None:
        """How often each word occurs in the training data; None where they are not known."""
        return None if self.test.training is None else Counter(text_words("\n".join(self.test.training)))

    @property
    def metric(self) -> str:
        """The name of `quality`."""
        return "CIDEr-D" if self.test.captions else "chrF"

    @cached_property
    def statistics(self) -> dict[str, Array]:
        """By system what `quality` is made of, shape (sentences, numbers)."""
        if self.test.captions:
            return {
                name: np.array([[100 * cider, 1.0] for cider in self._cider.scores(tokens, range(len(tokens)))])
                for name, tokens in self._tokens.items()
            }
        return {name: self._text_statistics("chrF", system) for name, system in self.systems.items()}

    def quality(self, sums: Array) -> Array:
        """From sums of `statistics`, shape (..., numbers), corpus chrF of texts or mean CIDEr-D of captions, (...)."""
        return sums[..., 0] / sums[..., 1] if self.test.captions else chrf(sums)

    @cached_property
    def bleu_statistics(self) -> dict[str, Array]:
        """By system, of each sentence: right n-grams and n-grams made for n = 1 to 4, length, reference's length."""
        if self.test.captions:
            reward = BleuReward(self._reference_tokens)
            return {
                name: np.array([reward.statistics(words, place) for place, words in enumerate(tokens)], dtype=float)
                for name, tokens in self._tokens.items()
            }
        # sacrebleu has the lengths first
        return {
            name: np.roll(self._text_statistics("BLEU", system), -2, axis=1) for name, system in self.systems.items()
        }

    @cached_property
    def _text_scorer(self) -> TextScorer:
        if isinstance(self.scorer, TextScorer):
            return self.scorer
        streams = list(itertools.zip_longest(*self.test.references))
        return TextScorer(streams, language=self.test.language)

    def _text_statistics(self, metric: str, system: System) -> Array:
        scorer = self._text_scorer
        return np.array(
            scorer.metrics[metric]._extract_corpus_statistics(system.outputs, scorer.references), dtype=float
        )

    @cached_property
    def _tokens(self) -> dict[str, list[list[str]]]:
        return {name: [_ptb(text) for text in system.outputs] for name, system in self.systems.items()}

    @cached_property
    def _reference_tokens(self) -> list[list[list[str]]]:
        return [[_ptb(text) for text in texts] for texts in self.test.references]

    @cached_property
    def _cider(self) -> CiderD:
        return CiderD(self._reference_tokens)


def untold(names: Sequence[str], what: str) -> str:
    """A sentence on systems of which something cannot be told, since they were trained on other data."""
    return f"Of {', '.join(names)} it cannot be told {what}: {elsewhere(names)}."


def elsewhere(names: Sequence[str]) -> str:
    """Half a sentence on systems of which it is not known that the test set's training data trained them."""
    return f"what trained {', '.join(names)} is unknown, or was other data than those of --data"


def _ptb(text: str) -> list[str]:
    return [word for token in ptb_tokenize(text) for word in token.split()]


def chrf(sums: Array) -> Array:
    """sacrebleu's chrF2, from 0 to 100, of sums of its statistics.

    Args:
        sums: shape (..., 18): for characters' n-grams of 1 to 6 those written, those of the reference, those right.
    """
    written, referred, right = np.moveaxis(sums.reshape(*sums.shape[:-1], _CHRF_ORDERS, 3), -1, 0)
    counted = (written > 0) & (referred > 0)
    orders = np.maximum(counted.sum(-1), 1)
    precision = np.where(counted, right / np.maximum(written, 1), 0.0).sum(-1) / orders
    recall = np.where(counted, right / np.maximum(referred, 1), 0.0).sum(-1) / orders
    factor = _CHRF_BETA**2
    below = factor * precision + recall
    return 100 * np.where(below > 0, (1 + factor) * precision * recall / np.where(below > 0, below, 1.0), 0.0)
