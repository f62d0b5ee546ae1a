import numpy as np
import pytest
import torch
from toy_series import write_series

from seq2seq.data.batching import BatchPlan
from seq2seq.data.prepared import PreparedFolder
from seq2seq.data.windows import WindowDataset, before, series_of
from seq2seq.errors import UserError


def test_each_value_has_the_window_before_it():
    past, values = np.arange(4, dtype=np.float32), np.arange(4, 10, dtype=np.float32)
    dataset = WindowDataset(past, values, 3)
    batch = dataset[BatchPlan(np.arange(len(dataset)), 0)]
    assert batch.goal.tolist() == values.tolist()
    assert torch.equal(batch.values, torch.stack([batch.goal - 3, batch.goal - 2, batch.goal - 1], 1))
    assert batch.indices.tolist() == list(range(6))


def test_values_without_a_whole_window_before_them_are_left_out():
    dataset = WindowDataset(np.zeros(1, np.float32), np.arange(5, dtype=np.float32), 3)
    batch = dataset[BatchPlan(np.array([0]), 0)]
    assert (len(dataset), batch.goal.tolist(), batch.indices.tolist()) == (3, [2.0], [2])
    assert batch.values.tolist() == [[0.0, 0.0, 1.0]]


@pytest.mark.parametrize("count", [0, 1, 3])
def test_a_series_no_longer_than_the_window_has_none(count):
    assert len(WindowDataset(np.empty(0, np.float32), np.zeros(count, np.float32), 3)) == 0


def test_the_splits_follow_each_other(tmp_path):
    prepared = PreparedFolder.open(write_series(tmp_path / "p", {"train": [1, 2], "dev": [3], "test": [4, 5]}))
    assert [before(prepared, split).tolist() for split in prepared.splits] == [[], [1, 2], [1, 2, 3]]
    assert series_of(prepared, "test").tolist() == [4, 5]


def test_a_table_with_something_else_than_numbers_is_told(tmp_path):
    folder = write_series(tmp_path / "p", {"train": [1, 2]})
    (folder / "train.tsv").write_text("date\tvalue\n1\t2.0\n2\tx\n")
    with pytest.raises(UserError, match=r"train\.tsv, line 3: 'x' is no finite number"):
        series_of(PreparedFolder.open(folder), "train")
