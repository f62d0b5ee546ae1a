"""A run that was killed in the middle of an epoch and resumed ends with the weights of one that was not."""

import errno
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from toy_data import reversed_words, write_prepared

from seq2seq.errors import Terminated, UserError
from seq2seq.training import cli, curves
from seq2seq.training.translation import TranslationTask

# About 18 batches an epoch, 4 epochs, validations that do not end with the epochs, everything random switched on.
CONFIG = """
data: {{prepared: {prepared}, source: es, target: en, batch_size: 40, subword_sampling: 0.2}}
model:
  model:
    embedding_size: 16
    encoder: {{hidden_size: 16, dropout: 0.2, word_dropout: 0.1}}
    decoder: {{hidden_size: 32, dropout: 0.2, word_dropout: 0.1}}
  optimizer: {{learning_rate: 0.01, warmup_steps: 10}}
average: {{every: 2}}
early_stopping: {{patience: 1000}}
trainer:
  accelerator: cpu
  precision: 32-true
  max_epochs: 4
  val_check_interval: 7
  check_val_every_n_epoch: null
  gradient_clip_val: 1.0
  log_every_n_steps: 1
"""


@pytest.fixture(scope="module")
def config(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("resume")
    splits = {"train": reversed_words(240, seed=1, longest=4), "dev": reversed_words(8, seed=2, longest=4)}
    prepared = write_prepared(folder / "prepared", splits, kind="unigram", vocab_size=40)
    (folder / "config.yaml").write_text(CONFIG.format(prepared=prepared), encoding="utf-8")
    return folder / "config.yaml"


def stop_at(step: int, signum: int) -> None:
    """Send this process a signal in the middle of a training step, once."""
    whole_step = TranslationTask.training_step
    due = [signum]

    def training_step(self, batch, batch_idx):
        if self.global_step == step and due:
            os.kill(os.getpid(), due.pop())
        return whole_step(self, batch, batch_idx)

    TranslationTask.training_step = training_step


def skip_what_takes_long(patch: pytest.MonkeyPatch) -> None:
    """Neither export nor pictures: the weights alone are of interest here."""
    patch.setattr(cli, "finish", lambda *_: None)
    patch.setattr(curves, "draw", lambda *_: None)


@pytest.fixture
def train(config, monkeypatch):
    """A function (output, *arguments) that trains in this process, and gives the last checkpoint."""
    skip_what_takes_long(monkeypatch)
    monkeypatch.setattr(TranslationTask, "training_step", TranslationTask.training_step)

    def run(output: Path, *arguments: str) -> dict:
        cli.train(config, arguments=[f"--output={output}", *arguments])
        return read_last(output)

    return run


def read_last(output: Path) -> dict:
    return torch.load(output / "checkpoints" / "last.ckpt", weights_only=True)


@pytest.fixture(scope="module")
def uninterrupted(config, tmp_path_factory) -> dict:
    output = tmp_path_factory.mktemp("uninterrupted")
    with pytest.MonkeyPatch.context() as patch:
        skip_what_takes_long(patch)
        cli.train(config, arguments=[f"--output={output}"])
    return read_last(output)


def assert_same(first, second, where: str = "checkpoint") -> None:
    """Equal to the last bit, wherever it is a tensor."""
    assert type(first) is type(second), where
    if isinstance(first, torch.Tensor):
        assert torch.equal(first, second), where
    elif isinstance(first, dict):
        assert first.keys() == second.keys(), where
        for key in first:
            assert_same(first[key], second[key], f"{where}.{key}")
    elif isinstance(first, list | tuple):
        assert len(first) == len(second), where
        for number, (one, other) in enumerate(zip(first, second, strict=True)):
            assert_same(one, other, f"{where}[{number}]")
    else:
        assert first == second, where


def assert_same_training(first: dict, second: dict) -> None:
    """The averaged weights, the weights, the state of the average, of Adam and of the learning rate."""
    parts = ("state_dict", "current_model_state", "averaging_state", "optimizer_states", "lr_schedulers", "global_step")
    for part in parts:
        assert_same(first[part], second[part], part)


def test_a_run_can_be_repeated(train, uninterrupted, tmp_path):
    assert_same_training(train(tmp_path), uninterrupted)


def test_training_moved_the_weights(uninterrupted):
    average, current = uninterrupted["state_dict"], uninterrupted["current_model_state"]
    assert any(not torch.equal(average[name], current[name]) for name in average)
    assert uninterrupted["global_step"] > 40


# In the first epoch; just before a validation (at 7, 14, 21 ...), so that one follows the step; in a later epoch.
@pytest.mark.parametrize(
    ("step", "signum", "error"),
    [(4, signal.SIGTERM, Terminated), (13, signal.SIGTERM, Terminated), (38, signal.SIGINT, KeyboardInterrupt)],
)
def test_a_run_that_is_told_to_stop_can_go_on(train, uninterrupted, tmp_path, capsys, step, signum, error):
    stop_at(step, signum)
    with pytest.raises(error):
        train(tmp_path)
    assert read_last(tmp_path)["global_step"] == step + 1
    told = capsys.readouterr().err
    assert "--ckpt_path last" in told
    assert "seq2seq export" in told
    assert_same_training(train(tmp_path, "--ckpt_path=last"), uninterrupted)


def test_a_full_disk_is_told_by_the_runs_folder(train, tmp_path, monkeypatch):
    def refuse(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(TranslationTask, "training_step", refuse)
    with pytest.raises(UserError, match=rf"^--output {tmp_path}: cannot be written \(No space left on device\)$"):
        train(tmp_path)


# In the first of a step's three batches; without and with a validation before the third.
@pytest.mark.parametrize("step", [3, 4])
def test_a_run_that_accumulates_gradients_stops_with_an_optimizer_step(train, tmp_path, step):
    arguments = ("--trainer.accumulate_grad_batches=3", "--trainer.max_steps=9")
    whole = train(tmp_path / "whole", *arguments)
    stop_at(step, signal.SIGTERM)
    with pytest.raises(Terminated):
        train(tmp_path / "stopped", *arguments)
    assert read_last(tmp_path / "stopped")["global_step"] == step + 1
    assert_same_training(train(tmp_path / "stopped", "--ckpt_path=last", *arguments), whole)


def test_a_run_can_stop_with_an_epoch(train, uninterrupted, tmp_path):
    stop_at(uninterrupted["global_step"] // 4 - 1, signal.SIGTERM)
    with pytest.raises(Terminated):
        train(tmp_path)
    assert_same_training(train(tmp_path, "--ckpt_path=last"), uninterrupted)


def test_a_finished_run_can_be_made_longer(config, train, uninterrupted, tmp_path):
    train(tmp_path, "--trainer.max_steps=30", "--model.optimizer.decay=constant")
    longer = train(tmp_path, "--ckpt_path=last", "--trainer.max_steps=40", "--model.optimizer.decay=constant")
    whole = train(tmp_path / "whole", "--trainer.max_steps=40", "--model.optimizer.decay=constant")
    assert_same_training(longer, whole)


def test_a_run_that_is_killed_goes_on_from_its_last_validation(config, train, uninterrupted, tmp_path):
    code = f"""
import sys
sys.path[:0] = {[str(Path(__file__).parent), *sys.path]!r}
from test_resume import cli, stop_at
stop_at(33, {int(signal.SIGKILL)})
cli.train({str(config)!r}, arguments=["--output={tmp_path}"])
"""
    environment = {**os.environ, "OMP_NUM_THREADS": str(torch.get_num_threads())}
    killed = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    assert read_last(tmp_path)["global_step"] == 28
    assert_same_training(train(tmp_path, "--ckpt_path=last"), uninterrupted)


def test_a_second_signal_stops_at_once(train, tmp_path):
    whole_step = TranslationTask.training_step

    def training_step(self, batch, batch_idx):
        os.kill(os.getpid(), signal.SIGTERM)
        os.kill(os.getpid(), signal.SIGTERM)
        return whole_step(self, batch, batch_idx)

    TranslationTask.training_step = training_step
    with pytest.raises(Terminated):
        train(tmp_path)
    assert not (tmp_path / "checkpoints" / "last.ckpt").exists()


def test_signals_are_as_before_when_training_is_over(train, tmp_path):
    before = signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)
    train(tmp_path, "--trainer.max_steps=2")
    assert (signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)) == before
