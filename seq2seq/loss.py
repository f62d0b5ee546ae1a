"""The training loss: cross-entropy with label smoothing, straight from the features before the output matrix."""

from typing import NamedTuple

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable

CHUNK = 512
"""Rows whose logits exist at a time: 512 x 8000 floats fit a processor's cache."""


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
        precise = torch.promote_types(features.dtype, torch.float32)
        if needs_gradient:
            grad_features = torch.empty_like(halves)
            grad_weight = torch.zeros_like(weight, dtype=precise)
            grad_bias = torch.zeros_like(bias, dtype=precise)
        total = features.new_zeros((), dtype=precise)
        nll, correct = total.clone(), total.clone()
        # One set of buffers for all chunks: fresh memory for each would cost as much as the arithmetic.
        rough = features.new_empty(min(CHUNK, rows), vocabulary)
        logits, probs = torch.empty_like(rough, dtype=precise), torch.empty_like(rough, dtype=precise)
        for begin in range(0, rows // pairs, CHUNK // pairs):
            part = slice(begin, begin + CHUNK // pairs)
            chunk = halves[:, part].reshape(-1, features.shape[1])
            goal = goals[:, part].reshape(-1, 1)
            size = len(chunk)
            z, p, g = logits[:size], probs[:size], rough[:size]
            torch.addmm(bias, chunk, weight.t(), out=g)
            z.copy_(g)
            peak = z.amax(1, keepdim=True)
            torch.sub(z, peak, out=p).exp_()
            norm = p.sum(1, keepdim=True)
            log_norm = norm.log() + peak
            picked = z.gather(1, goal)
            correct += (picked == peak).sum()
            nll += (log_norm - picked).sum()
            total += (1 - smoothing) * (log_norm - picked).sum()
            if smoothing:
                total += smoothing * (log_norm - z.mean(1, keepdim=True)).sum()
            if not needs_gradient and not consistency:
                continue
            p.div_(norm)
            if consistency:
                z.sub_(log_norm)
                (first, second), (forth, back) = z.chunk(2), p.chunk(2)
                ratio = first - second
                divergences = (forth * ratio).sum(1, keepdim=True), (back * -ratio).sum(1, keepdim=True)
                # The two rows share one divergence; per row it counts half, as does each row's cross-entropy.
                total += consistency / 2 * (divergences[0] + divergences[1]).sum()
                apart = forth - back
                pull = torch.cat([forth * (ratio - divergences[0]) + apart, back * (-ratio - divergences[1]) - apart])
                p.add_(pull, alpha=consistency / 2)
            if not needs_gradient:
                continue
            p.scatter_add_(1, goal, torch.full_like(picked, smoothing - 1))
            g.copy_(p)
            grad_features[:, part] = (g @ weight).view(pairs, -1, features.shape[1])
            grad_weight += g.t() @ chunk
            grad_bias += p.sum(0)
        if needs_gradient and smoothing:
            # The evenly spread part of the target is the same for all rows and words.
            even = smoothing / vocabulary
            grad_features -= even * weight.sum(0)
            grad_weight -= even * features.sum(0, dtype=precise)
            grad_bias -= even * rows
        if needs_gradient:
            ctx.save_for_backward(grad_features.view(rows, -1) / rows, grad_weight / rows, grad_bias / rows)
        total, nll, correct = total / rows, nll / rows, correct / rows
        ctx.mark_non_differentiable(nll, correct)
        return total, nll, correct

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
