import io
from types import SimpleNamespace

import pytest
import torch
from rich.console import Console

from seq2seq.training import progress_bar
from seq2seq.training.metrics import METRICS
from seq2seq.training.progress_bar import TrainingBar


@pytest.fixture
def clock(monkeypatch):
    """A function that lets so many seconds pass."""
    now = [1000.0]
    monkeypatch.setattr(progress_bar.time, "monotonic", lambda: now[0])

    def sleep(seconds: float) -> None:
        now[0] += seconds

    return sleep


def trainer(step: int, **metrics: float):
    return SimpleNamespace(
        max_steps=100,
        max_epochs=-1,
        num_training_batches=10,
        accumulate_grad_batches=1,
        callbacks=[],
        global_step=step,
        current_epoch=step // 10,
        sanity_checking=False,
        callback_metrics={name: torch.tensor(value) for name, value in metrics.items()},
    )


def made(terminal: bool) -> tuple[TrainingBar, io.StringIO]:
    bar, written = TrainingBar(), io.StringIO()
    bar._console = Console(file=written, force_terminal=terminal, width=200, soft_wrap=not terminal)
    return bar, written


def test_elsewhere_than_on_a_terminal_a_line_comes_now_and_then(clock):
    bar, written = made(terminal=False)
    bar.on_train_start(trainer(0), None)
    for step in range(1, 61):
        clock(1.0)
        bar.on_train_batch_end(trainer(step, train_nll=2.5, target_tokens_per_second=1234.0), None)
    lines = written.getvalue().splitlines()
    assert len(lines) == 2
    assert lines[1] == " 60%  step 60 · epoch 7 · loss 2.50 · 1,234 tokens/s · 0:40 left"


def test_the_best_score_is_remembered(clock):
    bar, written = made(terminal=False)
    bar.on_train_start(trainer(0), None)
    for step, bleu in ((10, 20.0), (20, 15.0)):
        clock(10.0)
        bar.on_validation_end(trainer(step, dev_bleu=bleu), None)
    assert "dev BLEU 15.0 (best 20.0)" in written.getvalue().splitlines()[-1]


def test_the_best_score_is_remembered_when_a_run_goes_on(clock):
    before, (bar, written) = made(terminal=False)[0], made(terminal=False)
    before.on_validation_end(trainer(10, dev_bleu=20.0), None)
    bar.load_state_dict(before.state_dict())
    bar.on_train_start(trainer(10), None)
    clock(10.0)
    bar.on_validation_end(trainer(20, dev_bleu=15.0), None)
    assert "dev BLEU 15.0 (best 20.0)" in written.getvalue()


def test_where_less_is_better_the_best_score_is_the_lowest(clock):
    bar, written = TrainingBar(METRICS["dev_nll"], "characters"), io.StringIO()
    bar._console = Console(file=written, width=200, soft_wrap=True)
    bar.on_train_start(trainer(0), None)
    for step, loss in ((10, 1.5), (20, 1.75)):
        clock(10.0)
        bar.on_validation_end(trainer(step, dev_nll=loss, characters_per_second=50.0), None)
    assert "50 characters/s · dev loss 1.750 (best 1.500)" in written.getvalue().splitlines()[-1]


def test_after_resuming_the_time_left_is_by_the_speed_of_now(clock):
    bar, _ = made(terminal=False)
    bar.on_train_start(trainer(50), None)
    clock(10.0)
    assert bar._seconds_left(0.75) == pytest.approx(10.0)
    assert bar._seconds_left(0.5) is None


def test_on_a_terminal_there_is_a_bar_and_text_above_it(clock):
    bar, written = made(terminal=True)
    bar.on_train_start(trainer(0), None)
    clock(5.0)
    bar.on_train_batch_end(trainer(50), None)
    bar.print("a [bold]translation[/bold] :smile:")
    bar.teardown(trainer(50), None, "fit")
    assert "50%" in written.getvalue()
    assert "━" in written.getvalue()
    assert "a [bold]translation[/bold] :smile:" in written.getvalue()


def test_other_processes_say_nothing(clock):
    bar, written = made(terminal=False)
    bar.disable()
    bar.on_train_start(trainer(0), None)
    clock(60.0)
    bar.on_train_batch_end(trainer(50), None)
    bar.print("text")
    assert written.getvalue() == ""
