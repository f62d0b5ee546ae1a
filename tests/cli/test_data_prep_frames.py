import json
from functools import partial

import pytest
from PIL import Image

from data_prep.frames import __main__ as frames
from data_prep.frames.motion import LABELS
from seq2seq.data.prepared import PreparedFolder
from seq2seq.errors import UserError
from seq2seq.files import sha256

SMALL = ["--clips", "20", "--frames", "6", "--dev-size", "5", "--test-size", "4", "--size", "16"]


@pytest.fixture
def command(command):
    return partial(command, frames)


@pytest.fixture
def made(command, tmp_path):
    code, out, err = command("--output", tmp_path / "made", *SMALL)
    assert code == 0, err
    return PreparedFolder.open(tmp_path / "made"), out


def test_the_folder_holds_clips_with_a_tag_for_each_frame(made):
    prepared, out = made
    assert (prepared.task, prepared.columns) == ("frames", ("image", "tags"))
    assert [prepared.manifest["splits"][split]["pairs"] for split in prepared.splits] == [11, 5, 4]
    images = prepared.images()
    assert sorted(path.name for path in prepared.image_folder.iterdir()) == sorted(images)
    for split in prepared.splits:
        for name, tags in prepared.rows(split):
            assert name.startswith(split)
            assert len(tags.split(" ")) == 6
            assert set(tags.split(" ")) <= set(LABELS)
            about = images[name]
            assert (about.sha256, about.width, about.height) == (sha256(prepared.image_path(name)), 96, 16)
            with Image.open(prepared.image_path(name)) as image:
                assert (image.format, image.mode, image.size) == ("PNG", "RGB", (96, 16))
    assert prepared.manifest["images"]["identical"] == []
    assert f"prepared folder: {prepared.path}" in out


def test_the_descriptions_say_what_the_tags_say(made):
    prepared, _ = made
    tags = dict(row for split in prepared.splits for row in prepared.rows(split))
    for line in (prepared.path / "clips.jsonl").read_text("utf-8").splitlines():
        about = json.loads(line)
        name, split = about.pop("image"), about.pop("split")
        assert name in prepared.column(split, "image")
        assert tags[name] == " ".join(frames.Clip(**about).labels())


def test_the_same_options_give_the_same_bytes_and_another_seed_others(made, command, tmp_path):
    prepared, _ = made
    for name, options, same in (("again", [], True), ("other", ["--seed", "2"], False)):
        assert command("--output", tmp_path / name, *SMALL, *options)[0] == 0
        for file in ("train.tsv", "images.tsv", "clips.jsonl", "images/dev-00001.png"):
            alike = (prepared.path / file).read_bytes() == (tmp_path / name / file).read_bytes()
            assert alike == same, (name, file)


def test_splits_that_are_not_wanted_are_not_there(command, tmp_path):
    assert command("--output", tmp_path / "out", *SMALL, "--dev-size", "0", "--test-size", "0")[0] == 0
    assert PreparedFolder.open(tmp_path / "out").splits == ("train",)


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--clips", "0"], "--clips: '0' is too small; use 1 or more"),
        (["--clips", "1000001"], "--clips 1000001: at most 100000"),
        (["--frames", "1"], "--frames: '1' is too small; use 2 or more"),
        (["--frames", "300"], "--frames 300: at most 200"),
        (["--size", "8"], "--size: '8' is too small; use 16 or more"),
        (["--dev-size", "15"], "--dev-size 15 and --test-size 4: more than half of --clips 20"),
        (["--clip", "9"], "unknown option --clip; did you mean '--clips'?"),
    ],
)
def test_mistakes_are_told_in_one_line(command, tmp_path, options, told):
    code, out, err = command("--output", tmp_path / "out", *SMALL, *options)
    assert (code, out) == (2, "")
    assert told in err
    assert len(err.splitlines()) == 1
    assert not (tmp_path / "out").exists()


def test_an_interrupted_run_leaves_nothing(command, tmp_path, monkeypatch):
    def fail(*arguments):
        raise UserError("the disk is full")

    monkeypatch.setattr(frames, "draw_strip", fail)
    code, _, err = command("--output", tmp_path / "out", *SMALL)
    assert (code, list(tmp_path.iterdir())) == (2, [])
    assert "the disk is full" in err


def test_help_teaches(command):
    code, out, _ = command("--help")
    assert code == 0
    assert "python -m data_prep.frames --output prepared/frames" in out
