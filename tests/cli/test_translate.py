import codecs
import gzip
import json
import os
import pickle
import resource
import shutil
import subprocess
import sys
import threading
from dataclasses import fields

import pytest
import torch
import yaml
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from seq2seq.cli.decoding import SEARCH_HELP
from seq2seq.data.tokenizer import Tokenizer
from seq2seq.search import SearchOptions

FAST = ("--method", "greedy", "--max-length", "6")


def test_from_stdin_to_stdout(seq2seq, taught_model, pairs):
    source, target = zip(*pairs, strict=True)
    outcome = seq2seq("translate", taught_model, stdin="\n".join(source).encode())
    assert (outcome.code, outcome.out.splitlines()) == (0, list(target))


@pytest.mark.parametrize("pack", [bytes, gzip.compress], ids=["plain", "gzip"])
def test_from_file_to_file(seq2seq, taught_model, pairs, tmp_path, pack):
    source, target = zip(*pairs, strict=True)
    (tmp_path / "in").write_bytes(pack("\r\n".join(source).encode()))
    outcome = seq2seq("translate", taught_model, "--input", tmp_path / "in", "--output", tmp_path / "out")
    assert (outcome.code, outcome.out, outcome.err) == (0, "", "")
    assert (tmp_path / "out").read_text(encoding="utf-8") == "".join(f"{line}\n" for line in target)


def test_from_a_pipe_to_a_pipe_by_their_names(seq2seq, taught_model, tmp_path):
    """As `--input <(...)` gives them: what is read to be counted would be gone."""
    for name in ("in", "out"):
        os.mkfifo(tmp_path / name)
    read = []
    threading.Thread(target=(tmp_path / "in").write_bytes, args=(b"Gracias.\nGracias.\n",)).start()
    reader = threading.Thread(target=lambda: read.append((tmp_path / "out").read_text()))
    reader.start()
    outcome = seq2seq("translate", taught_model, "--input", tmp_path / "in", "--output", tmp_path / "out")
    reader.join(timeout=300)
    assert (outcome.code, outcome.err) == (0, "")
    assert read == ["Thank you.\nThank you.\n"]


def test_the_input_is_not_written_over(seq2seq, taught_model, tmp_path):
    path, link = tmp_path / "text", tmp_path / "link"
    path.write_text("Gracias.\n", encoding="utf-8")
    link.symlink_to(path)
    for output in (path, link, f"{tmp_path}/../{tmp_path.name}/text"):
        for option in ("--input", "--prefix"):
            outcome = seq2seq("translate", taught_model, option, path, "--output", output, stdin=b"Gracias.\n")
            assert outcome.code == 2
            assert outcome.err == f"error: {output}: is the input, which would be lost; name another file to write\n"
            assert path.read_text(encoding="utf-8") == "Gracias.\n"


def prefixed(tmp_path, *lines):
    (tmp_path / "prefix").write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return "--prefix", tmp_path / "prefix"


def test_prefixes_begin_the_translations(seq2seq, taught_model, pairs, tmp_path):
    source, target = zip(*pairs, strict=True)
    (tmp_path / "in").write_text("".join(f"{line}\n" for line in source), encoding="utf-8")
    beginnings = ["My sister", "", *(text.split()[0] for text in target[2:])]
    arguments = ("translate", taught_model, *prefixed(tmp_path, *beginnings), "--batch-size", 1)
    for piped in ({"stdin": (tmp_path / "in").read_bytes()}, {}):
        outcome = seq2seq(*arguments, *(() if piped else ("--input", tmp_path / "in")), **piped)
        assert outcome.code == 0, outcome.err
        lines = outcome.out.splitlines()
        assert lines[1:] == list(target[1:]), "what it would have said in any case"
        assert lines[0].startswith("My sister")


@pytest.mark.parametrize("prefixes", [[], ["The"], ["The", "", ""]], ids=len)
@pytest.mark.parametrize("from_file", [True, False])
def test_as_many_prefixes_as_lines(seq2seq, taught_model, tmp_path, prefixes, from_file):
    (tmp_path / "in").write_text("Gracias.\nGracias.\n")
    arguments = ("--input", tmp_path / "in") if from_file else ()
    outcome = seq2seq(
        *("translate", taught_model, *prefixed(tmp_path, *prefixes), *arguments), stdin=b"Gracias.\nGracias.\n"
    )
    assert (outcome.code, outcome.out) == (2, "")
    name = tmp_path / "in" if from_file else "standard input"
    assert f"--prefix {tmp_path / 'prefix'}: {len(prefixes)} lines, but {name} has 2;" in outcome.err


def test_a_prefix_that_cannot_be_written_is_told_before_anything_is(seq2seq, taught_model, tmp_path):
    arguments = ("translate", taught_model, *prefixed(tmp_path, "", "", "猫"), "--batch-size", 1)
    outcome = seq2seq(*arguments, stdin=b"Gracias.\nGracias.\nGracias.\n")
    assert (outcome.code, outcome.out) == (2, "")
    assert f"--prefix {tmp_path / 'prefix'}, line 3: '猫' has characters" in outcome.err


@pytest.mark.parametrize("encoding", ["utf-16", "utf-32"])
def test_another_encoding_is_named(seq2seq, taught_model, tmp_path, encoding):
    (tmp_path / "in").write_bytes("Gracias.\n".encode(encoding))
    for arguments in (("--input",), (*prefixed(tmp_path), "--prefix")):
        outcome = seq2seq("translate", taught_model, *arguments, tmp_path / "in")
        assert (outcome.code, outcome.out) == (2, "")
        name = encoding.upper()
        told = f"{tmp_path / 'in'}: is {name}, not UTF-8; convert it first: iconv -f {name} -t UTF-8 FILE > NEW_FILE"
        assert outcome.err == f"error: {told}\n"


def test_the_folder_of_a_run_is_told_from_its_model(seq2seq, taught_model, tmp_path):
    run = tmp_path / "run"
    (run / "checkpoints").mkdir(parents=True)
    (run / "checkpoints" / "last.ckpt").touch()
    outcome = seq2seq("translate", run, stdin=b"")
    assert "a training run that has not ended; make a model of it by `seq2seq export" in outcome.err
    outcome = seq2seq("translate", run / "checkpoints" / "last.ckpt", stdin=b"")
    assert "last.ckpt: is a file, not a model folder; make one of a checkpoint by `seq2seq export" in outcome.err
    shutil.copytree(taught_model, run / "model")
    for command in (("translate", run), ("evaluate", run, "--data", tmp_path)):
        outcome = seq2seq(*command, stdin=b"")
        assert outcome.code == 2
        assert f"{run}: is the folder of a training run; its model is in {run / 'model'}" in outcome.err


def write_only_to(size):
    """What a process does before it begins so that files of more than `size` bytes are refused."""
    return lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))


@pytest.mark.parametrize("output", ["/dev/full", "{tmp}/out", None])
def test_a_full_disk_is_told_in_one_line(taught_model, tmp_path, output):
    """A limit on the size of files stands for the disk."""
    (tmp_path / "in").write_text("Gracias.\n" * 2000)
    name = None if output is None else output.format(tmp=tmp_path)
    command = [sys.executable, "-m", "seq2seq.cli.main", "translate", str(taught_model), "--threads", "1", *FAST]
    command += ["--input", str(tmp_path / "in"), *([] if name is None else ["--output", name])]
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            command,
            stdout=full if name is None else subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            timeout=300,
            preexec_fn=write_only_to(10_000),
        )
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1
    reason = "File too large" if name == f"{tmp_path}/out" else "No space left on device"
    assert done.stderr == f"error: {name or 'standard output'}: cannot be written ({reason})\n"
    assert [path.name for path in tmp_path.iterdir()] == ["in"]


NASTY = {
    "nothing": (b"", 0),
    "one empty line": (b"\n", 1),
    "empty and white lines": (b"\n \n\t\n\xe3\x80\x80\n", 4),
    "no final newline": (b"Gracias.\nGracias.", 2),
    "carriage returns": (b"Gracias.\r\n\r\nGracias.\r\n", 3),
    "separators within": ("Gracias.\u2028Gracias.\u0085a\x0bb\x0cc\x1cd\n".encode(), 1),
    "control characters": (b"a\x00b\x1b[31m\x07\n\x00\n", 2),
    "byte-order mark": (b"\xef\xbb\xbfGracias.\n", 1),
    "not UTF-8": (b"caf\xe9\n\xff\xfe\n\xed\xa0\x80\nGracias.\n", 4),
    "other scripts": ("猫は眠る。\nКошка спит.\nالقط نائم\n🐈\u200d⬛\n".encode(), 4),
    "a long line": (b"Gracias. " * 300 + b"\n", 1),
    "a long word": (b"g" * 3000 + b"\n", 1),
    "a long text without spaces": (("猫は眠る" * 200 + "\n").encode(), 1),
}


@pytest.mark.parametrize(("data", "lines"), NASTY.values(), ids=NASTY.keys())
def test_as_many_lines_out_as_in(seq2seq, taught_model, data, lines):
    outcome = seq2seq("translate", taught_model, *FAST, stdin=data)
    assert outcome.code == 0, outcome.err
    assert outcome.out.count("\n") == lines
    assert len(outcome.out.splitlines()) == lines


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.binary(max_size=80))
def test_any_bytes(seq2seq, taught_model, data):
    assume(not data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, codecs.BOM_UTF32_BE)))
    outcome = seq2seq("translate", taught_model, *FAST, stdin=data)
    assert outcome.code == 0, outcome.err
    assert outcome.out.count("\n") == data.count(b"\n") + (data != b"" and not data.endswith(b"\n"))


def test_undecodable_lines_are_told(seq2seq, taught_model):
    outcome = seq2seq("translate", taught_model, *FAST, stdin=b"Gracias.\nfr\xedo\n")
    assert "standard input, line 2: not UTF-8" in outcome.err


def test_long_lines_are_told(seq2seq, taught_model):
    outcome = seq2seq("translate", taught_model, "--max-source-tokens", 12, stdin=b"Gracias.\n" + b"Gracias. " * 4)
    assert outcome.out == "Thank you.\n" + " ".join(["Thank you."] * 4) + "\n"
    assert "1 of 2 lines has more than 12 word pieces" in outcome.err


def test_a_json_line_is_one_line_for_every_reader(seq2seq, taught_model):
    source = "Hace\u2028frío.\u0085Gracias\u2029"
    outcome = seq2seq("translate", taught_model, "--n-best", 1, stdin=f"{source}\n".encode())
    assert len(outcome.out.splitlines()) == 1
    assert json.loads(outcome.out)["source"] == source


def test_json_lines(seq2seq, taught_model):
    arguments = ("--n-best", 3, "--scores", "--alignments")
    outcome = seq2seq("translate", taught_model, *arguments, stdin="Hace frío.\n\nGracias.".encode())
    first, empty, last = map(json.loads, outcome.out.splitlines())
    assert [record["line"] for record in (first, empty, last)] == [1, 2, 3]
    assert (empty["translation"], empty["parts"], empty["candidates"]) == ("", 0, [])
    assert first["source"] == "Hace frío."
    assert first["translation"] == first["candidates"][0]["text"] == "It is cold."
    assert len(first["candidates"]) == 3
    for candidate in first["candidates"]:
        assert len(candidate["tokens"]) == len(candidate["log_probs"]) == len(candidate["alignment"])
        assert {len(row) for row in candidate["alignment"]} == {len(first["source_tokens"])}
        assert candidate["score"] <= 0


@pytest.mark.parametrize(
    ("arguments", "keys"),
    [
        (["--n-best", 2], {"text"}),
        (["--scores"], {"text", "score", "tokens", "log_probs"}),
        (["--alignments"], {"text", "tokens", "alignment"}),
        (["--method", "sample", "--samples", 2], {"text"}),
    ],
)
def test_json_holds_what_was_asked_for(seq2seq, taught_model, arguments, keys):
    record = json.loads(seq2seq("translate", taught_model, *arguments, stdin=b"Gracias.\n").out)
    assert record["candidates"][0].keys() == keys
    assert ("source_tokens" in record) == ("alignment" in keys)


def test_sampling_is_decided_by_the_seed_alone(seq2seq, random_models):
    def sample(seed, batch_size):
        arguments = ("--method", "sample", "--seed", seed, "--max-length", 9, "--batch-size", batch_size)
        return seq2seq("translate", random_models[0], *arguments, stdin=b"Gracias.\nHace sol.\nNo.\n" * 40).out

    assert sample(1, 1) == sample(1, 64)  # batches of 1 are read in several chunks
    assert sample(1, 64) != sample(2, 64)
    assert len(set(sample(1, 64).splitlines())) > 100, "equal lines are not equal samples"


def test_ensemble(seq2seq, taught_model, random_models):
    assert seq2seq("translate", taught_model, taught_model, stdin=b"Gracias.\n").out == "Thank you.\n"
    outcome = seq2seq("translate", *random_models, taught_model, "--precision", "fp32", *FAST, stdin=b"Gracias.\n")
    assert outcome.code == 0


def test_threads(seq2seq, taught_model):
    before = torch.get_num_threads()
    try:
        assert seq2seq("translate", taught_model, "--threads", 1, stdin=b"Gracias.\n").out == "Thank you.\n"
        assert torch.get_num_threads() == 1
    finally:
        torch.set_num_threads(before)


def test_every_search_option_has_its_help():
    named = [name for options in SEARCH_HELP.values() for name in options]
    assert sorted(named) == sorted(field.name for field in fields(SearchOptions))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["no/such/folder"], "no/such/folder"),
        (["{tmp}"], "config.yaml"),
        (["{model}", "--input", "{tmp}/no.txt"], "no.txt: no such file"),
        (["{model}", "--input", "{tmp}"], "is a folder; name a file to read"),
        (["{model}", "--output", "{tmp}"], "is a folder"),
        (["{model}", "--output", "{tmp}/file/out"], "cannot be written"),
        (["{model}", "--output", "{tmp}/modles/out"], "there is no folder {tmp}/modles; did you mean 'models'?"),
        (["{model}", "{tmp}/file"], "file: is a file, not a model folder; to translate it, use --input {tmp}/file"),
        (["{model}", "Hace frío."], "'Hace frío.': no such model folder; text to translate comes from standard input"),
        (
            ["{model}", "--device", "gpu"],
            "--device 'gpu': must be auto, cpu, cuda, mps or one like cuda:1; did you mean 'cuda'?",
        ),
        (["{model}", "--method", "greedy", "--beam", "3"], "--beam 3: has an effect only with method='beam'"),
        (["{model}", "--beam", "0"], "--beam 0: must be a whole number, at least 1"),
        (["{model}", "--n-best", "9"], "--n-best 9: must be at most beam, which is 5"),
        (["{model}", "--temperature", "2"], "--temperature 2.0: has an effect only with method='sample'"),
        (["{model}", "--device", "cuda:77"], "cuda:77"),
        (["{model}", "--precision", "bf61"], "did you mean 'bf16'?"),
    ],
)
def test_mistakes_are_told_in_one_line_and_nothing_is_written(seq2seq, taught_model, tmp_path, arguments, message):
    (tmp_path / "file").write_text("x")
    (tmp_path / "models").mkdir()
    before = sorted(tmp_path.rglob("*"))
    outcome = seq2seq(
        "translate", *(text.format(model=taught_model, tmp=tmp_path) for text in arguments), stdin=b"Gracias.\n"
    )
    assert outcome.code == 2
    assert outcome.out == ""
    assert outcome.err.startswith("error: ")
    assert len(outcome.err.splitlines()) == 1
    assert message.format(tmp=tmp_path) in outcome.err
    assert sorted(tmp_path.rglob("*")) == before


def test_a_failure_leaves_the_old_output(seq2seq, taught_model, tmp_path):
    (tmp_path / "in.gz").write_bytes(gzip.compress(b"Gracias.\n" * 5000)[:-12])
    (tmp_path / "out").write_text("old")
    outcome = seq2seq("translate", taught_model, *FAST, "--input", tmp_path / "in.gz", "--output", tmp_path / "out")
    assert outcome.code == 2
    assert (tmp_path / "out").read_text() == "old"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in.gz", "out"]


class Booby:
    """Unpickled, it makes a file."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return (open, (str(self.path), "w"))


DAMAGES = {
    "no weights": ("model.safetensors", None, "model.safetensors: no such file"),
    "no configuration": ("config.yaml", None, "not a model folder (config.yaml is missing)"),
    "no tokenizer": ("tokenizer.model", None, "tokenizer.model: the tokenizer cannot be read"),
    "cut weights": ("model.safetensors", b"\x10\x00", "model.safetensors: not a safetensors file, or a damaged one"),
    "no YAML": ("config.yaml", b"format: [1", "config.yaml: not plain YAML"),
    "binary YAML": ("config.yaml", b"\x00\xff\x01", "config.yaml: not plain YAML"),
    "empty YAML": ("config.yaml", b"", "config.yaml"),
    "another tokenizer": ("tokenizer.model", b"junk", "tokenizer.model: not a SentencePiece model"),
}


@pytest.mark.parametrize(("name", "content", "message"), DAMAGES.values(), ids=DAMAGES.keys())
@pytest.mark.parametrize("command", ["translate", "evaluate"])
def test_a_damaged_folder_is_told_in_one_line(seq2seq, taught_model, tmp_path, command, name, content, message):
    folder, text = shutil.copytree(taught_model, tmp_path / "model"), tmp_path / "text"
    text.write_text("Gracias.\n", encoding="utf-8")
    (folder / name).unlink()
    if content is not None:
        (folder / name).write_bytes(content)
    files = ("--source", text, "--reference", text) if command == "evaluate" else ()
    outcome = seq2seq(command, folder, *files, stdin=b"Gracias.\n")
    assert (outcome.code, outcome.out) == (2, "")
    assert outcome.err.startswith(f"error: {folder}")
    assert len(outcome.err.splitlines()) == 1
    assert message in outcome.err


@pytest.mark.parametrize("command", ["translate", "evaluate"])
def test_models_that_make_no_ensemble_are_named(seq2seq, taught_model, make_model, tmp_path, command):
    Tokenizer.train(["Un texto distinto.", "A different text."], tmp_path / "other.model", vocab_size=40)
    other, text = make_model(tmp_path / "other", tmp_path / "other.model"), tmp_path / "text"
    text.write_text("Gracias.\n", encoding="utf-8")
    files = ("--source", text, "--reference", text) if command == "evaluate" else ()
    outcome = seq2seq(command, taught_model, other, *files, stdin=b"Gracias.\n")
    assert (outcome.code, outcome.out) == (2, "")
    assert f"{other}: its source tokenizer differs from that of {taught_model}" in outcome.err


def test_an_untrusted_folder_executes_nothing(seq2seq, taught_model, tmp_path):
    trap = tmp_path / "sprung"
    for name, content in {
        "config.yaml": f"format: !!python/object/apply:builtins.open ['{trap}', w]\n".encode(),
        "model.safetensors": pickle.dumps(Booby(trap)),
        "tokenizer.model": pickle.dumps(Booby(trap)),
    }.items():
        folder = tmp_path / name.partition(".")[0]
        shutil.copytree(taught_model, folder)
        assert (folder / name).exists()
        (folder / name).write_bytes(content)
        outcome = seq2seq("translate", folder, stdin=b"Gracias.\n")
        assert outcome.code == 2, name
        assert name in outcome.err
        assert not trap.exists()
    pickle.loads(pickle.dumps(Booby(trap)))
    assert trap.exists(), "the trap works"


def test_files_outside_the_folder_are_not_read(seq2seq, taught_model, tmp_path):
    shutil.copytree(taught_model, tmp_path / "model")
    shutil.copy(taught_model / "tokenizer.model", tmp_path / "outside.model")
    config = tmp_path / "model" / "config.yaml"
    settings = yaml.safe_load(config.read_text(encoding="utf-8"))
    settings["source"]["tokenizer"] = "../outside.model"
    config.write_text(yaml.safe_dump(settings), encoding="utf-8")
    outcome = seq2seq("translate", tmp_path / "model", stdin=b"Gracias.\n")
    assert outcome.code == 2
    assert "outside.model" in outcome.err


def test_as_a_process_in_a_pipe(taught_model):
    """A program that writes a line and waits gets its answer; a reader that leaves early causes no complaint."""
    command = [sys.executable, "-m", "seq2seq.cli.main", "translate", str(taught_model), "--threads", "1"]
    environment = {**os.environ, "PYTHONIOENCODING": "ascii", "LC_ALL": "C"}
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment
    ) as process:
        for source, target in (("Hace frío.", "It is cold."), ("Gracias.", "Thank you.")):
            process.stdin.write(f"{source}\n".encode())
            process.stdin.flush()
            assert process.stdout.readline().decode() == f"{target}\n"
        process.stdout.close()
        process.stdin.write(b"Gracias.\n")
        process.stdin.close()
        assert process.wait(timeout=300) == 0
        assert process.stderr.read() == b""


def test_lines_in_a_script_that_the_model_has_never_seen_are_told(seq2seq, taught_model, pairs):
    known = pairs[0][0].encode()
    outcome = seq2seq("translate", taught_model, stdin=known + "\nПривет, мир.\n\n你好\n".encode())
    assert len(outcome.out.splitlines()) == 4
    assert "note: 2 of 4 lines have no word with characters that the model knows" in outcome.err
    assert "note" not in seq2seq("translate", taught_model, stdin=known).err
