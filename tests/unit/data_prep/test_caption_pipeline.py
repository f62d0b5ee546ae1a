"""From pictures with captions to a prepared folder."""

from collections import Counter
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
from PIL import Image

from data_prep.cleaning import TOO_LONG, Bounds
from data_prep.corpus import Corpus, Settings
from data_prep.lines import UNDECODABLE, Line
from data_prep.pipeline import DROPPED, LEAKED_IMAGE, prepare
from data_prep.summary import LEFT_OUT
from seq2seq.data.prepared import PreparedFolder
from seq2seq.errors import UserError
from seq2seq.files import sha256

COLOURS = ["red", "blue", "green", "yellow", "white", "black", "pink", "gray", "brown", "orange"]


def _paint(folder: Path, names: dict[str, int]) -> Path:
    """Pictures whose number decides their bytes."""
    for name, number in names.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        Image.new("RGB", (3 + number, 2), COLOURS[number % 10]).save(folder / name)
    return folder


def _rows(count: int, first: int = 0) -> list[tuple[str, str]]:
    """Three captions a picture, round by round, so that those of a picture stand far apart."""
    names = [f"{number}.png" for number in range(first, first + count)]
    return [(name, f"A {word} picture , number {name[:-4]} .") for word in ("small", "nice", "flat") for name in names]


def _lines(rows, file="text"):
    return [Line(file, number, row) for number, row in enumerate(rows, start=1)]


def _prepare(tmp_path: Path, lines, images=None, languages=("en",), listed=(), **changes) -> PreparedFolder:
    corpus = Corpus("toys", languages, "MIT", "ours", "the command", [], lines, images or tmp_path / "pictures", listed)
    plain = Settings(tmp_path / "out", False, Bounds(), {"dev": 4, "test": 6}, False, 1, "word", 60, False, plain=True)
    return prepare(corpus, replace(plain, **changes))


def _table(path: Path) -> list[tuple[str, ...]]:
    return [tuple(row.split("\t")) for row in path.read_text(encoding="utf-8").splitlines()[1:]]


def test_splits_are_drawn_picture_by_picture_and_nothing_is_lost(tmp_path):
    _paint(tmp_path / "pictures", {f"{number}.png": number for number in range(30)})
    prepared = _prepare(tmp_path, {"train": _lines(_rows(30))})
    manifest = prepared.manifest
    assert (manifest["task"], manifest["text"], prepared.columns) == ("captions", "plain", ("image", "en"))
    assert manifest["lines_in"] == manifest["kept"] == 90
    sizes = {split: (entry["images"], entry["pairs"]) for split, entry in manifest["splits"].items()}
    assert sizes == {"train": (20, 60), "dev": (4, 12), "test": (6, 18)}
    seen = Counter()
    for split in prepared.splits:
        names, captions = prepared.pairs(split, "image", "en")
        changes = sum(one != other for one, other in pairwise(names))
        assert changes + 1 == len(set(names))  # the rows of a picture stand together
        assert all(caption.endswith(f"number {name[:-4]}") for name, caption in zip(names, captions, strict=True))
        seen.update(set(names))
    assert set(seen.values()) == {1}
    assert manifest["leak_check"] == {"shared_images": 0, "train-dev": 0, "train-test": 0, "dev-test": 0}
    assert manifest["images"]["folder"] == str((tmp_path / "pictures").resolve())
    for name, image in prepared.images().items():
        assert image == (sha256(prepared.image_path(name)), 3 + int(name[:-4]), 2)
    assert prepared.tokenizer("en").decode(prepared.tokenizer("en").encode("a flat picture")) == "a flat picture"
    assert manifest["tokenizer"]["files"] == {"en": "tokenizer/en.model"}


def test_every_drop_and_every_picture_left_out_has_its_reason(tmp_path, capsys):
    pictures = _paint(tmp_path / "pictures", {f"{number}.png": number for number in range(40)})
    (pictures / "empty.png").touch()
    (pictures / "cut.png").write_bytes((pictures / "39.png").read_bytes()[:-25])
    dirt = [
        ("0.png", "a small picture, number 0"),
        ("1.png", " ."),
        ("2.png", "x " * 300),
        ("gone.png", "a dog"),
        ("empty.png", "a dog"),
        ("empty.png", "a dog again"),
        ("cut.png", "a dog"),
        ("../pictures/3.png", "a dog"),
        ("4\t5.png", "a dog"),
        ("lone \ud800.png", "a dog"),
        ("37.png", "..."),
        ("", "a dog"),
    ]
    lines = [*_lines(_rows(30) + dirt), Line("text", 200, problem=UNDECODABLE)]
    prepared = _prepare(tmp_path, {"train": lines}, listed=["38.png"])
    manifest = prepared.manifest
    assert manifest["lines_in"] == 103 == manifest["kept"] + sum(manifest["dropped"].values())
    assert manifest["dropped"] == {
        "picture broken": 2,
        "empty caption": 2,
        "tab, line feed or broken character in picture's name": 2,
        "picture's path not within the folder": 1,
        "no picture's name": 1,
        "caption twice of one picture": 1,
        TOO_LONG: 1,
        "picture missing": 1,
        "picture truncated": 1,
        UNDECODABLE: 1,
    }
    dropped = _table(prepared.path / DROPPED)
    assert ("text", "91", "caption twice of one picture", "0.png") in dropped
    assert ("text", "99", "tab, line feed or broken character in picture's name", "4 5.png") in dropped
    assert ("text", "200", UNDECODABLE, "") in dropped
    left_out = {name: (reason, detail) for name, reason, detail in _table(prepared.path / LEFT_OUT)}
    assert left_out["gone.png"] == ("picture missing", f"{pictures / 'gone.png'}: no such file")
    assert "an empty file" in left_out["empty.png"][1]
    assert left_out["37.png"] == ("no caption kept", "empty caption")
    assert left_out["38.png"] == left_out["39.png"] == ("no caption", "")
    assert manifest["images"]["used"] == 30 == len(prepared.images())
    assert manifest["images"]["left_out"] == dict(Counter(reason for reason, _ in left_out.values()).most_common())
    on_disk = {path.name for path in pictures.iterdir()}
    assert on_disk <= prepared.images().keys() | left_out.keys()
    told = capsys.readouterr().out
    assert "103 lines in = 90 captions kept + 13 dropped" in told
    assert "left out: picture missing (gone.png)" in told


def test_one_file_under_two_names_stays_in_one_split(tmp_path):
    numbers = {f"{number}.png": number // 3 for number in range(60)}
    _paint(tmp_path / "pictures", numbers)
    prepared = _prepare(tmp_path, {"train": _lines(_rows(60))})
    splits = {split: {numbers[name] for name in prepared.column(split, "image")} for split in prepared.splits}
    assert sum(map(len, splits.values())) == 20
    assert prepared.manifest["splits"]["dev"]["images"] == 3
    assert prepared.manifest["splits"]["test"]["images"] == 6
    assert prepared.manifest["images"]["identical"] == []


@pytest.mark.parametrize("keep_leaks", [False, True])
def test_a_file_in_two_given_splits_is_reported_and_leaves_training(tmp_path, capsys, keep_leaks):
    numbers = {f"{number}.png": number for number in range(14)} | {"10.png": 1, "12.png": 11}
    _paint(tmp_path / "pictures", numbers)
    given = {"train": _lines(_rows(10)), "dev": _lines(_rows(2, 10), "dev"), "test": _lines(_rows(2, 12), "test")}
    prepared = _prepare(tmp_path, given, sizes={}, keep_leaks=keep_leaks)
    manifest = prepared.manifest
    leaks = 0 if keep_leaks else 3
    assert manifest["dropped"] == ({} if keep_leaks else {LEAKED_IMAGE: 3})
    assert manifest["splits"]["train"]["pairs"] == 30 - leaks
    assert manifest["images"]["identical"] == [
        {"train": ["1.png"], "dev": ["10.png"]},
        {"dev": ["11.png"], "test": ["12.png"]},
    ]
    check = manifest["leak_check"]
    assert (check["train-dev"], check["dev-test"]) == (int(keep_leaks), 1)
    assert ("1.png" in prepared.images()) == keep_leaks
    told = capsys.readouterr().out
    assert "the same file in several splits: train: 1.png; dev: 10.png" in told
    assert "2 picture(s) in several splits" in told
    if not keep_leaks:
        assert ("1.png", "no caption kept", LEAKED_IMAGE) in _table(prepared.path / LEFT_OUT)


def test_a_given_split_stays_as_it_is(tmp_path):
    _paint(tmp_path / "pictures", {f"{number}.png": number for number in range(12)})
    dev = [("10.png", "A dog."), ("11.png", "y " * 300), ("10.png", "A dog.")]
    given = {"train": _lines(_rows(10)), "dev": _lines(dev, "dev")}
    prepared = _prepare(tmp_path, given, sizes={})
    assert prepared.pairs("dev", "image", "en")[0] == ["10.png", "10.png", "11.png"]
    assert prepared.column("dev", "en")[:2] == ["a dog", "a dog"]


def test_a_given_split_whose_pictures_are_all_missing_is_left_out(tmp_path, capsys):
    _paint(tmp_path / "pictures", {f"{number}.png": number for number in range(10)})
    given = {"train": _lines(_rows(10)), "test": _lines(_rows(5, 10), "test")}
    prepared = _prepare(tmp_path, given, sizes={})
    assert prepared.splits == ("train",)
    assert prepared.manifest["dropped"] == {"picture missing": 15}
    assert "test is left out: none of its pictures is there" in capsys.readouterr().err
    with pytest.raises(UserError, match="no caption of train is left of 15 lines: 15 picture missing"):
        _prepare(tmp_path, {"train": _lines(_rows(5, 10))}, sizes={}, force=True)


@pytest.mark.parametrize("joint", [True, False])
def test_captions_in_two_languages_as_they_are_written(tmp_path, joint):
    _paint(tmp_path / "pictures", {f"{number}.png": number for number in range(30)})
    rows = [(name, text, text.replace("picture", "Bild")) for name, text in _rows(30)] + [("0.png", "Only one", "")]
    prepared = _prepare(tmp_path, {"train": _lines(rows)}, languages=("en", "de"), joint=joint, plain=False)
    assert prepared.columns == ("image", "en", "de")
    names, german = prepared.pairs("train", "image", "de")
    assert german[0] == f"A small Bild , number {names[0][:-4]} ."
    assert prepared.manifest["dropped"] == {"empty caption": 1}
    assert (prepared.tokenizer_path("en") == prepared.tokenizer_path("de")) == joint
    assert ("picture" in prepared.tokenizer("de").decode(prepared.tokenizer("de").encode("picture"))) == joint


def test_a_corpus_may_bring_its_pictures_with_it(tmp_path):
    def draw(folder):
        _paint(folder, {f"{number}.png": number for number in range(30)})

    prepared = _prepare(tmp_path, {"train": _lines(_rows(30))}, images=draw)
    assert prepared.manifest["images"]["folder"] == "images"
    moved = prepared.path.rename(tmp_path / "moved")
    prepared = PreparedFolder.open(moved)
    assert all(prepared.image_path(name).parent == moved / "images" for name in prepared.images())
    assert len(list((moved / "images").iterdir())) == 30


def test_too_few_pictures_for_the_splits_are_told(tmp_path):
    _paint(tmp_path / "pictures", {f"{number}.png": 1 for number in range(30)})
    for count, told in (
        (19, "--dev-size 4 and --test-size 6: more than half of the 19 pictures"),
        (30, "identical files"),
    ):
        with pytest.raises(UserError, match=told):
            _prepare(tmp_path, {"train": _lines(_rows(count))})
    with pytest.raises(UserError, match=r"ask for fewer; of 59 lines were dropped: 2 picture missing$"):
        _prepare(tmp_path, {"train": _lines([*_rows(19), ("x.png", "a"), ("y.png", "b")])})
    assert [path.name for path in tmp_path.iterdir()] == ["pictures"]
