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


def test_the_script_compares_three_ways_to_begin(tmp_path):
    pytest.importorskip("gensim", reason="word vectors are trained by gensim, which is not installed")
    command = [sys.executable, str(RECIPE / "train.py"), "--tiny"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=280)
    assert done.returncode == 0, done.stderr
    rows = dict(re.findall(r"│ (at random|from vectors, \w+) +│ ([\d.]+) ", done.stdout))
    assert rows.keys() == {"at random", "from vectors, tuned", "from vectors, frozen"}
    # To vectors of this little text words of praise and of blame are alike: they stand in the same places.
    assert all(float(rows[way]) > 85 for way in ("at random", "from vectors, tuned"))
    assert "nearest neighbours" in done.stdout
    again = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=280)
    assert dict(re.findall(r"│ (at random|from vectors, \w+) +│ ([\d.]+) ", again.stdout)) == rows
    assert "trained for" not in again.stdout
    more = ["--output", "runs/tiny_embeddings", "--model.optimizer.learning_rate=0.1"]
    other = subprocess.run([*command, *more], cwd=tmp_path, capture_output=True, text=True, timeout=280)
    assert other.returncode == 2
    assert "holds runs with other labels, vectors or options" in other.stderr


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
