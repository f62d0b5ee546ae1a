"""What each word looked at, as a picture."""

from pathlib import Path

import numpy as np
import torch
from PIL import Image

from seq2seq.data.transform import ImageTransform
from seq2seq.inference.attention_pictures import _PANEL, AttentionPictures, _font
from seq2seq.inference.captioner import Caption
from seq2seq.inference.translation import Candidate


def test_a_panel_is_bright_where_its_word_looked_and_dark_elsewhere(tmp_path):
    Image.new("RGB", (60, 40), "white").save(tmp_path / "white.png")
    alignment = torch.eye(4)[[0, 3, 3, 1]]  # a 2 x 2 grid; "bc" looks at the cell at the bottom right twice
    best = Candidate("a bc", 0.0, ("▁a", "▁b", "c", "</s>"), (0.0,) * 4, alignment)
    caption = Caption(str(tmp_path / "white.png"), (best,), None, (2, 2))
    transform = ImageTransform(32, (0.5,) * 3, (0.5,) * 3)
    path = AttentionPictures(tmp_path / "seen", transform).write(caption)
    sheet = np.asarray(Image.open(path).convert("L"), dtype=float)
    assert sheet.shape[1] == 3 * _PANEL  # the picture, "a" and "bc"; no panel for the end of the sentence
    top = sheet.shape[0] - sheet.shape[0] % _PANEL if sheet.shape[0] < _PANEL else (sheet.shape[0] - _PANEL) // 2
    panels = [sheet[top : top + _PANEL, left : left + _PANEL] for left in range(0, 3 * _PANEL, _PANEL)]
    eighth = _PANEL // 8
    corners = [(panel[eighth, eighth], panel[-2 * eighth, -eighth]) for panel in panels]
    assert min(corners[0]) > 250
    assert corners[1][0] > 2 * corners[1][1]
    assert corners[2][1] > 2 * corners[2][0]


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
