"""The recipe that compares embeddings at random with those that begin with vectors."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from toy_labels import toy_opinions

from seq2seq.training.classification import ClassificationData, ClassificationTask
from seq2seq.training.cli import make_cli

RECIPE = Path(__file__).parents[2] / "recipes" / "embeddings"
SENTIMENT = RECIPE.with_name("classify_sentiment")


def accuracies(told: str) -> dict[str, float]:
    """Of each way to begin, by the table that the script prints."""
    rows = re.findall(r"│ (at random|from vectors, \w+) +│ ([\d.]+) ", told)
    return {way: float(accuracy) for way, accuracy in rows}


def test_the_script_compares_three_ways_to_begin(run_recipe):
    pytest.importorskip("gensim", reason="word vectors are trained by gensim, which is not installed")
    done = run_recipe(RECIPE, "--tiny")
    assert done.code == 0, done.err
    found = accuracies(done.out)
    assert found.keys() == {"at random", "from vectors, tuned", "from vectors, frozen"}
    assert found["at random"] > 65
    assert found["from vectors, tuned"] > 80
    assert found["from vectors, frozen"] > 65, "the commonest label has half of them"
    assert "nearest neighbours" in done.out
    again = run_recipe(RECIPE, "--tiny")
    assert accuracies(again.out) == found
    assert "trained for" not in again.out
    more = ["--output", "runs/tiny_embeddings", "--model.optimizer.learning_rate=0.1"]
    other = run_recipe(RECIPE, "--tiny", *more)
    assert other.code == 2
    assert "holds runs with other labels, vectors or options" in other.err


@pytest.mark.parametrize("name", ["config.yaml", "tiny.yaml"])
def test_a_config_is_understood(tmp_path, name):
    configs = [f"--config={RECIPE / 'config.yaml'}", f"--config={RECIPE / name}"]
    vectors = tmp_path / "v.txt"
    vectors.write_text(f"the {' '.join(['0.5', '-0.5'] * (64 if name == 'config.yaml' else 24))}\n")
    folder = toy_opinions(tmp_path / "opinions")
    more = [f"--data.prepared={folder}", f"--output={tmp_path / 'run'}", f"--model.source_vectors={vectors}"]
    cli = make_cli(SENTIMENT / "config.yaml", [*configs, *more], task=ClassificationTask, data=ClassificationData)
    assert cli.model.vectors is not None


def test_a_mistake_is_told_in_one_line(tmp_path):
    command = [sys.executable, str(RECIPE / "train.py"), "--vectors", str(tmp_path / "v.txt"), "--text", "nowhere"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=100)
    assert done.returncode == 2
    assert "nowhere: no prepared folder" in done.stderr
    assert "Traceback" not in done.stderr
