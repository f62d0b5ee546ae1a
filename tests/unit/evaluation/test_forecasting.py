import sys

import numpy as np
import pytest
from toy_series import autoregressive, make_forecaster, save_forecaster, set_autoregression, write_series

from seq2seq.data.prepared import PreparedFolder
from seq2seq.errors import UserError
from seq2seq.evaluation import forecasting
from seq2seq.evaluation.forecasting import HORIZON, block_bootstrap, measure_forecaster
from seq2seq.evaluation.metrics import arrow, shown
from seq2seq.inference import Forecaster

COEFFICIENTS = [0.7, -0.2]


@pytest.fixture(autouse=True)
def without_statsmodels(request, monkeypatch):
    """Its import takes seconds; the tests of it ask for it."""
    if "statsmodels" not in request.node.name:
        monkeypatch.setattr(forecasting, "_autoregression", lambda *_: {})


def prepare(folder, transformation: str = "none", count: int = 900) -> PreparedFolder:
    values = autoregressive(count, COEFFICIENTS)
    cut = count * 2 // 3
    return PreparedFolder.open(write_series(folder, {"train": values[:cut], "dev": values[cut:]}, transformation))


def knowing(folder, coefficients=COEFFICIENTS, variance: float = 1.0, transformation: str = "none") -> Forecaster:
    """A forecaster that knows the law."""
    model = make_forecaster(kind="autoregression", window=2)
    set_autoregression(model, 0.0, coefficients, variance)
    series = {"date": "", "value": "", "transformation": transformation, "date_format": ""}
    return Forecaster.load(save_forecaster(folder, model=model, series=series, kind="autoregression", window=2))


def test_who_knows_the_law_is_as_good_as_can_be(tmp_path):
    found = measure_forecaster(knowing(tmp_path / "model"), prepare(tmp_path / "p"), "dev", 64)
    scores = found.scores
    assert found.count == 300
    assert scores["MAE"].value == pytest.approx(np.sqrt(2 / np.pi), rel=0.1)
    assert scores["RMSE"].value == pytest.approx(1, rel=0.1)
    assert scores["NLL"].value == pytest.approx(0.5 * np.log(2 * np.pi * np.e), rel=0.1)
    assert 91 < scores["coverage"].value < 98
    assert 88 < scores["free-running coverage"].value < 99
    for name, score in scores.items():
        low, high = score.interval
        assert low < score.value < high, name
        assert "block:" in score.signature
    assert scores["MAE - persistence"].interval[1] < 0, "it wins, and not by chance"
    assert scores["free-running MAE - persistence"].interval[1] < 0
    difference = scores["MAE"].value - found.baselines["persistence"]["MAE"].value
    assert scores["MAE - persistence"].value == pytest.approx(difference)
    assert len(found.outputs) == 300
    mean, low, high = map(float, found.outputs[0].split("\t"))
    assert high - low == pytest.approx(2 * 1.96, rel=1e-3)
    assert low < mean < high


def test_scores_do_not_depend_on_the_batch_size(tmp_path):
    model, prepared = knowing(tmp_path / "model"), prepare(tmp_path / "p", count=300)
    one, other = (measure_forecaster(model, prepared, "dev", size).scores for size in (3, 64))
    for name in one:
        assert one[name].value == pytest.approx(other[name].value, abs=1e-4)


def test_one_that_says_persistence_is_persistence(tmp_path):
    model = knowing(tmp_path / "model", coefficients=[1.0, 0.0])
    found = measure_forecaster(model, prepare(tmp_path / "p"), "dev", 64)
    for metric in ("MAE", "free-running MAE"):
        assert found.scores[f"{metric} - persistence"].value == pytest.approx(0, abs=1e-5)
        assert found.scores[metric].value == pytest.approx(found.baselines["persistence"][metric].value, abs=1e-5)


def test_persistence_of_returns_is_no_change(tmp_path):
    model = knowing(tmp_path / "model", coefficients=[0.0, 0.0], transformation="difference")
    found = measure_forecaster(model, prepare(tmp_path / "p", "difference"), "dev", 64)
    assert found.scores["MAE - persistence"].value == pytest.approx(0, abs=1e-6)
    assert found.settings["transformation"] == "difference"


def test_intervals_too_narrow_are_found_out(tmp_path):
    found = measure_forecaster(knowing(tmp_path / "model", variance=0.04), prepare(tmp_path / "p"), "dev", 64)
    assert found.scores["coverage"].value < 50
    assert found.scores["NLL"].value > 5


def test_a_short_split_has_no_free_running_scores_and_one_too_short_is_told(tmp_path, capsys):
    model = knowing(tmp_path / "model")
    prepared = PreparedFolder.open(write_series(tmp_path / "p", {"train": [1, 3, 2], "dev": [2.0] * (HORIZON - 1)}))
    found = measure_forecaster(model, prepared, "dev", 64)
    assert "free-running MAE" not in found.scores
    assert f"they need {HORIZON} values of dev" in capsys.readouterr().err
    with pytest.raises(UserError, match=r"train\.tsv: no value has the 2 before it"):
        measure_forecaster(model, PreparedFolder.open(write_series(tmp_path / "q", {"train": [1, 2]})), "train", 64)


def test_the_autoregression_of_statsmodels_is_as_good_as_the_law(tmp_path):
    pytest.importorskip("statsmodels", reason="statsmodels (the extra `series`) is not installed")
    found = measure_forecaster(knowing(tmp_path / "model"), prepare(tmp_path / "p"), "dev", 64)
    (name,) = [name for name in found.baselines if name.startswith("AR(")]
    assert found.baselines[name]["MAE"].value == pytest.approx(found.scores["MAE"].value, rel=0.05)
    low, high = found.scores["MAE - AR"].interval
    assert low < 0 < high or abs(found.scores["MAE - AR"].value) < 0.02
    assert f"paired:{name}" in found.scores["MAE - AR"].signature
    assert "free-running MAE - AR" in found.scores


def test_without_statsmodels_one_line_says_so(tmp_path, monkeypatch, capsys):
    monkeypatch.undo()
    monkeypatch.setitem(sys.modules, "statsmodels", None)
    monkeypatch.setitem(sys.modules, "statsmodels.tsa.ar_model", None)
    found = measure_forecaster(knowing(tmp_path / "model"), prepare(tmp_path / "p"), "dev", 64)
    assert list(found.baselines) == ["persistence"]
    told = capsys.readouterr().err
    assert "without the AR(p) of statsmodels" in told
    assert len(told.splitlines()) == 1


def test_the_block_bootstrap_knows_that_neighbours_are_alike():
    alike = autoregressive(2000, [0.9])
    single, blocks = block_bootstrap(alike, 1), block_bootstrap(alike, 50)
    assert single.shape == (1000,)
    assert single.mean() == pytest.approx(alike.mean(), abs=0.02)
    assert blocks.mean() == pytest.approx(alike.mean(), abs=0.1)
    assert blocks.std() > 2.5 * single.std(), "the mean of such a series is known less well"
    assert single.std() == pytest.approx(alike.std() / np.sqrt(2000), rel=0.1)


def test_how_scores_are_shown():
    assert [arrow(name) for name in ("MAE", "MAE - AR", "coverage", "BLEU")] == ["↓", "↓", "→ 95", "↑"]
    assert (shown("MAE", 0.03125), shown("coverage", 94.51)) == ("0.0312", "94.5")
