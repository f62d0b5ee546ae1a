"""The models of the literature: each config of the captioning recipe trains the model that it is named after."""

import csv
import json
import math
import re
from pathlib import Path

import pytest
import torch
import torchvision
from safetensors.torch import load_file
from toy_captions import recipe_options, write_pictures

from seq2seq.context import Context
from seq2seq.data.tokenizer import BOS_ID
from seq2seq.decoders.recurrent import RecurrentDecoder
from seq2seq.folder import load_model
from seq2seq.training.captioning import CaptionData, CaptioningTask
from seq2seq.training.cli import train

RECIPE = Path(__file__).parents[2] / "recipes" / "caption_flickr8k"
SHORT = ("--trainer.max_steps=24", "--trainer.val_check_interval=24", "--trainer.log_every_n_steps=2")


def run(config: str, prepared: Path, output: Path, *more: str) -> RecurrentDecoder:
    """Train by a config for a few steps; the decoder of the model folder that is left."""
    arguments = [f"--config={RECIPE / config}", *recipe_options(prepared, output, *SHORT, *more)]
    train(RECIPE / "config.yaml", arguments=arguments, task=CaptioningTask, data=CaptionData)
    return load_model(output / "model").model.eval().decoder


def logged(output: Path, name: str) -> list[float]:
    with next((output / "logs").rglob("metrics.csv")).open() as file:
        return [float(row[name]) for row in csv.DictReader(file) if row[name]]


@pytest.fixture(scope="module")
def prepared(tmp_path_factory):
    return write_pictures(tmp_path_factory.mktemp("toy") / "prepared", {"train": 16, "dev": 4})


@pytest.fixture(scope="module")
def first_stage(prepared, tmp_path_factory):
    """What the second stage begins with."""
    output = tmp_path_factory.mktemp("first") / "run"
    run("config.yaml", prepared, output, "--model.model.encoder.fine_tune=none")
    return output / "model"


@torch.no_grad()
def hears(decoder: RecurrentDecoder, part: str) -> bool:
    """Whether the first word depends on the `part` of the context: on its summary or on its memory."""
    chance = torch.Generator().manual_seed(1)
    tensors = {"memory": torch.rand(2, 4, 48, generator=chance), "summary": torch.rand(2, 48, generator=chance)}
    alike = {name: x if name == part else x[:1].expand_as(x) for name, x in tensors.items()}
    context = Context(mask=torch.ones(2, 4, dtype=torch.bool), **alike)
    logits, _ = decoder.step(torch.full((2,), BOS_ID), decoder.start(context))
    return not torch.allclose(logits[0], logits[1])


@pytest.mark.parametrize(
    ("config", "injections", "layers", "heard"),
    [
        ("config.yaml", {"initial_state", "attention"}, 2, {"summary", "memory"}),
        ("show_and_tell.yaml", {"first_step"}, 1, {"summary"}),
        ("every_step.yaml", {"every_step"}, 1, {"summary"}),
        ("initial_state.yaml", {"initial_state"}, 1, {"summary"}),
        ("show_attend_tell.yaml", {"initial_state", "attention"}, 1, {"summary", "memory"}),
    ],
)
def test_a_config_trains_the_model_of_its_name(prepared, tmp_path, config, injections, layers, heard):
    decoder = run(config, prepared, tmp_path / "run")
    assert decoder.injections == injections
    assert len(decoder.layers) == layers
    assert {part for part in ("summary", "memory") if hears(decoder, part)} == heard
    attend_and_tell = config == "show_attend_tell.yaml"
    assert (decoder.gate is not None, decoder.input_feeding) == (attend_and_tell, attend_and_tell)
    if decoder.attention is not None:
        assert decoder.attention.kind == ("additive" if attend_and_tell else "dot")
    losses = logged(tmp_path / "run", "train_loss")
    assert len(losses) == 12
    assert sum(losses[-3:]) < 0.8 * sum(losses[:3])


def thin_vgg16(**_) -> torch.nn.Module:
    """Layers and their names as torchvision's, but of few units: its own has 134 million weights."""
    with torch.device("meta"):
        vgg = torchvision.models.vgg16()
    layers = dict(vgg.named_modules())
    for name, layer in layers.items():
        path, _, last = name.rpartition(".")
        if isinstance(layer, torch.nn.Conv2d):
            thin = torch.nn.Conv2d(min(layer.in_channels, 4), 4, 3, padding=1)
        elif isinstance(layer, torch.nn.Linear):
            thin = torch.nn.Linear(4 * 7 * 7 if last == "0" else 16, 16)
        else:
            continue
        setattr(vgg.get_submodule(path), last, thin)
    return vgg


def test_every_step_takes_the_features_of_vgg_16(prepared, tmp_path, monkeypatch):
    """Those of its last layer but one, as the header of the config says."""
    monkeypatch.setattr(thin_vgg16, "__module__", torchvision.models.vgg16.__module__)  # by which its models are listed
    monkeypatch.setitem(torchvision.models._api.BUILTIN_MODELS, "vgg16", thin_vgg16)
    (options,) = re.findall("^# (--model.*)", (RECIPE / "every_step.yaml").read_text(), re.MULTILINE)
    decoder = run("every_step.yaml", prepared, tmp_path / "run", *options.split())
    assert decoder.injections == {"every_step"}
    assert load_model(tmp_path / "run" / "model").config.encoder.layer == "classifier.4"
    losses = logged(tmp_path / "run", "train_loss")
    assert sum(losses[-3:]) < 0.8 * sum(losses[:3])


@pytest.mark.parametrize("score", ["cider", "bleu"])
@pytest.mark.parametrize("baseline", ["others", "greedy"])
def test_the_second_stage_moves_the_decoder_by_each_score(prepared, first_stage, tmp_path, score, baseline):
    choices = [f"--model.reward.score={score}", f"--model.reward.baseline={baseline}", "--trainer.max_steps=6"]
    run("self_critical.yaml", prepared, tmp_path / "run", f"--model.start_from={first_stage}", *choices)
    rewards = logged(tmp_path / "run", "train_reward")
    assert len(rewards) == 3
    highest = 10 if score == "cider" else 1
    assert all(math.isfinite(reward) and 0 < reward <= highest for reward in rewards)
    before, after = (load_file(folder / "model.safetensors") for folder in (first_stage, tmp_path / "run" / "model"))
    moved = {name.partition(".")[0] for name, tensor in before.items() if not torch.equal(tensor, after[name])}
    assert "decoder" in moved
    kept = json.loads((tmp_path / "run" / "scores.dev.json").read_text())["scores"]
    assert all(math.isfinite(score["value"]) for score in kept.values())
