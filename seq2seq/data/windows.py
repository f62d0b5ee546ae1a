"""Windows of a series: some values in their order, and the one that came next."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.utils.data import Dataset

from seq2seq.data.batching import BatchPlan
from seq2seq.data.prepared import PreparedFolder
from seq2seq.errors import UserError


@dataclass(frozen=True)
class Windows:
    """A batch of windows.

    Attributes:
        values: (B, W) values in their order.
        goal: (B,) the value after each window.
        indices: (B,) numbers of these values in their split, on the host.
    """

    values: Tensor
    goal: Tensor
    indices: Tensor

    def to(self, device: torch.device | str) -> "Windows":
        """The same batch on another device."""
        return Windows(self.values.to(device), self.goal.to(device), self.indices)


class WindowDataset(Dataset[Any]):
    """Makes batches of the windows before values of a split.

    Args:
        before: what came before the split.
        values: the split's.
        window: W. A value with fewer than W before it is left out.
    """

    def __init__(self, before: NDArray[np.float32], values: NDArray[np.float32], window: int) -> None:
        before = before[max(0, len(before) - window) :]
        series = torch.from_numpy(np.concatenate([before, values]))
        self.first = max(0, window - len(before))
        self.goals = series[window:]
        self.values = series.unfold(0, window, 1)[: len(self.goals)] if len(self.goals) else series.new_zeros(0, window)

    def __len__(self) -> int:
        return len(self.goals)

    def __getitem__(self, plan: BatchPlan) -> Windows:
        """Make the batch; `plan` counts from the first value that has a whole window before it."""
        chosen = torch.from_numpy(plan.indices)
        return Windows(self.values[chosen], self.goals[chosen], chosen + self.first)


def series_of(prepared: PreparedFolder, split: str) -> NDArray[np.float32]:
    """The values of a split.

    Raises:
        UserError: no such split, or something else than a number in it (file and line told).
    """
    values = []
    for number, text in enumerate(prepared.column(split, "value"), start=2):
        try:
            value = float(text)
        except ValueError:
            value = np.nan
        if not np.isfinite(value):
            raise UserError(
                f"{prepared.table(split)}, line {number}: {text!r} is no finite number; prepare the data again"
            )
        values.append(value)
    return np.array(values, dtype=np.float32)


def before(prepared: PreparedFolder, split: str) -> NDArray[np.float32]:
    """The values of all splits that come before this one."""
    earlier = prepared.splits[: prepared.splits.index(split)] if split in prepared.splits else ()
    return np.concatenate([np.empty(0, dtype=np.float32), *(series_of(prepared, each) for each in earlier)])
