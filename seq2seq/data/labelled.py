"""Batches of texts, each with the number of its label."""

from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor
from torch.utils.data import Dataset

from seq2seq.data.batching import BatchPlan, doubled, pad
from seq2seq.data.corpus import TokenArray
from seq2seq.data.tokenizer import EOS_ID, Tokenizer

UNKNOWN_LABEL = -1


@dataclass(frozen=True)
class LabelledBatch:
    """A batch of texts. Letters: B texts, S positions, padded at the end with 0.

    Attributes:
        source: (B, S) ids, each row closed by the end-of-sentence id.
        source_lengths: (B,) with that id counted.
        labels: (B,) their labels' numbers, -1 for one that training does not have.
        indices: (B,) numbers of the texts in their split.
    """

    source: Tensor
    source_lengths: Tensor
    labels: Tensor
    indices: Tensor

    def to(self, device: torch.device | str) -> "LabelledBatch":
        """The same batch on another device; lengths and indices stay where they are read, on the host."""
        return replace(self, source=self.source.to(device), labels=self.labels.to(device))

    def twice(self) -> "LabelledBatch":
        """Every text two times, the whole batch after itself: two dropout passes in one (R-Drop)."""
        return LabelledBatch(*map(doubled, (self.source, self.source_lengths, self.labels, self.indices)))


class LabelledTexts(Dataset[LabelledBatch]):
    """Turns a plan into a batch, with subword sampling where it is asked for.

    Args:
        texts: ids of each text.
        labels: (N,) numbers of their labels.
        tokenizer: of the texts, needed for sampling alone.
        sampling_alpha: see `Tokenizer.sample_batch`; 0 takes the one best segmentation.
    """

    def __init__(
        self, texts: TokenArray, labels: np.ndarray, tokenizer: Tokenizer, sampling_alpha: float = 0.0
    ) -> None:
        self.texts, self.labels, self.tokenizer, self.sampling_alpha = texts, labels, tokenizer, sampling_alpha

    def __getitem__(self, plan: BatchPlan) -> LabelledBatch:
        """Make the batch."""
        rows = [self.texts[index].tolist() for index in plan.indices.tolist()]
        if self.sampling_alpha:
            texts = [self.tokenizer.decode(ids) for ids in rows]
            rows = self.tokenizer.sample_batch(texts, self.sampling_alpha, plan.seed)
        return LabelledBatch(
            source=pad([[*ids, EOS_ID] for ids in rows]),
            source_lengths=torch.tensor([len(ids) + 1 for ids in rows]),
            labels=torch.from_numpy(self.labels[plan.indices]),
            indices=torch.from_numpy(plan.indices),
        )
