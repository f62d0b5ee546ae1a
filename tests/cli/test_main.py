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
        (["xyz"], "use translate, caption, evaluate, report, export"),
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


def test_help_does_not_wait_for_torch():
    program = "import sys, seq2seq.cli.main as m\ntry: m.main(['--help'])\nfinally: assert 'torch' not in sys.modules"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
