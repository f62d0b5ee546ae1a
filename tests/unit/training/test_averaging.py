import pytest
import torch

from seq2seq.errors import UserError
from seq2seq.training.averaging import WeightAverage


def averaged(values: list[float], **options) -> float:
    """The average after a weight had these values, one an update, as `AveragedModel` has it computed."""
    callback = WeightAverage(**options)
    average = torch.tensor([values[0]])  # the first is copied
    for updates, value in enumerate(values[1:], start=1):
        callback._move([average], [torch.tensor([value])], updates)
    return float(average)


def test_the_average_follows_its_definition():
    expected = 1.0
    for updates, value in enumerate([2.0, 5.0, 3.0, 8.0], start=1):
        kept = min(0.3, (1 + updates) / (10 + updates))
        expected = kept * expected + (1 - kept) * value
    assert averaged([1.0, 2.0, 5.0, 3.0, 8.0], decay=0.3) == pytest.approx(expected)


def test_the_first_weights_are_soon_forgotten():
    assert averaged([100.0, *[1.0] * 20], decay=0.999) == pytest.approx(1.0, abs=0.01)


def test_without_decay_the_average_is_the_last_weights():
    assert averaged([3.0, 1.0, 7.0], decay=0.0) == 7.0


def test_updates_come_every_so_many_steps():
    callback = WeightAverage(every=3)
    assert [step for step in range(10) if callback.should_update(step_idx=step)] == [2, 5, 8]
    assert not callback.should_update(epoch_idx=2)


@pytest.mark.parametrize(("options", "told"), [({"decay": 1.0}, "average.decay: 1.0"), ({"every": 0}, "average.every")])
def test_wrong_options_are_told(options, told):
    with pytest.raises(UserError, match=told):
        WeightAverage(**options)
