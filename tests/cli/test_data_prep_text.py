import gzip

import pytest

from data_prep import text
from seq2seq.data.prepared import PreparedFolder
from seq2seq.data.tokenizer import UNK_ID

LINES = ["First Citizen:", "  Before we\tproceed,", "", "hear me  speak. ", "", "Cafe\u0301 \u200bau lait"] * 10
CLEAN = ["First Citizen:", "  Before we proceed,", "", "hear me  speak. ", "", "Café au lait"] * 10


def write(path, lines, encoding="utf-8"):
    data = "".join(f"{line}\n" for line in lines).encode(encoding)
    path.write_bytes(gzip.compress(data) if path.suffix == ".gz" else data)
    return path


def whole(prepared: PreparedFolder) -> list[str]:
    return [line for split in prepared.splits for line in prepared.column(split, "en")]


def test_lines_stay_in_their_order_and_empty_ones_too(command, tmp_path):
    code, out, err = command(text, write(tmp_path / "x.txt", LINES), "--output", tmp_path / "out")
    assert code == 0, err
    prepared = PreparedFolder.open(tmp_path / "out")
    assert whole(prepared) == CLEAN
    assert prepared.task == "text"
    assert prepared.splits == ("train", "dev")
    manifest = prepared.manifest
    assert (manifest["lines_in"], manifest["kept"], manifest["dropped"]) == (60, 60, {})
    assert manifest["splits"]["dev"]["characters"] == sum(len(line) + 1 for line in prepared.column("dev", "en"))
    assert "60 lines in = 60 kept + 0 dropped" in out


def test_every_character_is_a_piece_and_every_space_counts(command, tmp_path):
    command(text, write(tmp_path / "x.txt", LINES), "--output", tmp_path / "out")
    prepared = PreparedFolder.open(tmp_path / "out")
    tokenizer = prepared.tokenizer("en")
    assert len(tokenizer) == 4 + len({sign for line in CLEAN for sign in line})
    for line, ids in zip(CLEAN, tokenizer.encode_batch(CLEAN), strict=True):
        assert len(ids) == len(line)
        assert UNK_ID not in ids
        assert tokenizer.decode(ids) == line


@pytest.mark.parametrize("kind", ["word", "unigram", "bpe"])
def test_words_fold_spaces(command, tmp_path, kind):
    options = ["--tokenizer", kind, "--vocab-size", 50, "--output", tmp_path / "out"]
    code, _, err = command(text, write(tmp_path / "x.txt", LINES), *options)
    assert code == 0, err
    assert whole(PreparedFolder.open(tmp_path / "out")) == [" ".join(line.split()) for line in CLEAN]


def test_several_files_follow_each_other(command, tmp_path):
    files = [write(tmp_path / "b.txt", LINES[:20]), write(tmp_path / "a.txt.gz", LINES[20:])]
    command(text, *files, "--output", tmp_path / "out")
    prepared = PreparedFolder.open(tmp_path / "out")
    assert whole(prepared) == CLEAN[:20] + CLEAN[20:]
    assert [entry["path"] for entry in prepared.manifest["inputs"]] == [str(file) for file in files]


@pytest.mark.parametrize(("dev", "test"), [(0.1, 0.0), (0.3, 0.2), (0.0, 0.25), (0.0, 0.0)])
def test_shares_are_of_the_characters_from_the_end(command, tmp_path, dev, test):
    shares = ["--dev-share", dev, "--test-share", test]
    command(text, write(tmp_path / "x.txt", LINES), *shares, "--output", tmp_path / "out")
    prepared = PreparedFolder.open(tmp_path / "out")
    sizes = {split: prepared.manifest["splits"][split]["characters"] for split in prepared.splits}
    longest, total = 21, sum(sizes.values())
    assert whole(prepared) == CLEAN
    for split, share in (("dev", dev), ("test", test)):
        assert (split in sizes) == bool(share)
        assert abs(sizes.get(split, 0) - share * total) <= longest


def test_lines_that_are_no_text_are_dropped_and_listed(command, tmp_path):
    file = tmp_path / "x.txt"
    file.write_bytes(b"one\n\xff\xfe bad\n" + b"two\nthree\n" * 20)
    code, out, _ = command(text, file, "--output", tmp_path / "out")
    assert code == 0
    manifest = PreparedFolder.open(tmp_path / "out").manifest
    assert (manifest["lines_in"], manifest["kept"], manifest["dropped"]) == (42, 41, {"not UTF-8": 1})
    assert (tmp_path / "out" / "dropped.tsv").read_text() == "file\tline\treason\nx.txt\t2\tnot UTF-8\n"
    assert "1 dropped: 1 not UTF-8" in out


def test_characters_of_dev_that_train_does_not_hold_are_told(command, tmp_path):
    _, out, err = command(text, write(tmp_path / "x.txt", ["abc"] * 90 + ["xyz"] * 10), "--output", tmp_path / "out")
    assert "75.00" in out or "100.00" in out
    assert "of the en pieces of dev are unknown to the tokenizer: train on more text" in err
    assert "--tokenizer" not in err


@pytest.mark.parametrize(("size", "told"), [("5", True), ("3000", False)])
def test_a_tokenizer_that_knows_too_little_is_told(command, tmp_path, size, told):
    options = ["--tokenizer", "word", "--vocab-size", size, "--output", tmp_path / "out"]
    code, _, err = command(text, "--sample", *options)
    assert code == 0
    assert ("unknown to the tokenizer: raise --vocab-size 5, or take --tokenizer unigram" in err) is told
    assert ("note: " in err) is told


def test_the_sample_is_the_same_each_time(command, tmp_path):
    for name in ("one", "two"):
        code, _, err = command(text, "--sample", "--output", tmp_path / name)
        assert code == 0, err
    one, two = (PreparedFolder.open(tmp_path / name) for name in ("one", "two"))
    assert one.manifest["splits"] == two.manifest["splits"]
    assert one.manifest["licence"] == "MIT"
    lines = one.column("train", "en")
    assert len(lines) > 10_000
    assert "" in lines


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ([], "give either the files of a text or --sample"),
        (["/nowhere.txt"], "/nowhere.txt: cannot be read"),
        (["x.txt", "--sample"], "give either the files of a text or --sample"),
        (["x.txt", "--dev-share", "10"], "--dev-share: '10' is not from 0 to 1"),
        (["x.txt", "--dev-share", "0.6", "--test-share", "0.4"], "leave nothing to train on"),
        (["x.txt", "--dev-share", "0.0001"], "--dev-share 0.0001: of 60 lines no text is left for dev"),
        (["empty.txt"], "empty.txt: holds no text"),
        (["latin.txt"], "latin.txt, line 1: not UTF-8, and nothing else in the file is fit; convert"),
        (["empty.txt", "latin.txt"], "latin.txt, line 1: not UTF-8"),
        (["utf16.txt"], "UTF-16"),
        (["x.txt", "--language", "1"], "is not a language code"),
        (["x.txt", "--tokenizer", "unigram", "--vocab-size", "6"], "vocabulary size 6: too small"),
        (["x.txt", "--tokenizer", "chars"], "did you mean 'char'"),
    ],
)
def test_misuse_is_told_in_one_line(command, tmp_path, monkeypatch, arguments, told):
    monkeypatch.chdir(tmp_path)
    write(tmp_path / "x.txt", LINES)
    write(tmp_path / "empty.txt", [])
    write(tmp_path / "utf16.txt", LINES, "utf-16")
    write(tmp_path / "latin.txt", ["caf\xe9", "th\xe9"], "latin-1")
    code, _, err = command(text, *arguments, "--output", tmp_path / "out")
    assert code == 2
    assert err.splitlines()[-1].startswith("error: ")
    assert told in err
    assert not (tmp_path / "out").exists()
