from dataclasses import FrozenInstanceError

import pytest
import torch

from seq2seq.context import Context


def make(**options):
    return Context(torch.randn(3, 5, 4), torch.rand(3, 5) > 0.5, torch.randn(3, 2), **options)


def test_length_is_the_number_of_sentences():
    assert len(make()) == 3


@pytest.mark.parametrize("indices", [[0, 1, 2], [2, 0], [1, 1, 1, 0], []])
def test_select_picks_orders_and_repeats(indices):
    context = make(grid=(1, 5))
    chosen = context.select(torch.tensor(indices, dtype=torch.long))
    assert len(chosen) == len(indices)
    assert chosen.grid == (1, 5)
    for row, index in enumerate(indices):
        for name in ("memory", "mask", "summary"):
            assert torch.equal(getattr(chosen, name)[row], getattr(context, name)[index])


def test_select_by_a_mask_keeps_what_is_true():
    context = make()
    assert torch.equal(context.select(torch.tensor([True, False, True])).summary, context.summary[[0, 2]])


def test_nothing_can_be_exchanged_in_it():
    with pytest.raises(FrozenInstanceError):
        make().memory = torch.zeros(1)
