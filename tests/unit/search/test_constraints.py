import pytest
import torch
from search_toys import BOS, EOS, PAD, UNK

from seq2seq.errors import UserError
from seq2seq.search import SearchOptions
from seq2seq.search.constraints import FREE, Constraints, block_repeated_ngrams_, force_, length_bounds

BLOCKED = -torch.inf


@pytest.mark.parametrize(
    ("length", "options", "shortest", "longest"),
    [
        (0, {}, 1, 10),
        (10, {}, 1, 30),
        (7, {"max_length_ratio": 1.5, "max_length_offset": 0}, 1, 10),
        (7, {"min_length_ratio": 0.5}, 3, 24),
        (7, {"min_length": 5, "min_length_ratio": 0.5}, 5, 24),
        (1000, {"max_length": 100, "min_length_ratio": 0.5}, 100, 100),
        (0, {"max_length_ratio": 0, "max_length_offset": 0}, 1, 1),
        (3, {"max_length_ratio": 0, "max_length_offset": 2, "min_length": 9}, 2, 2),
    ],
)
def test_length_bounds(length, options, shortest, longest):
    assert length_bounds([length], SearchOptions(**options)) == ([shortest], [longest])


def repeated_twin(sequence: list[int], size: int) -> set[int]:
    """Tokens that would complete a run of `size` tokens that is already there, by looking at each run."""
    runs = {tuple(sequence[i : i + size]) for i in range(len(sequence) - size + 1)}
    return {token for token in range(6) if (*sequence[len(sequence) - size + 1 :], token) in runs}


@pytest.mark.parametrize("size", [1, 2, 3, 4])
@pytest.mark.parametrize("length", [0, 1, 2, 3, 12])
def test_blocked_ngrams(size, length):
    sequences = torch.randint(3, (4, 5, length), generator=torch.Generator().manual_seed(size * 100 + length))
    log_probs = torch.zeros(4, 5, 6)
    block_repeated_ngrams_(log_probs, sequences, size)
    for sentence in range(4):
        for hypothesis in range(5):
            blocked = set((log_probs[sentence, hypothesis] == BLOCKED).nonzero()[:, 0].tolist())
            assert blocked == repeated_twin(sequences[sentence, hypothesis].tolist(), size)


def test_force_leaves_one_token_and_its_own_probability():
    log_probs = torch.arange(12.0).view(2, 2, 3) - 20
    before = log_probs.clone()
    force_(log_probs, torch.tensor([FREE, 1]), before[:, :, 1])
    assert torch.equal(log_probs[0], before[0])
    assert torch.equal(log_probs[1, :, 1], before[1, :, 1])
    assert (log_probs[1][:, [0, 2]] == BLOCKED).all()


def build(prefixes=None, **options) -> Constraints:
    defaults = {"max_length_ratio": 0.0, "max_length_offset": 4} | options
    return Constraints([1, 1], SearchOptions(**defaults), prefixes, EOS, (PAD, UNK, BOS), torch.device("cpu"))


def allowed(constraints: Constraints, step: int, sentence: int, sequence: list[int] | None = None) -> list[int]:
    log_probs = torch.full((1, 1, 7), -1.0)
    sequences = None if sequence is None else torch.tensor([[sequence]])
    constraints.apply_(log_probs, step, torch.tensor([sentence]), sequences)
    return (log_probs[0, 0] > BLOCKED).nonzero()[:, 0].tolist()


def test_padding_unknown_and_begin_are_never_written_and_the_end_not_too_soon_nor_too_late():
    constraints = build(min_length=2)
    assert [allowed(constraints, step, 0) for step in range(5)] == [
        [4, 5, 6],
        [4, 5, 6],
        [3, 4, 5, 6],
        [3, 4, 5, 6],
        [3],
    ]


def test_a_prefix_comes_first_even_against_the_other_rules():
    constraints = build([[5, 5, 5, 5, 5, 6], []], min_length=2, no_repeat_ngram=1)
    assert [allowed(constraints, step, 0, [5] * step) for step in range(7)] == [[5], [5], [5], [5], [5], [6], [3]]
    assert allowed(constraints, 1, 1, [5]) == [4, 6], "the other sentence has no prefix"
    assert allowed(constraints, 4, 1, [4, 5, 6, 4]) == [3], "nor its length"


@pytest.mark.parametrize("token", [PAD, UNK, BOS, EOS, -1])
def test_a_prefix_holds_words_only(token):
    with pytest.raises(
        UserError, match=rf"prefixes: sentence 1 \(from 0\) has token {token}; a prefix holds words only"
    ):
        build([[4], [4, token]])


def test_a_prefix_outside_the_vocabulary():
    with pytest.raises(UserError, match="token 7 is not in the model's vocabulary of 7 tokens"):
        allowed(build([[7], []]), 0, 0)
