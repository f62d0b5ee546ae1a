"""What a recipe's data are to Lightning."""

import functools
from abc import ABC, abstractmethod
from typing import Any, ClassVar

import torch.distributed
from pytorch_lightning import LightningDataModule

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
        seed: decides the order of the batches and whatever is drawn at random.
        labels: what the model tells apart, where it does.
        scores: the names of what `score` gives, each in `METRICS`; the first one says which weights are best.
    """

    scores: ClassVar[tuple[str, ...]] = ()
    prepared: PreparedFolder
    columns: tuple[str, ...]
    seed: int
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
