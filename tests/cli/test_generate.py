import gzip
import json
import sys

import pytest
from toy_text import LINES, save_language_model, write_text

from seq2seq.cli.generate import is_fed
from seq2seq.inference import TextGenerator


@pytest.fixture(scope="module")
def prepared(tmp_path_factory):
    return write_text(tmp_path_factory.mktemp("text") / "prepared", {"train": LINES, "dev": LINES[:45]})


@pytest.fixture(scope="module")
def model(tmp_path_factory, prepared):
    return save_language_model(tmp_path_factory.mktemp("model") / "model", prepared / "tokenizer" / "en.model")


@pytest.fixture(scope="module")
def generator(model):
    return TextGenerator.load(model, precision="fp32")


FP32 = ("--precision", "fp32")


def test_a_text_is_its_prompt_and_what_comes_after(seq2seq, model, generator):
    outcome = seq2seq("generate", model, "--prompt", "All:", "--characters", 80, "--seed", 3, *FP32)
    assert outcome.code == 0, outcome.err
    assert outcome.err == ""
    (text,) = generator.generate(["All:"], characters=80, seed=3)
    assert outcome.out == f"All:{text}".removesuffix("\n") + "\n"


def test_without_a_prompt_a_new_text_begins(seq2seq, model, generator):
    outcome = seq2seq("generate", model, *FP32)
    assert outcome.out.removesuffix("\n") == generator.generate()[0].removesuffix("\n")


@pytest.mark.parametrize(
    ("options", "as_python"),
    [
        (["--method", "greedy", "--characters", "30"], {"method": "greedy", "characters": 30}),
        (["--temperature", "0.5", "--top-k", "3", "--lines", "2"], {"temperature": 0.5, "top_k": 3, "lines": 2}),
        (["--top-p", "0.8", "--characters", "9"], {"top_p": 0.8, "characters": 9}),
    ],
)
def test_options_do_what_they_do_in_python(seq2seq, model, generator, options, as_python):
    outcome = seq2seq("generate", model, "--prompt", "All", *options, *FP32)
    (text,) = generator.generate(["All"], **as_python)
    assert outcome.out.removesuffix("\n") == f"All{text}".removesuffix("\n")


def test_prompts_come_from_standard_input_too(seq2seq, model, tmp_path):
    (tmp_path / "prompts.txt").write_text("All:\nSpeak\n")
    from_file = seq2seq("generate", model, "--prompts", tmp_path / "prompts.txt", "--characters", 20, *FP32)
    piped = seq2seq("generate", model, "--prompts", "-", "--characters", 20, *FP32, stdin=b"All:\r\nSpeak\n")
    assert (piped.code, piped.out) == (0, from_file.out)


def test_standard_input_that_nobody_reads_is_told(seq2seq, model, tmp_path, monkeypatch):
    (tmp_path / "fed.txt").write_text("All:\n")
    with (tmp_path / "fed.txt").open() as fed, monkeypatch.context() as patch:
        patch.setattr(sys, "stdin", fed)
        assert is_fed()
        fed.read()
        assert not is_fed()
    monkeypatch.setattr("seq2seq.cli.generate.is_fed", lambda: True)
    note = "standard input is not read; `--prompts -`"
    assert note in seq2seq("generate", model, "--characters", 5).err
    assert note not in seq2seq("generate", model, "--characters", 5, "--prompt", "All").err


def test_a_file_of_prompts_gives_as_many_lines(seq2seq, model, generator, tmp_path):
    prompts = ["All:", "", "hear me.", "  Speak"]
    (tmp_path / "prompts.txt").write_text("".join(f"{prompt}\n" for prompt in prompts))
    output = tmp_path / "texts.jsonl"
    options = ["--prompts", tmp_path / "prompts.txt", "--characters", 40, "--output", output, "--scores"]
    outcome = seq2seq("generate", model, *options, *FP32)
    assert outcome.code == 0, outcome.err
    found = [json.loads(line) for line in output.read_text().splitlines()]
    assert [record["line"] for record in found] == [1, 2, 3, 4]
    assert [record["prompt"] for record in found] == prompts
    assert [record["text"] for record in found] == generator.generate(prompts, characters=40)
    assert all(len(record["tokens"]) == len(record["log_probs"]) == 40 for record in found)
    assert all(value <= 0 for record in found for value in record["log_probs"])


def test_what_the_model_does_not_know_is_told(seq2seq, model, tmp_path):
    outcome = seq2seq("generate", model, "--prompt", "Ωll", "--characters", 5)
    assert outcome.code == 0
    assert "note: the prompt has characters that the model does not know" in outcome.err
    (tmp_path / "prompts.txt").write_text("All\nΩll\n")
    outcome = seq2seq("generate", model, "--prompts", tmp_path / "prompts.txt", "--characters", 5)
    assert "note: 1 of 2 prompts have characters" in outcome.err


def test_a_text_is_scored(seq2seq, model, tmp_path):
    (tmp_path / "text.txt.gz").write_bytes(gzip.compress("".join(f"{line}\n" for line in LINES).encode()))
    outcome = seq2seq("generate", model, "--score", tmp_path / "text.txt.gz")
    assert outcome.code == 0, outcome.err
    assert "nats/character ↓" in outcome.out
    assert f"lines:{len(LINES)}|characters:{sum(len(line) + 1 for line in LINES)}|unknown:0.00%" in outcome.out


def test_evaluate_scores_a_split_and_keeps_it(seq2seq, prepared, tmp_path):
    model = save_language_model(tmp_path / "model", prepared / "tokenizer" / "en.model")
    (model / "card.md").write_text("# x\n\n## Scores\n\nnone\n\n## Limits\n\nmany\n")
    outcome = seq2seq("evaluate", model, "--data", prepared, "--split", "dev")
    assert outcome.code == 0, outcome.err
    (record,) = json.loads((model / "scores.json").read_text())["evaluations"].values()
    assert record["scores"]["nats/character"]["interval"] is not None
    assert record["text"]["characters"] == sum(len(line) + 1 for line in LINES[:45])
    assert "nats/character ↓" in (model / "card.md").read_text()


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--method", "beam"], "'beam' is none of sample, greedy"),
        (["--temperature", "0"], "--temperature 0.0: must be a number above 0"),
        (["--top-p", "1.5"], "--top-p 1.5: must be above 0 and at most 1"),
        (["--characters", "0"], "'0' is too small; use 1 or more"),
        (["--method", "greedy", "--seed", "3"], "--seed 3: has an effect only with method='sample'"),
        (["--prompt", "x", "--prompts", "y"], "not allowed with argument"),
        (["--prompts", "/nowhere"], "/nowhere: no such file"),
        (["--score", "/nowhere"], "/nowhere: no such file"),
        (["--score", "x", "--characters", "3"], "--characters: has no part in --score"),
        (["--score", "x", "--method", "greedy"], "--method: has no part in --score"),
        (["--score", "x", "--top-k", "3"], "--top-k: has no part in --score"),
        (["--output", "/"], "/: is a folder"),
        (["--charcters", "3"], "did you mean '--characters'"),
    ],
)
def test_misuse_is_told_in_one_line(seq2seq, model, arguments, told):
    outcome = seq2seq("generate", model, *arguments)
    assert outcome.code == 2
    assert outcome.out == ""
    assert outcome.err.startswith("error: ")
    assert len(outcome.err.splitlines()) == 1
    assert told in outcome.err


def test_a_prompt_in_the_place_of_a_model_is_told(seq2seq):
    outcome = seq2seq("generate", "to be or not")
    assert outcome.code == 2
    assert "is given by --prompt" in outcome.err


def test_the_prompts_are_not_written_over(seq2seq, model, tmp_path):
    file = tmp_path / "prompts.txt"
    file.write_text("All\n")
    outcome = seq2seq("generate", model, "--prompts", file, "--output", file)
    assert outcome.code == 2
    assert "would be lost" in outcome.err
    assert file.read_text() == "All\n"


def test_other_models_and_commands_are_named(seq2seq, model, random_models):
    outcome = seq2seq("generate", random_models[0])
    assert "is a translator; use it with `seq2seq translate`" in outcome.err
    outcome = seq2seq("translate", model, stdin=b"x\n")
    assert "is a language model; use it with `seq2seq generate`" in outcome.err
