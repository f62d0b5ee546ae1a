import json
from functools import partial

import pytest
from PIL import Image
from scene_reader import Reader, is_true

from data_prep.cleaning import plain_caption
from data_prep.scenes import __main__ as scenes
from data_prep.scenes.captions import CAPTIONS
from data_prep.scenes.splits import HELD_OUT
from seq2seq.data.prepared import PreparedFolder
from seq2seq.errors import UserError
from seq2seq.files import sha256

SMALL = ["--pictures", "40", "--dev-size", "8", "--test-size", "8", "--size", "48"]


@pytest.fixture
def command(command):
    return partial(command, scenes)


@pytest.fixture
def made(command, tmp_path):
    code, out, err = command("--output", tmp_path / "made", *SMALL)
    assert (code, "Traceback" in err) == (0, False), err
    return PreparedFolder.open(tmp_path / "made"), out


def test_the_folder_holds_pictures_with_captions_in_both_languages(made):
    prepared, out = made
    manifest = prepared.manifest
    assert (prepared.task, prepared.columns) == ("captions", ("image", "en", "es"))
    assert {split: told["images"] for split, told in manifest["splits"].items()} == {"train": 24, "dev": 8, "test": 8}
    assert manifest["lines_in"] == manifest["kept"] == 40 * CAPTIONS
    assert manifest["leak_check"]["shared_images"] == 0
    assert manifest["images"] == {"folder": "images", "used": 40, "left_out": {}, "identical": []}
    images = prepared.images()
    assert sorted(path.name for path in prepared.image_folder.iterdir()) == sorted(images)
    for name, about in images.items():
        path = prepared.image_path(name)
        assert (about.sha256, about.width, about.height) == (sha256(path), 48, 48)
        with Image.open(path) as image:
            assert (image.format, image.mode, image.size) == ("PNG", "RGB", (48, 48))
    for split in prepared.splits:
        names, _ = prepared.pairs(split, "image", "es")
        assert all(len(set(names[at : at + CAPTIONS])) == 1 for at in range(0, len(names), CAPTIONS))
        assert len(set(names)) * CAPTIONS == len(names)
    assert "40" in out
    assert f"prepared folder: {prepared.path}" in out


def test_captions_are_plain_words_by_default(made):
    prepared, _ = made
    assert prepared.manifest["tokenizer"]["kind"] == "word"
    for split in prepared.splits:
        for language in prepared.languages:
            texts = prepared.column(split, language)
            assert all(text == plain_caption(text) and text.replace(" ", "").isalpha() for text in texts)


def test_the_descriptions_say_what_the_captions_say(command, tmp_path):
    options = [*SMALL, "--as-written", "--tokenizer", "bpe"]
    assert command("--output", tmp_path / "made", *options)[0] == 0
    prepared = PreparedFolder.open(tmp_path / "made")
    described = [json.loads(line) for line in (prepared.path / "scenes.jsonl").read_text("utf-8").splitlines()]
    assert [about["image"] for about in described] == list(prepared.images())
    assert prepared.manifest["inputs"][0]["sha256"] == sha256(prepared.path / "scenes.jsonl")
    readers = [Reader("en"), Reader("es")]
    by_name = {about["image"]: about for about in described}
    for split in prepared.splits:
        for name, *captions in prepared.rows(split):
            assert by_name[name]["split"] == split
            for reader, caption in zip(readers, captions, strict=True):
                assert all(is_true(claim, by_name[name]) for claim in reader.read(caption, by_name[name]).claims)


def test_the_manifest_says_what_is_held_out_and_training_does_not_show_it(made):
    prepared, _ = made
    told = prepared.manifest["held_out"]
    assert told == json.loads(json.dumps(HELD_OUT))
    held = {tuple(pair) for kinds in told.values() for pair in kinds["colour"]}
    for line in (prepared.path / "scenes.jsonl").read_text("utf-8").splitlines():
        about = json.loads(line)
        shown = {(group["colour"], group["shape"]) for group in about["groups"]} & held
        assert bool(shown) == (about["novelty"] == "colour")
        assert not shown or about["split"] != "train"


def test_the_same_options_give_the_same_bytes_and_another_seed_others(made, command, tmp_path):
    prepared, _ = made
    files = [
        "train.tsv",
        "dev.tsv",
        "test.tsv",
        "images.tsv",
        "scenes.jsonl",
        "tokenizer/en.model",
        "tokenizer/es.model",
    ]
    for name, options, same in (("again", [], True), ("other", ["--seed", "2"], False)):
        assert command("--output", tmp_path / name, *SMALL, *options)[0] == 0
        for file in files:
            alike = (prepared.path / file).read_bytes() == (tmp_path / name / file).read_bytes()
            assert alike == same, (name, file)


def test_a_larger_size_shows_the_same_scenes(made, command, tmp_path):
    prepared, _ = made
    assert command("--output", tmp_path / "large", *SMALL, "--size", "64", "--joint")[0] == 0
    large = PreparedFolder.open(tmp_path / "large")
    assert (large.path / "scenes.jsonl").read_bytes() == (prepared.path / "scenes.jsonl").read_bytes()
    assert large.rows("dev") == prepared.rows("dev")
    assert large.tokenizer_path("en") == large.tokenizer_path("es")
    assert prepared.tokenizer_path("en") != prepared.tokenizer_path("es")


def test_splits_that_are_not_wanted_are_not_there(command, tmp_path):
    code, _, _ = command("--output", tmp_path / "out", *SMALL, "--dev-size", "0", "--test-size", "0")
    assert code == 0
    assert PreparedFolder.open(tmp_path / "out").splits == ("train",)


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--pictures", "0"], "--pictures: '0' is too small; use 1 or more"),
        (["--pictures", "many"], "--pictures: 'many' is no whole number"),
        (["--pictures", "1000001"], "--pictures 1000001: at most 100000"),
        (["--size", "8"], "--size: '8' is too small; use 32 or more"),
        (["--size", "5000"], "--size 5000: at most 1024"),
        (["--dev-size", "-1"], "--dev-size: '-1' is too small; use 0 or more"),
        (["--dev-size", "30"], "--dev-size 30 and --test-size 8: more than half of --pictures 40"),
        (["--seed", "x"], "--seed: 'x' is no whole number"),
        (["--vocab-size", "2"], "--vocab-size: '2' is too small; use 5 or more"),
        (["--tokenizer", "letters"], "--tokenizer: 'letters' is none of unigram, bpe, char, word"),
        (["--picture", "9"], "unknown option --picture; did you mean '--pictures'?"),
    ],
)
def test_mistakes_are_told_in_one_line(command, tmp_path, options, told):
    code, out, err = command("--output", tmp_path / "out", *SMALL, *options)
    assert (code, out) == (2, "")
    assert told in err
    assert err.startswith("error: ")
    assert len(err.splitlines()) == 1
    assert not (tmp_path / "out").exists()


def test_what_is_there_is_not_overwritten_unless_asked(made, command, tmp_path):
    prepared, _ = made
    code, _, err = command("--output", prepared.path, *SMALL)
    assert code == 2
    assert "--force" in err
    assert command("--output", prepared.path, *SMALL, "--force", "--seed", "3")[0] == 0


def test_an_interrupted_run_leaves_nothing(command, tmp_path, monkeypatch):
    def fail(*arguments):
        raise UserError("the disk is full")

    monkeypatch.setattr(scenes, "draw_scene", fail)
    code, _, err = command("--output", tmp_path / "out", *SMALL)
    assert (code, list(tmp_path.iterdir())) == (2, [])
    assert "the disk is full" in err


def test_help_teaches(command):
    code, out, _ = command("--help")
    assert code == 0
    for wanted in ("python -m data_prep.scenes --output prepared/scenes", "--pictures N", "--size PIXELS", "4000"):
        assert wanted in out
