"""Texts in, labels out: a trained classifier, ready for use."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from seq2seq.data.batching import pad
from seq2seq.data.prepared import CLASSIFICATION
from seq2seq.data.tokenizer import EOS_ID, UNK_ID
from seq2seq.data.words import piece_words
from seq2seq.errors import UserError
from seq2seq.folder import LoadedModel
from seq2seq.inference.defaults import BATCH_SIZE
from seq2seq.inference.predictor import Predictor, Progress, batches_of_like_length, check_size, listed


@dataclass(frozen=True)
class Classification:
    """What a classifier makes of a text.

    Attributes:
        text: as it was given.
        label: the likeliest one; empty for a text without words.
        probabilities: of each label, in the model's order, together 1; none for a text without words.
        words: of the text, each with the share of the attention that it got; None where that was not asked for.
        unread: whether there are words, but none with a letter or digit that the model knows.
    """

    text: str
    label: str
    probabilities: dict[str, float]
    words: tuple[tuple[str, float], ...] | None = None
    unread: bool = False


class TextClassifier(Predictor):
    """One model, or an ensemble of models with one vocabulary and the same labels, that classifies texts.

    Make one with `TextClassifier.load`.

    ```python
    classifier = TextClassifier.load("models/sentiment")
    classifier.classify(["a film to remember"])
    ```

    Attributes:
        source: the language that it reads.
        labels: what it tells apart.
    """

    task = CLASSIFICATION

    def __init__(self, models: Sequence[LoadedModel], device: torch.device, dtype: torch.dtype) -> None:
        super().__init__(models, device, dtype)
        assert models[0].source is not None
        self.source, self.labels = models[0].source, models[0].labels

    def classify(self, texts: Iterable[str], *, batch_size: int = BATCH_SIZE) -> list[str]:
        """The label of each text, in their order; a text without words gets an empty one.

        Arguments and errors as in `classify_detailed`.
        """
        return [found.label for found in self.classify_detailed(texts, batch_size=batch_size)]

    def classify_detailed(
        self,
        texts: Iterable[str],
        *,
        batch_size: int = BATCH_SIZE,
        attention: bool = False,
        progress: Progress | None = None,
    ) -> list[Classification]:
        """Classify texts and tell how probable each label is.

        Texts are normalised as training data is (`seq2seq.data.text.normalise`). The result does not depend on
        `batch_size` or on the other texts. The probabilities of an ensemble are the mean of its models'.

        Args:
            texts: any strings; N of them give N classifications.
            batch_size: texts read at once. The time and memory of a batch grow with it.
            attention: tell how much attention each word got, of models that pool by it.
            progress: called now and then with the texts done and the texts in all.

        Raises:
            TypeError: texts that are no list of strings, be it a single one.
            UserError: attention is asked for where a model has none.
        """
        given = listed(texts, str, "texts", "strings")
        check_size("batch_size", batch_size)
        if attention:
            self.check_attention()
        encoded = self.source.tokenizer.encode_batch(given)
        found = [Classification(text, "", {}, () if attention else None) for text in given]
        done = len(given) - sum(map(bool, encoded))
        for batch in batches_of_like_length([len(ids) for ids in encoded], batch_size):
            probabilities, weights = self._read([[*encoded[index], EOS_ID] for index in batch])
            for place, index in enumerate(batch):
                likeliest = self.labels[int(probabilities[place].argmax())]
                found[index] = Classification(
                    text=given[index],
                    label=likeliest,
                    probabilities=dict(zip(self.labels, probabilities[place].tolist(), strict=True)),
                    words=self._words(encoded[index], weights[place]) if attention and weights is not None else None,
                    unread=self._unread(encoded[index]),
                )
            done += len(batch)
            if progress is not None:
                progress(done, len(given))
        return found

    def check_attention(self) -> None:
        """Refuse to tell how much attention each word got.

        Raises:
            UserError: a model has none.
        """
        if pooling := next((pooling for pooling in self._poolings() if pooling != "attention"), None):
            raise UserError(f"the model pools by {pooling}, not by attention, so there are no weights of words to show")

    def _poolings(self) -> list[str]:
        return [loaded.config.pooling for loaded in self.models]

    @torch.inference_mode()
    def _read(self, rows: list[list[int]]) -> tuple[Tensor, Tensor | None]:
        """The probabilities (B, C) of the labels, and the weights (B, S) of the tokens where all models have them."""
        tokens, lengths = pad(rows).to(self.device), torch.tensor([len(row) for row in rows])
        read = [network.read(tokens, lengths) for network in self.networks]
        probabilities = torch.stack([logits.float().softmax(1) for logits, _ in read]).mean(0).cpu()
        weights = [looks.float() for _, looks in read if looks is not None]
        return probabilities, torch.stack(weights).mean(0).cpu() if len(weights) == len(read) else None

    def _unread(self, ids: list[int]) -> bool:
        known = "".join(self.source.tokenizer.pieces(token for token in ids if token != UNK_ID))
        return UNK_ID in ids and not any(map(str.isalnum, known))

    def _words(self, ids: list[int], weights: Tensor) -> tuple[tuple[str, float], ...]:
        words = piece_words(self.source.tokenizer.pieces(ids))
        return tuple((word.text, float(weights[list(word.positions)].sum())) for word in words)
