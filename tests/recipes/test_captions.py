"""The captioning recipe, from pictures to a captioner in use."""

import csv
import json
import random
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file
from toy_captions import COLOURS, captions_of, paint, recipe_options, write_pictures

from seq2seq.inference import Captioner
from seq2seq.training.captioning import CaptionData, CaptioningTask
from seq2seq.training.cli import train

RECIPE = Path(__file__).parents[2] / "recipes" / "caption_flickr8k"


def run(*arguments: str) -> None:
    train(RECIPE / "config.yaml", arguments=arguments, task=CaptioningTask, data=CaptionData)


@pytest.fixture(scope="module")
def prepared(tmp_path_factory):
    return write_pictures(tmp_path_factory.mktemp("toy") / "prepared", {"train": 40, "dev": 8, "test": 8})


@pytest.mark.parametrize("fine_tune", ["none", "all", "features.3"])
@pytest.mark.parametrize("injections", ["[initial_state,attention]", "[first_step]"])
def test_a_frozen_and_a_trained_backbone_learn(prepared, tmp_path, fine_tune, injections):
    choices = [f"--model.model.encoder.fine_tune={fine_tune}", f"--model.model.decoder.injections={injections}"]
    run(*recipe_options(prepared, tmp_path / "run", *choices))
    records = json.loads((tmp_path / "run" / "model" / "scores.json").read_text())["evaluations"]
    record = list(records.values())[-1]
    assert record["data"]["split"] == "test"
    assert record["scores"]["BLEU-4"]["value"] > 90
    pictures = [paint(colour, random.Random(9)) for colour in COLOURS]
    for colour, caption in zip(COLOURS, Captioner.load(tmp_path / "run" / "model").caption(pictures), strict=True):
        assert caption in captions_of(colour)


def test_the_second_stage_begins_with_the_first_ones_model(prepared, tmp_path):
    frozen = "--model.model.encoder.fine_tune=none"
    run(*recipe_options(prepared, tmp_path / "first", frozen, "--trainer.max_steps=60"))
    kept = set((prepared / ".features").iterdir())
    second = [f"--config={RECIPE / 'self_critical.yaml'}", f"--model.start_from={tmp_path / 'first' / 'model'}"]
    sizes = ["--model.model.encoder.backbone=mobilenet_v2", "--model.model.encoder.weights=default"]  # of no account
    run(*second, *recipe_options(prepared, tmp_path / "second", *sizes, "--trainer.max_steps=30"))
    assert set((prepared / ".features").iterdir()) == kept, "the first stage's features serve"
    first, after = (
        json.loads((tmp_path / name / "scores.dev.json").read_text())["scores"]["CIDEr-D"]["value"]
        for name in ("first", "second")
    )
    assert after > 0.9 * first
    weights = [load_file(tmp_path / name / "model" / "model.safetensors") for name in ("first", "second")]
    moved = {name for name, tensor in weights[0].items() if not torch.equal(tensor, weights[1][name])}
    assert any(name.startswith("decoder.") for name in moved)
    assert not any("backbone" in name for name in moved)
    with next((tmp_path / "second" / "logs").rglob("metrics.csv")).open() as file:
        rewards = [float(row["train_reward"]) for row in csv.DictReader(file) if row["train_reward"]]
    assert len(rewards) == 3
    assert all(0 < reward <= 10 for reward in rewards)
    assert "best.ckpt" in {path.name for path in (tmp_path / "second").rglob("*.ckpt")}


def test_the_script_tells_what_it_needs(tmp_path):
    command = [sys.executable, str(RECIPE / "train.py"), "--data.prepared=nowhere"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 2
    assert done.stderr.startswith("error: ")
    assert len(done.stderr.splitlines()) == 1


def test_the_tiny_run_draws_its_own_pictures(tmp_path, run_recipe):
    few = ["--trainer.max_steps=6", "--trainer.val_check_interval=6", "--data.batch_size=8", "--output=run"]
    done = run_recipe(RECIPE, "--tiny", *few)
    assert done.code == 0, done.err
    assert "Warning" not in done.err
    assert (tmp_path / "prepared" / "tiny_scenes" / "manifest.json").exists()
    assert (tmp_path / "run" / "model" / "model.safetensors").exists()


def test_what_is_in_the_way_of_the_pictures_is_told_without_a_traceback(tmp_path, run_recipe):
    (tmp_path / "prepared").mkdir()
    (tmp_path / "prepared" / "tiny_scenes").write_text("mine")
    done = run_recipe(RECIPE, "--tiny")
    assert done.code == 2
    assert done.err.splitlines()[-1].startswith(
        "error: prepared/tiny_scenes: could not be prepared by data_prep.scenes"
    )
    assert "Traceback" not in done.err
