"""Learning curves as a file of the model folder, `training.csv`: a row a step, a column a metric."""

import csv
import math
from pathlib import Path

from seq2seq.errors import UserError
from seq2seq.files import atomic_write, open_lines
from seq2seq.folder import CURVES
from seq2seq.inspection.look import Curves

STEP = "step"


def save_curves(curves: Curves, folder: str | Path) -> Path:
    """Write `training.csv` into a model folder, and give its path.

    Raises:
        UserError: it cannot be written.
    """
    path = Path(folder) / CURVES
    steps = sorted({step for points in curves.values() for step in points})
    with atomic_write(path) as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow([STEP, *curves])
        writer.writerows([step, *(points.get(step, "") for points in curves.values())] for step in steps)
    return path


def load_curves(folder: str | Path) -> Curves:
    """Read `training.csv` of a model folder, which need not be trusted; nothing where there is none.

    Raises:
        UserError: the file is no such table (told by file and line).
    """
    path = Path(folder) / CURVES
    if not path.exists():
        return {}
    rows = csv.reader(line or "" for _, line in open_lines(path))
    try:
        header, *names = next(rows, [])
        if header != STEP or len(set(names)) != len(names):
            raise ValueError
        curves: dict[str, dict[int, float]] = {name: {} for name in names}
        for step, *values in rows:
            for name, value in zip(names, values, strict=True):
                if value and math.isfinite(float(value)):
                    curves[name][int(step)] = float(value)
    except (ValueError, csv.Error) as error:
        raise UserError(
            f"{path}, line {rows.line_num}: not a row of learning curves; delete the file, or put the model folder's "
            "own back"
        ) from error
    return {name: points for name, points in curves.items() if points}
