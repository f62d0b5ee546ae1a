"""Running text as one stream of ids, cut into parallel rows that are read chunk after chunk."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor
from torch.utils.data import Dataset

from seq2seq.data.corpus import TokenArray
from seq2seq.data.tokenizer import EOS_ID, PAD_ID
from seq2seq.errors import UserError


def running_ids(lines: TokenArray) -> np.ndarray:
    """(N,) the ids of all lines in their order, each closed by the end-of-sentence id, which stands for the line end.

    >>> running_ids(TokenArray(np.array([7, 8, 9]), np.array([0, 2, 2]), np.array([2, 0, 1]))).tolist()
    [7, 8, 3, 3, 9, 3]
    """
    return np.insert(np.asarray(lines.ids), lines.starts + lines.lengths, EOS_ID)


@dataclass(frozen=True)
class Chunk:
    """T steps of B rows that go on, each from where the chunk before it left its row.

    Attributes:
        prefix: (B, T) what is read; before a text's first token that is a line end.
        goal: (B, T) what is to be said: at each place the next token; 0 where nothing is.
        fresh: (B,) bool, on the host: True in rows that begin anew, with a state that knows nothing.
    """

    prefix: Tensor
    goal: Tensor
    fresh: Tensor

    def to(self, device: torch.device | str) -> "Chunk":
        """The same chunk on another device."""
        return Chunk(self.prefix.to(device), self.goal.to(device), self.fresh)


class ChunkPlan(NamedTuple):
    """Which chunk to make.

    Attributes:
        starts: (B,) in the stream, which is taken for a ring, the place of each row's first goal.
        ends: (B,) before which place each row's goals count.
        steps: T.
        fresh: see `Chunk`.
    """

    starts: np.ndarray
    ends: np.ndarray
    steps: int
    fresh: np.ndarray


class RunningText(Dataset[Chunk]):
    """Turns a plan into a chunk.

    Args:
        ids: (N,) of `running_ids`. As a line end is the last of them, it is what stands before the first, too.

    >>> text = RunningText(np.array([7, 3, 8, 9, 3]))
    >>> chunk = text[ChunkPlan(np.array([0, 3]), np.array([3, 5]), 3, np.array([True, True]))]
    >>> chunk.prefix.tolist(), chunk.goal.tolist()
    ([[3, 7, 3], [8, 9, 3]], [[7, 3, 8], [9, 3, 0]])
    """

    def __init__(self, ids: np.ndarray) -> None:
        self.ids = ids

    def __getitem__(self, plan: ChunkPlan) -> Chunk:
        """Make the chunk."""
        places = plan.starts[:, None] + np.arange(-1, plan.steps)
        tokens = torch.from_numpy(self.ids[places % len(self.ids)].astype(np.int64))
        beyond = torch.from_numpy(places[:, 1:] >= plan.ends[:, None])
        return Chunk(tokens[:, :-1], tokens[:, 1:].masked_fill(beyond, PAD_ID), torch.from_numpy(plan.fresh))


class ChunkSampler:
    """Plans the chunks of an epoch, from left to right, and can begin in the middle.

    The stream is cut into B equal rows a process, which are read side by side; fewer than one token a row is left over
    at its end. Each epoch turns the stream, as a ring, by a number that the seed decides: rows and chunks are cut
    elsewhere, and other tokens are left over.

    Args:
        tokens: N of the stream.
        rows: B of this process.
        steps: the most tokens a row in a chunk; all chunks are as long as each other, give or take one.
        seed: decides the turns.
        rank: number of this process among `processes`, each of which has its own rows.
        processes: how many there are.

    Raises:
        UserError: more rows than tokens.
    """

    def __init__(self, tokens: int, rows: int, steps: int, seed: int = 1, rank: int = 0, processes: int = 1) -> None:
        self.tokens, self.rows, self.seed, self.rank = tokens, rows, seed, rank
        self.length = tokens // (rows * processes)
        if not self.length:
            raise UserError(
                f"data.batch_size: {rows} rows, but the text has only {tokens} tokens; ask for fewer, or give more text"
            )
        self.borders = np.linspace(0, self.length, -(-self.length // steps) + 1).astype(int)
        self.epoch, self.start = 0, 0

    def set_epoch(self, epoch: int) -> None:
        """Choose the epoch (Lightning calls this); another one than now begins at its first chunk."""
        if epoch != self.epoch:
            self.epoch, self.start = epoch, 0

    def __len__(self) -> int:
        return len(self.borders) - 1

    def __iter__(self) -> Iterator[ChunkPlan]:
        turn = np.random.default_rng((self.seed, self.epoch)).integers(self.tokens)
        rows = turn + (self.rank * self.rows + np.arange(self.rows)) * self.length
        for number in range(self.start, len(self)):
            begin, end = self.borders[number : number + 2]
            yield ChunkPlan(rows + begin, rows + end, int(end - begin), np.full(self.rows, number == 0))


def reading_plans(tokens: int, rows: int, steps: int, warm_up: int = 0) -> list[ChunkPlan]:
    """Plans by which every token of a stream is the goal once, in order within each of the rows.

    With one row, each token is foretold from all that comes before it: exact, and slow. With more, each row but the
    first begins with a state that has read only the `warm_up` tokens before it.

    Args:
        tokens: N of the stream.
        rows: B at most; fewer where a row would be shorter than its warm-up.
        steps: T at most.
        warm_up: tokens.

    >>> [(plan.starts.tolist(), plan.steps) for plan in reading_plans(10, rows=2, steps=4, warm_up=2)]
    [([-2, 3], 2), ([0, 5], 4), ([4, 9], 1)]
    """
    rows = max(1, min(rows, tokens // max(warm_up, 1)))
    length = -(-tokens // rows)
    first = np.arange(rows) * length
    ends = np.minimum(first + length, tokens)
    everyone = np.ones(rows, dtype=bool)
    plans = []
    if rows > 1 and warm_up:
        plans.append(ChunkPlan(first - warm_up, first - warm_up, warm_up, everyone))
    for begin in range(0, length, steps):
        # After the warm-up the first row begins anew: there is nothing before it.
        fresh = (everyone if not plans else np.arange(rows) == 0) if begin == 0 else ~everyone
        plans.append(ChunkPlan(first + begin, ends, min(steps, length - begin), fresh))
    return plans
