import sys

import pytest

from seq2seq.data.prepared import MANIFEST
from seq2seq.errors import UserError
from seq2seq.training.tiny import prepare_tiny


@pytest.mark.parametrize(
    ("words", "made"),
    [
        (["--tiny"], True),
        (["--output=run", "--tiny", "--trainer.max_steps=3"], True),
        ([], False),
        (["--tiny", "--data.prepared=mine"], False),
        (["--tiny", "--data.prepared", "mine"], False),
    ],
)
def test_data_are_made_where_nothing_but_tiny_is_asked_for(tmp_path, monkeypatch, words, made):
    monkeypatch.setattr(sys, "argv", ["train.py", *words])
    prepare_tiny(str(tmp_path / "sine"), "data_prep.series", "--sine", "--length", "50")
    assert (tmp_path / "sine" / MANIFEST).exists() is made


def test_data_that_are_there_stay(tmp_path, monkeypatch):
    (tmp_path / MANIFEST).write_text("mine")
    monkeypatch.setattr(sys, "argv", ["train.py", "--tiny"])
    prepare_tiny(str(tmp_path), "data_prep.series", "--sine")
    assert (tmp_path / MANIFEST).read_text() == "mine"


def test_a_command_that_fails_is_told(tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "argv", ["train.py", "--tiny"])
    with pytest.raises(UserError, match=r"sine: could not be prepared by data_prep\.series; what was said above"):
        prepare_tiny(str(tmp_path / "sine"), "data_prep.series", "--nonsense")
