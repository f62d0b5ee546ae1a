"""What each word looked at, as a picture."""

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from seq2seq.data.transform import ImageTransform
from seq2seq.inference.attention_pictures import _GAP, _LABEL, _PANEL, AttentionPictures, _font
from seq2seq.inference.captioner import Caption
from seq2seq.inference.translation import Candidate


def panels_of(sheet: Image.Image, number: int, width: int, height: int) -> list[np.ndarray]:
    """The first row of a sheet whose title takes one line: each panel's (height, width, 3) values."""
    values = np.asarray(sheet, dtype=float)
    top = _GAP + _LABEL
    return [
        values[top : top + height, left : left + width]
        for left in range(_GAP, _GAP + number * (width + _GAP), width + _GAP)
    ]


def test_a_panel_is_bright_where_its_word_looked_and_dark_elsewhere(tmp_path):
    Image.new("RGB", (60, 40), "white").save(tmp_path / "white.png")
    alignment = torch.eye(4)[[0, 3, 3, 1]]  # a 2 x 2 grid; "bc" looks at the cell at the bottom right twice
    best = Candidate("a bc", 0.0, ("▁a", "▁b", "c", "</s>"), (0.0,) * 4, alignment)
    caption = Caption(str(tmp_path / "white.png"), (best,), None, (2, 2))
    transform = ImageTransform(32, (0.5,) * 3, (0.5,) * 3)
    sheet = Image.open(AttentionPictures(tmp_path / "seen", transform).write(caption))
    height = round(_PANEL * 40 / 60)
    assert sheet.width == 3 * (_PANEL + _GAP) + _GAP  # the picture, "a" and "bc"; no panel for the end of the sentence
    panels = panels_of(sheet, 3, _PANEL, height)
    corners = [(panel[height // 8, _PANEL // 8].mean(), panel[-height // 8, -_PANEL // 8].mean()) for panel in panels]
    assert panels[0].min() > 250
    assert corners[1][0] > 2 * corners[1][1]
    assert corners[2][1] > 2 * corners[2][0]


@pytest.mark.parametrize("size", [(90, 30), (30, 90), (900, 300), (31, 30)])
def test_the_cells_lie_over_the_part_that_the_model_saw(tmp_path, size):
    """A model that crops saw the square in the middle: there it is lit by the cells, beside it all is faded."""
    Image.new("RGB", size, (200, 0, 0)).save(tmp_path / "red.png")
    best = Candidate("a", 0.0, ("▁a", "</s>"), (0.0,) * 2, torch.eye(4)[:2])
    caption = Caption(str(tmp_path / "red.png"), (best,), None, (2, 2))
    transform = ImageTransform(32, (0.5,) * 3, (0.5,) * 3, "crop")
    width, height = (max(1, round(side * _PANEL / max(size))) for side in size)
    sheet = Image.open(AttentionPictures(tmp_path / "seen", transform).write(caption))
    left, top, right, bottom = (round(edge) for edge in transform.shown(width, height))
    column = (sheet.width - _GAP) // 2
    values = np.asarray(sheet, dtype=float)[_GAP + _LABEL :, _GAP + column + (column - _GAP - width) // 2 :]
    panel = values[:height, :width]
    inside = panel[top + 1 : bottom - 1, left + 1 : right - 1]  # a pixel less, since edges are rounded
    beside = [panel[:, : max(left - 1, 0)], panel[:, right + 1 :], panel[: max(top - 1, 0)], panel[bottom + 1 :]]
    assert inside[..., 1].max() < 2, "only shades of red where the model looked"
    assert min(part[..., 1].min(initial=255) for part in beside) > 150, "faded to white beside it"
    quarter = (right - left) // 4
    lit, dark = panel[top + quarter // 2, left + quarter // 2], panel[bottom - quarter // 2, right - quarter // 2]
    assert lit[0] > 180
    assert dark[0] < 60


def test_rows_are_about_equally_full_and_long_captions_take_several_lines(tmp_path):
    Image.new("RGB", (40, 40), "white").save(tmp_path / "white.png")
    words = ["wonderfully"] * 11
    best = Candidate(" ".join(words * 2), 0.0, tuple(f"▁{word}" for word in words), (0.0,) * 11, torch.ones(11, 4) / 4)
    caption = Caption(str(tmp_path / "white.png"), (best,), None, (2, 2))
    sheet = Image.open(AttentionPictures(tmp_path / "seen", ImageTransform(32, (0.5,) * 3, (0.5,) * 3)).write(caption))
    assert sheet.width == 4 * (_PANEL + _GAP) + _GAP  # twelve in rows of four, not five, five and two
    rows = 3 * (_PANEL + _LABEL + _GAP)
    lines, rest = divmod(sheet.height - rows - _GAP, _LABEL)
    assert (lines > 1, rest) == (True, 0)


def captioned(path: Path) -> Caption:
    """A picture, written to `path`, and a caption of one word for it."""
    path.parent.mkdir(exist_ok=True)
    Image.new("RGB", (8, 8), "white").save(path)
    best = Candidate("a", 0.0, ("▁a", "</s>"), (0.0,) * 2, torch.eye(4)[:2])
    return Caption(str(path), (best,), None, (2, 2))


def written(folder: Path, captions: list[Caption]) -> list[str]:
    transform = ImageTransform(32, (0.5,) * 3, (0.5,) * 3)
    pictures = AttentionPictures(folder, transform, [caption.picture for caption in captions])
    return [pictures.write(caption).name for caption in captions]


def test_equal_names_are_numbered_until_one_is_free(tmp_path):
    names = ("a.png", "b/a.png", "a-2.png", "c/A.png", "d/a.png")
    found = written(tmp_path / "seen", [captioned(tmp_path / name) for name in names])
    assert found[:3] == ["a.attention.png", "a-2.attention.png", "a-2-2.attention.png"]
    assert len({name.casefold() for name in found}) == 5, "nor is case all that tells two apart"


def test_no_picture_that_is_captioned_is_written_over(tmp_path):
    captions = [captioned(tmp_path / name) for name in ("a.png", "a.attention.png")]
    before = [Path(caption.picture).read_bytes() for caption in captions]
    for _ in range(2):
        assert written(tmp_path, captions) == ["a-2.attention.png", "a.attention.attention.png"]
    assert [Path(caption.picture).read_bytes() for caption in captions] == before


def test_names_that_are_as_long_as_can_be_and_not_utf_8(tmp_path):
    captions = [captioned(tmp_path / name) for name in (f"{'ñ' * 125}.png", "a\udcff.png")]
    long, odd = written(tmp_path / "seen", captions)
    assert long.startswith("ñññ")
    assert odd == "a.attention.png"


def test_accented_letters_are_drawn():
    letters = [bytes(_font().getmask(letter)) for letter in ("ñ", "é", "ß", "\U0010ffff")]
    assert len(set(letters)) == 4, "a letter that a font lacks is drawn as a box"
