"""What a recipe's data are to Lightning."""

import functools
from abc import ABC, abstractmethod
from typing import Any, ClassVar

import numpy as np
import torch.distributed
from pytorch_lightning import LightningDataModule
from torch.utils.data import Dataset

from seq2seq.data.batching import BatchLoader, TokenBatchSampler
from seq2seq.data.prepared import PreparedFolder
from seq2seq.data.tokenizer import Tokenizer
from seq2seq.errors import UserError
from seq2seq.files import sha256
from seq2seq.training.metrics import METRICS, Metric


class RecipeData(LightningDataModule, ABC):
    """What a `RecipeTask` asks of its data.

    Attributes:
        prepared: the prepared folder.
        columns: the source's and the target's column in its tables.
        batch_size: of a training batch.
        workers: processes that make training batches ahead; 0 makes them in the training process.
        seed: decides the order of the batches and whatever is drawn at random.
        labels: what the model tells apart, where it does.
        scores: the names of what `score` gives, each in `METRICS`; the first one says which weights are best.
    """

    scores: ClassVar[tuple[str, ...]] = ()
    prepared: PreparedFolder
    columns: tuple[str, ...]
    seed: int
    batch_size: int
    workers: int = 0
    labels: tuple[str, ...] = ()

    @classmethod
    def main_score(cls) -> Metric:
        """By which the best weights are chosen: the first of `scores`, or else the loss."""
        return METRICS[(*cls.scores, "dev_nll")[0]]

    @functools.cached_property
    def identity(self) -> dict[str, str]:
        """What must be the same for a run to go on, by name: the SHA-256 of the train table and the tokenizers."""
        tokenizers = {
            f"tokenizer of {name}": sha256(path) for name, path in self.prepared.tokenizers.items() if self.uses(name)
        }
        return {"train split": sha256(self.prepared.table("train")), **tokenizers}

    def uses(self, tokenizer: str) -> bool:
        """Whether the model reads or writes by a tokenizer of the folder."""
        return tokenizer in self.columns or tokenizer not in self.prepared.languages

    @abstractmethod
    def score(self, outputs: dict[int, str]) -> dict[str, float]:
        """Scores of outputs for dev's sources, by the sources' numbers; see `scores`."""

    @abstractmethod
    def describe(self, index: int) -> dict[str, str]:
        """A source of dev and what is expected, for people: each with its name."""

    def training_batches(
        self, dataset: Dataset[Any], lengths: np.ndarray, sources: np.ndarray | None = None, by_tokens: bool = False
    ) -> BatchLoader:
        """Shuffled and bucketed batches of `batch_size`, this process's share of them; see `TokenBatchSampler`.

        Args:
            dataset: makes a batch of a plan.
            lengths: (N,) by which rows are put together.
            sources: (N,) by which those of one length are.
            by_tokens: whether `batch_size` counts tokens, not rows.
        """
        rank, processes = place()
        sources = np.zeros_like(lengths) if sources is None else sources
        plans = TokenBatchSampler(
            sources, lengths, self.batch_size, by_tokens, self.seed, rank=rank, processes=processes
        )
        return BatchLoader(dataset, plans, self.workers)

    def dev_batches(
        self, dataset: Dataset[Any], lengths: np.ndarray, size: int, sources: np.ndarray | None = None
    ) -> BatchLoader:
        """All rows in batches of `size`, the longest first, for every process."""
        sources = np.zeros_like(lengths) if sources is None else sources
        return BatchLoader(dataset, TokenBatchSampler(sources, lengths, size, by_tokens=False, shuffle=False))

    def transfer_batch_to_device(self, batch: Any, device: torch.device, dataloader_idx: int) -> Any:
        """Move a batch by its own `to`, which leaves on the host what is read there."""
        return batch.to(device)


class GenerationData(RecipeData):
    """What a `GenerationTask` asks of its data.

    Attributes:
        target_tokenizer: of the language that is written.
    """

    scores: ClassVar[tuple[str, ...]] = ("dev_bleu",)
    target_tokenizer: Tokenizer


def open_prepared(path: str, task: str, wanted: str) -> PreparedFolder:
    """Open the prepared folder of a run.

    Args:
        path: of the folder.
        task: what it must be for.
        wanted: what it must hold, in words.

    Raises:
        UserError: it is not there, or was prepared for another task.
    """
    prepared = PreparedFolder.open(path, task)
    if prepared.task != task:
        raise UserError(f"data.prepared: {path} holds {prepared.task}, no {wanted}")
    return prepared


def check_sampling(subword_sampling: float) -> None:
    """Refuse a strength of subword sampling that is none.

    Raises:
        UserError: it is out of range.
    """
    if not 0 <= subword_sampling <= 1:
        raise UserError(f"data.subword_sampling: {subword_sampling} is out of range; use 0 (off) to 1")


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
