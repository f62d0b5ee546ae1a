import gzip
import json

import pytest

from data_prep import sample_tags, tags
from seq2seq.data.entities import entities, read_tagged
from seq2seq.data.prepared import PreparedFolder
from seq2seq.data.tokenizer import UNK_ID

SENTENCE = "Mara\tB-person\nlives\tO\nin\tO\nPort\tB-place\nSelby\tI-place\n"


def sentences(count: int, start: int = 0) -> str:
    """Different sentences, each with an entity."""
    return "\n".join(f"number\tO\nX{number}\tB-thing\nis\tO\nhere\tO\n" for number in range(start, start + count))


def prepare(command, tmp_path, text, *options):
    """Run the command on a file of the text; gives its outcome and the prepared folder."""
    (tmp_path / "in.conll").write_bytes(text if isinstance(text, bytes) else text.encode())
    arguments = [tmp_path / "in.conll", "--output", tmp_path / "out", "--dev-size", 5, "--test-size", 0, *options]
    return command(tags, *arguments), tmp_path / "out"


def rows(folder, split="train"):
    return [(" ".join(tokens), " ".join(found)) for tokens, found in read_tagged(PreparedFolder.open(folder), split)]


def test_sentences_become_rows_of_tokens_and_tags(command, tmp_path):
    (code, out, err), folder = prepare(command, tmp_path, f"{SENTENCE}\n{sentences(50)}")
    assert code == 0, err
    manifest = json.loads((folder / "manifest.json").read_text())
    assert (manifest["task"], manifest["languages"], manifest["scheme"]) == ("tagging", ["en"], "BIO")
    assert manifest["repaired"] == {"train": 0}
    assert manifest["lines_in"] == manifest["kept"] == 51
    everything = [*rows(folder), *rows(folder, "dev")]
    assert len(rows(folder, "dev")) == 5
    assert ("Mara lives in Port Selby", "B-person O O B-place I-place") in everything
    assert "entities by type" in out
    assert set(PreparedFolder.open(folder).tokenizers) == {"en", "characters"}


@pytest.mark.parametrize("blank", ["", "\t", "  ", "\r"])
def test_every_kind_of_blank_line_ends_a_sentence(command, tmp_path, blank):
    text = sentences(40).replace("\n\n", f"\n{blank}\n{blank}\n")
    (code, _, err), folder = prepare(command, tmp_path, text + "\n\n\n")
    assert code == 0, err
    assert len(rows(folder)) + len(rows(folder, "dev")) == 40


ODD = ["Cafe\u0301", "a\u00a0b", "x\u200by", "\ufeffz", "´", "\u2028q", "ＡＢ", '"', "''", "#", "⁇", "a\rb"]


def test_tokens_stay_as_they_are_to_the_last_character(command, tmp_path):
    text = f"first\tO\n\n{sentences(30)}\n" + "".join(f"{token}\tB-odd\n" for token in ODD)
    (code, _, err), folder = prepare(command, tmp_path, text, "--dev-size", 0)
    assert code == 0, err
    assert (" ".join(ODD), " ".join(["B-odd"] * len(ODD))) in rows(folder)


def test_columns_are_chosen_and_are_the_first_and_the_last_by_themselves(command, tmp_path):
    three = sentences(30).replace("\tO", "\tNN\tx\tO").replace("\tB-thing", "\tNN\tB-other\tB-thing")
    (_, folder) = prepare(command, tmp_path, three)
    assert {entity.kind for _, found in rows(folder) for entity in entities(found.split())} == {"thing"}
    other = three.replace("\tx\t", "\tO\t").replace("\t", " ")  # as in CoNLL-2003, divided by spaces
    (code, _, err), folder = prepare(command, tmp_path, other, "--columns", 1, 3, "--force")
    assert code == 0, err
    assert {entity.kind for _, found in rows(folder) for entity in entities(found.split())} == {"other"}


def test_an_inside_without_its_beginning_is_repaired_and_told(command, tmp_path):
    text = f"in\tO\nNew\tI-place\nYork\tI-place\nBob\tI-person\n\n{sentences(30)}"
    (code, out, err), folder = prepare(command, tmp_path, text)
    assert code == 0, err
    assert ("in New York Bob", "O B-place I-place B-person") in [*rows(folder), *rows(folder, "dev")]
    assert json.loads((folder / "manifest.json").read_text())["repaired"] == {"train": 2}
    assert "train: 2 I- tag(s) that continued nothing became B-" in out


def test_every_sentence_is_kept_or_dropped_for_a_reason(command, tmp_path):
    bad = [
        "a\tO\nb\tO\tO\n",
        "a b\tO\n",
        "\tO\n",
        "a\t\n",
        "-DOCSTART-\tO\n",
    ]
    text = "\n".join([sentences(30), sentences(1), "number\tO\nX1\tO\nis\tO\nhere\tO\n", *bad]) + "\nz\tO\n"
    (code, _, err), folder = prepare(command, tmp_path, text.encode() + b"\n\xff\tO\nb\tO\n")
    assert code == 0, err
    manifest = json.loads((folder / "manifest.json").read_text())
    assert manifest["dropped"] == {
        "empty token or tag": 2,
        "duplicate": 1,
        "the same text, labelled otherwise": 1,
        "wrong number of columns": 1,
        "space within a token": 1,
        "mark of a document": 1,
        "not UTF-8": 1,
    }
    assert manifest["lines_in"] == manifest["kept"] + 8 == 39
    dropped = [line.split("\t") for line in (folder / "dropped.tsv").read_text().splitlines()[1:]]
    assert len({(file, line) for file, line, *_ in dropped}) == len(dropped) == 8


def test_dev_and_test_may_be_given_in_several_files_and_leak_nothing(command, tmp_path):
    for name, text in (("a", sentences(20)), ("b", sentences(20, 20)), ("dev", sentences(5, 18)), ("test", SENTENCE)):
        (tmp_path / name).write_bytes(gzip.compress(text.encode()))
    arguments = [tmp_path / "a", tmp_path / "b", "--dev", tmp_path / "dev", "--test", tmp_path / "test"]
    code, _, err = command(tags, *arguments, "--output", tmp_path / "out")
    assert code == 0, err
    train, dev = rows(tmp_path / "out"), rows(tmp_path / "out", "dev")
    assert (len(train), len(dev), len(rows(tmp_path / "out", "test"))) == (35, 5, 1)
    assert {text for text, _ in train}.isdisjoint(text for text, _ in dev)


def test_a_vocabulary_in_lower_case(command, tmp_path):
    _, folder = prepare(command, tmp_path, f"THE\tO\nHouse\tB-x\n\n{sentences(30)}", "--lower-case", "--dev-size", 0)
    prepared = PreparedFolder.open(folder)
    tokenizer = prepared.tokenizer("en")
    assert UNK_ID not in tokenizer.encode("the house")
    assert tokenizer.encode("THE House") == [UNK_ID, UNK_ID]
    assert UNK_ID not in prepared.tokenizer("characters").encode("THE House")
    assert prepared.manifest["tokenizer"]["lower_case"] is True
    assert ("THE House", "O B-x") in rows(folder)


@pytest.mark.parametrize(
    ("text", "options", "told"),
    [
        ("a\tO\nb\tS-x\n", (), "in.conll, line 2: 'S-x' is none of O, B-TYPE and I-TYPE; bring the file to BIO"),
        ("a\tO\n\nb\tNN\n", (), "in.conll, line 3: 'NN' is none of O, B-TYPE and I-TYPE; check --columns"),
        ("a\tO\n\nb\to\n", (), "in.conll, line 3: 'o' is none of"),
        ("a\nb\n", (), "in.conll, line 1: 1 column(s), where column 2 is wanted"),
        ("a\tO\n", ("--columns", 1, 4), "in.conll, line 1: 2 column(s), where column 4 is wanted"),
        ("a\tO\n", ("--columns", 2, 2), "--columns 2 2: two different columns are wanted"),
        ("a\tO\n\nb\tO\n", (), "no tag other than O; say with --columns where the tags are"),
        ("", (), "in.conll: holds no sentence"),
        ("\n\t\n", (), "in.conll: holds no sentence"),
        ("a\tO\nb\n", (), "in.conll, line 1: wrong number of columns, and nothing else in the file is fit"),
        ("caf\xe9\tO\n".encode("latin-1"), (), "in.conll, line 1: not UTF-8"),
        (sentences(6), (), "--dev-size 5"),
        ("a\tO\n".encode("utf-16"), (), "UTF-16"),
        ("a\tB-x\n", ("--tokenizer", "bpe"), "unknown option --tokenizer"),
        ("a\tB-x\n", ("--language", "tags"), "'tags' is not a language code"),
        ("a\tB-x\n", ("--dev", "/nowhere"), "/nowhere"),
    ],
)
def test_a_mistake_is_told_in_one_line(command, tmp_path, text, options, told):
    (code, _, err), folder = prepare(command, tmp_path, text, *options)
    lines = [line for line in err.splitlines() if line.startswith("error: ")]
    assert code == 2
    assert len(lines) == 1
    assert told in lines[0]
    assert "Traceback" not in err
    assert not folder.exists()


def test_the_file_of_which_nothing_is_fit_is_named_itself(command, tmp_path):
    one, other = tmp_path / "one.conll", tmp_path / "other.conll"
    one.write_text(sentences(30))
    other.write_bytes("caf\xe9\tO\n".encode("latin-1"))
    code, _, err = command(tags, one, other, "--output", tmp_path / "out")
    assert code == 2
    assert "other.conll, line 1: not UTF-8" in err


def test_the_sample_sentences_are_prepared_always_the_same(command, tmp_path):
    for name in ("one", "other"):
        code, _, err = command(sample_tags, "--output", tmp_path / name)
        assert code == 0, err
    one, other = (PreparedFolder.open(tmp_path / name) for name in ("one", "other"))
    assert (one.path / "train.tsv").read_bytes() == (other.path / "train.tsv").read_bytes()
    names = {
        split: {
            tokens[entity.start : entity.end] for tokens, found in read_tagged(one, split) for entity in entities(found)
        }
        for split in one.splits
    }
    assert len(names["dev"]) > 200
    assert len(names["dev"] & names["train"]) < len(names["dev"]) / 3, "most names of dev are new"
