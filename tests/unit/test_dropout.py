import pytest
import torch

from seq2seq.dropout import LockedDropout, WordDropout

RATE = 0.3


@pytest.fixture(autouse=True)
def seed():
    torch.manual_seed(1)


@pytest.mark.parametrize("kind", [LockedDropout, WordDropout])
def test_off_in_eval_and_at_rate_zero(kind):
    inputs = torch.randn(3, 4, 5)
    assert torch.equal(kind(RATE).eval()(inputs), inputs)
    assert torch.equal(kind(0.0)(inputs), inputs)


def test_locked_dropout_has_one_mask_for_all_steps_and_another_for_each_row():
    dropped = LockedDropout(RATE)(torch.ones(7, 50, 40)) == 0
    assert (dropped == dropped[:1]).all()
    assert len({tuple(row.tolist()) for row in dropped[0]}) == 50


def test_word_dropout_drops_whole_words_and_keeps_the_others_as_they_are():
    inputs = torch.randn(30, 40, 6)
    outputs = WordDropout(RATE)(inputs)
    dropped = (outputs == 0).all(2)
    assert torch.equal(outputs[~dropped], inputs[~dropped])
    assert not (dropped == dropped[:1]).all()


@pytest.mark.parametrize(("kind", "mean"), [(LockedDropout, 1.0), (WordDropout, 1 - RATE)])
def test_share_and_expectation(kind, mean):
    outputs = kind(RATE)(torch.ones(200, 200, 1) if kind is WordDropout else torch.ones(1, 200, 200))
    # 40,000 draws: three standard deviations are 0.007.
    assert (outputs == 0).float().mean().item() == pytest.approx(RATE, abs=0.01)
    assert outputs.mean().item() == pytest.approx(mean, abs=0.015)


@pytest.mark.parametrize("kind", [LockedDropout, WordDropout])
def test_what_is_dropped_gets_no_gradient_and_the_precision_stays(kind):
    inputs = torch.ones(5, 6, 7, dtype=torch.bfloat16, requires_grad=True)
    outputs = kind(RATE)(inputs)
    assert outputs.dtype == torch.bfloat16
    outputs.sum().backward()
    assert torch.equal(inputs.grad == 0, outputs == 0)
