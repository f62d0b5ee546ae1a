"""The recipe for frames, from drawn clips to a tagger in use."""

import json
from pathlib import Path

import pytest
from recipe_options import unnamed_options
from toy_clips import draw_prepared

from seq2seq.errors import UserError
from seq2seq.inference import FrameClassifier
from seq2seq.training.cli import RecipeCLI, make_cli
from seq2seq.training.frames import FramesData, FramesTask

RECIPE = Path(__file__).parents[2] / "recipes" / "classify_frames"
CONFIGS = sorted(RECIPE.glob("*.yaml"))


@pytest.fixture(scope="module")
def prepared(tmp_path_factory) -> Path:
    return draw_prepared(tmp_path_factory.mktemp("data") / "frames")


def parse(tmp_path: Path, prepared: Path, *more: str) -> RecipeCLI:
    arguments = [*more, f"--data.prepared={prepared}", f"--output={tmp_path / 'run'}"]
    return make_cli(RECIPE / "config.yaml", arguments, task=FramesTask, data=FramesData)


def test_the_tiny_run_remembers_what_no_frame_shows(tmp_path, run_recipe):
    done = run_recipe(RECIPE, "--tiny")
    assert done.code == 0, done.err
    assert "Warning" not in done.err
    run = tmp_path / "runs" / "tiny_frames"
    record = json.loads((run / "scores.test.json").read_text())
    assert record["scores"]["accuracy"]["value"] > 45, "the convolutional net alone is below 30 after as many steps"
    (baseline,) = record["baselines"].values()
    assert baseline["accuracy"]["value"] < 35
    clip = next((tmp_path / "prepared" / "tiny_frames" / "images").glob("test-*.png"))
    (labels,) = FrameClassifier.load(run / "model").classify([clip])
    assert len(labels) == 8
    left = {str(path.relative_to(run)) for path in run.rglob("*") if path.is_file()}
    assert left >= {"checkpoints/best.ckpt", "checkpoints/last.ckpt", "scores.dev.json", "curves.png", "model/card.md"}
    assert "seq2seq classify-frames" in (run / "model" / "card.md").read_text()


@pytest.mark.parametrize("config", CONFIGS, ids=lambda path: path.name)
def test_a_config_is_understood(tmp_path, prepared, config):
    cli = parse(tmp_path, prepared, f"--config={config}")
    assert (cli.model.model.recurrent is None) == (config.name == "no_memory.yaml")
    assert cli.model.model.output.out_features == len(cli.datamodule.labels)


def test_the_main_config_names_every_option(tmp_path, prepared):
    assert unnamed_options(RECIPE / "config.yaml", parse(tmp_path, prepared)) == set()


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--model.model.cell=lstn"], "lstn"),
        (["--model.model.encoder.backbone=small_cnm"], "did you mean 'small_cnn'"),
        (["--data.batch_size=0"], "data.batch_size: 0 is too small"),
        (["--model.model.memry=false"], "did you mean 'model.model.memory'"),
        (["--early_stopping.monitor=dev_bleu"], "'dev_bleu' is none of dev_nll, dev_accuracy"),
    ],
)
def test_mistakes_are_told_in_one_line(tmp_path, prepared, options, told):
    with pytest.raises(UserError, match=told) as caught:
        parse(tmp_path, prepared, *options)
    assert len(str(caught.value).splitlines()) == 1


def test_a_folder_of_something_else_is_told(tmp_path):
    from toy_series import write_series

    with pytest.raises(UserError, match="holds forecasting, no clips with labelled frames"):
        parse(tmp_path, write_series(tmp_path / "p", {"train": [1, 2], "dev": [3]}))
