import pytest
import torch

from seq2seq.errors import UserError
from seq2seq.inference.placement import choose_device


@pytest.mark.parametrize("name", ["cpu", "cpu:0"])
def test_the_processor_is_always_there(name):
    assert choose_device(name) == torch.device(name)


@pytest.mark.parametrize("name", ["auto:1", "cpu:", "cpu:1", "cuda:x", "cuda:99", "cuda:²", "gpu", "", "cpu:0:0"])
def test_what_is_no_device_here_is_told(name):
    with pytest.raises(UserError, match=f"^--device '{name}': "):
        choose_device(name)
