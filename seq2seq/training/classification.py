"""Classification as Lightning trains it: labelled texts of a prepared folder, and the task."""

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from seq2seq.data.batching import BatchLoader
from seq2seq.data.corpus import TokenArray, open_column
from seq2seq.data.labelled import UNKNOWN_LABEL, LabelledBatch, LabelledTexts
from seq2seq.data.prepared import CLASSIFICATION, LABEL
from seq2seq.errors import UserError
from seq2seq.evaluation.classification import score_labels
from seq2seq.loss import linear_cross_entropy
from seq2seq.models.classifier import Classifier, ClassifierConfig, build_classifier
from seq2seq.training.data import RecipeData, check_minimum, check_sampling, open_prepared
from seq2seq.training.task import CrossEntropyConfig, Losses, RecipeTask
from seq2seq.training.vectors import PretrainedVectors

EVALUATION_TEXTS = 128


class ClassificationData(RecipeData):
    """Labelled texts of a prepared folder, in batches of like length.

    Args:
        prepared: folder that a `data_prep` command wrote.
        batch_size: texts in a training batch.
        max_tokens: longer training texts are left out, and their number is printed.
        subword_sampling: draw another segmentation of every training text each time (Kudo 2018; Provilkov et al.
            2020); 0 is off, unigram pieces want 0.1 to 0.5 (lower is wilder), BPE a dropout rate of about 0.1.
        workers: processes that make batches ahead; 0 makes them in the training process.
        seed: decides the order of the batches and the sampling.

    Attributes:
        label_count: how many labels the training texts have.

    Raises:
        UserError: a folder that is not there or holds something else, or a value out of range.
    """

    scores = ("dev_accuracy", "dev_macro_f1")

    def __init__(
        self,
        prepared: str,
        batch_size: int = 32,
        max_tokens: int = 400,
        subword_sampling: float = 0.0,
        workers: int = 0,
        seed: int = 1,
    ) -> None:
        super().__init__()
        check_minimum("batch_size", batch_size, 1)
        check_minimum("max_tokens", max_tokens, 1)
        check_minimum("workers", workers, 0)
        check_sampling(subword_sampling)
        self.prepared = open_prepared(prepared, CLASSIFICATION, "labelled text")
        (language,) = self.prepared.languages
        self.columns = (language, LABEL)
        self.tokenizer = self.prepared.tokenizer(language)
        self.source_vocab_size = len(self.tokenizer)
        self.labels = tuple(sorted(set(self.prepared.column("train", LABEL))))
        self.label_count = len(self.labels)
        self.batch_size, self.max_tokens = batch_size, max_tokens
        self.subword_sampling, self.workers, self.seed = subword_sampling, workers, seed

    def setup(self, stage: str) -> None:
        """Map the token ids, tokenizing on the first time."""
        self.train = self._without_long(*self._open("train"))
        self.dev = self._open("dev")
        self.dev_texts, self.dev_labels = self.prepared.pairs("dev", *self.columns)
        if set(self.labels).isdisjoint(self.dev_labels):
            raise UserError(f"{self.prepared.table('dev')}: has no label that train has; prepare the data again")

    def train_dataloader(self) -> BatchLoader:
        """Shuffled and bucketed batches, this process's share of them."""
        dataset = LabelledTexts(*self.train, self.tokenizer, self.subword_sampling)
        return self.training_batches(dataset, self.train[0].lengths)

    def val_dataloader(self) -> BatchLoader:
        """The whole dev split, longest texts first, for every process."""
        return self.dev_batches(LabelledTexts(*self.dev, self.tokenizer), self.dev[0].lengths, EVALUATION_TEXTS)

    def score(self, outputs: dict[int, str]) -> dict[str, float]:
        """`dev_accuracy` and `dev_macro_f1`, each from 0 to 100."""
        # Lightning's check before training classifies a few batches only.
        expected = [self.dev_labels[index] for index in outputs]
        found = score_labels(expected, list(outputs.values()), resamples=0)
        return {"dev_accuracy": found["accuracy"].value, "dev_macro_f1": found["macro F1"].value}

    def describe(self, index: int) -> dict[str, str]:
        """The text and its label."""
        return {"text": self.dev_texts[index], "label": self.dev_labels[index]}

    def _open(self, split: str) -> tuple[TokenArray, np.ndarray]:
        """The ids of a split's texts, and the numbers of their labels."""
        texts = open_column(self.prepared, split, self.columns[0])
        return texts, label_numbers(self.prepared.column(split, LABEL), self.labels)

    def _without_long(self, texts: TokenArray, labels: np.ndarray) -> tuple[TokenArray, np.ndarray]:
        fits = texts.lengths <= self.max_tokens
        left_out = int((~fits).sum())
        if left_out == len(texts):
            raise UserError(f"data.max_tokens: {self.max_tokens} leaves out every training text; raise it")
        if left_out:
            print(f"{left_out} of {len(texts)} training texts have over {self.max_tokens} tokens and are left out")
        return texts.select(fits), labels[fits]


def label_numbers(labels: Sequence[str], known: Sequence[str]) -> np.ndarray:
    """(N,) the place of each label among those that are known, -1 where it is not.

    >>> label_numbers(["b", "a", "x"], ["a", "b"]).tolist()
    [1, 0, -1]
    """
    number = {label: index for index, label in enumerate(known)}
    return np.array([number.get(label, UNKNOWN_LABEL) for label in labels], dtype=np.int64)


class ClassificationTask(RecipeTask[LabelledBatch]):
    """Trains a text classifier by cross-entropy, with label smoothing and R-Drop.

    Args:
        source_vocab_size: pieces of the text's language; taken from the data.
        labels: how many there are; taken from the data.
        model: the model's sizes and choices.
        optimizer: how it is trained.
        source_vectors: file of word vectors that the embeddings begin with; see `seq2seq.data.vectors`.
        freeze_vectors: whether the embeddings then stay as they are.

    Raises:
        UserError: a value out of range, or choices that do not go together.
    """

    unit = "texts"
    model: Classifier
    options: CrossEntropyConfig

    def __init__(
        self,
        source_vocab_size: int,
        labels: int,
        model: ClassifierConfig,
        optimizer: CrossEntropyConfig,
        source_vectors: str | None = None,
        freeze_vectors: bool = False,
    ) -> None:
        super().__init__(build_classifier(model, source_vocab_size, labels), model, optimizer)
        self.vectors = PretrainedVectors.of(freeze_vectors, source=source_vectors)

    @property
    def data(self) -> ClassificationData:
        """The data module of the run."""
        assert isinstance(super().data, ClassificationData)
        return super().data  # type: ignore[return-value]

    def training_losses(self, batch: LabelledBatch) -> Losses:
        """With label smoothing; with R-Drop the batch is read twice."""
        options = self.options
        if options.consistency:
            batch = batch.twice()
        return self.losses(batch, options.label_smoothing, options.consistency)

    def dev_losses(self, batch: LabelledBatch) -> Losses:
        """The likelihood of the labels, as far as the model has them."""
        return self.losses(batch)

    def count(self, batch: LabelledBatch) -> Tensor:
        """Texts whose label the model has."""
        return (batch.labels != UNKNOWN_LABEL).sum()

    def outputs(self, batch: LabelledBatch) -> dict[int, str]:
        """The likeliest label of every text."""
        best = self.model(batch.source, batch.source_lengths).argmax(1)
        labels = [self.data.labels[number] for number in best.tolist()]
        return dict(zip(batch.indices.tolist(), labels, strict=True))

    def losses(self, batch: LabelledBatch, smoothing: float = 0.0, consistency: float = 0.0) -> Losses:
        """Means over the texts; `consistency` is for a batch after `LabelledBatch.twice`."""
        pooled, _ = self.model.pool(batch.source, batch.source_lengths)
        known = batch.labels != UNKNOWN_LABEL
        if not known.any():
            nothing = torch.zeros((), device=pooled.device)
            return Losses(nothing, nothing, nothing)
        output = self.model.output
        loss = linear_cross_entropy(
            pooled[known], output.weight, output.bias, batch.labels[known], smoothing, consistency
        )
        return Losses(loss.nll, loss.correct, loss.total)
