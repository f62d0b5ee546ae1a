from types import SimpleNamespace

import pytest

from seq2seq.training.generation import GenerationTask
from seq2seq.training.samples import Samples


class Task(GenerationTask):
    """Has validated, without a model."""

    data = SimpleNamespace(describe=lambda index: {"source": f"s{index}"})

    def __init__(self, outputs: int) -> None:
        self.dev_outputs = {index: f"o{index}" for index in range(outputs)}


def shown(count: int, outputs: int, sanity_checking: bool = False) -> list[str]:
    lines: list[str] = []
    trainer = SimpleNamespace(
        progress_bar_callback=SimpleNamespace(print=lines.append), sanity_checking=sanity_checking
    )
    Samples(count).on_validation_end(trainer, Task(outputs))
    return [line.split()[-1] for line in lines if line]


def test_the_samples_are_from_all_over_dev():
    assert shown(2, 100) == ["s25", "o25", "s75", "o75"]
    assert shown(3, 3) == ["s0", "o0", "s1", "o1", "s2", "o2"]


@pytest.mark.parametrize(("count", "outputs"), [(3, 1), (5, 4), (0, 4)])
def test_a_small_dev_is_shown_more_than_once_rather_than_failing(count, outputs):
    assert len(shown(count, outputs)) == 2 * count


def test_nothing_is_shown_of_lightnings_check():
    assert shown(2, 4, sanity_checking=True) == []
