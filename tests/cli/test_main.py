import subprocess
import sys

import pytest


def test_overview_names_every_command(seq2seq):
    from seq2seq.cli.main import COMMANDS

    for arguments in ([], ["--help"], ["-h"]):
        outcome = seq2seq(*arguments)
        assert outcome.code == 0
        assert all(name in outcome.out for name in COMMANDS)


@pytest.mark.parametrize("command", ["translate", "evaluate"])
def test_help_teaches(seq2seq, command):
    outcome = seq2seq(command, "--help")
    assert outcome.code == 0
    assert f"seq2seq {command} MODEL [MODEL ...]" in outcome.out, "the usage, short"
    assert f"  seq2seq {command} models/" in outcome.out, "an example"
    assert "(default: 5)" in outcome.out


def test_version(seq2seq):
    outcome = seq2seq("--version")
    assert outcome.code == 0
    assert outcome.out.startswith("seq2seq ")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["translat"], "did you mean 'translate'?"),
        (["xyz"], "use translate, caption, "),
        (["--verson"], "did you mean '--version'?"),
        (["translate"], "MODEL"),
        (["translate", "m", "--beem", "3"], "unknown option --beem; did you mean '--beam'?"),
        (["translate", "m", "--beem=3"], "did you mean '--beam'?"),
        (["translate", "m", "--beam", "3", "n"], "'n' is out of place: what is no option stands together"),
        (["translate", "m", "--beam", "many"], "--beam: 'many' is no whole number"),
        (["evaluate", "m", "--top-p", "much"], "--top-p: 'much' is no number"),
        (["translate", "m", "--method", "bean"], "did you mean 'beam'?"),
        (["evaluate", "m", "--split", "tset"], "did you mean 'test'?"),
        (["translate", "m", "--batch-size", "0"], "'0' is too small; use 1 or more"),
    ],
)
def test_misuse_is_told_in_one_line(seq2seq, arguments, message):
    outcome = seq2seq(*arguments)
    assert outcome.code == 2
    assert outcome.out == ""
    assert outcome.err.startswith("error: ")
    assert len(outcome.err.splitlines()) == 1
    assert message in outcome.err


HEAVY = ("torch", "numpy", "PIL", "sentencepiece", "rich", "yaml", "sacrebleu", "pytorch_lightning")


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["--help"], 0),
        (["translat"], 2),
        (["translate", "--help"], 0),
        (["translate", "m", "--beem", "3"], 2),
        (["translate", "m", "--method", "greedy", "--beam", "3"], 2),
        (["caption", "--help"], 0),
        (["caption", "m", "x.jpg", "--device"], 2),
        (["export", "--help"], 0),
        (["evaluate", "--help"], 0),
        (["evaluate", "m", "--splt", "dev"], 2),
        (["report", "--help"], 0),
        (["report", "m", "--tokenize", "14a"], 2),
    ],
)
def test_help_and_slips_do_not_wait_for_torch(arguments, code):
    program = (
        "import sys, seq2seq.cli.main as m\n"
        f"try: m.main({arguments})\n"
        f"finally: assert not sys.modules.keys() & {set(HEAVY)}, sys.modules.keys() & {set(HEAVY)}"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == code, done.stderr


def test_an_interruption_while_torch_is_imported_is_no_traceback(tmp_path):
    """A `torch` that the signal comes in the middle of takes the place of the real one."""
    (tmp_path / "torch.py").write_text("import os, signal, time\nos.kill(os.getpid(), signal.SIGINT)\ntime.sleep(60)\n")
    program = f"import sys; sys.path.insert(0, {str(tmp_path)!r}); from seq2seq.cli.main import main; main()"
    command = [sys.executable, "-c", program, "translate", "model"]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=300, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "interrupted\n")
