"""The linear-chain conditional random field: labels of a sentence chosen together (Lafferty et al. 2001)."""

from typing import NamedTuple

import torch
from torch import Tensor, nn


class Chain(NamedTuple):
    """What joins the labels of a sentence: scores that are added to those of each token.

    Attributes:
        start: (L,) of each label at the beginning.
        transitions: (L, L) of each label (first index) before each other (second).
        end: (L,) of each label at the end.
    """

    start: Tensor
    transitions: Tensor
    end: Tensor

    def to(self, other: Tensor) -> "Chain":
        """The same on the device of another tensor, and in its number format."""
        return Chain(*(part.to(other) for part in self))

    def within(self, constraint: "Chain") -> "Chain":
        """The sum with another chain, one of zeros and minus infinity, say."""
        return Chain(*(own + other.to(own) for own, other in zip(self, constraint, strict=True)))


class CRF(nn.Module):
    """Gives a sequence of labels y for T tokens with scores e the probability of Lample et al. (2016), section 2.2.

    s(e, y) = start[y_1] + sum_t e_t[y_t] + sum_t A[y_{t-1}, y_t] + end[y_T]
    p(y | e) = exp(s(e, y)) / sum over all y' of exp(s(e, y'))

    A, start and end are learned and begin at zero, so that at first it is a softmax for each token. All is computed in
    float32, or in float64 where the scores are. Shapes: B sentences, T tokens, L labels; `mask` (B, T) is True where a
    token is, at the first of each sentence at least.

    Args:
        labels: L.

    >>> crf = CRF(2)
    >>> emissions, labels = torch.zeros(1, 3, 2), torch.tensor([[0, 1, 1]])
    >>> crf(emissions, labels, torch.ones(1, 3).bool()).exp().detach()  # one of eight that are alike
    tensor([0.1250])
    """

    def __init__(self, labels: int) -> None:
        super().__init__()
        self.start = nn.Parameter(torch.zeros(labels))
        self.transitions = nn.Parameter(torch.zeros(labels, labels))
        self.end = nn.Parameter(torch.zeros(labels))

    def forward(self, emissions: Tensor, labels: Tensor, mask: Tensor) -> Tensor:
        """The logarithm (B,) of the probability of `labels` (B, T), any at padding, for `emissions` (B, T, L)."""
        emissions, chain = self._precise(emissions)
        return path_score(emissions, labels, mask, chain) - log_partition(emissions, mask, chain)

    def marginals(self, emissions: Tensor, mask: Tensor) -> Tensor:
        """The probability (B, T, L) of each label of each token, whatever the others are; zero at padding."""
        emissions, chain = self._precise(emissions)
        return marginals(emissions, mask, chain)

    def decode(self, emissions: Tensor, mask: Tensor, constraint: Chain) -> Tensor:
        """The likeliest labels (B, T) of those that `constraint` allows; 0 at padding."""
        emissions, chain = self._precise(emissions)
        return viterbi(emissions, mask, chain.within(constraint))

    def _precise(self, emissions: Tensor) -> tuple[Tensor, Chain]:
        emissions = emissions.to(torch.promote_types(emissions.dtype, torch.float32))
        return emissions, Chain(self.start, self.transitions, self.end).to(emissions)


def path_score(emissions: Tensor, labels: Tensor, mask: Tensor, chain: Chain) -> Tensor:
    """s(e, y) (B,) of labels (B, T); see `CRF`."""
    emitted = emissions.gather(2, labels[..., None])[..., 0].masked_fill(~mask, 0).sum(1)
    moved = chain.transitions[labels[:, :-1], labels[:, 1:]].masked_fill(~mask[:, 1:], 0).sum(1)
    last = labels.gather(1, mask.sum(1, keepdim=True) - 1)[:, 0]
    return chain.start[labels[:, 0]] + emitted + moved + chain.end[last]


def log_partition(emissions: Tensor, mask: Tensor, chain: Chain) -> Tensor:
    """log of the sum of exp(s(e, y)) over all y (B,), by the forward algorithm."""
    return torch.logsumexp(_forward(emissions, mask, chain)[-1] + chain.end, 1)


def marginals(emissions: Tensor, mask: Tensor, chain: Chain) -> Tensor:
    """The probability (B, T, L) of each label of each token, by the forward-backward algorithm; zero at padding."""
    forward = torch.stack(_forward(emissions, mask, chain), 1)
    after = chain.end.expand_as(emissions[:, 0])
    backward = [after]
    for step in range(emissions.shape[1] - 1, 0, -1):
        moved = torch.logsumexp(chain.transitions + (emissions[:, step] + after)[:, None], 2)
        after = torch.where(mask[:, step, None], moved, after)
        backward.append(after)
    joint = forward + torch.stack(backward[::-1], 1)
    return joint.softmax(2).masked_fill(~mask[..., None], 0)


def viterbi(emissions: Tensor, mask: Tensor, chain: Chain) -> Tensor:
    """The labels y (B, T) with the greatest s(e, y), by the Viterbi algorithm; 0 at padding.

    Of equally good labels the first ones are taken. Minus infinity in the chain forbids; what is left must leave a way.
    """
    best = chain.start + emissions[:, 0]
    same = torch.arange(emissions.shape[2], device=emissions.device).expand_as(best)
    origins = []
    for step in range(1, emissions.shape[1]):
        moved, origin = (best[:, :, None] + chain.transitions).max(1)
        real = mask[:, step, None]
        best = torch.where(real, moved + emissions[:, step], best)
        origins.append(torch.where(real, origin, same))
    label = (best + chain.end).argmax(1, keepdim=True)
    path = [label]
    for origin in reversed(origins):
        label = origin.gather(1, label)
        path.append(label)
    return torch.cat(path[::-1], 1).masked_fill(~mask, 0)


def _forward(emissions: Tensor, mask: Tensor, chain: Chain) -> list[Tensor]:
    """For each step the log-sum (B, L) over all ways to each label; past a sentence's end that of its last token."""
    total = chain.start + emissions[:, 0]
    totals = [total]
    for step in range(1, emissions.shape[1]):
        moved = torch.logsumexp(total[:, :, None] + chain.transitions, 1) + emissions[:, step]
        total = torch.where(mask[:, step, None], moved, total)
        totals.append(total)
    return totals
