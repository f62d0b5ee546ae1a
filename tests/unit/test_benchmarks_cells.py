import json
import os
import subprocess
import sys
from pathlib import Path

from benchmarks.cells import tables
from seq2seq.recurrent import CELLS

ROOT = Path(__file__).resolve().parents[2]


def test_tables():
    times = {"lstm": {"train 64": [0.3, 0.25, 0.2], "step": [2e-4]}, "mingru": {"train 64": [0.1], "step": [1e-4]}}
    assert tables(times, {"lstm": 2000, "mingru": 900}).splitlines() == [
        "| | parameters | train 64, ms | step, µs |",
        "|---|---|---|---|",
        "| lstm | 2,000 | 250.0 | 200.0 |",
        "| mingru | 900.0 | 100.0 | 100.0 |",
        "",
        "| | train 64 | step |",
        "|---|---|---|",
        "| lstm / mingru | 2.50 | 2.00 |",
    ]
    assert "/" not in tables({"mingru": times["mingru"]}, {"mingru": 900})


def test_every_cell_is_measured(tmp_path):
    """In a process of its own, since a benchmark keeps its process to some cores."""
    sizes = {"--batch": 2, "--hidden": 4, "--inputs": 3, "--rounds": 2, "--cores": 1}
    options = ["--lengths", "3", "5", *(str(part) for size in sizes.items() for part in size), "--output"]
    result = subprocess.run(
        [sys.executable, "-m", "benchmarks.cells", *options, tmp_path / "cells.json"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        timeout=200,
    )
    assert result.returncode == 0, result.stderr
    assert all(f"| {cell} |" in result.stdout for cell in CELLS)
    kept = json.loads((tmp_path / "cells.json").read_text(encoding="utf-8"))
    assert kept["seconds"].keys() == CELLS.keys()
    for times in kept["seconds"].values():
        assert {what: len(seconds) for what, seconds in times.items()} == {"train 3": 2, "train 5": 2, "step": 2}
        assert all(second > 0 for seconds in times.values() for second in seconds)
