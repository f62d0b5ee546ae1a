import numpy as np
import pytest
import torch
from toy_series import make_forecaster, save_forecaster, set_autoregression

from seq2seq.data.series import TRANSFORMATIONS, transform
from seq2seq.errors import UserError
from seq2seq.inference import Forecaster
from seq2seq.inference.forecaster import stratified_noise

RETURNS = {"date": "day", "value": "price", "transformation": "log_returns", "date_format": ""}


@pytest.fixture(params=["autoregression", "window", "recurrent"])
def forecaster(request, tmp_path) -> Forecaster:
    choices = {"kind": request.param, "window": 6, "hidden_size": 8, "mean": 3.0, "deviation": 2.0}
    return Forecaster.load(save_forecaster(tmp_path / "model", **choices))


def test_one_step_is_running_free_over_a_horizon_of_one(forecaster):
    windows = 3 + 2 * torch.randn(7, 6)
    one, free = forecaster.predict(windows), forecaster.free_run(windows, steps=1)
    deviation = one.variance.sqrt().numpy()
    assert np.allclose(free.mean[:, 0], one.mean, atol=1e-5)
    assert np.allclose(free.low[:, 0], one.mean.numpy() - 1.96 * deviation, atol=0.02 * deviation.max())
    assert np.allclose(free.high[:, 0], one.mean.numpy() + 1.96 * deviation, atol=0.02 * deviation.max())
    forecast = forecaster.forecast(windows[0].tolist(), steps=1)
    assert forecast.mean == pytest.approx([float(one.mean[0])], abs=1e-5)


def test_a_longer_horizon_begins_with_the_shorter_one(forecaster):
    values = (3 + torch.randn(20)).tolist()
    short, long = forecaster.forecast(values, steps=3), forecaster.forecast(values, steps=8)
    assert long.mean[:3] == pytest.approx(short.mean)
    assert long.low[:3] == pytest.approx(short.low)
    assert len(long.high) == 8


def test_a_forecast_does_not_depend_on_the_others_nor_on_what_is_long_past(forecaster):
    windows = 3 + 2 * torch.randn(5, 6)
    together = forecaster.free_run(windows, 4, batch_size=2)
    for row in range(5):
        alone = forecaster.free_run(windows[row : row + 1], 4)
        for one, other in zip(alone, together, strict=True):
            assert np.allclose(one[0], other[row], atol=1e-5)
    values = windows[0].tolist()
    assert forecaster.forecast([9.0, 9.0, *values], 2).mean == pytest.approx(forecaster.forecast(values, 2).mean)


def test_the_intervals_of_an_autoregression_grow_as_theory_has_it(tmp_path):
    coefficients, variance = [0.6, 0.25], 0.5
    model = make_forecaster(kind="autoregression", window=2)
    set_autoregression(model, 0.3, coefficients, variance)
    forecaster = Forecaster.load(save_forecaster(tmp_path / "model", model=model, kind="autoregression", window=2))
    last, steps = [1.0, -2.0], 10
    weights, past = [1.0], list(last)  # of the shocks on what follows; the mean by its recursion
    for step in range(1, steps):
        weights.append(sum(a * weights[step - 1 - lag] for lag, a in enumerate(coefficients) if step > lag))
    for _ in range(steps):
        past.append(0.3 + coefficients[0] * past[-1] + coefficients[1] * past[-2])
    deviations = np.sqrt(variance * np.cumsum(np.square(weights)))
    forecast = forecaster.forecast(last, steps, paths=20_000)
    assert np.allclose(forecast.mean, past[2:], atol=1e-4), "noise of mean 0 leaves a linear model's mean alone"
    assert np.allclose(np.subtract(forecast.high, forecast.mean), 1.96 * deviations, rtol=0.05)
    assert np.allclose(np.subtract(forecast.mean, forecast.low), 1.96 * deviations, rtol=0.05)


def test_a_lower_level_gives_a_narrower_interval_and_the_seed_decides(forecaster):
    values = (3 + torch.randn(6)).tolist()
    wide, narrow = (forecaster.forecast(values, 3, level=level) for level in (0.95, 0.5))
    assert all(high < other for high, other in zip(narrow.high, wide.high, strict=True))
    assert forecaster.forecast(values, 3, seed=2) == forecaster.forecast(values, 3, seed=2)
    assert forecaster.forecast(values, 3, seed=2) != forecaster.forecast(values, 3, seed=3)


def test_forecasts_of_returns_are_told_as_prices(tmp_path):
    model = make_forecaster(kind="autoregression", window=2)
    set_autoregression(model, 0.01, [0.0, 0.0], 1e-6)
    folder = save_forecaster(tmp_path / "model", model=model, series=RETURNS, kind="autoregression", window=2)
    forecaster = Forecaster.load(folder)
    assert (forecaster.enough, forecaster.window) == (3, 2)
    forecast = forecaster.forecast([90.0, 95.0, 100.0], steps=3)
    assert forecast.mean == pytest.approx([100 * np.exp(0.01 * step) for step in (1, 2, 3)], rel=1e-4)
    assert forecast.low[0] == pytest.approx(100 * np.exp(0.01 - 1.96e-3), rel=1e-4)


def test_an_ensemble_is_the_mixture_of_its_models(tmp_path):
    folders = [save_forecaster(tmp_path / str(seed), seed, window=5 + seed) for seed in (1, 2)]
    both, *each = (Forecaster.load(folder) for folder in (folders, *folders))
    assert both.window == 7
    windows = torch.randn(4, 7)
    found, parts = both.predict(windows), [one.predict(windows) for one in each]
    torch.testing.assert_close(found.mean, (parts[0].mean + parts[1].mean) / 2)
    second = sum(part.variance + part.mean.square() for part in parts) / 2
    torch.testing.assert_close(found.variance, second - found.mean.square(), rtol=1e-4, atol=1e-5)


def test_the_noise_has_one_number_in_each_likely_part():
    noise = stratified_noise(200, 5)
    assert noise.shape == (200, 5)
    parts = (torch.special.ndtr(noise.double()) * 200).floor().long()
    assert all(sorted(parts[:, step].tolist()) == list(range(200)) for step in range(5))
    assert abs(float(torch.corrcoef(noise.t())[0, 1])) < 0.3, "steps are independent"


@pytest.mark.parametrize(
    ("values", "options", "told"),
    [
        ([1.0] * 5, {}, "5 values, but the model looks back over 6; give more of the series"),
        ([1.0] * 5 + [float("nan")], {}, r"values\[5\]: nan is no finite number"),
        ([1.0] * 6, {"steps": 0}, "steps 0: must be 1 or more"),
        ([1.0] * 6, {"paths": 0}, "paths 0: must be 1 or more"),
        ([1.0] * 6, {"level": 1.0}, "level 1.0: must be between 0 and 1"),
    ],
)
def test_wrong_input_is_told(forecaster, values, options, told):
    with pytest.raises(UserError, match=told):
        forecaster.forecast(values, **options)


def test_what_a_folder_says_of_its_table_is_checked(tmp_path):
    with pytest.raises(UserError, match="transformation: 'logs' is not one of none, difference, log_returns"):
        Forecaster.load(save_forecaster(tmp_path / "a", series={**RETURNS, "transformation": "logs"}))
    folders = [save_forecaster(tmp_path / "b"), save_forecaster(tmp_path / "c", series=RETURNS)]
    with pytest.raises(UserError, match="of one transformation"):
        Forecaster.load(folders)
    with pytest.raises(UserError, match="--precision bf16: a forecaster computes in fp32"):
        Forecaster.load(folders[0], precision="bf16")
    with pytest.raises(UserError, match="the model was trained on log returns"):
        Forecaster.load(folders[1]).forecast([0.0] * 30)


@pytest.mark.parametrize("kind", TRANSFORMATIONS)
def test_strangeness_is_about_one_on_what_training_saw_and_tells_other_units(tmp_path, kind):
    chance = np.random.default_rng(4)
    values = np.exp(0.02 * np.cumsum(chance.standard_normal(2_000))) * 50
    seen = np.array(transform(values.tolist(), kind))
    choices = {"kind": "window", "window": 100, "mean": float(seen.mean()), "deviation": float(seen.std())}
    facts = {"date": "", "value": "price", "transformation": kind, "date_format": ""}
    forecaster = Forecaster.load(save_forecaster(tmp_path / "model", series=facts, **choices))
    parts = [values[start : start + forecaster.enough].tolist() for start in range(0, 1_800, 90)]
    usual = [forecaster.strangeness(part) for part in parts]
    assert 0.7 < float(np.sqrt(np.mean(np.square(usual)))) < 1.4
    wild = values[-forecaster.enough :] * np.where(np.arange(forecaster.enough) % 2, 1.0, 20.0)
    assert forecaster.strangeness(wild.tolist()) > 5
