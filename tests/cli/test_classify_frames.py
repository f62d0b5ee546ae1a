import json

import pytest
from PIL import Image
from toy_clips import draw_prepared, save_tagger

from data_prep.frames.motion import LABELS


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    return save_tagger(tmp_path_factory.mktemp("models") / "model")


@pytest.fixture(scope="module")
def prepared(tmp_path_factory):
    return draw_prepared(tmp_path_factory.mktemp("data") / "frames")


@pytest.fixture(scope="module")
def clips(prepared):
    return sorted((prepared / "images").glob("dev-*.png"))


def test_each_clip_gives_a_line_with_a_label_for_each_frame(seq2seq, model, clips, tmp_path):
    done = seq2seq("classify-frames", model, *clips, "--precision", "fp32")
    assert (done.code, done.err) == (0, "")
    rows = [line.split("\t") for line in done.out.splitlines()]
    assert [name for name, _ in rows] == list(map(str, clips))
    assert all(len(labels.split(" ")) == 5 and set(labels.split(" ")) <= set(LABELS) for _, labels in rows)
    output = tmp_path / "out.txt"
    again = seq2seq("classify-frames", model, *clips, "--precision", "fp32", "--batch-size", 1, "--output", output)
    assert (again.code, again.out, output.read_text()) == (0, "", done.out)


def test_probabilities_are_json_lines(seq2seq, model, clips):
    done = seq2seq("classify-frames", model, *clips, "--probabilities")
    plain = seq2seq("classify-frames", model, *clips).out.splitlines()
    for line, columns in zip(done.out.splitlines(), plain, strict=True):
        record = json.loads(line)
        assert f"{record['clip']}\t{' '.join(record['labels'])}" == columns
        assert record["problem"] is None
        for label, shares in zip(record["labels"], record["probabilities"], strict=True):
            assert sum(shares.values()) == pytest.approx(1, abs=1e-4)
            assert shares[label] == max(shares.values())


def test_clips_that_cannot_be_read_keep_their_lines(seq2seq, model, clips, tmp_path):
    Image.new("RGB", (30, 20)).save(tmp_path / "odd.png")
    done = seq2seq("classify-frames", model, tmp_path / "odd.png", clips[0], "nowhere.png")
    assert done.code == 0
    rows = [line.split("\t") for line in done.out.splitlines()]
    assert [len(row) for row in rows] == [3, 2, 3]
    assert rows[0][1] == rows[2][1] == ""
    assert rows[0][2].startswith("30 x 20 pixels are no strip of square frames")
    assert rows[2] == ["nowhere.png", "", "no such file"], "the path is said once"
    assert "note: 2 of 3 clips could not be read" in done.err
    none = seq2seq("classify-frames", model, "nowhere.png")
    assert (none.code, len(none.err.splitlines())) == (2, 1)


def test_mistakes_are_told_in_one_line(seq2seq, model, clips, random_models):
    for arguments, told in (
        ([model], "the following arguments are required: CLIP.png"),
        ([random_models[0], clips[0]], "is a translator; use it with `seq2seq translate`"),
        ([model, clips[0], "--output", clips[0]], "is the input, which would be lost"),
        ([model, clips[0], "--batch-size", "0"], "--batch-size: '0' is too small"),
        (["nowhere", clips[0]], "nowhere: no such model folder"),
    ):
        done = seq2seq("classify-frames", *arguments)
        assert (done.code, done.out) == (2, "")
        assert told in done.err
        assert len(done.err.splitlines()) == 1


def test_the_command_is_offered_and_evaluate_scores_the_model(seq2seq, prepared, tmp_path):
    assert "classify-frames" in seq2seq("--help").out
    folder = save_tagger(tmp_path / "model")
    done = seq2seq("evaluate", folder, "--data", prepared, "--split", "dev")
    assert done.code == 0, done.err
    for wanted in ("accuracy ↑", "whole clips ↑", "always"):
        assert wanted in done.out
