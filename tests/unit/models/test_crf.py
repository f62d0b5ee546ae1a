"""The CRF against going through all sequences of labels, and against finite differences."""

import itertools

import pytest
import torch

from seq2seq.data.entities import may_follow
from seq2seq.models.crf import CRF, Chain, log_partition, marginals, path_score, viterbi
from seq2seq.models.tagger import bio_constraint

LABELS = ("O", "B-x", "I-x", "B-y", "I-y")
LENGTHS = [4, 1, 3, 2]


def random_case(seed: int, labels: int = 3) -> tuple[torch.Tensor, torch.Tensor, Chain]:
    """Scores of sentences of all lengths, what stands at padding among them, their mask and a chain."""
    torch.manual_seed(seed)
    emissions = torch.randn(len(LENGTHS), max(LENGTHS), labels, dtype=torch.float64)
    mask = torch.arange(max(LENGTHS)) < torch.tensor(LENGTHS)[:, None]
    chain = Chain(*(torch.randn(size, dtype=torch.float64) for size in ((labels,), (labels, labels), (labels,))))
    return emissions, mask, chain


def score(emissions, labels, chain) -> float:
    """s(e, y) as its equation is written."""
    total = chain.start[labels[0]] + chain.end[labels[-1]]
    total = total + sum(emissions[place, label] for place, label in enumerate(labels))
    return float(total + sum(chain.transitions[one, other] for one, other in itertools.pairwise(labels)))


def every_path(emissions, length, chain) -> dict[tuple[int, ...], float]:
    paths = itertools.product(range(emissions.shape[1]), repeat=length)
    return {path: score(emissions, path, chain) for path in paths}


@pytest.mark.parametrize("seed", range(3))
def test_partition_marginals_and_best_path_are_those_of_all_paths(seed):
    emissions, mask, chain = random_case(seed)
    whole, shares, best = (function(emissions, mask, chain) for function in (log_partition, marginals, viterbi))
    for row, length in enumerate(LENGTHS):
        paths = every_path(emissions[row], length, chain)
        scores = torch.tensor(list(paths.values()), dtype=torch.float64)
        torch.testing.assert_close(whole[row], scores.logsumexp(0))
        chances = dict(zip(paths, scores.softmax(0).tolist(), strict=True))
        for place, label in itertools.product(range(length), range(emissions.shape[2])):
            expected = sum(chance for path, chance in chances.items() if path[place] == label)
            assert float(shares[row, place, label]) == pytest.approx(expected)
        assert tuple(best[row, :length].tolist()) == max(paths, key=paths.__getitem__)
        assert best[row, length:].tolist() == [0] * (len(best[row]) - length)
        assert not shares[row, length:].any()


def test_the_score_of_a_path_is_the_equation_s():
    emissions, mask, chain = random_case(4)
    labels = torch.randint(3, mask.shape)
    expected = [score(emissions[row], labels[row, :length].tolist(), chain) for row, length in enumerate(LENGTHS)]
    torch.testing.assert_close(path_score(emissions, labels, mask, chain), torch.tensor(expected, dtype=torch.float64))


def filled(chain: Chain) -> CRF:
    crf = CRF(len(chain.start)).double()
    for name, value in chain._asdict().items():
        getattr(crf, name).data = value.clone()
    return crf


def test_probabilities_of_all_sequences_sum_to_one():
    emissions, _, chain = random_case(5)
    crf = filled(chain)
    for row, length in enumerate(LENGTHS):
        paths = torch.tensor(list(itertools.product(range(3), repeat=length)))
        many = emissions[row, :length].expand(len(paths), -1, -1)
        total = crf(many, paths, torch.ones_like(paths).bool()).exp().sum()
        assert total.item() == pytest.approx(1)


def test_the_gradient_is_that_of_finite_differences():
    emissions, mask, chain = random_case(6)
    labels = torch.randint(3, mask.shape)

    def likelihood(emissions, start, transitions, end):
        chain = Chain(start, transitions, end)
        return path_score(emissions, labels, mask, chain) - log_partition(emissions, mask, chain)

    inputs = [part.requires_grad_() for part in (emissions, *chain)]
    assert torch.autograd.gradcheck(likelihood, inputs)


def test_marginals_are_the_gradient_of_the_partition():
    emissions, mask, chain = random_case(7)
    emissions.requires_grad_()
    (gradient,) = torch.autograd.grad(log_partition(emissions, mask, chain).sum(), emissions)
    torch.testing.assert_close(marginals(emissions, mask, chain), gradient)


def test_without_transitions_it_is_a_softmax():
    emissions, mask, _ = random_case(8)
    labels = torch.randint(3, mask.shape)
    crf = CRF(3).double()
    each = emissions.log_softmax(2).gather(2, labels[..., None])[..., 0].masked_fill(~mask, 0)
    torch.testing.assert_close(crf(emissions, labels, mask), each.sum(1))
    torch.testing.assert_close(crf.marginals(emissions, mask), emissions.softmax(2) * mask[..., None])
    free = Chain(*(torch.zeros(size) for size in ((3,), (3, 3), (3,))))
    assert torch.equal(crf.decode(emissions, mask, free), emissions.argmax(2) * mask)


def test_neither_padding_nor_the_rest_of_the_batch_changes_a_sentence():
    emissions, mask, chain = random_case(9)
    crf, labels = filled(chain), torch.randint(3, mask.shape)
    constraint = Chain(*(torch.zeros_like(part) for part in chain))
    whole = crf(emissions, labels, mask), crf.marginals(emissions, mask), crf.decode(emissions, mask, constraint)
    for row, length in enumerate(LENGTHS):
        part = (slice(row, row + 1), slice(length))
        alone = emissions[part], mask[part]
        torch.testing.assert_close(crf(alone[0], labels[part], alone[1]), whole[0][row : row + 1])
        torch.testing.assert_close(crf.marginals(*alone), whole[1][part])
        assert torch.equal(crf.decode(*alone, constraint), whole[2][part])
    emissions[~mask], labels[~mask] = 1e4, 1
    torch.testing.assert_close(crf(emissions, labels, mask), whole[0])
    assert torch.equal(crf.decode(emissions, mask, constraint), whole[2])


@pytest.mark.parametrize("seed", range(3))
def test_constrained_decoding_gives_the_best_of_the_valid_paths(seed):
    emissions, mask, chain = random_case(seed, len(LABELS))
    emissions = emissions * 3
    found = filled(chain).decode(emissions, mask, bio_constraint(LABELS))
    for row, length in enumerate(LENGTHS):
        paths = every_path(emissions[row], length, chain)
        valid = [
            path
            for path in paths
            if all(may_follow(LABELS[tag], LABELS[before]) for before, tag in itertools.pairwise((0, *path)))
        ]
        assert len(valid) < len(paths)
        assert tuple(found[row, :length].tolist()) == max(valid, key=paths.__getitem__)


def test_half_precision_is_computed_in_single():
    emissions, mask, chain = random_case(10)
    crf = filled(chain).bfloat16()
    assert crf.marginals(emissions.bfloat16(), mask).dtype == torch.float32
    assert crf.marginals(emissions.bfloat16(), mask).sum(2)[mask].sub(1).abs().max() < 1e-5
