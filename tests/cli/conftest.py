import io
import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from toy_captions import save_captioner, write_pictures

from seq2seq.cli.main import main
from seq2seq.errors import run_command


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


@pytest.fixture
def command(monkeypatch, capsys):
    """A function that runs a module's main with arguments; it gives exit code, stdout and stderr."""
    before = signal.getsignal(signal.SIGTERM)

    def run(module, *arguments):
        monkeypatch.setattr(sys, "argv", [module.__name__, *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            run_command(module.main)
        return ended.value.code or 0, *capsys.readouterr()

    yield run
    signal.signal(signal.SIGTERM, before)


@pytest.fixture(scope="session")
def pictures(tmp_path_factory):
    return write_pictures(tmp_path_factory.mktemp("toy") / "prepared", {"train": 4, "dev": 6})


@pytest.fixture(scope="session")
def captioners(pictures, tmp_path_factory):
    """Two untrained captioners."""
    place = tmp_path_factory.mktemp("captioners")
    return [save_captioner(place / f"captioner{seed}", pictures, seed=seed) for seed in (1, 2)]
