"""Batches: sentences of like length together, a bounded number of tokens, in an order that the seed decides."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

import numpy as np
import torch
from torch import Tensor
from torch.utils.data import DataLoader, Dataset

from seq2seq.data.corpus import ParallelCorpus
from seq2seq.data.tokenizer import BOS_ID, EOS_ID, PAD_ID, Tokenizer
from seq2seq.errors import UserError

GROUPS = 4
"""Of a batch's targets of mixed lengths: more leave less padding, but smaller products."""


def doubled(rows: Tensor) -> Tensor:
    """A batch after itself, (2 · rows, …): by `repeat`, since `torch.cat` fails on a picture's fp16 under bf16."""
    return rows.repeat(2, *[1] * (rows.dim() - 1))


@dataclass(frozen=True)
class Batch:
    """A batch of sources and of the target sentences of each. Letters: B sources, N targets, S source and T target
    positions, padded at the end with 0.

    Attributes:
        source: (B, S) ids, each row closed by the end-of-sentence id; or whatever a picture's encoder reads.
        source_lengths: (B,) with that id counted; of pictures `PICTURE_LENGTH` of `seq2seq.data.captions`.
        prefix: (N, T) what the decoder reads: begin of sentence, then the target's ids.
        goal: (N, T) what it shall say: the target's ids, then end of sentence.
        indices: (B,) numbers of the sources in their split.
        rows: (N,) which of the B sources each target belongs to; None where each source has the one in its place.
    """

    source: Tensor
    source_lengths: Tensor
    prefix: Tensor
    goal: Tensor
    indices: Tensor
    rows: Tensor | None = None

    def to(self, device: torch.device | str) -> "Batch":
        """The same batch on another device; lengths and indices stay where they are read, on the host."""
        return Batch(
            self.source.to(device),
            self.source_lengths,
            self.prefix.to(device),
            self.goal.to(device),
            self.indices,
            None if self.rows is None else self.rows.to(device),
        )

    def twice(self) -> "Batch":
        """Every source and target two times, the whole batch after itself: two dropout passes in one (R-Drop)."""
        parts = (self.source, self.source_lengths, self.prefix, self.goal, self.indices)
        source, source_lengths, prefix, goal, indices = map(doubled, parts)
        rows = None if self.rows is None else torch.cat([self.rows, self.rows + len(self.source)])
        return Batch(source, source_lengths, prefix, goal, indices, rows)

    def targets(self, copies: int = 1) -> list["Targets"]:
        """The targets, in groups of like length where sources have several: those cannot be sorted beforehand.

        Args:
            copies: 2 after `twice`: a group then has its targets' copies after them.
        """
        if self.rows is None:
            return [Targets(None, None, self.prefix, self.goal)]
        lengths = (self.goal != PAD_ID).sum(1)[: len(self.goal) // copies]
        groups = []
        for part in lengths.argsort(stable=True).chunk(GROUPS):
            chosen = torch.cat([part + copy * len(lengths) for copy in range(copies)])
            longest = max(1, int(lengths[part[-1]]))
            sides = self.prefix[chosen, :longest], self.goal[chosen, :longest]
            groups.append(Targets(chosen, self.rows[chosen], *sides))
        return groups


class Targets(NamedTuple):
    """Some of a batch's targets, cut to the longest of them; attributes as those of `Batch`, and their numbers in it.

    Both are None where the group is the whole batch and each source has one.
    """

    numbers: Tensor | None
    rows: Tensor | None
    prefix: Tensor
    goal: Tensor


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


def teach(targets: list[list[int]]) -> tuple[Tensor, Tensor]:
    """What the decoder reads and what it shall say, (N, T) each, of N target sentences.

    >>> [side.tolist() for side in teach([[5, 6], [7]])]
    [[[2, 5, 6], [2, 7, 0]], [[5, 6, 3], [7, 3, 0]]]
    """
    return pad([[BOS_ID, *ids] for ids in targets]), pad([[*ids, EOS_ID] for ids in targets])


class BatchDataset(Dataset[Batch]):
    """Turns a plan into a batch, with subword sampling where it is asked for.

    Args:
        corpus: the split.
        tokenizers: of source and target, needed for sampling alone.
        sampling_alpha: see `Tokenizer.sample_batch`; 0 takes the one best segmentation.
    """

    def __init__(
        self, corpus: ParallelCorpus, tokenizers: tuple[Tokenizer, Tokenizer], sampling_alpha: float = 0.0
    ) -> None:
        self.corpus, self.tokenizers, self.sampling_alpha = corpus, tokenizers, sampling_alpha

    def __getitem__(self, plan: BatchPlan) -> Batch:
        """Make the batch."""
        indices = plan.indices.tolist()
        sides = [[side[index].tolist() for index in indices] for side in (self.corpus.source, self.corpus.target)]
        if self.sampling_alpha:
            sides = [
                tokenizer.sample_batch([tokenizer.decode(ids) for ids in side], self.sampling_alpha, plan.seed + number)
                for number, (tokenizer, side) in enumerate(zip(self.tokenizers, sides, strict=True))
            ]
        source, target = sides
        return Batch(
            pad([[*ids, EOS_ID] for ids in source]),
            torch.tensor([len(ids) + 1 for ids in source]),
            *teach(target),
            indices=torch.from_numpy(plan.indices),
        )


class TokenBatchSampler:
    """Plans the batches of an epoch: shuffled, bucketed by length, deterministic, and able to begin in the middle.

    Sentences are shuffled, sorted by target and then source length, cut into batches, and the batches shuffled: like
    lengths stand together, the shuffling decides who of equal length meets whom, and every epoch has as many batches.

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
        self.epoch, self.start = 0, 0
        self._planned: tuple[int, list[np.ndarray]] = (-1, [])

    def set_epoch(self, epoch: int) -> None:
        """Choose the epoch (Lightning calls this); another one than now begins at its first batch."""
        if epoch != self.epoch:
            self.epoch, self.start = epoch, 0

    def __len__(self) -> int:
        return len(self._batches())

    def __iter__(self) -> Iterator[BatchPlan]:
        batches = self._batches()
        for number in range(self.start, len(batches)):
            seed = np.random.SeedSequence((self.seed, self.epoch, number, self.rank)).generate_state(1)[0]
            yield BatchPlan(batches[number], int(seed))

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
        order = order[np.lexsort((self.source_lengths[order], self.target_lengths[order]))]
        batches = list(self._cut(order if self.shuffle else order[::-1].copy()))
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


class Plans(Protocol):
    """What plans the batches of an epoch.

    Attributes:
        epoch: the number of it.
        start: the batch to begin with.
    """

    epoch: int
    start: int

    def __len__(self) -> int: ...

    def __iter__(self) -> Iterator[Any]: ...


class BatchLoader(DataLoader[Any]):
    """A data loader that knows how many batches of the epoch it has given out, and can begin after them.

    Lightning keeps its state in each checkpoint, so that a run resumes in the middle of an epoch.

    Args:
        dataset: makes the batches.
        sampler: plans them.
        workers: processes that make them ahead; 0 makes them in this one.
    """

    def __init__(self, dataset: Dataset[Any], sampler: Plans, workers: int = 0) -> None:
        super().__init__(
            dataset,
            batch_size=None,
            sampler=sampler,  # type: ignore[arg-type]
            collate_fn=_same,
            num_workers=workers,
            persistent_workers=workers > 0,  # they keep what they have read
        )
        self.plans = sampler
        self.given = 0

    def __iter__(self) -> Iterator[Any]:  # type: ignore[override]
        """The batches that are left of the epoch.

        Raises:
            UserError: what the dataset raises, in one line also where a worker did.
        """
        self.given = self.plans.start
        try:
            for batch in super().__iter__():
                self.given += 1
                yield batch
        except UserError as error:
            if not self.num_workers:
                raise
            # Of a worker's error torch makes one with its traceback as text, "module.Error: message" in its last line.
            raise UserError(str(error).splitlines()[-1].partition(": ")[2]) from error
        self.plans.start = 0

    def state_dict(self) -> dict[str, int]:
        """The epoch and how many of its batches have been given out."""
        return {"epoch": self.plans.epoch, "given": self.given}

    def load_state_dict(self, state: dict[str, int]) -> None:
        """Go on from there."""
        self.plans.epoch, self.plans.start = state["epoch"], state["given"]
        if self.plans.start >= len(self.plans):
            self.plans.epoch, self.plans.start = state["epoch"] + 1, 0


def _same(batch: Any) -> Any:
    return batch
