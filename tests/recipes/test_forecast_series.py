"""The forecasting recipe, from a series to a forecaster in use."""

import json
from pathlib import Path

import pytest
from recipe_options import unnamed_options
from toy_data import reversed_words, write_prepared
from toy_series import autoregressive, write_series

from seq2seq.errors import UserError
from seq2seq.evaluation import forecasting
from seq2seq.inference import Forecaster
from seq2seq.training.cli import RecipeCLI, make_cli, train
from seq2seq.training.forecasting import ForecastingData, ForecastingTask

RECIPE = Path(__file__).parents[2] / "recipes" / "forecast_series"
CONFIGS = sorted(RECIPE.glob("*.yaml"))


@pytest.fixture
def prepared(tmp_path) -> Path:
    values = autoregressive(500, [0.8])
    return write_series(tmp_path / "prepared", {"train": values[:400], "dev": values[400:]})


def parse(tmp_path: Path, prepared: Path, *more: str) -> RecipeCLI:
    arguments = [f"--data.prepared={prepared}", f"--output={tmp_path / 'run'}", *more]
    return make_cli(RECIPE / "config.yaml", arguments, task=ForecastingTask, data=ForecastingData)


def test_the_tiny_run_learns_the_sine(tmp_path, run_recipe):
    done = run_recipe(RECIPE, "--tiny")
    assert done.code == 0, done.err
    assert "Warning" not in done.err
    run = tmp_path / "runs" / "tiny_series"
    scores = json.loads((run / "scores.test.json").read_text())["scores"]
    assert scores["MAE"]["value"] < 0.12, "0.08 is the noise alone, persistence is near 0.2"
    assert scores["MAE - persistence"]["interval"][1] < -0.04
    assert scores["free-running MAE"]["value"] < 0.2
    assert 80 < scores["coverage"]["value"] <= 100
    left = {str(path.relative_to(run)) for path in run.rglob("*") if path.is_file()}
    assert left >= {"checkpoints/best.ckpt", "checkpoints/last.ckpt", "scores.dev.json", "curves.png", "model/card.md"}
    assert "seq2seq forecast" in (run / "model" / "card.md").read_text()
    assert "persistence" in done.out


def test_an_autoregression_finds_the_law(tmp_path, prepared, monkeypatch):
    monkeypatch.setattr(forecasting, "_autoregression", lambda *_: {})  # of statsmodels, whose import takes seconds
    more = ["--config", str(RECIPE / "autoregression.yaml"), "--model.model.window=1", "--trainer.max_steps=200"]
    more += ["--model.optimizer.learning_rate=0.03", "--trainer.val_check_interval=100", "--average.decay=0.9"]
    arguments = [*more, f"--data.prepared={prepared}", f"--output={tmp_path / 'run'}"]
    train(RECIPE / "config.yaml", arguments=arguments, task=ForecastingTask, data=ForecastingData)
    forecaster = Forecaster.load(tmp_path / "run" / "model")
    one, other = forecaster.forecast([0.0]).mean[0], forecaster.forecast([1.0]).mean[0]
    assert other - one == pytest.approx(0.8, abs=0.1)


@pytest.mark.parametrize("config", CONFIGS, ids=lambda path: path.name)
def test_a_config_is_understood(tmp_path, prepared, config):
    cli = parse(tmp_path, prepared, f"--config={config}", f"--data.prepared={prepared}", f"--output={tmp_path / 'run'}")
    assert cli.model.config.window >= 1
    assert float(cli.model.model.deviation) == pytest.approx(cli.datamodule.value_deviation)


def test_the_main_config_names_every_option(tmp_path, prepared):
    assert unnamed_options(RECIPE / "config.yaml", parse(tmp_path, prepared)) == set()


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--model.model.kind=arma"], "kind"),
        (["--model.model.window=0"], "model.model.window: 0 is not from 1"),
        (["--data.batch_size=0"], "data.batch_size: 0 is too small"),
        (["--data.prepared=nowhere"], "nowhere: no prepared folder"),
        (["--model.optimizer.learning_rat=1"], "did you mean 'model.optimizer.learning_rate'"),
        (["--early_stopping.monitor=dev_bleu"], "early_stopping.monitor: 'dev_bleu' is none of dev_nll, dev_mae"),
    ],
)
def test_mistakes_are_told_in_one_line(tmp_path, prepared, options, told):
    with pytest.raises(UserError) as caught:
        parse(tmp_path, prepared, *options)
    assert told in str(caught.value)
    assert len(str(caught.value).splitlines()) == 1


def test_a_window_longer_than_the_series_is_told(run_recipe, prepared):
    done = run_recipe(RECIPE, "--model.model.window=500", f"--data.prepared={prepared}")
    assert done.code == 2
    told = "error: model.model.window: 500 is more than there is before the last of the 400 values of train"
    assert done.err.startswith(told)
    assert len(done.err.splitlines()) == 1


def test_a_folder_of_something_else_and_a_series_that_never_changes_are_told(tmp_path, prepared):
    words = write_prepared(tmp_path / "words", {"train": reversed_words(9, seed=1), "dev": reversed_words(3, seed=2)})
    with pytest.raises(UserError, match="holds translation, no series"):
        parse(tmp_path, words)
    with pytest.raises(UserError, match="the values of train are all the same"):
        parse(tmp_path, write_series(tmp_path / "flat", {"train": [1.0] * 50, "dev": [1.0] * 9}))
