from types import SimpleNamespace

import torch

from seq2seq.training.randomness import StepSeed


def draw(seed: int = 1, rank: int = 0, epoch: int = 0, batch: int = 0) -> tuple[float, ...]:
    trainer = SimpleNamespace(global_rank=rank, current_epoch=epoch)
    StepSeed(seed).on_train_batch_start(trainer, None, None, batch)
    return tuple(torch.rand(4).tolist())


def test_a_step_has_the_same_numbers_whatever_was_drawn_before():
    first = draw(batch=3)
    torch.rand(17)
    assert draw(batch=3) == first


def test_seed_process_epoch_and_batch_each_change_them():
    drawn = {draw(), draw(seed=2), draw(rank=1), draw(epoch=1), draw(batch=1)}
    assert len(drawn) == 5
