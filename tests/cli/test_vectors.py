import sys

import pytest
from toy_data import LANGUAGES, write_prepared

from data_prep import series, vectors
from data_prep.sample.corpus import sentence_pairs
from seq2seq.data.vectors import stream_vectors


@pytest.fixture(scope="module")
def prepared(tmp_path_factory):
    pairs = sentence_pairs(1500)
    return write_prepared(tmp_path_factory.mktemp("vectors") / "prepared", {"train": pairs}, vocab_size=3000)


SMALL = ["--language", "en", "--size", "12", "--epochs", "2"]


def test_training_and_neighbours(command, prepared, tmp_path):
    pytest.importorskip("gensim", reason="word vectors are trained by gensim, which is not installed")
    code, out, err = command(vectors, "train", prepared, "--output", tmp_path / "v.txt", *SMALL)
    assert (code, "Traceback" in err) == (0, False), err
    assert "words of 12 numbers" in out
    assert "nearest neighbours" in out
    first = (tmp_path / "v.txt").read_text(encoding="utf-8").splitlines()[0]
    found = dict(stream_vectors(tmp_path / "v.txt"))
    assert first == f"{len(found)} 12"
    assert {b"the", b"house", b"."} <= found.keys()

    command(vectors, "train", prepared, "--output", tmp_path / "again.txt", *SMALL)
    assert (tmp_path / "again.txt").read_bytes() == (tmp_path / "v.txt").read_bytes()

    code, out, _ = command(vectors, "neighbours", tmp_path / "v.txt", "House", "--count", "3")
    assert code == 0
    assert out.count("house") == 1
    assert out.count("0.") + out.count("1.") >= 3


def test_neighbours_of_a_file_of_others(command, tmp_path):
    (tmp_path / "glove").write_bytes(b"cat 1 0\ndog 2 0.1\ntax 0 1\n\xff 1 1\n")
    code, out, err = command(vectors, "neighbours", tmp_path / "glove", "cat")
    assert code == 0
    assert out.index("dog 1.00") < out.index("tax 0.00")
    assert "1 words are not UTF-8" in err


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["neighbours", "{glove}", "cta"], "'cta': "),
        (["neighbours", "{glove}", "dogs"], "did you mean 'dog'"),
        (["neighbours", "{nothing}", "cat"], "no such file"),
        (["train", "{prepared}"], "--output"),
        (["train", "{prepared}", "--output", "{out}"], "--language is needed"),
        (["train", "{prepared}", "--output", "{out}", "--language", "fr"], "--language fr: there is none"),
        (["train", "{nothing}", "--output", "{out}"], "no prepared folder"),
        (["train", "{prepared}", "--output", "{prepared}"], "is a folder; name a file to write"),
        (["train", "{prepared}", "--output", "{out}", "--sizes", "3"], "did you mean '--size'"),
        (["retrain"], "did you mean 'train'"),
        ([], "train | neighbours"),
    ],
)
def test_mistakes_are_told_in_one_line(command, prepared, tmp_path, arguments, told):
    (tmp_path / "glove").write_bytes(b"cat 1 0\ndog 2 0.1\n")
    names = {"glove": tmp_path / "glove", "nothing": tmp_path / "nothing", "out": tmp_path / "o", "prepared": prepared}
    code, _, err = command(vectors, *(argument.format(**names) for argument in arguments))
    assert code == 2
    assert err.startswith("error: ")
    assert len(err.splitlines()) == 1
    assert told in err


def test_a_folder_without_text_is_refused_for_that(command, tmp_path):
    command(series, "--sine", "--length", "60", "--output", tmp_path / "sine")
    code, _, err = command(vectors, "train", tmp_path / "sine", "--output", tmp_path / "v.txt")
    assert (code, err) == (2, f"error: {tmp_path / 'sine'}: holds forecasting, no text to train vectors on\n")


def test_too_rare_words(command, prepared, tmp_path):
    pytest.importorskip("gensim", reason="word vectors are trained by gensim, which is not installed")
    options = ["--output", tmp_path / "v.txt", "--language", LANGUAGES[1], "--min-count", "1000000"]
    code, _, err = command(vectors, "train", prepared, *options)
    assert code == 2
    assert "--min-count 1000000: no word of" in err


def test_a_missing_gensim(command, prepared, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "gensim.models", None)
    code, _, err = command(vectors, "train", prepared, "--output", tmp_path / "v.txt", "--language", LANGUAGES[1])
    assert code == 2
    assert 'pip install "seq2seq[vectors]"' in err
