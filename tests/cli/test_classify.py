import json

import pytest
from toy_labels import LABELS, save_classifier, write_labelled

from data_prep.sample_labels import opinions
from seq2seq.data.tokenizer import Tokenizer

ROWS = opinions(30)
TEXTS = [text for text, _ in ROWS]
INPUT = "\n".join(TEXTS).encode() + b"\n"


@pytest.fixture(scope="module")
def tokenizer(tmp_path_factory):
    path = tmp_path_factory.mktemp("tokenizer") / "en.model"
    Tokenizer.train(TEXTS, path, vocab_size=90)
    return path


@pytest.fixture
def model(tmp_path, tokenizer):
    return save_classifier(tmp_path / "model", tokenizer, pooling="attention")


def test_a_line_in_a_label_out(seq2seq, model, tmp_path):
    lines = [*TEXTS[:3], "", "жжж", TEXTS[3]]
    outcome = seq2seq("classify", model, stdin="\n".join(lines).encode())
    assert outcome.code == 0, outcome.err
    labels = outcome.out.split("\n")
    assert len(labels) == 7
    assert labels[3] == labels[6] == ""
    assert all(label in LABELS for label in (*labels[:3], *labels[4:6]))
    assert "note: 1 of 6 lines has no word with characters that the model knows" in outcome.err

    (tmp_path / "texts").write_text("\n".join(lines))
    seq2seq("classify", model, tmp_path / "texts", "--output", tmp_path / "labels", "--batch-size", "2")
    assert (tmp_path / "labels").read_text() == outcome.out


def test_bad_bytes_lose_no_line(seq2seq, model):
    outcome = seq2seq("classify", model, stdin=b"caf\xe9 is good\n\x00\na film\n")
    assert len(outcome.out.splitlines()) == 3
    assert "line 1: not UTF-8" in outcome.err


def test_probabilities_as_json_lines(seq2seq, model):
    records = [json.loads(line) for line in seq2seq("classify", model, "--probabilities", stdin=INPUT).out.splitlines()]
    assert [record["line"] for record in records] == list(range(1, 31))
    assert [record["text"] for record in records] == TEXTS
    assert all(list(record["probabilities"]) == list(LABELS) for record in records)
    assert [record["label"] for record in records] == seq2seq("classify", model, stdin=INPUT).out.splitlines()
    assert "words" not in records[0]
    (empty,) = seq2seq("classify", model, "--probabilities", stdin=b"\n").out.splitlines()
    assert json.loads(empty) == {"line": 1, "text": "", "label": None, "probabilities": None}


def test_attention_of_words(seq2seq, model):
    outcome = seq2seq("classify", model, "--attention", stdin=INPUT)
    record = json.loads(outcome.out.splitlines()[0])
    assert [word for word, _ in record["words"]] == TEXTS[0].split()
    assert "probabilities" in record


def test_an_ensemble(seq2seq, model, tokenizer, tmp_path):
    other = save_classifier(tmp_path / "other", tokenizer, seed=2)
    options = ["--probabilities", "--precision", "fp32"]
    each = []
    for models in ([model], [other], [model, "--with-model", other]):
        lines = seq2seq("classify", *models, *options, stdin=INPUT).out.splitlines()
        each.append([json.loads(line)["probabilities"]["positive"] for line in lines])
    assert each[2] == pytest.approx([(one + two) / 2 for one, two in zip(each[0], each[1], strict=True)], abs=2e-6)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ([], "MODEL"),
        (["nowhere"], "nowhere: no such model folder"),
        (["{model}", "nothing.txt"], "nothing.txt: no such file"),
        (["{text}"], "is a file, not a model folder; MODEL comes first"),
        (["{model}", "{text}", "--output", "{text}"], "is the input, which would be lost"),
        (["{model}", "--probabilty"], "did you mean '--probabilities'?"),
        (["{max}", "{text}", "--attention"], "--attention: the model pools by max, not by attention"),
        (["{model}", "--beam", "3"], "unknown option --beam"),
    ],
)
def test_mistakes_are_told_in_one_line(seq2seq, model, tokenizer, tmp_path, arguments, told):
    save_classifier(tmp_path / "max", tokenizer, pooling="max")
    (tmp_path / "text").write_bytes(INPUT)
    names = {"model": model, "text": tmp_path / "text", "max": tmp_path / "max"}
    outcome = seq2seq("classify", *(argument.format(**names) for argument in arguments))
    assert outcome.code == 2
    assert outcome.err.startswith("error: ")
    assert len(outcome.err.splitlines()) == 1
    assert told in outcome.err
    assert (tmp_path / "text").read_bytes() == INPUT


def test_evaluate_scores_a_classifier(seq2seq, model, tmp_path):
    prepared = write_labelled(tmp_path / "prepared", {"train": ROWS, "dev": ROWS[:20]})
    outcome = seq2seq("evaluate", model, "--data", prepared, "--split", "dev", "--translations", tmp_path / "labels")
    assert outcome.code == 0, outcome.err
    kept = json.loads((model / "scores.json").read_text())["evaluations"]["toy, dev"]
    assert set(kept["scores"]) == {"accuracy", "macro F1"}
    labels = (tmp_path / "labels").read_text().splitlines()
    right = sum(label == expected for label, (_, expected) in zip(labels, ROWS[:20], strict=True))
    assert kept["scores"]["accuracy"]["value"] == pytest.approx(5 * right)
    counts = kept["confusion"]["expected_by_found"]
    assert sum(map(sum, counts)) == 20
    assert sum(counts[n][n] for n in range(2)) == right
    (baseline,) = kept["baselines"].values()
    assert set(baseline) == set(kept["scores"])
    assert "always '" in outcome.out


def test_evaluate_refuses_what_has_no_part_in_it(seq2seq, model, tmp_path):
    prepared = write_labelled(tmp_path / "prepared", {"train": ROWS, "dev": ROWS[:20]})
    for option in (["--target-language", "de"], ["--lowercase"], ["--beam", "3"]):
        outcome = seq2seq("evaluate", model, "--data", prepared, "--split", "dev", *option)
        assert (outcome.code, outcome.err) == (2, f"error: {option[0]}: has no part in the evaluation of this model\n")


def test_help_teaches(seq2seq):
    outcome = seq2seq("classify", "--help")
    assert outcome.code == 0
    assert "seq2seq classify MODEL [FILE]" in outcome.out
    assert "seq2seq classify models/sentiment reviews.txt --attention" in outcome.out
