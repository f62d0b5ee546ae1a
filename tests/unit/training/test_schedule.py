from datetime import timedelta
from types import SimpleNamespace

import pytest
from pytorch_lightning.callbacks import Timer

from seq2seq.training.schedule import factor, progress


@pytest.mark.parametrize("decay", ["linear", "cosine", "inverse_sqrt", "constant"])
def test_the_rate_rises_to_its_height_and_never_beyond(decay):
    rates = [factor(step, 100, step / 1000, decay, 0.1) for step in range(1000)]
    assert rates[:100] == pytest.approx([(step + 1) / 100 for step in range(100)])
    assert max(rates) == pytest.approx(1.0, abs=0.05)
    after = rates[100:]
    assert after == sorted(after, reverse=True)


@pytest.mark.parametrize("decay", ["linear", "cosine"])
def test_the_rate_ends_at_the_floor(decay):
    assert factor(1000, 100, 1.0, decay, 0.1) == pytest.approx(0.1)


def test_without_warm_up_the_rate_begins_at_its_height():
    assert factor(0, 0, 0.0, "linear", 0.0) == 1.0
    assert factor(0, 0, 0.0, "inverse_sqrt", 0.0) == 1.0


def trainer(**facts):
    plain = {
        "max_steps": -1,
        "max_epochs": -1,
        "global_step": 0,
        "num_training_batches": float("inf"),
        "accumulate_grad_batches": 1,
        "callbacks": [],
    }
    return SimpleNamespace(**{**plain, **facts})


def timer(elapsed: float) -> Timer:
    made = Timer(duration=timedelta(seconds=100))
    made.time_elapsed = lambda *_: elapsed
    return made


@pytest.mark.parametrize(
    ("facts", "share"),
    [
        ({}, 0.0),
        ({"max_steps": 200, "global_step": 50}, 0.25),
        ({"max_epochs": 4, "num_training_batches": 10, "global_step": 30}, 0.75),
        ({"max_epochs": 4, "num_training_batches": 10, "accumulate_grad_batches": 3, "global_step": 15}, 15 / 16),
        ({"max_epochs": 4, "num_training_batches": 10, "accumulate_grad_batches": 3, "global_step": 16}, 1.0),
        ({"max_epochs": 4, "global_step": 30}, 0.0),
        ({"callbacks": [timer(30.0)]}, 0.3),
        ({"callbacks": [timer(30.0)], "max_steps": 200, "global_step": 100}, 0.5),
        ({"callbacks": [timer(130.0)]}, 1.0),
    ],
)
def test_progress_is_that_of_the_limit_which_comes_first(facts, share):
    assert progress(trainer(**facts)) == pytest.approx(share)
