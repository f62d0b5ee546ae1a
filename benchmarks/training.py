"""Training by a recipe's own command, as anyone would run it."""

import json
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.machine import circumstances
from seq2seq.errors import UserError
from seq2seq.files import atomic_write

TRAINED = "training.json"  # what is known of a run, written at its end: one without it is trained anew


def train(recipe: Path, output: Path, options: Mapping[str, Any], configs: Sequence[Path] = ()) -> dict[str, Any]:
    """Train by `recipe/train.py`, unless the output folder holds a run that came to its end.

    Args:
        recipe: its folder.
        output: folder of the run, which is begun anew if it is only half done.
        options: of the command, by name without the dashes.
        configs: files that the command gets before them.

    Returns:
        `minutes`, of the whole command, validations and the scoring at its end included; `record`, the scores on dev;
        and the circumstances of the run, which may be earlier ones than now.

    Raises:
        UserError: the training ended with an error.
    """
    known = output / TRAINED
    if not known.exists():
        words = [sys.executable, str(recipe / "train.py")]
        for config in configs:
            words += ["--config", str(config)]
        words += ["--output", str(output), "--overwrite", "true"]
        for name, value in options.items():
            words += [f"--{name}", str(value)]
        started = time.perf_counter()
        if subprocess.run(words).returncode:
            raise UserError(f"{output}: the training ended with an error; what it said above tells why")
        record = json.loads((output / "scores.dev.json").read_text(encoding="utf-8"))
        minutes = (time.perf_counter() - started) / 60
        with atomic_write(known) as file:
            json.dump({**circumstances(), "minutes": minutes, "record": record}, file)
    return json.loads(known.read_text(encoding="utf-8"))  # type: ignore[no-any-return]
