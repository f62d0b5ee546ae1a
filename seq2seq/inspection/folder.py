"""A folder with all that was seen of a model: figures, and their numbers in `inspection.json`."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from seq2seq.data.prepared import is_inside
from seq2seq.errors import UserError
from seq2seq.files import atomic_write, files_into
from seq2seq.inspection.beside import by_distance, way_of
from seq2seq.inspection.figures import draw_all
from seq2seq.inspection.look import Curves, Look, saturation
from seq2seq.inspection.record import RECORD, as_record
from seq2seq.inspection.style import Format

UNITS = 24
"""Rows of a heat map, where nothing else is said."""


def write_inspection(
    folder: Path,
    looks: Sequence[Look],
    curves: Curves,
    models: Mapping[str, Sequence[Look]] | None = None,
    kind: Format = "png",
    units: int = UNITS,
) -> int:
    """Draw everything into a folder in place of what an earlier look left there; other files in it stay.

    Args:
        folder: need not be there.
        looks: of one model, one at least.
        curves: of the model's training; empty where nothing is known of it.
        models: what is seen of several models, by name, whose gradients are laid over each other.
        kind: of the figures.
        units: rows of a heat map.

    Returns:
        The number of figures.

    Raises:
        UserError: a record in the folder that is of no look, or a folder that cannot be written.
    """
    earlier = earlier_files(folder)
    found = saturation(looks)
    distances = by_distance(models) if models else {}
    ways = {net: way_of(models, net) for net in distances} if models else {}
    with files_into(folder.resolve(), replaced=earlier) as new:
        written = [path.name for path in draw_all(looks, found, curves, distances, ways, new, kind, units)]
        with atomic_write(new / RECORD) as file:
            record = as_record(looks, found, curves, distances) | {"figures": written}
            json.dump(record, file, ensure_ascii=False, indent=1, allow_nan=False)
    return len(written)


def earlier_files(folder: Path) -> set[str]:
    """The names of the files that an earlier look left in a folder.

    Raises:
        UserError: there is a record of something else.
    """
    path = folder / RECORD
    if not path.exists():
        return set()
    try:
        figures = json.loads(path.read_text(encoding="utf-8"))["figures"]
        if not all(is_inside(name) for name in figures):
            raise ValueError
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        raise UserError(f"{path}: was not written by this command and would be lost; name another folder") from None
    return {RECORD, *figures}
