from types import SimpleNamespace

import pytest
import torch

from seq2seq.training.inspection import GradientWatch


class Module:
    """Keeps what is logged last."""

    def __init__(self):
        self.logged = {}

    def log(self, name, value):
        self.logged[name] = float(value)


def watch(norms, clip=1.0, algorithm=None, every=10):
    """What is logged after each step, of gradients of these lengths."""
    callback, module = GradientWatch(), Module()
    parameters = [
        torch.zeros(3, 2, requires_grad=True),
        torch.zeros(4, requires_grad=True),
        torch.zeros(1, requires_grad=True),
    ]
    optimizer = SimpleNamespace(param_groups=[{"params": parameters[:1]}, {"params": parameters[1:]}])
    found = []
    for step, norm in enumerate(norms, start=1):
        gradients = torch.randn(10)
        gradients *= norm / gradients.norm()
        parameters[0].grad, parameters[1].grad = gradients[:6].view(3, 2), gradients[6:]  # the third has none
        trainer = SimpleNamespace(
            gradient_clip_val=clip, gradient_clip_algorithm=algorithm, global_step=step, log_every_n_steps=every
        )
        callback.on_before_optimizer_step(trainer, module, optimizer)
        found.append(dict(module.logged))
        callback.on_train_batch_end(trainer, module)
    return found


def test_the_length_and_the_share_of_clipped_steps_since_the_last_log():
    found = watch([0.5, 3.0, 1.5, 4.0, 0.5], every=3)
    assert [one["gradient_norm"] for one in found] == pytest.approx([0.5, 1.75, 5 / 3, 4.0, 2.25])
    assert [one["clipped"] for one in found] == pytest.approx([0, 1 / 2, 2 / 3, 1, 1 / 2])


@pytest.mark.parametrize(("clip", "algorithm"), [(None, None), (0, None), (1.0, "value")])
def test_where_lengths_are_not_clipped_no_share_is_told(clip, algorithm):
    assert watch([3.0], clip, algorithm) == [{"gradient_norm": pytest.approx(3.0)}]


def test_clipping_by_name_of_its_way():
    assert watch([3.0], algorithm="norm")[0]["clipped"] == 1.0
