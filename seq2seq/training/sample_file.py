"""Texts that a model wrote at several stages of its training, kept in one file."""

import re
from collections.abc import Sequence
from pathlib import Path

from seq2seq.files import atomic_write

SAMPLES = "samples.txt"
_HEADING = re.compile(r"^=== step (\d+)", re.MULTILINE)


class SampleFile:
    """`samples.txt` in a run's folder: after each validation a heading with the step, and the texts.

    Args:
        folder: the run's.
    """

    def __init__(self, folder: str | Path) -> None:
        self.path = Path(folder) / SAMPLES

    def add(self, step: int, told: str, texts: Sequence[str]) -> None:
        """Add a stage; of a run that went on from an earlier one, later stages than that go.

        Args:
            step: optimizer steps taken.
            told: what else the heading says.
            texts: what the model wrote.
        """
        old = self.path.read_text(encoding="utf-8") if self.path.exists() else ""
        later = next((found.start() for found in _HEADING.finditer(old) if int(found[1]) >= step), len(old))
        with atomic_write(self.path) as file:
            file.write(f"{old[:later]}=== step {step} · {told}\n\n" + "".join(f"{text}\n\n" for text in texts))
