"""What each word looked at, as a picture."""

import numpy as np
import torch
from PIL import Image

from seq2seq.data.images import ImageTransform
from seq2seq.inference.attention_pictures import _PANEL, AttentionPictures
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
