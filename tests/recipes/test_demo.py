import shlex
from pathlib import Path

import torch
from toy_captions import save_captioner, write_pictures

from recipes import demo
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


def test_new_scenes_are_captioned_in_both_languages_and_what_was_looked_at_is_drawn(tmp_path, monkeypatch, capsys):
    """The commands leave what they would, but captioners that were taught nothing."""
    ran = []

    def run(title, arguments):
        words = shlex.split(arguments)
        ran.append(words)
        output = Path(words[words.index("--output") + 1])
        if "data_prep.scenes" in words:
            write_pictures(output, {"train": 4, "dev": 4, "test": 2 * demo.NEW_SCENES})
        else:
            save_captioner(output / "model", demo.SCENES, language=words[words.index("--data.language") + 1])

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(demo, "_run", run)
    monkeypatch.setattr(demo, "NEW_SCENES", 2)
    demo.caption()
    assert len(ran) == 1 + len(demo.LANGUAGES)
    repository = Path(demo.__file__).parents[1]
    assert all((repository / word).is_file() for words in ran for word in words if word.endswith((".py", ".yaml")))
    names = [f"test{number}" for number in range(0, 2 * demo.NEW_SCENES, 2)]
    told = [line.strip() for line in capsys.readouterr().out.splitlines() if line.startswith("  ")]
    assert told[:: 1 + len(demo.LANGUAGES)] == [f"{name}.png" for name in names]
    assert len(told) == len(names) * (1 + len(demo.LANGUAGES))
    for language in demo.LANGUAGES:
        drawn = {path.name for path in (demo.RUN / "attention" / language).iterdir()}
        assert drawn == {f"{name}.attention.png" for name in names}
