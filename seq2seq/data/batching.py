"""Batches: sentences of like length together, a bounded number of tokens, in an order that the seed decides."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor

from seq2seq.data.corpus import ParallelCorpus
from seq2seq.data.tokenizer import BOS_ID, EOS_ID, PAD_ID, Tokenizer


@dataclass(frozen=True)
class Batch:
    """A batch of sentence pairs. Letters: B sentences, S source and T target positions, padded at the end with 0.

    Attributes:
        source: (B, S) ids, each row closed by the end-of-sentence id.
        source_lengths: (B,) with that id counted.
        prefix: (B, T) what the decoder reads: begin of sentence, then the target's ids.
        goal: (B, T) what it shall say: the target's ids, then end of sentence.
        indices: (B,) numbers of the sentences in their split.
    """

    source: Tensor
    source_lengths: Tensor
    prefix: Tensor
    goal: Tensor
    indices: Tensor

    def to(self, device: torch.device | str) -> "Batch":
        """The same batch on another device; lengths and indices stay where they are read, on the host."""
        return Batch(
            self.source.to(device), self.source_lengths, self.prefix.to(device), self.goal.to(device), self.indices
        )


class BatchPlan(NamedTuple):
    """Attributes: indices, the sentences of a batch; seed, for whatever is drawn at random while it is made."""

    indices: np.ndarray
    seed: int


def pad(rows: list[list[int]]) -> Tensor:
    """(B, longest) ids, padded at the end.

    >>> pad([[5, 6], [7]]).tolist()
    [[5, 6], [7, 0]]
    """
    longest = max(map(len, rows))
    padded = np.full((len(rows), longest), PAD_ID, dtype=np.int64)
    for place, row in zip(padded, rows, strict=True):
        place[: len(row)] = row
    return torch.from_numpy(padded)


class Collator:
    """Turns a plan into a batch, with subword sampling where it is asked for.

    Args:
        corpus: the split.
        tokenizers: of source and target, needed for sampling alone.
        sampling_alpha: see `Tokenizer.sample_batch`; 0 takes the one best segmentation.
        copies: how many times each sentence stands in the batch, one block after another (R-Drop wants 2).
    """

    def __init__(
        self,
        corpus: ParallelCorpus,
        tokenizers: tuple[Tokenizer, Tokenizer],
        sampling_alpha: float = 0.0,
        copies: int = 1,
    ) -> None:
        self.corpus, self.tokenizers = corpus, tokenizers
        self.sampling_alpha, self.copies = sampling_alpha, copies

    def __call__(self, plan: BatchPlan) -> Batch:
        """Make the batch."""
        indices = plan.indices.tolist()
        sides = [[side[index].tolist() for index in indices] for side in (self.corpus.source, self.corpus.target)]
        if self.sampling_alpha:
            sides = [
                tokenizer.sample_batch([tokenizer.decode(ids) for ids in side], self.sampling_alpha, plan.seed + number)
                for number, (tokenizer, side) in enumerate(zip(self.tokenizers, sides, strict=True))
            ]
        source, target = ([*side] * self.copies for side in sides)
        return Batch(
            source=pad([[*ids, EOS_ID] for ids in source]),
            source_lengths=torch.tensor([len(ids) + 1 for ids in source]),
            prefix=pad([[BOS_ID, *ids] for ids in target]),
            goal=pad([[*ids, EOS_ID] for ids in target]),
            indices=torch.from_numpy(plan.indices).repeat(self.copies),
        )


class TokenBatchSampler:
    """Plans the batches of an epoch: shuffled, bucketed by length, deterministic, and able to begin in the middle.

    Sentences are shuffled, sorted by target and then source length within large random pools, cut into batches, and
    the batches shuffled: like lengths stand together, and no two epochs have the same batches.

    Args:
        source_lengths: (N,) tokens of each source.
        target_lengths: (N,) tokens of each target.
        batch_size: per batch and process: target tokens with their padding, or sentences.
        by_tokens: what `batch_size` counts.
        seed: decides the order together with the epoch.
        shuffle: False gives every sentence once, longest first, the same at each epoch.
        rank: number of this process among `processes`, each of which gets its own equal share of the batches.
        processes: how many there are.
    """

    POOL = 100_000

    def __init__(
        self,
        source_lengths: np.ndarray,
        target_lengths: np.ndarray,
        batch_size: int,
        by_tokens: bool = True,
        seed: int = 1,
        shuffle: bool = True,
        rank: int = 0,
        processes: int = 1,
    ) -> None:
        self.source_lengths, self.target_lengths = source_lengths, target_lengths
        self.batch_size, self.by_tokens, self.seed, self.shuffle = batch_size, by_tokens, seed, shuffle
        self.rank, self.processes = rank, processes
        self.epoch = 0
        self.position = 0
        self._planned: tuple[int, list[np.ndarray]] = (-1, [])

    def set_epoch(self, epoch: int) -> None:
        """Choose the epoch (Lightning calls this); a new one begins at its first batch."""
        if epoch != self.epoch:
            self.epoch, self.position = epoch, 0

    def state_dict(self) -> dict[str, Any]:
        """Where the run stands: the epoch and how many of its batches have been given out."""
        return {"epoch": self.epoch, "position": self.position}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Go on from there."""
        self.epoch, self.position = state["epoch"], state["position"]

    def __len__(self) -> int:
        return len(self._batches())

    def __iter__(self) -> Iterator[BatchPlan]:
        batches = self._batches()
        while self.position < len(batches):
            number = self.position
            self.position += 1
            yield BatchPlan(batches[number], hash((self.seed, self.epoch, number, self.rank)) & 0x7FFFFFFF)
        self.position = 0

    def _batches(self) -> list[np.ndarray]:
        if self._planned[0] != self.epoch:
            batches = self._plan(np.random.default_rng((self.seed, self.epoch)))
            share = len(batches) // self.processes
            if share:
                batches = batches[self.rank : share * self.processes : self.processes]
            self._planned = (self.epoch, batches)
        return self._planned[1]

    def _plan(self, random: np.random.Generator) -> list[np.ndarray]:
        count = len(self.target_lengths)
        order = random.permutation(count) if self.shuffle else np.arange(count)
        batches: list[np.ndarray] = []
        pool = self.POOL if self.shuffle else max(count, 1)
        for begin in range(0, count, pool):
            part = order[begin : begin + pool]
            part = part[np.lexsort((self.source_lengths[part], self.target_lengths[part]))]
            batches.extend(self._cut(part if self.shuffle else part[::-1].copy()))
        if self.shuffle:
            random.shuffle(batches)  # type: ignore[arg-type]
        return batches

    def _cut(self, order: np.ndarray) -> Iterator[np.ndarray]:
        """Cut a sorted run into batches that hold at most `batch_size`, one sentence at least."""
        begin, longest = 0, 0
        for place, length in enumerate(self.target_lengths[order].tolist()):
            longest = max(longest, length + 1)  # + 1: end of sentence
            size = place + 1 - begin
            if begin < place and (size * longest if self.by_tokens else size) > self.batch_size:
                yield order[begin:place]
                begin, longest = place, length + 1
        if begin < len(order):
            yield order[begin:]
