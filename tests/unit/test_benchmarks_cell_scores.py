"""The table of all cells on two tasks."""

import json
import sys
from pathlib import Path
from types import SimpleNamespace

from toy_labels import save_classifier, toy_opinions

from benchmarks import cell_scores, training

ROOT = Path(__file__).parents[2]


def fake_training(words):
    """What a training leaves."""
    output = Path(words[words.index("--output") + 1])
    save_classifier(output / "model", toy_opinions(output / "prepared", train=40) / "tokenizer" / "en.model")
    record = {
        "scores": {"accuracy": {"value": 81.25, "interval": [78.5, 83.75]}},
        "speed": {"sentences_per_second": 1234.5},
    }
    (output / "scores.dev.json").write_text(json.dumps(record))
    return SimpleNamespace(returncode=0)


def test_a_table_of_cells(tmp_path, monkeypatch, capsys):
    trained = []
    monkeypatch.setattr(
        training, "subprocess", SimpleNamespace(run=lambda words: trained.append(words) or fake_training(words))
    )
    monkeypatch.setattr(cell_scores, "use_cores", lambda _: None)
    data = toy_opinions(tmp_path / "data")
    words = ["--sentiment", data, "--cells", "lstm", "gru", "--folder", tmp_path / "runs", "--output", tmp_path / "f"]
    monkeypatch.setattr(sys, "argv", ["cell_scores", *map(str, words)])
    cell_scores.main()
    cell_scores.main()  # nothing is trained a second time
    assert [words[words.index("--model.model.encoder.cell") + 1] for words in trained] == ["lstm", "gru"]
    figures = json.loads((tmp_path / "f").read_text())
    assert {"seed", "data", "cores used"} <= figures.keys()
    assert {"date", "commit", "machine", "torch"} <= figures["figures"][0].keys()
    parameters = figures["figures"][0]["parameters"]
    minutes = figures["figures"][0]["training_minutes"]
    assert f"| lstm | 81.2 | 78.5 to 83.8 | {parameters:,} | {minutes:.1f} | 1,234 |" in capsys.readouterr().out


def test_the_options_are_the_recipes(run_recipe):
    """Every option that the table trains with is one that the recipe knows."""
    for task in cell_scores.TASKS.values():
        words = [f"--{name}={value}" for name, value in {**task.options, **dict.fromkeys(task.cell, "gru")}.items()]
        done = run_recipe(ROOT / task.recipe, *words, "--print_config")
        assert done.code == 0, done.err
