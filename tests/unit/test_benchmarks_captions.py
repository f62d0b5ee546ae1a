"""The benchmarks of captioning: what they keep, and what they take for the same run."""

import json
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from toy_captions import save_captioner, write_pictures

from benchmarks import captioning, injections, training
from seq2seq.errors import UserError


@pytest.fixture(scope="module")
def prepared(tmp_path_factory):
    return write_pictures(tmp_path_factory.mktemp("toy") / "prepared", {"train": 4, "dev": 4})


@pytest.fixture
def trainings(monkeypatch):
    """The commands that a benchmark would train by, each of which leaves a run."""
    found = []

    def train(words):
        found.append(words)
        output = Path(words[words.index("--output") + 1])
        output.mkdir(parents=True)
        scores = {name: {"value": 1.0} for name in injections.SCORES}
        (output / "scores.dev.json").write_text(json.dumps({"scores": scores}))
        return SimpleNamespace(returncode=0)

    monkeypatch.setattr(training, "subprocess", SimpleNamespace(run=train))
    return found


def test_a_run_is_known_by_all_that_its_scores_depend_on(prepared, trainings, tmp_path, monkeypatch):
    def run(*more):
        words = ["--data", prepared, "--folder", tmp_path / "runs", "--output", tmp_path / "figures.json", *more]
        monkeypatch.setattr(sys, "argv", ["injections", *map(str, words)])
        before = len(trainings)
        injections.main()
        return len(trainings) - before

    configs = len(injections.CONFIGS)
    assert [run(), run()] == [configs, 0]
    mine = tmp_path / "mine.yaml"
    mine.write_text("data: {batch_size: 4}")
    assert [run("--config", mine), run("--config", mine)] == [configs, 0]
    assert trainings[-1].index(str(mine)) > trainings[-1].index(str(injections.RECIPE / "config.yaml"))
    mine.write_text("data: {batch_size: 8}")
    assert run("--config", mine) == configs
    manifest = json.loads((prepared / "manifest.json").read_text())
    (prepared / "manifest.json").write_text(json.dumps(manifest | {"name": "other"}))
    assert run() == configs
    assert all(int(words[words.index("--early_stopping.patience") + 1]) > 1000 for words in trainings)
    kept = json.loads((tmp_path / "figures.json").read_text())
    assert {"minutes", "data", "config"} <= kept.keys()
    assert all({"date", "commit", "machine", "torch"} <= figure.keys() for figure in kept["figures"])


def test_the_speed_of_captioning_is_kept(prepared, tmp_path, monkeypatch):
    save_captioner(tmp_path / "model", prepared)
    monkeypatch.setattr(captioning, "use_cores", lambda _: None)
    words = [tmp_path / "model", prepared / "images", "--rounds", 2, "--count", 3, "--output", tmp_path / "speed.json"]
    monkeypatch.setattr(sys, "argv", ["captioning", *map(str, words)])
    captioning.main()
    kept = json.loads((tmp_path / "speed.json").read_text())
    assert {"date", "commit", "machine", "torch", "precision"} <= kept.keys()
    assert [len(rates) for rates in kept["pictures per second"].values()] == [2, 2, 2, 2]
    monkeypatch.setattr(sys, "argv", ["captioning", str(tmp_path / "model"), str(prepared / "images"), "--rounds", "0"])
    with pytest.raises(UserError, match="'0' is too small"):
        captioning.main()
