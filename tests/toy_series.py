"""Prepared series and forecasters, small enough to be made anew for a test."""

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch

from seq2seq.data.prepared import FORECASTING, FORMAT, MANIFEST
from seq2seq.folder import save_model
from seq2seq.models.forecaster import ForecasterConfig, ForecastModel, build_forecaster


def write_series(folder: Path, splits: dict[str, Sequence[float]], transformation: str = "none") -> Path:
    """A prepared folder with these values in its splits, dated 1, 2, 3..."""
    folder.mkdir(parents=True, exist_ok=True)
    date = 0
    for split, values in splits.items():
        lines = ["date\tvalue\n"]
        for value in values:
            date += 1
            lines.append(f"{date}\t{float(value)!r}\n")
        (folder / f"{split}.tsv").write_text("".join(lines), encoding="utf-8")
    manifest = {
        "format": FORMAT,
        "task": FORECASTING,
        "name": "toy",
        "languages": [],
        "splits": {split: {"pairs": len(values)} for split, values in splits.items()},
        "series": {"date": "date", "value": "value", "transformation": transformation, "date_format": ""},
    }
    (folder / MANIFEST).write_text(json.dumps(manifest), encoding="utf-8")
    return folder


def autoregressive(count: int, coefficients: Sequence[float], noise: float = 1.0, seed: int = 1) -> np.ndarray:
    """A stationary series x_t = a_1 x_{t-1} + ... + e_t, its beginning left out."""
    chance = np.random.default_rng(seed)
    order, values = len(coefficients), [0.0] * len(coefficients)
    for _ in range(count + 200):
        past = values[-1 : -order - 1 : -1]
        values.append(float(np.dot(coefficients, past)) + noise * chance.standard_normal())
    return np.array(values[-count:])


def make_forecaster(seed: int = 1, mean: float = 0.0, deviation: float = 1.0, **choices) -> ForecastModel:
    """A forecaster with random weights, in eval mode."""
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        return build_forecaster(ForecasterConfig(**choices), mean, deviation).eval()


def save_forecaster(folder: Path, seed: int = 1, model: ForecastModel | None = None, series=None, **choices) -> Path:
    """A model folder of a forecaster; `series` is what the folder's config says of the table."""
    model = model or make_forecaster(seed, **choices)
    choices.pop("mean", None)
    choices.pop("deviation", None)
    extra = {} if series is None else {"series": series}
    save_model(folder, model, ForecasterConfig(**choices), None, None, card="# A model of the tests\n", extra=extra)
    return folder


def set_autoregression(model: ForecastModel, constant: float, coefficients: Sequence[float], variance: float) -> None:
    """Give an autoregression its weights; the first of the coefficients is that of the last value."""
    with torch.no_grad():
        model.net.linear.weight.copy_(torch.tensor(coefficients[::-1])[None])
        model.net.linear.bias.fill_(constant)
        model.net.log_variance.fill_(float(np.log(variance)))
