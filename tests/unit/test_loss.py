import pytest
import torch
from torch.nn import functional

from seq2seq import loss as loss_module
from seq2seq.loss import linear_cross_entropy

ROWS, SIZE, WORDS = 10, 5, 13


def make(dtype=torch.float64):
    torch.manual_seed(1)
    shapes = (ROWS, SIZE), (WORDS, SIZE), (WORDS,)
    features, weight, bias = (torch.randn(shape).to(dtype).requires_grad_() for shape in shapes)
    return features, weight, bias, torch.randint(WORDS, (ROWS,))


def paired(targets):
    """Targets of which rows n and n + N/2 are one token seen twice."""
    return targets[: ROWS // 2].repeat(2)


def reference(features, weight, bias, targets, smoothing, consistency):
    """The same by torch's own functions, all logits at once."""
    logits = features @ weight.t() + bias
    total = functional.cross_entropy(logits, targets, label_smoothing=smoothing)
    if consistency:
        first, second = logits.log_softmax(1).chunk(2)
        both = [
            functional.kl_div(q, p, log_target=True, reduction="sum") for p, q in ((first, second), (second, first))
        ]
        total = total + consistency / 2 * sum(both) / len(features)
    return total


@pytest.mark.parametrize("chunk", [512, 3, 2])
@pytest.mark.parametrize("smoothing", [0.0, 0.1, 0.7])
@pytest.mark.parametrize("consistency", [0.0, 0.5, 3.0])
def test_equals_torch_with_gradients_whatever_the_chunk(monkeypatch, chunk, smoothing, consistency):
    monkeypatch.setattr(loss_module, "CHUNK", chunk)
    *tensors, targets = make()
    targets = paired(targets) if consistency else targets
    ours = linear_cross_entropy(*tensors, targets, smoothing, consistency).total
    theirs = reference(*tensors, targets, smoothing, consistency)
    torch.testing.assert_close(ours, theirs)
    for got, expected in zip(
        torch.autograd.grad(3 * ours, tensors), torch.autograd.grad(3 * theirs, tensors), strict=True
    ):
        torch.testing.assert_close(got, expected)


@pytest.mark.parametrize("chunk", [512, 3])
@pytest.mark.parametrize("smoothing", [0.0, 0.1])
@pytest.mark.parametrize("consistency", [0.0, 2.0])
def test_gradient_by_finite_differences(monkeypatch, chunk, smoothing, consistency):
    monkeypatch.setattr(loss_module, "CHUNK", chunk)
    *tensors, targets = make()
    targets = paired(targets) if consistency else targets
    assert torch.autograd.gradcheck(
        lambda *inputs: linear_cross_entropy(*inputs, targets, smoothing, consistency).total, tensors
    )


@pytest.mark.parametrize("chunk", [512, 3])
@pytest.mark.parametrize("smoothing", [0.0, 0.1])
def test_what_is_reported_beside_the_total(monkeypatch, chunk, smoothing):
    monkeypatch.setattr(loss_module, "CHUNK", chunk)
    features, weight, bias, targets = make()
    logits = features @ weight.t() + bias
    targets[:4] = logits[:4].argmax(1)
    loss = linear_cross_entropy(features, weight, bias, targets, smoothing)
    torch.testing.assert_close(loss.nll, functional.cross_entropy(logits, targets))
    assert loss.correct.item() == pytest.approx((logits.argmax(1) == targets).double().mean().item())
    assert loss.correct >= 0.4
    assert not loss.nll.requires_grad
    assert not loss.correct.requires_grad


def test_without_smoothing_the_total_is_the_likelihood():
    loss = linear_cross_entropy(*make())
    torch.testing.assert_close(loss.total, loss.nll)


@pytest.mark.parametrize("consistency", [0.0, 1.0])
def test_the_same_without_gradient(consistency):
    *tensors, targets = make()
    expected = linear_cross_entropy(*tensors, paired(targets), 0.1, consistency)
    with torch.no_grad():
        loss = linear_cross_entropy(*tensors, paired(targets), 0.1, consistency)
    assert not loss.total.requires_grad
    torch.testing.assert_close(loss, type(loss)(*(part.detach() for part in expected)))


def test_equal_passes_have_no_divergence():
    features, weight, bias, targets = make()
    features = features[: ROWS // 2].detach().repeat(2, 1).requires_grad_()
    results = [linear_cross_entropy(features, weight, bias, paired(targets), 0.1, rate).total for rate in (0.0, 5.0)]
    torch.testing.assert_close(results[0], results[1])
    gradients = [torch.autograd.grad(result, (features, weight, bias)) for result in results]
    torch.testing.assert_close(gradients[0], gradients[1])


def test_a_tied_matrix_gathers_both_of_its_gradients():
    _, weight, bias, targets = make()
    tokens = torch.arange(ROWS)
    ours = linear_cross_entropy(weight[tokens].tanh(), weight, bias, targets, 0.1).total
    theirs = reference(weight[tokens].tanh(), weight, bias, targets, 0.1, 0.0)
    torch.testing.assert_close(torch.autograd.grad(ours, weight), torch.autograd.grad(theirs, weight))


def test_frozen_features_or_weights():
    features, weight, bias, targets = make()
    expected = torch.autograd.grad(linear_cross_entropy(features, weight, bias, targets).total, (features, weight))
    of_features = linear_cross_entropy(features, weight.detach(), bias.detach(), targets).total
    of_weight = linear_cross_entropy(features.detach(), weight, bias, targets).total
    torch.testing.assert_close(torch.autograd.grad(of_features, features)[0], expected[0])
    torch.testing.assert_close(torch.autograd.grad(of_weight, weight)[0], expected[1])


def test_huge_logits_stay_finite():
    features, weight, bias, targets = make(torch.float32)
    loss = linear_cross_entropy(features * 1e4, weight, bias, targets, 0.1)
    assert torch.isfinite(torch.stack(loss)).all()
    assert all(torch.isfinite(grad).all() for grad in torch.autograd.grad(loss.total, (features, weight, bias)))


def test_bfloat16_autocast_stays_near_float32():
    *tensors, targets = make(torch.float32)
    exact = linear_cross_entropy(*tensors, targets, 0.1)
    with torch.autocast("cpu", torch.bfloat16):
        rough = linear_cross_entropy(*tensors, targets, 0.1)
    assert rough.total.dtype == torch.float32
    torch.testing.assert_close(rough.total, exact.total, atol=0, rtol=0.02)
    for ours, theirs in zip(
        torch.autograd.grad(rough.total, tensors), torch.autograd.grad(exact.total, tensors), strict=True
    ):
        assert ours.dtype == torch.float32
        torch.testing.assert_close(ours, theirs, atol=0.02, rtol=0.05)
