"""What goes on inside a run's model while it reads the first example of dev: the figures of `seq2seq inspect`."""

import sys
from pathlib import Path

import torch

from seq2seq.data.prepared import CAPTIONS, FORECASTING, FRAMES, IMAGE, TEXT, PreparedFolder
from seq2seq.data.series import restore
from seq2seq.data.windows import series_of
from seq2seq.folder import LoadedModel, load_model
from seq2seq.inference.forecaster import Forecaster
from seq2seq.inspection.folder import write_inspection
from seq2seq.inspection.readers import inspect
from seq2seq.report.curves import load_curves

_CHARACTERS = 60  # of a running text


def draw_inside(model: Path, prepared: PreparedFolder, split: str, folder: Path) -> Path | None:
    """Draw it all into a folder, which it gives; where that fails, nothing but a note says so.

    Args:
        model: a model folder, in which the curves of its training are.
        prepared: the data it was trained on.
        split: whose first example is looked at.
        folder: for the figures.
    """
    try:
        loaded = load_model(model)
        look = inspect(loaded, first_example(loaded, prepared, split))
        write_inspection(folder, [look], load_curves(model))
    except Exception as error:  # a run of hours, whose model is there, shall not end badly for a figure's sake
        print(f"note: nothing is drawn in {folder}: {error}", file=sys.stderr)
        return None
    return folder


def first_example(loaded: LoadedModel, prepared: PreparedFolder, split: str) -> str:
    """The first example of a split as `seq2seq.inspection.readers.inspect` takes it.

    Raises:
        UserError: a damaged table.
    """
    if prepared.task in (CAPTIONS, FRAMES):
        return str(prepared.image_path(prepared.column(split, IMAGE)[0]))
    if prepared.task == FORECASTING:
        seen = series_of(prepared, split)[: loaded.model.window + 1].astype(float)
        kind = Forecaster([loaded], torch.device("cpu"), torch.float32).facts.transformation
        values = restore(seen, 1.0, kind).tolist()
        return " ".join(f"{value:.9g}" for value in (values if kind == "none" else [1.0, *values]))
    if prepared.task == TEXT:
        return next(filter(str.strip, prepared.column(split, loaded.target.code)))[:_CHARACTERS]
    assert loaded.source is not None
    return prepared.column(split, loaded.source.code)[0]
