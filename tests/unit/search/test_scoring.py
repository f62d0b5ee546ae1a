import math

import numpy as np
import pytest
import torch

from seq2seq.search.scoring import best_possible, coverage_penalty, length_penalty, top_k


def sorted_twin(values: torch.Tensor, k: int) -> tuple[np.ndarray, np.ndarray]:
    """Largest first, equal ones by lowest index."""
    numbers = values.numpy()
    order = np.argsort(-numbers, axis=-1, kind="stable")[..., :k]
    return np.take_along_axis(numbers, order, -1), order


@pytest.mark.parametrize("size", [1, 5, 63, 64, 65, 700, 8000, 8003])
@pytest.mark.parametrize("k", [1, 5, 20])
@pytest.mark.parametrize("ties", [False, True])
def test_top_k_is_a_stable_sort(size, k, ties):
    k = min(k, size)
    values = -torch.rand(3, 4, size, generator=torch.Generator().manual_seed(size + k)) * 20
    if ties:
        values = values.round() - 1
    values[0, 0, ::2] = -torch.inf
    found, indices = top_k(values, k)
    expected, order = sorted_twin(values, k)
    np.testing.assert_array_equal(found.numpy(), expected)
    real = np.isfinite(expected)  # which of the impossible ones come last does not matter
    np.testing.assert_array_equal(indices.numpy()[real], order[real])


def test_top_k_tells_neighbouring_floats_apart():
    """The tie-break must never outweigh a difference, however small and however far apart the indices."""
    values = torch.full((1, 100_000), -3.0)
    values[0, -1] = torch.nextafter(torch.tensor(-3.0), torch.tensor(0.0))
    assert top_k(values, 2)[1].tolist() == [[99_999, 0]]


@pytest.mark.parametrize("length", [1, 2, 7, 40])
@pytest.mark.parametrize("alpha", [0.0, 0.6, 1.0, 1.7])
def test_length_penalty(length, alpha):
    assert length_penalty(float(length), "wu", alpha) == pytest.approx((5 + length) ** alpha / 6**alpha)
    assert length_penalty(float(length), "power", alpha) == pytest.approx(length**alpha)
    assert length_penalty(float(length), "none", alpha) == 1


def test_coverage_penalty_is_that_of_wu():
    coverage = torch.tensor([[[0.5, 1.5, 0.2], [1.0, 1.0, 0.0]], [[0.25, 0.5, 0.0], [2.0, 3.0, 0.0]]])
    mask = torch.tensor([[True, True, True], [True, True, False]])
    found = coverage_penalty(coverage, mask)
    assert found[0, 0] == pytest.approx(math.log(0.5) + math.log(0.2))
    assert found[1].tolist() == pytest.approx([math.log(0.25) + math.log(0.5), 0.0])
    assert -100 < found[0, 1] < -80, "a position without any attention costs much, but not everything"


@pytest.mark.parametrize("kind", ["wu", "power", "none"])
@pytest.mark.parametrize("alpha", [0.0, 0.6, 2.0])
def test_best_possible_is_a_bound_and_is_reached(kind, alpha):
    live, longest, so_far = -4.0, 12, 5
    bound = float(best_possible(torch.tensor([live]), torch.tensor([longest]), kind, alpha))
    reachable = [live / length_penalty(float(length), kind, alpha) for length in range(so_far, longest + 2)]
    assert bound == pytest.approx(max(reachable))


def test_best_possible_of_the_dead_is_nothing():
    assert best_possible(torch.tensor([-torch.inf]), torch.tensor([3]), "wu", 0.6).tolist() == [-math.inf]
