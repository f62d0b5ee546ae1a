import pytest
import torch

from seq2seq.evaluation.record import make_record


@pytest.mark.parametrize(("device", "told"), [(None, "cpu"), ("cpu", "cpu"), ("mps", "mps")])
def test_the_device_is_that_on_which_the_model_ran(device, told):
    place = None if device is None else torch.device(device)
    assert make_record({}, sentences=1, data={}, device=place)["hardware"]["device"] == told
