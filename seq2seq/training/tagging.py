"""Tagging as Lightning trains it: tagged sentences of a prepared folder, and the task."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor
from torch.utils.data import Dataset

from seq2seq.data.batching import BatchLoader, BatchPlan, pad
from seq2seq.data.entities import TaggedSentence, label_list, read_tagged
from seq2seq.data.prepared import TAGGING, TAGS
from seq2seq.data.tokens import CHARACTERS, TokenBatch, TokenReader
from seq2seq.errors import UserError
from seq2seq.evaluation.tagging import entity_f1
from seq2seq.models.tagger import RecurrentTagger, TaggerConfig, bio_constraint, build_tagger
from seq2seq.training.data import RecipeData, check_minimum, open_prepared
from seq2seq.training.task import Losses, OptimizerConfig, RecipeTask
from seq2seq.training.vectors import PretrainedVectors

EVALUATION_SENTENCES = 128


@dataclass(frozen=True)
class TaggedBatch:
    """Sentences and their labels.

    Attributes:
        tokens: B sentences of S tokens.
        labels: (B, S) the place of each token's tag among the labels, 0 at padding.
        indices: (B,) numbers of the sentences in their split.
    """

    tokens: TokenBatch
    labels: Tensor
    indices: Tensor

    def to(self, device: torch.device | str) -> "TaggedBatch":
        """The same on another device; the numbers stay where they are read, on the host."""
        return replace(self, tokens=self.tokens.to(device), labels=self.labels.to(device))


class TaggedSentences(Dataset[TaggedBatch]):
    """Turns a plan into a batch.

    Args:
        sentences: of the split.
        reader: of their tokens.
        labels: every tag that occurs.
    """

    def __init__(self, sentences: Sequence[TaggedSentence], reader: TokenReader, labels: Sequence[str]) -> None:
        self.sentences, self.reader = sentences, reader
        self._numbers = {label: number for number, label in enumerate(labels)}

    def __getitem__(self, plan: BatchPlan) -> TaggedBatch:
        """Make the batch."""
        chosen = [self.sentences[index] for index in plan.indices.tolist()]
        return TaggedBatch(
            self.reader.read([sentence.tokens for sentence in chosen]),
            pad([[self._numbers[tag] for tag in sentence.tags] for sentence in chosen]),
            torch.from_numpy(plan.indices),
        )


class TaggingData(RecipeData):
    """Tagged sentences of a prepared folder, in batches of like length.

    Args:
        prepared: folder that a `data_prep` command wrote.
        batch_size: sentences in a training batch.
        max_tokens: longer training sentences are left out, and their number is printed.
        workers: processes that make batches ahead; 0 makes them in the training process.
        seed: decides the order of the batches.

    Attributes:
        source_vocab_size: ids of words.
        character_vocab_size: ids of characters.
        label_count: how many tags there are.

    Raises:
        UserError: a folder that is not there or holds something else, or a value out of range.
    """

    scores = ("dev_f1",)

    def __init__(
        self, prepared: str, batch_size: int = 32, max_tokens: int = 200, workers: int = 0, seed: int = 1
    ) -> None:
        super().__init__()
        check_minimum("batch_size", batch_size, 1)
        check_minimum("max_tokens", max_tokens, 1)
        check_minimum("workers", workers, 0)
        self.prepared = open_prepared(prepared, TAGGING, "tagged sentences")
        (language,) = self.prepared.languages
        self.columns = (language, TAGS)
        words, characters = self.prepared.tokenizer(language), self.prepared.tokenizer(CHARACTERS)
        self.reader = TokenReader(words, characters)
        self.source_vocab_size, self.character_vocab_size = len(words), len(characters)
        self.dev = read_tagged(self.prepared, "dev")
        self.train = self._short(read_tagged(self.prepared, "train"), max_tokens)
        # A type that only dev has is never learned, and is to have a likelihood there all the same.
        self.labels = label_list([*self.train, *self.dev])
        self.label_count = len(self.labels)
        self.batch_size, self.workers, self.seed = batch_size, workers, seed

    def train_dataloader(self) -> BatchLoader:
        """Shuffled and bucketed batches, this process's share of them."""
        dataset = TaggedSentences(self.train, self.reader, self.labels)
        return self.training_batches(dataset, _lengths(self.train))

    def val_dataloader(self) -> BatchLoader:
        """The whole dev split, longest sentences first, for every process."""
        dataset = TaggedSentences(self.dev, self.reader, self.labels)
        return self.dev_batches(dataset, _lengths(self.dev), EVALUATION_SENTENCES)

    def score(self, outputs: dict[int, str]) -> dict[str, float]:
        """`dev_f1`: F1 over the entities of all types, from 0 to 100."""
        # Lightning's check before training tags a few batches only.
        expected = [self.dev[index].tags for index in outputs]
        return {"dev_f1": entity_f1(expected, [tags.split(" ") for tags in outputs.values()])}

    def describe(self, index: int) -> dict[str, str]:
        """The sentence and its tags."""
        return {"sentence": " ".join(self.dev[index].tokens), "tags": " ".join(self.dev[index].tags)}

    @staticmethod
    def _short(sentences: list[TaggedSentence], most: int) -> list[TaggedSentence]:
        short = [sentence for sentence in sentences if len(sentence.tokens) <= most]
        if not short:
            raise UserError(f"data.max_tokens: {most} leaves out every training sentence; raise it")
        if len(short) < len(sentences):
            left_out = len(sentences) - len(short)
            print(f"{left_out} of {len(sentences)} training sentences have over {most} tokens and are left out")
        return short


class TaggingTask(RecipeTask[TaggedBatch]):
    """Trains a tagger by the likelihood of its sentences' labels, and scores the entities that it finds in dev.

    Args:
        source_vocab_size: ids of words; taken from the data.
        character_vocab_size: ids of characters; taken from the data.
        labels: how many there are; taken from the data.
        model: the model's sizes and choices.
        optimizer: how it is trained.
        source_vectors: file of word vectors that the embeddings begin with; see `seq2seq.data.vectors`.
        freeze_vectors: whether the embeddings then stay as they are.

    Raises:
        UserError: a value out of range, or choices that do not go together.
    """

    unit = "tokens"
    model: RecurrentTagger

    def __init__(
        self,
        source_vocab_size: int,
        character_vocab_size: int,
        labels: int,
        model: TaggerConfig,
        optimizer: OptimizerConfig,
        source_vectors: str | None = None,
        freeze_vectors: bool = False,
    ) -> None:
        super().__init__(build_tagger(model, source_vocab_size, character_vocab_size, labels), model, optimizer)
        self.vectors = PretrainedVectors.of(freeze_vectors, source=source_vectors)

    def training_losses(self, batch: TaggedBatch) -> Losses:
        """Means over the tokens."""
        return self.losses(batch)

    def dev_losses(self, batch: TaggedBatch) -> Losses:
        """Likewise."""
        return self.losses(batch)

    def count(self, batch: TaggedBatch) -> Tensor:
        """Tokens."""
        return batch.tokens.lengths.sum().to(batch.labels.device)

    def outputs(self, batch: TaggedBatch) -> dict[int, str]:
        """The likeliest tags of every sentence, divided by spaces."""
        labels = self.data.labels
        found = self.model.decode(self.model(batch.tokens), batch.tokens.mask, bio_constraint(labels)).tolist()
        told = [
            " ".join(labels[label] for label in row[:length])
            for row, length in zip(found, batch.tokens.lengths.tolist(), strict=True)
        ]
        return dict(zip(batch.indices.tolist(), told, strict=True))

    def losses(self, batch: TaggedBatch) -> Losses:
        """Means over the tokens; the share that is right is by the scores of each token alone."""
        scores, mask = self.model(batch.tokens), batch.tokens.mask
        tokens = mask.sum()
        nll = -self.model.log_likelihood(scores, batch.labels, mask).sum() / tokens
        correct = ((scores.argmax(2) == batch.labels) & mask).sum() / tokens
        return Losses(nll.detach(), correct, nll)


def _lengths(sentences: Sequence[TaggedSentence]) -> np.ndarray:
    return np.array([len(sentence.tokens) for sentence in sentences])
