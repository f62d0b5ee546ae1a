"""Exit codes are those of a real process."""

import signal
import subprocess
import sys

import pytest

from seq2seq.errors import suggest

RUN = "from seq2seq.errors import UserError, run_command\n"


def start(body):
    """Start a process whose main function is `body`."""
    code = f"{RUN}def main():\n    {body}\nrun_command(main)"
    return subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


@pytest.mark.parametrize(
    ("body", "code", "output", "errors"),
    [
        ("print('done')", 0, "done\n", ""),
        ("raise UserError('--beam: 0 is too small')", 2, "", "error: --beam: 0 is too small\n"),
        ("print('so far'); raise UserError('two\\n lines')", 2, "so far\n", "error: two  lines\n"),
        ("raise KeyboardInterrupt", 130, "", "interrupted\n"),
        ("raise SystemExit(2)", 2, "", ""),
        ("open('/no/such/file')", 2, "", "error: /no/such/file: No such file or directory\n"),
        ("raise OSError(28, 'No space left on device')", 2, "", "error: No space left on device\n"),
        ("raise OSError('two\\nlines')", 2, "", "error: two lines\n"),
    ],
)
def test_every_outcome_has_its_code_and_at_most_one_line(body, code, output, errors):
    process = start(body)
    assert process.communicate(timeout=300) == (output, errors)
    assert process.returncode == code


def test_a_bug_shows_its_traceback():
    process = start("raise ZeroDivisionError('a bug')")
    _, errors = process.communicate(timeout=300)
    assert process.returncode == 1
    assert errors.startswith("Traceback")
    assert errors.endswith("ZeroDivisionError: a bug\n")


@pytest.mark.parametrize(
    ("number", "code", "word"), [(signal.SIGINT, 130, "interrupted"), (signal.SIGTERM, 143, "terminated")]
)
def test_a_signal_lets_the_work_be_put_in_order_first(number, code, word):
    wait = "print('ready', flush=True); __import__('time').sleep(60)"
    process = start(f"try:\n        {wait}\n    finally:\n        print('in order')")
    assert process.stdout.readline() == "ready\n"
    process.send_signal(number)
    assert process.communicate(timeout=300) == ("in order\n", f"{word}\n")
    assert process.returncode == code


def test_a_reader_that_has_enough_is_no_error():
    process = start("[print('a line') for _ in range(100000)]")
    assert process.stdout.readline() == "a line\n"
    process.stdout.close()
    assert process.stderr.read() == ""
    assert process.wait(timeout=300) == 0
    process.stderr.close()


@pytest.mark.parametrize("body", ["print('x')", "print('x' * 100_000)", "raise UserError('a mistake')"])
def test_a_full_standard_output_is_told_once(body):
    with open("/dev/full", "w") as full:
        program = f"{RUN}def main():\n    print('first'); {body}\nrun_command(main)"
        done = subprocess.run(
            [sys.executable, "-c", program], stdout=full, stderr=subprocess.PIPE, text=True, timeout=300
        )
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1
    assert done.stderr.startswith("error: ")


@pytest.mark.parametrize(
    ("body", "code", "errors"), [("print('x')", 0, ""), ("raise UserError('a mistake')", 2, "error: a mistake\n")]
)
def test_a_closed_standard_output_is_no_bug(body, code, errors):
    program = f"{RUN}def main():\n    {body}\nrun_command(main)"
    command = ["sh", "-c", 'exec "$@" >&-', "sh", sys.executable, "-c", program]
    done = subprocess.run(command, stderr=subprocess.PIPE, text=True, timeout=300)
    assert (done.returncode, done.stderr) == (code, errors)


@pytest.mark.parametrize(
    ("bad", "allowed", "expected"),
    [
        ("atention", ["attention", "initial_state"], "; did you mean 'attention'?"),
        ("lstn", {"lstm": 1, "gru": 2}, "; did you mean 'lstm'?"),
        ("zzz", ["attention"], ""),
        ("", [], ""),
    ],
)
def test_suggest(bad, allowed, expected):
    assert suggest(bad, allowed) == expected
