import io
import sys
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from seq2seq.cli.main import main


@dataclass(frozen=True)
class Outcome:
    """How a command ended: its exit code and what it wrote."""

    code: int
    out: str
    err: str


@pytest.fixture
def seq2seq(monkeypatch, capsys) -> Callable[..., Outcome]:
    """A function that runs `seq2seq` with its arguments, and bytes on its standard input, within this process."""

    def run(*arguments, stdin: bytes = b"") -> Outcome:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin), encoding="utf-8"))
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main([str(argument) for argument in arguments])
        out, err = capsys.readouterr()
        return Outcome(int(ended.value.code or 0), out, err)

    return run
