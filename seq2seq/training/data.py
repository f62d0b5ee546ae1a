"""A prepared folder as Lightning reads it."""

import functools
from abc import ABC, abstractmethod
from typing import ClassVar, Literal

import numpy as np
import torch.distributed
from pytorch_lightning import LightningDataModule

from seq2seq.data.batching import Batch, BatchDataset, BatchLoader, TokenBatchSampler
from seq2seq.data.corpus import ParallelCorpus
from seq2seq.data.prepared import IMAGE, TRANSLATION, PreparedFolder
from seq2seq.data.tokenizer import Tokenizer
from seq2seq.errors import UserError
from seq2seq.evaluation import make_bleu
from seq2seq.files import sha256

EVALUATION_SENTENCES = 128


class RecipeData(LightningDataModule, ABC):
    """What a `RecipeTask` asks of its data.

    Attributes:
        prepared: the prepared folder.
        columns: the source's and the target's column in its tables.
        target_tokenizer: of the language that is written.
        scores: the names of what `score` gives.
    """

    scores: ClassVar[tuple[str, ...]] = ("dev_bleu",)
    prepared: PreparedFolder
    columns: tuple[str, str]
    target_tokenizer: Tokenizer

    @functools.cached_property
    def identity(self) -> dict[str, str]:
        """What must be the same for a run to go on, by name: the SHA-256 of the train table and the tokenizers."""
        tokenizers = {
            f"tokenizer of {column}": sha256(self.prepared.tokenizer_path(column))
            for column in self.columns
            if column != IMAGE
        }
        return {"train split": sha256(self.prepared.table("train")), **tokenizers}

    @abstractmethod
    def score(self, outputs: dict[int, str]) -> dict[str, float]:
        """Scores of outputs for dev's sources, by the sources' numbers, with `dev_bleu` (0 to 100) among them."""

    @abstractmethod
    def describe(self, index: int) -> dict[str, str]:
        """A source of dev and what is expected, for people: each with its name."""

    def transfer_batch_to_device(self, batch: Batch, device: torch.device, dataloader_idx: int) -> Batch:
        """Move a batch; its lengths stay on the host."""
        return batch.to(device)


class TranslationData(RecipeData):
    """Sentence pairs of a prepared folder, in batches.

    Args:
        prepared: folder that a `data_prep` command wrote.
        source: language to translate from, as the folder names it.
        target: language to translate to.
        batch_size: size of a training batch, in what `batch_by` counts.
        batch_by: "tokens" (target tokens, padding counted) or "sentences".
        max_tokens: training pairs with a longer side are left out, and their number is printed.
        subword_sampling: draw another segmentation of every training sentence each time (Kudo 2018; Provilkov et al.
            2020); 0 is off, unigram pieces want 0.1 to 0.5 (lower is wilder), BPE a dropout rate of about 0.1.
        workers: processes that make batches ahead; 0 makes them in the training process.
        seed: decides the order of the batches and the sampling.

    Raises:
        UserError: a folder or language that is not there, or a value out of range.
    """

    def __init__(
        self,
        prepared: str,
        source: str,
        target: str,
        batch_size: int = 2000,
        batch_by: Literal["tokens", "sentences"] = "tokens",
        max_tokens: int = 100,
        subword_sampling: float = 0.0,
        workers: int = 0,
        seed: int = 1,
    ) -> None:
        super().__init__()
        check_minimum("batch_size", batch_size, 1)
        check_minimum("max_tokens", max_tokens, 1)
        check_minimum("workers", workers, 0)
        if not 0 <= subword_sampling <= 1:
            raise UserError(f"data.subword_sampling: {subword_sampling} is out of range; use 0 (off) to 1")
        self.prepared = PreparedFolder.open(prepared)
        if self.prepared.task != TRANSLATION:
            raise UserError(f"data.prepared: {prepared} holds {self.prepared.task}, no text in two languages")
        self.columns = (source, target)
        paths = [self.prepared.tokenizer_path(language) for language in self.columns]
        loaded = {path: Tokenizer.load(path) for path in set(paths)}
        self.tokenizers = (loaded[paths[0]], loaded[paths[1]])
        self.target_tokenizer = self.tokenizers[1]
        self.bleu = make_bleu(target)
        self.source_vocab_size, self.target_vocab_size = map(len, self.tokenizers)
        self.batch_size, self.by_tokens, self.max_tokens = batch_size, batch_by == "tokens", max_tokens
        self.subword_sampling, self.workers, self.seed = subword_sampling, workers, seed

    def setup(self, stage: str) -> None:
        """Map the token ids, tokenizing on the first time."""
        self.train = self._without_long(ParallelCorpus.open(self.prepared, "train", self.columns))
        self.dev = ParallelCorpus.open(self.prepared, "dev", self.columns)
        self.dev_sources, self.dev_references = self.prepared.pairs("dev", *self.columns)

    def train_dataloader(self) -> BatchLoader:
        """Shuffled and bucketed batches, this process's share of them."""
        rank, processes = place()
        sampler = TokenBatchSampler(
            self.train.source.lengths,
            self.train.target.lengths,
            self.batch_size,
            self.by_tokens,
            self.seed,
            rank=rank,
            processes=processes,
        )
        return BatchLoader(BatchDataset(self.train, self.tokenizers, self.subword_sampling), sampler, self.workers)

    def val_dataloader(self) -> BatchLoader:
        """The whole dev split, longest sentences first, for every process."""
        lengths = self.dev.source.lengths, self.dev.target.lengths
        sampler = TokenBatchSampler(*lengths, EVALUATION_SENTENCES, by_tokens=False, shuffle=False)
        return BatchLoader(BatchDataset(self.dev, self.tokenizers), sampler)

    def score(self, outputs: dict[int, str]) -> dict[str, float]:
        """`dev_bleu`: sacreBLEU of translations, with the tokenizer for their language."""
        # Lightning's check before training translates a few batches only.
        references = [self.dev_references[index] for index in outputs]
        return {"dev_bleu": self.bleu.corpus_score(list(outputs.values()), [references]).score}

    def describe(self, index: int) -> dict[str, str]:
        """The sentence and its reference."""
        return {"source": self.dev_sources[index], "reference": self.dev_references[index]}

    def _without_long(self, corpus: ParallelCorpus) -> ParallelCorpus:
        fits = np.maximum(corpus.source.lengths, corpus.target.lengths) <= self.max_tokens
        if fits.all():
            return corpus
        left_out = int((~fits).sum())
        if left_out == len(corpus):
            raise UserError(f"data.max_tokens: {self.max_tokens} leaves out every training pair; raise it")
        print(f"{left_out} of {len(corpus)} training pairs have a side over {self.max_tokens} tokens and are left out")
        return ParallelCorpus(corpus.source.select(fits), corpus.target.select(fits))


def check_minimum(name: str, value: int, minimum: int) -> None:
    """Refuse a number of the data's that is too small.

    Raises:
        UserError: it is.
    """
    if value < minimum:
        raise UserError(f"data.{name}: {value} is too small; use {minimum} or more")


def place() -> tuple[int, int]:
    """The number of this process, and how many there are."""
    if not (torch.distributed.is_available() and torch.distributed.is_initialized()):
        return 0, 1
    return torch.distributed.get_rank(), torch.distributed.get_world_size()
