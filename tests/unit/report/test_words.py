import torch
from hypothesis import given
from hypothesis import strategies as st

from seq2seq.report.system import Details
from seq2seq.report.words import merge_alignment

PIECES = st.lists(st.sampled_from(["▁a", "▁b", "c", "▁", "<unk>", "d"]), min_size=1, max_size=8)


def details(tokens, source, grid=None, columns=None):
    rows, columns = len(tokens), columns or len(source)
    weights = torch.softmax(torch.arange(rows * columns).view(rows, columns).sin(), dim=-1)
    return Details(tuple(tokens), (-0.5,) * rows, tuple(source), weights, grid)


@given(PIECES, PIECES)
def test_weights_stay_what_they_are_together(tokens, source):
    merged = merge_alignment(details([*tokens, "</s>"], [*source, "</s>"]))
    if merged is None:
        assert not [token for token in tokens if token != "▁"]
        return
    read, written, weights = merged
    assert weights.shape == (len(written), len(read))
    assert (weights >= 0).all()
    assert (weights.sum(1) <= 1 + 1e-5).all()


def test_pieces_that_are_words_keep_their_weights():
    given_details = details(["▁a", "▁b"], ["▁x", "▁y", "▁z"])
    read, written, weights = merge_alignment(given_details)
    assert (read, written) == (("x", "y", "z"), ("a", "b"))
    torch.testing.assert_close(weights, given_details.alignment)


def test_over_a_picture_the_cells_stay():
    given_details = details(["▁a", "▁b", "c", "</s>"], [], grid=(2, 3), columns=6)
    read, written, weights = merge_alignment(given_details)
    assert (read, written) == ((), ("a", "bc"))
    torch.testing.assert_close(weights.sum(1), torch.ones(2))


def test_without_attention_or_words_there_is_nothing():
    assert merge_alignment(Details(("▁a",), (-1.0,), ("▁b",))) is None
    assert merge_alignment(details(["</s>"], ["▁b"])) is None
