from types import SimpleNamespace

import pytest
import torch
from pytorch_lightning import LightningModule

from seq2seq.training import throughput
from seq2seq.training.generation import GenerationTask
from seq2seq.training.throughput import Throughput


class Task(GenerationTask):
    """Counts, without a model."""

    def __init__(self) -> None:
        LightningModule.__init__(self)


def test_tokens_are_counted_without_padding_and_time_without_validation(monkeypatch):
    now, logged = [0.0], []
    monkeypatch.setattr(throughput.time, "perf_counter", lambda: now[0])
    module = Task()
    module.log = lambda name, value: logged.append(float(value))
    callback = Throughput()
    callback.on_train_start()

    def step(number: int, seconds: float, tokens: int) -> None:
        now[0] += seconds
        goal = torch.tensor([[5] * tokens + [0] * 7])
        trainer = SimpleNamespace(global_step=number, log_every_n_steps=2)
        callback.on_train_batch_end(trainer, module, None, SimpleNamespace(goal=goal), 0)

    step(1, 2.0, 10)
    now[0] += 100.0
    callback.on_validation_end()
    step(2, 3.0, 20)
    step(3, 1.0, 40)  # the second value went into the log: counting begins anew
    assert logged == pytest.approx([5.0, 6.0, 40.0])
