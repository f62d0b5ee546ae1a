"""Preparing pictures with captions, from the command line."""

import gzip
import json
from collections import Counter
from pathlib import Path

import pytest
from PIL import Image

from data_prep import captions, coco, flickr8k
from data_prep.summary import LEFT_OUT
from seq2seq.data import images
from seq2seq.data.prepared import PreparedFolder
from seq2seq.files import sha256

FLICKR8K = Path(__file__).parents[3] / "shared" / "data" / "flickr8k"
NAMES = [f"{number}.png" for number in range(20)]
SPLIT_OF = {name: "train" if number < 12 else "dev" if number < 16 else "test" for number, name in enumerate(NAMES)}
CAPTIONS = [(name, f'A {word} "picture", number {name[:-4]}.') for name in NAMES for word in ("small", "nice")]
SMALL = ["--vocab-size", "60", "--tokenizer", "unigram"]


def _paint(folder: Path, names=NAMES) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for number, name in enumerate(names):
        Image.new("RGB", (2, 2), (number, 0, 0)).save(folder / name)
    return folder


def _check_whole(output: Path, lines_in: int) -> PreparedFolder:
    prepared = PreparedFolder.open(output)
    manifest = prepared.manifest
    assert prepared.task == "captions"
    assert manifest["lines_in"] == lines_in == manifest["kept"] + sum(manifest["dropped"].values())
    assert manifest["leak_check"]["shared_images"] == 0
    for name, image in prepared.images().items():
        assert image.sha256 == sha256(prepared.image_path(name))
    return prepared


def _names(prepared: PreparedFolder) -> dict[str, set[str]]:
    return {split: set(prepared.column(split, "image")) for split in prepared.splits}


def _official_flickr8k(folder: Path, text: str = ".", images: str = "images", splits=("train", "dev", "test")) -> Path:
    _paint(folder / images)
    (folder / text).mkdir(exist_ok=True)
    lines = [f"{name}#{number % 2}\t{caption}\n" for number, (name, caption) in enumerate(CAPTIONS)]
    (folder / text / "Flickr8k.token.txt").write_text("".join(lines))
    for split in splits:
        members = [name for name in NAMES if SPLIT_OF[name] == split]
        (folder / text / f"Flickr_8k.{split}Images.txt").write_text("".join(f"{name}\n" for name in members))
    return folder


@pytest.mark.parametrize(("text", "images"), [(".", "images"), ("Flickr8k_text", "Flicker8k_Dataset")])
def test_flickr8k_as_it_is_published(command, tmp_path, text, images):
    folder = _official_flickr8k(tmp_path / "flickr8k", text, images)
    code, out, err = command(flickr8k, folder, "--output", tmp_path / "out", *SMALL)
    assert (code, "Traceback" in err) == (0, False)
    prepared = _check_whole(tmp_path / "out", 40)
    assert {name: split for split, names in _names(prepared).items() for name in names} == SPLIT_OF
    assert prepared.column("dev", "en")[:2] == ["a small picture number 12", "a nice picture number 12"]
    assert prepared.image_folder == (folder / images).resolve()
    assert f"prepared folder: {tmp_path / 'out'}" in out


def test_flickr8k_without_a_list_and_with_dirt(command, tmp_path):
    folder = _official_flickr8k(tmp_path / "flickr8k", splits=("train", "dev"))
    with (folder / "Flickr8k.token.txt").open("ab") as file:
        file.write(b"0.png#2\tcaf\xe9\nno number\tcaption\n0.png#3\t\n\n0.png.1#0\tA dog.\n")
    (folder / "images" / "13.png").unlink()
    with (folder / "Flickr_8k.devImages.txt").open("a") as file:
        file.write("listed.png\n")
    code, out, _ = command(flickr8k, folder, "--output", tmp_path / "out", *SMALL, "--as-written")
    assert code == 0
    prepared = _check_whole(tmp_path / "out", 45)
    assert prepared.splits == ("train", "dev")
    assert prepared.manifest["dropped"] == {
        "picture in no split": 9,
        "wrong number of columns": 2,
        "picture missing": 2,
        "not UTF-8": 1,
        "empty caption": 1,
    }
    assert prepared.manifest["images"]["left_out"] == {"no caption kept": 5, "picture missing": 1, "no caption": 1}
    assert prepared.column("train", "en")[0] == 'A small "picture", number 0.'
    assert "left out: no caption (listed.png)" in out


def _karpathy(path: Path, dataset: str, folder_of=lambda name: None) -> Path:
    images = []
    for name in NAMES:
        split = {"train": "train", "dev": "val", "test": "test"}[SPLIT_OF[name]]
        image = {"filename": name, "split": "restval" if name in ("1.png", "2.png") else split, "imgid": 0}
        image["sentences"] = [{"raw": caption, "tokens": []} for owner, caption in CAPTIONS if owner == name]
        images.append(image | ({"filepath": folder_of(name)} if folder_of(name) else {}))
    path.write_text(json.dumps({"dataset": dataset, "images": images}))
    return path


def test_karpathys_splits_of_flickr8k(command, tmp_path):
    _paint(tmp_path / "flickr8k" / "images", [name for name in NAMES if SPLIT_OF[name] != "test"])
    file = _karpathy(tmp_path / "dataset_flickr8k.json", "flickr8k")
    options = ["--karpathy", file, "--output", tmp_path / "out", *SMALL]
    code, _, err = command(flickr8k, tmp_path / "flickr8k", *options)
    assert code == 0
    prepared = _check_whole(tmp_path / "out", 40)
    assert prepared.splits == ("train", "dev")
    assert _names(prepared)["train"] == {name for name in NAMES if SPLIT_OF[name] == "train"}
    assert prepared.manifest["dropped"] == {"picture missing": 8}
    assert "test is left out: none of its pictures is there" in err


@pytest.mark.parametrize("year", ["2014", "2017"])
def test_coco_as_it_is_published(command, tmp_path, year):
    (tmp_path / "coco" / "annotations").mkdir(parents=True)
    for official, split in (("train", "train"), ("val", "dev")):
        names = [name for name in NAMES if SPLIT_OF[name] == split]
        _paint(tmp_path / "coco" / f"{official}{year}", [*names, f"bare {official}.png"])
        for number, name in enumerate(names):
            Image.new("RGB", (4, 4), (0, number, len(official))).save(tmp_path / "coco" / f"{official}{year}" / name)
        images = [{"id": 100 + number, "file_name": name} for number, name in enumerate(names)]
        annotations = [
            {"id": number, "image_id": 100 + names.index(name), "caption": caption}
            for number, (name, caption) in enumerate(reversed(CAPTIONS))
            if name in names
        ]
        (tmp_path / "coco" / "annotations" / f"captions_{official}{year}.json").write_text(
            json.dumps({"info": {}, "images": images, "annotations": annotations})
        )
    options = [] if year == "2017" else ["--year", year]
    code, _, _ = command(coco, tmp_path / "coco", "--output", tmp_path / "out", *SMALL, *options)
    assert code == 0
    prepared = _check_whole(tmp_path / "out", 32)
    assert prepared.splits == ("train", "dev")
    assert _names(prepared)["dev"] == {f"val{year}/{name}" for name in NAMES if SPLIT_OF[name] == "dev"}
    assert prepared.manifest["images"]["left_out"] == {"no caption": 2}


def test_karpathys_splits_of_coco(command, tmp_path):
    folders = {name: "train2014" if SPLIT_OF[name] == "train" else "val2014" for name in NAMES} | {"2.png": "val2014"}
    for number, (name, folder) in enumerate(folders.items()):
        (tmp_path / "coco" / folder).mkdir(parents=True, exist_ok=True)
        Image.new("RGB", (2, 2), (number, 0, 0)).save(tmp_path / "coco" / folder / name)
    file = _karpathy(tmp_path / "dataset_coco.json", "coco", folders.get)
    code, _, _ = command(coco, tmp_path / "coco", "--karpathy", file, "--output", tmp_path / "out", *SMALL)
    assert code == 0
    names = _names(_check_whole(tmp_path / "out", 40))
    assert {split: len(members) for split, members in names.items()} == {"train": 12, "dev": 4, "test": 4}
    assert "val2014/2.png" in names["train"]


def _write_table(path: Path, rows) -> Path:
    if ".csv" in path.name:
        text = "".join(",".join('"' + cell.replace('"', '""') + '"' for cell in row) + "\r\n" for row in rows)
    else:
        text = "".join("\t".join(row) + "\n" for row in rows)
    path.write_bytes(gzip.compress(text.encode()) if path.suffix == ".gz" else text.encode())
    return path


@pytest.mark.parametrize("form", ["tsv", "csv", "csv.gz"])
@pytest.mark.parametrize("header", [False, True])
def test_a_table_of_ones_own(command, tmp_path, form, header):
    images = _paint(tmp_path / "photos")
    rows = [["image", "caption"]] * header + [list(row) for row in CAPTIONS[::2] + CAPTIONS[1::2]]
    rows[-1][0] = f" ./{rows[-1][0]}"  # the same picture under another path
    rows[-2][0] = str((images / rows[-2][0]).resolve())
    rows.insert(header + 3, [""])
    table = _write_table(tmp_path / f"captions.{form}", rows)
    options = ["--images", images, "--dev-size", "3", "--test-size", "4", *["--header"] * header]
    code, _, _ = command(captions, table, "--languages", "en", "--output", tmp_path / "out", *options, *SMALL)
    assert code == 0
    prepared = _check_whole(tmp_path / "out", 41 + header)
    assert prepared.manifest["dropped"] == {"blank line": 1} | ({"header": 1} if header else {})
    assert {split: len(names) for split, names in _names(prepared).items()} == {"train": 13, "dev": 3, "test": 4}
    counts = Counter(name for split in prepared.splits for name in prepared.column(split, "image"))
    assert counts == dict.fromkeys(NAMES, 2)


def test_over_large_pictures_are_named_counted_and_skipped(command, tmp_path, monkeypatch):
    """Be they over the toolkit's limit or over the one at which Pillow refuses to look at them."""
    folder = _paint(tmp_path / "photos")
    monkeypatch.setattr(images, "MAX_PIXELS", 8)
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 8)
    for name, side in (("over.png", 3), ("bomb.png", 5)):
        Image.new("RGB", (side, side)).save(folder / name)
    rows = [list(row) for row in (*CAPTIONS, ("over.png", "a dog"), ("over.png", "a cat"), ("bomb.png", "a bird"))]
    table = _write_table(tmp_path / "captions.tsv", rows)
    options = ["--images", folder, "--dev-size", "3", "--test-size", "4", "--languages", "en", *SMALL]
    code, out, err = command(captions, table, "--output", tmp_path / "out", *options)
    assert (code, "Traceback" in err) == (0, False)
    prepared = _check_whole(tmp_path / "out", 43)
    assert prepared.manifest["dropped"] == {"picture over-large": 3}
    assert prepared.manifest["images"]["left_out"] == {"picture over-large": 2}
    told = (tmp_path / "out" / LEFT_OUT).read_text()
    assert f"{folder / 'over.png'}: 3 x 3: 9 pixels are over the limit of 8" in told
    assert f"{folder / 'bomb.png'}: 25 pixels are over the limit of 8" in told
    assert "over.png" in out
    assert set(NAMES) == prepared.images().keys()


@pytest.mark.parametrize("named_by_the_link", [False, True])
def test_pictures_in_full_in_a_folder_that_is_a_link(command, tmp_path, named_by_the_link):
    images = _paint(tmp_path / "disk" / "photos")
    link = tmp_path / "photos"
    link.symlink_to(images)
    folder = link if named_by_the_link else images
    table = _write_table(tmp_path / "captions.tsv", [(str(folder / name), caption) for name, caption in CAPTIONS])
    sizes = ["--dev-size", "3", "--test-size", "4", *SMALL]
    code, _, _ = command(captions, table, "--images", link, "--languages", "en", "--output", tmp_path / "out", *sizes)
    assert code == 0
    assert _check_whole(tmp_path / "out", 40).manifest["dropped"] == {}


def test_tables_of_ones_own_in_two_languages_beside_the_pictures(command, tmp_path):
    _paint(tmp_path)
    rows = [("x", caption, name, caption.replace("picture", "Bild")) for name, caption in CAPTIONS]
    train = _write_table(tmp_path / "train.tsv", [*rows[:30], ("x", "A unicorn.", "unicorn.png", "Ein Einhorn.")])
    dev = _write_table(tmp_path / "dev.tsv", [*rows[30:], ("x", "A", "0.png", "B")])
    options = ["--columns", "3", "2", "4", "--languages", "en", "de", "--dev", dev, "--test-size", "0"]
    code, out, _ = command(captions, train, *options, "--output", tmp_path / "out", *SMALL)
    assert code == 0
    prepared = _check_whole(tmp_path / "out", 42)
    assert prepared.columns == ("image", "en", "de")
    assert prepared.pairs("train", "de", "image")[0][0] == "a small bild number 1"
    assert prepared.manifest["dropped"] == {"picture of dev or test": 2, "picture missing": 1}
    assert prepared.manifest["images"]["identical"] == [{"train": ["0.png"], "dev": ["0.png"]}]
    assert "left out: picture missing (unicorn.png)" in out
    assert prepared.tokenizer_path("en") != prepared.tokenizer_path("de")


def _files_for_mistakes(folder: Path) -> None:
    _official_flickr8k(folder / "f8k")
    _official_flickr8k(folder / "twice")
    with (folder / "twice" / "Flickr_8k.devImages.txt").open("a") as file:
        file.write("0.png\n")
    _official_flickr8k(folder / "untrained", splits=("dev",))
    _paint(folder / "bare" / "images")
    (folder / "not.json").write_text("{")
    (folder / "list.json").write_text("[]")
    _karpathy(folder / "coco.json", "coco")
    for name, split, sentences in (("split.json", "vall", []), ("raw.json", "val", [{}])):
        image = {"filename": "a", "split": split, "sentences": sentences}
        (folder / name).write_text(json.dumps({"dataset": "flickr8k", "images": [image]}))
    (folder / "c" / "annotations").mkdir(parents=True)
    lost = '{"images": [{"id": 1, "file_name": "1.png"}], "annotations": [{"image_id": 2, "caption": "x"}]}'
    (folder / "c" / "annotations" / "captions_train2017.json").write_text(lost)
    _paint(folder / "p")
    (folder / "latin.tsv").write_bytes("0.png\tein Mädchen\n".encode("latin1"))
    (folder / "old" / "annotations").mkdir(parents=True)
    (folder / "old" / "annotations" / "captions_train2014.json").write_text("{}")
    _write_table(folder / "t.tsv", CAPTIONS)


EN = ["--languages", "en"]
MISTAKES = [
    (flickr8k, ["none"], "none: no such folder"),
    (flickr8k, ["p"], "p: holds no images or Images"),
    (flickr8k, ["bare"], "bare: holds no Flickr8k.token.txt"),
    (flickr8k, ["f8k", "--images", "none"], "--images none: no such folder"),
    (flickr8k, ["twice"], "Flickr_8k.devImages.txt, line 5: 0.png is also in Flickr_8k.trainImages.txt"),
    (flickr8k, ["untrained"], "Flickr_8k.trainImages.txt: no such file"),
    (flickr8k, ["f8k", "--karpathy", "none.json"], "none.json: cannot be read"),
    (flickr8k, ["f8k", "--karpathy", "not.json"], "not.json: not JSON"),
    (flickr8k, ["f8k", "--karpathy", "list.json"], "list.json: the file has no 'dataset' that is text"),
    (flickr8k, ["f8k", "--karpathy", "coco.json"], "holds the dataset 'coco', not 'flickr8k'"),
    (flickr8k, ["f8k", "--karpathy", "split.json"], "images[0]: split 'vall' is not one of"),
    (flickr8k, ["f8k", "--karpathy", "raw.json"], "images[0].sentences[0] has no 'raw' that is text"),
    (flickr8k, ["f8k", "--dev-size", "3"], "unknown option --dev-size"),
    (coco, ["none"], "none: no such folder"),
    (coco, ["p"], "captions_train2017.json: no such file; FOLDER is to hold annotations/"),
    (coco, ["old"], "captions_train2017.json: no such file; that of 2014 is there: give --year 2014"),
    (coco, ["c"], "annotations[0] is of the picture 2, which is not in 'images'"),
    (coco, ["c", "--year", "2015"], "2015"),
    (captions, ["t.tsv", "--images", "p"], "required: --languages"),
    (captions, ["none.tsv", *EN], "none.tsv: cannot be read"),
    (captions, ["t.tsv", "--images", "none", *EN], "--images none: no such folder"),
    (captions, ["t.tsv", "--languages", "en", "en"], "--languages en en: one code is wanted, or two different"),
    (captions, ["t.tsv", "--languages", "image"], "'image' is not a language code"),
    (captions, ["t.tsv", "--languages", "english"], "'english' is not a language code: two or three letters"),
    (captions, ["t.tsv", "--columns", "1", "2", "3", *EN], "--columns 1 2 3: 2 different numbers are wanted"),
    (captions, ["t.tsv", "--columns", "1", "3", *EN], "2 column(s), but columns 1 and 3 are wanted"),
    (captions, ["t.tsv", "--delimiter", "", *EN], "--delimiter ''"),
    (captions, ["t.tsv", *EN], "no caption of train is left of 40 lines: 40 picture missing; there is no '0.png' in "),
    (captions, ["t.tsv", "--columns", "2", "1", *EN], """there is no 'A small "picture", number 0.' in """),
    (captions, ["t.tsv", "--columns", "2", "1", *EN], "or with --columns which column names them"),
    (captions, ["latin.tsv", "--images", "p", *EN], "1 not UTF-8; convert the file first, for instance with `iconv"),
    (captions, ["t.tsv", *EN, "--output", "deep/er/out"], ": say with --images where the pictures are"),
    (
        captions,
        ["t.tsv", "--delimiter", ";", *EN],
        "--delimiter ';': is for CSV tables, and t.tsv would be read as TSV",
    ),
    (captions, ["t.tsv", "--images", "p", *EN], "more than half of the 20 pictures"),
]


@pytest.mark.parametrize(("module", "arguments", "told"), MISTAKES)
def test_mistakes_get_a_message_and_exit_code_two(command, tmp_path, monkeypatch, module, arguments, told):
    _files_for_mistakes(tmp_path)
    before = sorted(tmp_path.rglob("*"))
    monkeypatch.chdir(tmp_path)
    code, out, err = command(module, "--output", "out", *arguments)
    assert (code, out) == (2, "")
    *before_it, message = err.splitlines()
    assert told in message
    assert message.startswith("error: ")
    assert all(line.startswith("reading ") for line in before_it)
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.skipif(not FLICKR8K.exists(), reason="needs ../shared/data/flickr8k")
def test_real_flickr8k_is_read_line_by_line():
    tokens = FLICKR8K / "Flickr8k.token.txt"
    lists = {split: FLICKR8K / name for split, name in flickr8k.LISTS.items() if (FLICKR8K / name).exists()}
    found = flickr8k.read_official(tokens, lists)
    assert {split: len(lines) for split, lines in found.lines.items()} == {"train": 30_000, "dev": 5_000}
    assert all(line.problem is None for lines in found.lines.values() for line in lines)
    assert len(found.images) == 7_000
