"""How good a forecaster is, one step ahead and running free, beside persistence and the AR(p) of statsmodels."""

import importlib.metadata
import math
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from seq2seq.data.prepared import PreparedFolder
from seq2seq.data.windows import WindowDataset, before, series_of
from seq2seq.errors import UserError
from seq2seq.evaluation.bootstrap import RESAMPLES, SEED, interval
from seq2seq.evaluation.results import Measured, Score
from seq2seq.inference.forecaster import LEVEL, Forecaster

HORIZON = 12  # steps of running free
PATHS = 200  # fewer than of a single forecast: the grain of the intervals' ends is lost in the mean over origins
MAE, RMSE, NLL, COVERAGE = "MAE", "RMSE", "NLL", "coverage"
FREE_MAE, FREE_COVERAGE = "free-running MAE", "free-running coverage"
PERSISTENCE = "persistence"

Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class _Errors:
    """A method's errors: one step ahead (N,), and running free (O, steps) from each of O origins; None of too short
    a split."""

    one: Numbers
    free: Numbers | None


def measure_forecaster(model: Forecaster, prepared: PreparedFolder, split: str, batch_size: int) -> Measured:
    """Score a forecaster on a split, whose windows reach back into what came before it.

    All values are as the prepared folder has them: log returns, say. MAE and RMSE are the errors of the predicted
    means; NLL the mean negative logarithm of the predicted density at the values, in nats; coverage the share of the
    values, in percent, within the predicted 95 % intervals, best at 95. Free-running scores are over all origins that
    are followed by `HORIZON` values of the split, and all steps from them. "MAE - X" is the model's error minus X's, of
    the same values; where its interval holds 0, chance explains who won.

    Intervals are by a circular block bootstrap over time (Politis & Romano 1992): errors that are near in time are
    alike, and are drawn together.

    Raises:
        UserError: a split without values enough.
    """
    past, values = before(prepared, split), series_of(prepared, split)
    dataset = WindowDataset(past, values, model.window)
    if not len(dataset):
        raise UserError(
            f"{prepared.table(split)}: no value has the {model.window} before it that the model looks back over"
        )
    windows, goals = dataset.values, dataset.goals.double().numpy()
    start = time.perf_counter()
    parts = [model.predict(batch) for batch in windows.split(max(batch_size, 256))]
    mean, variance = (torch.cat(list(part)).double().cpu().numpy() for part in zip(*parts, strict=True))
    seconds = time.perf_counter() - start
    deviation = np.sqrt(variance)
    reach = 1.959963984540054 * deviation
    errors = goals - mean
    nll = (np.square(errors / deviation) + np.log(variance) + math.log(2 * math.pi)) / 2
    inside = 100.0 * (np.abs(errors) <= reach)

    origins = len(goals) - HORIZON + 1
    known = np.concatenate([past, values]).astype(np.float64)
    first = len(known) - len(goals)  # of what is predicted, in all that is known
    coming = np.lib.stride_tricks.sliding_window_view(goals, HORIZON) if origins > 0 else None
    scores = {
        MAE: _score(np.abs(errors), _mean),
        RMSE: _score(np.square(errors), _root),
        NLL: _score(nll, _mean),
        COVERAGE: _score(inside, _mean),
    }
    own = _Errors(np.abs(errors), None)
    if coming is not None:
        run = model.free_run(windows[:origins], HORIZON, batch_size, paths=PATHS)
        own = _Errors(own.one, np.abs(coming - run.mean))
        scores[FREE_MAE] = _score(_by_origin(own.free), _mean, HORIZON)
        held = 100.0 * ((coming >= run.low) & (coming <= run.high))
        scores[FREE_COVERAGE] = _score(held.mean(1), _mean, HORIZON)
    else:
        print(f"note: without free-running scores: they need {HORIZON} values of {split}", file=sys.stderr)

    others = {PERSISTENCE: _persistence(model, known, first, coming)}
    if found := _autoregression(model, prepared, known, first, coming):
        others |= found
    baselines: dict[str, dict[str, Score]] = {}
    for name, other in others.items():
        baselines[name] = {MAE: _score(other.one, _mean), RMSE: _score(np.square(other.one), _root)}
        scores[f"{MAE} - {name.split('(')[0]}"] = _score(own.one - other.one, _mean, paired=name)
        if own.free is not None and other.free is not None:
            baselines[name][FREE_MAE] = _score(_by_origin(other.free), _mean, HORIZON)
            difference = _by_origin(own.free) - _by_origin(other.free)
            scores[f"{FREE_MAE} - {name.split('(')[0]}"] = _score(difference, _mean, HORIZON, paired=name)
    lines = zip(mean, mean - reach, mean + reach, strict=True)
    return Measured(
        scores=scores,
        outputs=["\t".join(f"{number:.9g}" for number in line) for line in lines],
        count=len(goals),
        settings=_settings(model),
        seconds=seconds,
        baselines=baselines,
    )


def _settings(model: Forecaster) -> dict[str, Any]:
    return {
        "horizon": HORIZON,
        "paths": PATHS,
        "level": LEVEL,
        "window": model.window,
        "transformation": model.facts.transformation,
    }


def _by_origin(errors: Numbers | None) -> Numbers:
    assert errors is not None
    return errors.mean(1)


def _persistence(model: Forecaster, known: Numbers, first: int, coming: Numbers | None) -> _Errors:
    """All stays as it is: the last value again or, of changes and returns, none."""
    last = known[first - 1 : -1] if model.facts.transformation == "none" else np.zeros(len(known) - first)
    free = None if coming is None else np.abs(coming - last[: len(coming), None])
    return _Errors(np.abs(known[first:] - last), free)


def _autoregression(
    model: Forecaster, prepared: PreparedFolder, known: Numbers, first: int, coming: Numbers | None
) -> dict[str, _Errors]:
    """AR(p) of statsmodels, fitted to train by least squares, its order by AIC up to the model's window."""
    try:
        from statsmodels.tsa.ar_model import AutoReg, ar_select_order
    except ImportError:
        print(
            "note: without the AR(p) of statsmodels, which is not installed: pip install statsmodels", file=sys.stderr
        )
        return {}
    train = series_of(prepared, "train").astype(np.float64)
    most = min(model.window, len(train) // 4)
    if most < 1:
        return {}
    order = max(ar_select_order(train, maxlag=most, ic="aic").ar_lags or [0])
    constant, *coefficients = AutoReg(train, lags=order).fit().params
    newest_first = np.array(coefficients)

    def ahead(histories: Numbers) -> Numbers:
        return constant + histories[:, ::-1] @ newest_first if order else np.full(len(histories), constant)

    histories = np.stack([known[place - order : place] for place in range(first, len(known))])
    free = None
    if coming is not None:
        held, steps = histories[: len(coming)], []
        for _ in range(HORIZON):
            steps.append(ahead(held))
            held = np.concatenate([held, steps[-1][:, None]], 1)[:, 1:] if order else held
        free = np.abs(coming - np.stack(steps, 1))
    return {f"AR({order})": _Errors(np.abs(known[first:] - ahead(histories)), free)}


def _mean(sums: Numbers) -> Numbers:
    return sums


def _root(sums: Numbers) -> Numbers:
    return np.sqrt(sums)


def _score(values: Numbers, make: Callable[[Numbers], Numbers], steps: int = 1, paired: str | None = None) -> Score:
    """A score that is made of the mean over time of what each moment contributes.

    Args:
        values: (N,) in the order of time.
        make: the score of that mean.
        steps: that each contribution is over. Neighbours share all of them but one, so blocks are three times as long:
            the bootstrap sees too little of the spread where likeness reaches over a block's end.
        paired: with what the contributions are compared.
    """
    block = max(3 * steps if steps > 1 else 1, math.ceil(len(values) ** (1 / 3)))
    ends = interval(make(block_bootstrap(values, block))) if len(values) > block else None
    value = float(make(np.array([values.mean()]))[0])
    what = f"paired:{paired}|" if paired else ""
    drawn = f"bs:{RESAMPLES}|block:{block}|seed:{SEED}" if ends else "bs:0"
    version = importlib.metadata.version("seq2seq")
    return Score(value, ends, f"{what}steps:{steps}|n:{len(values)}|{drawn}|version:{version}")


def block_bootstrap(values: Numbers, block: int, resamples: int = RESAMPLES, seed: int = SEED) -> Numbers:
    """(resamples,) means of a series (N,) drawn anew in blocks of neighbours, its end followed by its beginning.

    As many whole blocks are drawn as reach over the series.

    >>> means = block_bootstrap(np.arange(10.0), block=10)
    >>> bool(np.allclose(means, 4.5))  # a whole turn has every value once
    True
    """
    count = len(values)
    sums = np.concatenate([[0.0], np.concatenate([values, values[: block - 1]]).cumsum()])
    blocks = (sums[block:] - sums[:-block]) / block  # the mean of that from each place on
    starts = np.random.default_rng(seed).integers(0, count, (resamples, -(-count // block)))
    return blocks[starts].mean(1)
