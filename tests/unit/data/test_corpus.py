import json
import os
from pathlib import Path

import pytest
from toy_data import reversed_words, write_prepared

from seq2seq.data.corpus import CACHE, ParallelCorpus, open_column
from seq2seq.data.prepared import PreparedFolder
from seq2seq.errors import UserError

PAIRS = [*reversed_words(30, seed=1), ("uno", "")]


@pytest.fixture
def folder(tmp_path):
    return PreparedFolder.open(write_prepared(tmp_path, {"train": PAIRS}))


def read(folder: PreparedFolder, languages=("es", "en")) -> list[tuple[str, str]]:
    corpus = ParallelCorpus.open(folder, "train", languages)
    decode = folder.tokenizer("es").decode
    return [(decode(corpus.source[index]), decode(corpus.target[index])) for index in range(len(corpus))]


def test_the_ids_spell_the_table(folder):
    assert read(folder) == PAIRS
    assert read(folder, ("en", "es")) == [(target, source) for source, target in PAIRS]


def test_lengths_are_those_of_the_sentences(folder):
    corpus = ParallelCorpus.open(folder, "train", ("es", "en"))
    assert corpus.source.lengths.tolist() == [len(source.split()) for source, _ in PAIRS]
    assert corpus.target.lengths[-1] == 0


def test_the_ids_are_kept_until_the_table_changes(folder):
    read(folder)
    kept = sorted((folder.path / CACHE).iterdir())
    times = [os.stat(path / "ids.npy").st_mtime_ns for path in kept]
    read(folder)
    assert [os.stat(path / "ids.npy").st_mtime_ns for path in kept] == times
    changed = [("dos", "dos"), *PAIRS[1:]]
    write_prepared(folder.path, {"train": changed})
    assert read(folder) == changed


def test_nothing_half_written_stays(folder, monkeypatch):
    monkeypatch.setattr("numpy.save", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        read(folder)
    assert list((folder.path / CACHE).iterdir()) == []
    monkeypatch.undo()
    assert read(folder) == PAIRS


@pytest.mark.parametrize(
    ("damage", "told"),
    [
        (lambda lines: lines[1:], "the header says"),
        (lambda lines: ["en\tes", *lines[1:]], "the header says"),
        (lambda lines: [*lines[:5], "uno", *lines[6:]], "line 6: 1 columns where 2 are due"),
        (lambda lines: lines[:-1], "30 pairs where the manifest says 31"),
    ],
    ids=["no header", "columns turned", "a column short", "a row short"],
)
def test_a_table_that_is_not_what_the_manifest_says_is_told(folder, damage, told):
    table = folder.table("train")
    lines = table.read_text(encoding="utf-8").splitlines()
    table.write_text("".join(f"{line}\n" for line in damage(lines)), encoding="utf-8")
    with pytest.raises(UserError, match=told):
        read(folder)
    assert list((folder.path / CACHE).iterdir()) == []


def test_two_processes_that_tokenize_at_once_end_with_the_same(folder, monkeypatch):
    rename = Path.rename

    def late(path, target):
        monkeypatch.undo()
        read(folder)  # the other process, which is done first
        return rename(path, target)

    monkeypatch.setattr(Path, "rename", late)
    assert read(folder) == PAIRS
    assert len(list((folder.path / CACHE).iterdir())) == 2


def test_the_ids_may_be_read_by_whoever_may_read_the_folder(folder):
    read(folder)
    cache = folder.path / CACHE  # made by mkdir, as the user's own folders are
    assert {path.stat().st_mode for path in cache.iterdir()} == {cache.stat().st_mode}


def test_a_split_without_sentences_is_read(tmp_path):
    folder = PreparedFolder.open(write_prepared(tmp_path, {"train": PAIRS, "dev": []}))
    assert len(ParallelCorpus.open(folder, "dev", ("es", "en"))) == 0


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_cannot_be_written_is_told(folder):
    folder.path.chmod(0o500)
    with pytest.raises(UserError, match="cannot be written"):
        read(folder)


def test_a_picture_is_one_id_its_place_among_the_pictures(tmp_path):
    rows = [("b.png", "uno"), ("b.png", "dos tres"), ("a.png", "uno"), ("c.png", "tres")]
    write_prepared(tmp_path, {"train": rows})
    manifest = json.loads((tmp_path / "manifest.json").read_text())
    manifest |= {"task": "captions", "languages": ["en"], "images": {"folder": "pictures"}}
    (tmp_path / "manifest.json").write_text(json.dumps(manifest))
    (tmp_path / "train.tsv").write_text("".join("\t".join(row) + "\n" for row in [("image", "en"), *rows]))
    listed = "image\tsha256\twidth\theight\n" + "".join(f"{name}.png\tx\t1\t1\n" for name in "cba")
    (tmp_path / "images.tsv").write_text(listed)
    corpus = ParallelCorpus.open(PreparedFolder.open(tmp_path), "train", ("image", "en"))
    assert [corpus.source[row].tolist() for row in range(len(corpus))] == [[1], [1], [2], [0]]
    assert corpus.source.lengths.tolist() == [1, 1, 1, 1]
    assert corpus.target.lengths.tolist() == [1, 2, 1, 1]
    captions = open_column(PreparedFolder.open(tmp_path), "train", "en")
    assert captions.ids.tolist() == corpus.target.ids.tolist()

    (tmp_path / "images.tsv").write_text(listed.replace("a.png", "d.png"))
    with pytest.raises(UserError, match=r"'a\.png' is not in images\.tsv"):
        open_column(PreparedFolder.open(tmp_path), "train", "image")
