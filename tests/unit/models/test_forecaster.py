import math

import numpy as np
import pytest
import torch
from toy_series import autoregressive, make_forecaster

from seq2seq.errors import UserError
from seq2seq.folder import load_model
from seq2seq.models.forecaster import ForecasterConfig, Prediction, build_forecaster
from seq2seq.recurrent import CELLS

KINDS = ["autoregression", "window", *CELLS]


def choices(kind: str) -> dict:
    return {"kind": kind} if kind in ("autoregression", "window") else {"kind": "recurrent", "cell": kind}


def windows_of(values: np.ndarray, window: int) -> tuple[torch.Tensor, torch.Tensor]:
    series = torch.tensor(values)
    return series.unfold(0, window, 1)[:-1], series[window:]


def fit(values: np.ndarray, window: int) -> torch.nn.Module:
    """An autoregression in float64, its likelihood at its highest."""
    model = make_forecaster(kind="autoregression", window=window, mean=values.mean(), deviation=values.std()).double()
    seen, goals = windows_of(values, window)
    optimiser = torch.optim.LBFGS(model.parameters(), max_iter=500, tolerance_grad=1e-10, line_search_fn="strong_wolfe")

    def loss() -> torch.Tensor:
        optimiser.zero_grad()
        nll = model(seen).nll(goals).mean()
        nll.backward()
        return nll

    for _ in range(5):
        optimiser.step(loss)
    return model


def coefficients(model: torch.nn.Module) -> np.ndarray:
    """a_1, a_2, ..."""
    return model.net.linear.weight.detach().numpy()[0][::-1]


def test_autoregression_by_gradient_is_least_squares():
    values = 5 + 3 * autoregressive(600, [0.6, -0.3, 0.2])
    model = fit(values, 3)
    rows = np.lib.stride_tricks.sliding_window_view(values, 3)[:-1]
    design = np.column_stack([np.ones(len(rows)), rows[:, ::-1]])
    constant, *expected = np.linalg.lstsq(design, values[3:], rcond=None)[0]
    assert np.allclose(coefficients(model), expected, atol=1e-4)
    seen, goals = windows_of(values, 3)
    prediction = model(seen)
    assert np.allclose(prediction.mean.detach().numpy(), design @ [constant, *expected], atol=1e-3)
    residuals = goals.numpy() - design @ [constant, *expected]
    assert float(prediction.variance[0].detach()) == pytest.approx(np.square(residuals).mean(), rel=1e-3)


def test_autoregression_finds_the_law_of_a_wave_without_noise():
    turn = 2 * math.pi / 12  # cos(t + 1) = 2 cos(1) cos(t) - cos(t - 1)
    model = fit(np.cos(turn * np.arange(200)), 2)
    assert np.allclose(coefficients(model), [2 * math.cos(turn), -1], atol=1e-2)


@pytest.mark.parametrize("kind", KINDS)
def test_a_series_on_another_scale_gives_the_same_forecast_on_that_scale(kind):
    values = torch.randn(4, 6)
    plain = make_forecaster(window=6, hidden_size=5, layers=2, **choices(kind))
    scaled = make_forecaster(window=6, hidden_size=5, layers=2, mean=100.0, deviation=20.0, **choices(kind))
    one, other = plain(values), scaled(100 + 20 * values)
    torch.testing.assert_close(other.mean, 100 + 20 * one.mean, rtol=1e-4, atol=1e-3)
    torch.testing.assert_close(other.variance, 400 * one.variance, rtol=1e-3, atol=1e-3)


@pytest.mark.parametrize("kind", KINDS)
def test_a_window_s_forecast_does_not_depend_on_the_others(kind):
    values = torch.randn(9, 5)
    model = make_forecaster(window=5, hidden_size=7, **choices(kind))
    together = model(values)
    for row in range(9):
        alone = model(values[row : row + 1])
        torch.testing.assert_close(alone.mean, together.mean[row : row + 1], rtol=1e-5, atol=1e-6)
        torch.testing.assert_close(alone.variance, together.variance[row : row + 1], rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("kind", KINDS)
def test_every_weight_gets_a_gradient(kind):
    model = make_forecaster(window=5, hidden_size=7, **choices(kind))
    model(torch.randn(9, 5)).nll(torch.randn(9)).sum().backward()
    assert all(parameter.grad is not None and parameter.grad.abs().sum() > 0 for parameter in model.parameters())


def test_the_likelihood_is_the_normal_distribution_s():
    mean, variance, values = torch.randn(5), torch.rand(5) + 0.1, torch.randn(5)
    expected = -torch.distributions.Normal(mean, variance.sqrt()).log_prob(values)
    torch.testing.assert_close(Prediction(mean, variance).nll(values), expected)


@pytest.mark.parametrize("kind", ["autoregression", "window", "gru"])
def test_the_folder_keeps_the_scale(kind, tmp_path):
    from toy_series import save_forecaster

    save_forecaster(tmp_path / "model", window=4, hidden_size=6, mean=7.0, deviation=0.5, **choices(kind))
    loaded = load_model(tmp_path / "model")
    assert (float(loaded.model.mean), float(loaded.model.deviation)) == (7.0, 0.5)
    values = torch.randn(3, 4) + 7
    expected = make_forecaster(window=4, hidden_size=6, mean=7.0, deviation=0.5, **choices(kind))(values)
    assert torch.equal(loaded.model(values).mean, expected.mean)
    assert (loaded.task, loaded.sides, loaded.labels) == ("forecasting", {}, ())


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"kind": "arma"}, "model.kind: 'arma' is not one of autoregression, window, recurrent"),
        ({"cell": "lstn"}, "did you mean 'lstm'"),
        ({"window": 0}, "model.window: 0 is not from 1"),
        ({"layers": 0}, "model.layers: 0 is not from 1"),
        ({"dropout": 1.0}, "model.dropout: 1.0 is not a rate"),
    ],
)
def test_values_out_of_range_are_told(options, told):
    with pytest.raises(UserError) as caught:
        build_forecaster(ForecasterConfig(**options))
    assert told in str(caught.value)
