"""The training loss: cross-entropy with label smoothing, straight from the features before the output matrix."""

from typing import NamedTuple

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable

CHUNK = 1024
"""Rows whose logits exist at a time: 1024 x 8000 floats stay in a processor's cache."""


class Loss(NamedTuple):
    """Attributes: total, what is minimised, mean over tokens; nll, mean negative log-likelihood in nats (no gradient);
    correct, share of tokens whose best guess is right."""

    total: Tensor
    nll: Tensor
    correct: Tensor


def linear_cross_entropy(
    features: Tensor, weight: Tensor, bias: Tensor, targets: Tensor, smoothing: float = 0.0, consistency: float = 0.0
) -> Loss:
    """Label-smoothed cross-entropy of `features @ weight.T + bias` without ever holding all the logits.

    The gradient is written out and computed chunk by chunk while the logits are still in the cache.

    Args:
        features: (N, E).
        weight: (V, E).
        bias: (V,).
        targets: (N,) token ids; no padding among them.
        smoothing: probability mass spread evenly over the vocabulary, in [0, 1) (Szegedy et al. 2016).
        consistency: weight of R-Drop (Liang et al. 2021, arXiv 2106.14448): rows n and n + N/2 are then two dropout
            passes over one token, and half their symmetric Kullback-Leibler divergence, times this, joins the loss.
    """
    if torch.is_autocast_enabled(features.device.type):
        dtype = torch.get_autocast_dtype(features.device.type)
        features, weight, bias = features.to(dtype), weight.to(dtype), bias.to(dtype)
    needs_gradient = torch.is_grad_enabled() and (features.requires_grad or weight.requires_grad)
    return Loss(*_LinearCrossEntropy.apply(features, weight, bias, targets, smoothing, consistency, needs_gradient))


class _LinearCrossEntropy(torch.autograd.Function):
    @staticmethod
    def forward(ctx, features, weight, bias, targets, smoothing, consistency, needs_gradient):  # type: ignore[no-untyped-def, override]
        rows, vocabulary = len(features), len(weight)
        pairs = 2 if consistency else 1
        halves = features.view(pairs, rows // pairs, -1)
        goals = targets.view(pairs, -1)
        grad_features = torch.empty_like(halves)
        precise = torch.promote_types(features.dtype, torch.float32)
        grad_weight = torch.zeros_like(weight, dtype=precise)
        grad_bias = torch.zeros_like(bias, dtype=precise)
        total = features.new_zeros((), dtype=precise)
        nll, correct = total.clone(), total.clone()
        for begin in range(0, rows // pairs, CHUNK // pairs):
            part = slice(begin, begin + CHUNK // pairs)
            chunk = halves[:, part].reshape(-1, features.shape[1])
            goal = goals[:, part].reshape(-1, 1)
            logits = torch.addmm(bias, chunk, weight.t()).to(precise)
            correct += (logits.argmax(1, keepdim=True) == goal).sum()
            log_probs = logits.log_softmax(1)
            picked = log_probs.gather(1, goal)
            nll -= picked.sum()
            total -= (1 - smoothing) * picked.sum()
            if smoothing:
                total -= smoothing / vocabulary * log_probs.sum()
            probs = log_probs.exp() if needs_gradient or consistency else None
            if needs_gradient:
                grad = probs - smoothing / vocabulary
                grad.scatter_add_(1, goal, torch.full_like(picked, smoothing - 1))
            if consistency:
                first, second = log_probs.chunk(2)
                p, q = probs.chunk(2)
                ratio = first - second
                forth, back = (p * ratio).sum(1, keepdim=True), -(q * ratio).sum(1, keepdim=True)
                # Both rows share one divergence; per token of the batch it counts half, as does each row's cross-entropy.
                total += consistency * (forth + back).sum() / 2
                if needs_gradient:
                    grad += consistency / 2 * torch.cat([p * (ratio - forth) + p - q, q * (-ratio - back) + q - p])
            if needs_gradient:
                grad = grad.to(features.dtype)
                grad_features[:, part] = (grad @ weight).view(pairs, -1, features.shape[1])
                grad_weight += grad.t() @ chunk
                grad_bias += grad.sum(0)
        if needs_gradient:
            ctx.save_for_backward(grad_features.view(rows, -1) / rows, grad_weight / rows, grad_bias / rows)
        ctx.mark_non_differentiable(nll, correct)
        return total / rows, nll / rows, correct / rows

    @staticmethod
    @once_differentiable
    def backward(ctx, grad_total, _nll, _correct):  # type: ignore[no-untyped-def, override]
        features, weight, bias = ctx.saved_tensors
        dtype = features.dtype
        return (
            features * grad_total,
            (weight * grad_total).to(dtype),
            (bias * grad_total).to(dtype),
            None,
            None,
            None,
            None,
        )
