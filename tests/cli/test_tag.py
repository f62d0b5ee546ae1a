import gzip
import json

import pytest
from toy_tags import SENTENCES, save_tagger, write_tagged

from seq2seq.inference import Tagger

LINES = [text for text, _ in SENTENCES]


@pytest.fixture(scope="module")
def prepared(tmp_path_factory):
    return write_tagged(tmp_path_factory.mktemp("tagged") / "prepared", {"train": SENTENCES, "dev": SENTENCES})


@pytest.fixture(scope="module")
def models(prepared, tmp_path_factory):
    folder = tmp_path_factory.mktemp("taggers")
    return [save_tagger(folder / f"model{seed}", prepared, seed) for seed in (1, 2)]


@pytest.fixture(scope="module")
def expected(models):
    return [" ".join(tags) for tags in Tagger.load(models[0]).tag(LINES)]


def test_n_lines_in_are_n_lines_out(seq2seq, models, expected):
    text = "\n".join([*LINES[:2], "", " \t\r", *LINES[2:]])
    outcome = seq2seq("tag", models[0], "--batch-size", 2, stdin=text.encode())
    assert (outcome.code, outcome.err) == (0, "")
    assert outcome.out.split("\n") == [*expected[:2], "", "", *expected[2:], ""]


@pytest.mark.parametrize("pack", [bytes, gzip.compress], ids=["plain", "gzip"])
def test_from_file_to_file(seq2seq, models, expected, tmp_path, pack):
    (tmp_path / "in").write_bytes(pack("\r\n".join(LINES).encode()))
    outcome = seq2seq("tag", models[0], tmp_path / "in", "--output", tmp_path / "out")
    assert (outcome.code, outcome.out, outcome.err) == (0, "", "")
    assert (tmp_path / "out").read_text().splitlines() == expected


def test_conll_gives_back_the_tokens(seq2seq, models, expected):
    outcome = seq2seq("tag", models[0], "--conll", stdin="\n".join(["", *LINES]).encode())
    blocks = outcome.out.removeprefix("\n").removesuffix("\n\n").split("\n\n")
    pairs = [[line.split("\t") for line in block.split("\n")] for block in blocks]
    assert [" ".join(token for token, _ in block) for block in pairs] == LINES
    assert [" ".join(tag for _, tag in block) for block in pairs] == expected


def test_probabilities_are_json_lines(seq2seq, models, expected):
    outcome = seq2seq("tag", models[0], "--probabilities", stdin="\n".join([*LINES, ""]).encode() + b"\n")
    records = [json.loads(line) for line in outcome.out.splitlines()]
    assert [record["line"] for record in records] == list(range(1, len(LINES) + 2))
    assert [" ".join(record["tags"]) for record in records] == [*expected, ""]
    for record in records:
        assert len(record["probabilities"]) == len(record["tokens"]) == len(record["tags"])
        for row in record["probabilities"]:
            assert len(row) == len(record["labels"])
            assert sum(row) == pytest.approx(1, abs=1e-4)
        for entity in record["entities"]:
            assert entity["text"].split() == record["tokens"][entity["start"] : entity["end"]]
            assert record["tags"][entity["start"]] == f"B-{entity['type']}"


def test_an_ensemble_differs_from_its_first_model(seq2seq, models):
    arguments = ("tag", models[0], "--probabilities")
    alone = seq2seq(*arguments, stdin=LINES[0].encode())
    both = seq2seq(*arguments, "--with-model", models[1], stdin=LINES[0].encode())
    assert both.code == 0
    assert json.loads(alone.out)["probabilities"] != json.loads(both.out)["probabilities"]


def test_bytes_that_are_no_text_are_told_and_tagged(seq2seq, models):
    outcome = seq2seq("tag", models[0], stdin=b"Mara \xff came\n")
    assert outcome.code == 0
    assert len(outcome.out.split()) == 3
    assert outcome.err == "warning: standard input, line 1: not UTF-8, read with U+FFFD for each bad byte\n"


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["{file}"], "{file}: is a file, not a model folder; MODEL comes first"),
        (["{model}", "/nowhere.txt"], "/nowhere.txt: no such file"),
        (["/nowhere"], "/nowhere: no such model folder"),
        (["{model}", "{file}", "--output", "{file}"], "{file}: is the input, which would be lost"),
        (["{model}", "--conll", "--probabilities"], "not allowed with argument --conll"),
        (["{model}", "--probabilites"], "unknown option --probabilites; did you mean '--probabilities'?"),
        (["{model}", "--batch-size", "0"], "'0' is too small"),
        (["{model}", "{file}", "more"], "'more' is out of place"),
    ],
)
def test_a_mistake_is_told_in_one_line(seq2seq, models, tmp_path, arguments, told):
    (tmp_path / "text").write_text("Mara came\n")
    names = {"file": tmp_path / "text", "model": models[0]}
    outcome = seq2seq("tag", *(argument.format(**names) for argument in arguments))
    assert (outcome.code, outcome.out) == (2, "")
    assert told.format(**names) in outcome.err
    assert outcome.err.startswith("error: ")
    assert len(outcome.err.splitlines()) == 1
    assert (tmp_path / "text").read_text() == "Mara came\n"


def test_a_model_for_another_task_is_told(seq2seq, models, random_models):
    outcome = seq2seq("tag", random_models[0], stdin=b"a\n")
    assert outcome.err == f"error: {random_models[0]}: is a translator; use it with `seq2seq translate`\n"
    outcome = seq2seq("translate", models[0], stdin=b"a\n")
    assert outcome.err == f"error: {models[0]}: is a tagger; use it with `seq2seq tag`\n"


def test_evaluate_scores_a_tagger_beside_the_dictionary(seq2seq, models, prepared, tmp_path):
    arguments = ("--data", prepared, "--split", "dev", "--output", tmp_path / "record.json")
    outcome = seq2seq("evaluate", models[0], *arguments, "--translations", tmp_path / "tags")
    assert outcome.code == 0, outcome.err
    assert "dictionary" in outcome.out
    record = json.loads((tmp_path / "record.json").read_text())
    assert record["scores"]["entity F1"]["signature"].startswith("avg:micro|scheme:bio")
    assert len((tmp_path / "tags").read_text().splitlines()) == len(LINES)
