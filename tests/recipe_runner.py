"""Recipes as people start them, but within the tests' own process: a new one imports libraries for seconds."""

import runpy
import signal
import sys
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest


@dataclass(frozen=True)
class Outcome:
    """How a script ended: its exit code and what it wrote, warnings at the end of `err`."""

    code: int
    out: str
    err: str


@pytest.fixture
def run_recipe(tmp_path, monkeypatch, capfd) -> Iterator[Callable[..., Outcome]]:
    """A function (recipe's folder, *words) that runs its train.py in `tmp_path`."""
    monkeypatch.chdir(tmp_path)
    before = signal.getsignal(signal.SIGTERM)

    def run(recipe: Path, *words: str) -> Outcome:
        script = str(recipe / "train.py")
        monkeypatch.setattr(sys, "argv", [script, *words])
        capfd.readouterr()
        with warnings.catch_warnings(record=True) as caught, pytest.raises(SystemExit) as ended:
            runpy.run_path(script, run_name="__main__")
        out, err = capfd.readouterr()
        told = (warnings.formatwarning(each.message, each.category, each.filename, each.lineno) for each in caught)
        return Outcome(int(ended.value.code or 0), out, "".join([err, *told]))

    yield run
    signal.signal(signal.SIGTERM, before)
