"""The tables and the manifest of prepared folders."""

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from seq2seq.data.prepared import FORMAT, MANIFEST


def write_table(path: Path, header: Iterable[str], rows: Iterable[Iterable[Any]]) -> Path:
    """A table of columns divided by tabs under its header; gives its path."""
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.writelines("\t".join(map(str, row)) + "\n" for row in (header, *rows))
    return path


def make_manifest(
    *,
    task: str,
    name: str,
    licence: str,
    attribution: str,
    command: str,
    seed: int,
    inputs: list[dict[str, Any]],
    lines_in: int,
    dropped: Mapping[str, int],
    splits: Mapping[str, Mapping[str, Any]],
    languages: Sequence[str] = (),
    **notes: Any,
) -> dict[str, Any]:
    """What a manifest says.

    Args:
        task: one of `seq2seq.data.prepared.TASKS`.
        name: of the data.
        licence: under which it may be used.
        attribution: who made it.
        command: that made the folder.
        seed: of everything random.
        inputs: what `describe_input` gives, one a file.
        lines_in: rows that were read.
        dropped: of them, by the reason; all others must be in the splits.
        splits: by name, "pairs" (the number of rows) and whatever else there is to say.
        languages: codes of the columns of text.
        **notes: further entries.
    """
    kept = sum(split["pairs"] for split in splits.values())
    assert lines_in == kept + sum(dropped.values()), "a row was lost"
    return {
        "format": FORMAT,
        "task": task,
        "name": name,
        "languages": list(languages),
        "licence": licence,
        "attribution": attribution,
        "command": command,
        "seed": seed,
        "inputs": inputs,
        "lines_in": lines_in,
        "dropped": dict(dropped),
        "kept": kept,
        "splits": {split: dict(about) for split, about in splits.items()},
        **notes,
    }


def write_manifest(folder: Path, manifest: Mapping[str, Any]) -> None:
    """Put a manifest into its prepared folder."""
    (folder / MANIFEST).write_text(json.dumps(manifest, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
