"""A small corpus on its way into a prepared folder."""

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from data_prep.cleaning import Bounds
from data_prep.corpus import Settings
from data_prep.lines import Line


def toy_settings(output: Path, **changes) -> Settings:
    """What a preparation is asked for, with some of it changed."""
    plain = Settings(
        output=output,
        force=False,
        bounds=Bounds(),
        sizes={"dev": 20, "test": 30},
        keep_leaks=False,
        seed=1,
        tokenizer="unigram",
        vocab_size=100,
        joint=True,
    )
    return replace(plain, **changes)


def numbered(rows: Iterable[tuple[str, ...]], file: str = "text") -> list[Line]:
    """Rows as the lines of a file."""
    return [Line(file, number, row) for number, row in enumerate(rows, start=1)]
