import pytest
import torch
from torch import nn

from seq2seq.inspection.look import BOTH_WAYS, ONE_WAY, SEEN_DIRECTLY, Score, choice, look_at, saturation
from seq2seq.inspection.watch import watching
from seq2seq.recurrent import CELLS, RecurrentStack


def look(cell: str, bidirectional: bool = False, steps: int = 9, **more):
    torch.manual_seed(1)
    net = nn.ModuleDict({"encoder": RecurrentStack(3, hidden_size=5, cell=cell, bidirectional=bidirectional)})
    with watching(net) as traces:
        outputs, _ = net["encoder"](torch.randn(steps, 1, 3))
        score = Score(outputs[-1].sum(), "the sum", 0.5, "a sum")
        return look_at(traces, score, "given", "said", {}, **more)


def test_the_log_odds_are_those_of_the_probability_and_their_gradient_does_not_fade():
    for margin in (0.0, 30.0):
        logits = torch.tensor([0.0, margin, 0.0], requires_grad=True)
        score = choice(logits, 1, "it")
        probability = logits.detach().double().softmax(0)[1]
        assert score.value.item() == pytest.approx(torch.logit(probability).item(), rel=1e-4)
        (gradient,) = torch.autograd.grad(score.value, logits)
        assert gradient.tolist() == pytest.approx([-0.5, 1.0, -0.5])


def test_of_two_the_log_odds_are_the_difference():
    assert choice(torch.tensor([0.25, -2.0]), 0, "it").value.item() == pytest.approx(2.25)


@pytest.mark.parametrize("cell", CELLS)
def test_only_what_is_bounded_is_called_saturated(cell):
    seen = look(cell)
    (kinds,) = saturation([seen]).values()
    hidden = seen.layers[0].hidden
    assert set(kinds) == {*seen.layers[0].gates, *({"hidden"} if not cell.startswith("min") else {})}
    assert seen.layers[0].cell == cell
    if cell == "irnn":
        assert kinds["hidden"].high is None
        assert kinds["hidden"].low.tolist() == pytest.approx((hidden == 0).double().mean(0).tolist())
    elif "hidden" in kinds:
        assert hidden.abs().max() <= 1
        assert kinds["hidden"].high is not None


def test_how_what_is_read_comes_to_the_score():
    assert look("gru").way("encoder") == ONE_WAY
    assert look("gru", direct=["encoder"]).way("encoder") == SEEN_DIRECTLY
    assert look("gru", bidirectional=True).way("encoder") == BOTH_WAYS
