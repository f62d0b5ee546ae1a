import torch

from recipes.demo import draw
from seq2seq.inference import Candidate, Translation

SOURCE, TARGET = ("▁un", "▁gato", "</s>"), ("▁a", "▁cat", "</s>")


def draw_with(alignment: torch.Tensor | None) -> list[str]:
    candidate = Candidate("a cat", -1.0, TARGET, (-0.1, -0.2, -0.3), alignment)
    return draw(Translation("un gato", SOURCE, (candidate,), 1)).split("\n")


def test_a_block_stands_where_the_row_of_a_piece_meets_the_column_of_what_it_looked_at():
    source, text, columns, *rows = draw_with(torch.eye(3)[[1, 0, 2]])
    assert (source.strip(), text.strip()) == ("un gato", "a cat")
    assert columns.split() == ["_un", "_gato", "</s>"]
    assert [row.split()[0] for row in rows] == ["_a", "_cat", "</s>"]
    for row, piece in zip(rows, ("_gato", "_un", "</s>"), strict=True):
        assert row.count("█") == 1
        begin = columns.index(piece)
        assert begin <= row.index("█") < begin + len(piece)


def test_more_attention_is_darker():
    *_, row, _, _ = draw_with(torch.tensor([[0.0, 0.3, 0.7], [0.5, 0.5, 0.0], [0.0, 0.0, 1.0]]))
    assert [sign for sign in row if sign in "░▒▓█"] == ["░", "▓"]


def test_a_model_without_attention_has_no_picture():
    assert draw_with(None) == ["  un gato", "  a cat"]
