"""Labelled text from tables of every form, and mistakes told in one line."""

import gzip

import pytest

from data_prep import labels, sample_labels
from data_prep.sample_labels import NEGATIVE, POSITIVE, opinions
from seq2seq.data.prepared import PreparedFolder

ROWS = [(text, "1" if label == POSITIVE else "0") for text, label in opinions(120)]
NAMES = ["--names", f"0={NEGATIVE}", f"1={POSITIVE}"]
SMALL = ["--dev-size", "10", "--test-size", "12", "--vocab-size", "80"]


def _table(path, rows, form="{0}\t{1}\n", header=""):
    data = (header + "".join(form.format(*row) for row in rows)).encode()
    path.write_bytes(gzip.compress(data) if path.suffix == ".gz" else data)
    return path


@pytest.mark.parametrize("name", ["all.tsv", "all.tsv.gz", "all.csv"])
def test_every_form_gives_the_same_folder(command, tmp_path, name):
    extra = []
    if name.endswith("csv"):
        file = _table(tmp_path / name, ROWS, '{1},7,"{0}"\n', "label,id,text\n")
        extra = ["--header", "--columns", "3", "1"]
    else:
        file = _table(tmp_path / name, ROWS)
    code, out, _ = command(labels, file, "--output", tmp_path / "out", *SMALL, *NAMES, *extra)
    assert code == 0
    prepared = PreparedFolder.open(tmp_path / "out")
    found = sorted(row for split in prepared.splits for row in prepared.rows(split))
    assert found == sorted(opinions(120))
    assert [prepared.manifest["splits"][split]["pairs"] for split in prepared.splits] == [98, 10, 12]
    assert f"prepared folder: {tmp_path / 'out'}" in out


def test_official_splits(command, tmp_path):
    train, dev = _table(tmp_path / "train.tsv", ROWS[:100]), _table(tmp_path / "dev.tsv", ROWS[98:])
    options = ["--dev", dev, "--test-size", "0", "--vocab-size", "80", "--output", tmp_path / "out", *NAMES]
    code, out, _ = command(labels, train, *options)
    assert code == 0
    prepared = PreparedFolder.open(tmp_path / "out")
    assert prepared.splits == ("train", "dev")
    assert prepared.rows("dev") == opinions(120)[98:]
    assert prepared.manifest["dropped"] == {"sentence of dev or test": 2}
    assert "train-dev 0" in out


MISTAKES = [
    (["--columns", "1", "1"], "--columns 1 1: two different columns"),
    (["--columns", "1", "3"], "columns 1 and 3 are wanted"),
    (["--names", "negative"], "'negative' is not of the form LABEL=NAME"),
    (["--names", "2=neutral"], "--names 2=neutral: no row of"),
    (["--names", "0=bad", "0=worse"], "--names 0=bad 0=worse: one label cannot have two names"),
    (["--names", "0=same", "1=same"], "column 2 holds one label only"),
    (["--columns", "2", "1"], "column 1 holds 120 different labels in 120 rows; say with --columns"),
    (["--delimiter", ";"], "--delimiter ';': is for CSV tables"),
    (["--language", "label"], "'label' is not a language code"),
    (["--dev-size", "90"], "more than half of the 120 texts"),
]


@pytest.mark.parametrize(("options", "told"), MISTAKES)
def test_mistakes_are_told_in_one_line_and_nothing_is_left(command, tmp_path, options, told):
    file = _table(tmp_path / "all.tsv", ROWS)
    code, _, err = command(labels, file, "--output", tmp_path / "out", "--vocab-size", "80", *options)
    assert code == 2
    assert err.startswith("error: ")
    assert told in err.splitlines()[-1]
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "all.tsv: holds no text"),
        (b"caf\xe9\t1\nth\xe9\t0\n", "all.tsv, line 1: not UTF-8, and nothing else in the file is fit; convert"),
    ],
)
def test_a_file_without_a_fit_line_is_named_with_its_fault(command, tmp_path, content, told):
    (tmp_path / "all.tsv").write_bytes(content)
    code, _, err = command(labels, tmp_path / "all.tsv", "--output", tmp_path / "out")
    assert (code, err.count("\n")) == (2, 1)
    assert told in err


def test_the_sample_comes_with_the_toolkit(command, tmp_path):
    code, out, _ = command(sample_labels, "--output", tmp_path / "out")
    assert code == 0
    assert "3,000 lines in = 3,000 texts kept + 0 dropped" in out
    assert set(PreparedFolder.open(tmp_path / "out").column("dev", "label")) == {NEGATIVE, POSITIVE}
