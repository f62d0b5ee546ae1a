"""The sentiment recipe, from the command line to a classifier in use."""

import json
from pathlib import Path

import pytest
from recipe_options import unnamed_options
from toy_labels import toy_opinions

from seq2seq.errors import UserError
from seq2seq.inference import TextClassifier
from seq2seq.training.classification import ClassificationData, ClassificationTask
from seq2seq.training.cli import RecipeCLI, make_cli

RECIPE = Path(__file__).parents[2] / "recipes" / "classify_sentiment"
CONFIGS = sorted(RECIPE.glob("*.yaml"))


@pytest.fixture(scope="module")
def toy(tmp_path_factory) -> list[str]:
    """Options that put a small corpus in the place of the config's."""
    folder = toy_opinions(tmp_path_factory.mktemp("opinions") / "prepared")
    return [f"--data.prepared={folder}", f"--output={tmp_path_factory.mktemp('output')}"]


def make(arguments: list[str]) -> RecipeCLI:
    return make_cli(RECIPE / "config.yaml", arguments, task=ClassificationTask, data=ClassificationData)


@pytest.mark.parametrize("config", CONFIGS, ids=lambda path: path.name)
def test_a_config_is_understood(config, toy):
    cli = make([f"--config={config}", *toy])
    assert cli.model.model.output.out_features == 2


def test_the_main_config_names_every_option(toy):
    assert not unnamed_options(RECIPE / "config.yaml", make(toy))


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--model.model.pooling=sum"], "pooling: 'sum' is none of last, mean, max, attention"),
        (["--model.model.encoder.cell=lsmt"], "cell: 'lsmt' is none of lstm, gru, .*; did you mean 'lstm'"),
        (["--model.source_vectors=/nowhere.txt"], "/nowhere.txt: no such file"),
        (["--model.freeze_vectors=true"], "model.freeze_vectors: there are no vectors to freeze"),
        (["--model.source_vector=x"], "did you mean 'model.source_vectors'"),
        (["--early_stopping.monitor=dev_nll"], "early_stopping.mode: 'max', but of dev_nll less is better"),
        (["--early_stopping.monitor=dev_bleu"], "'dev_bleu' is none of dev_nll, dev_accuracy, dev_macro_f1"),
        (["--data.source=en"], "data.source: no such option"),
        (["--model.optimizer.consistency=-1"], "consistency: -1.0 is below zero"),
    ],
)
def test_a_mistake_is_told_in_one_line(toy, arguments, told):
    with pytest.raises(UserError, match=told) as caught:
        make([*toy, *arguments])
    assert len(str(caught.value).splitlines()) == 1


def test_the_tiny_form_learns_to_tell_opinions_apart(tmp_path, run_recipe):
    done = run_recipe(RECIPE, "--tiny", "--output=run")
    assert done.code == 0, done.err
    assert "Warning" not in done.err
    records = json.loads((tmp_path / "run" / "model" / "scores.json").read_text())["evaluations"]
    (test,) = (record for record in records.values() if record["data"]["split"] == "test")
    assert test["scores"]["accuracy"]["value"] > 90
    assert "always '" in done.out
    assert (tmp_path / "run" / "curves.png").exists()
    card = (tmp_path / "run" / "model" / "card.md").read_text()
    assert "Classifier of text in en" in card
    found = TextClassifier.load(tmp_path / "run" / "model").classify(
        ["the soup was delicious .", "the film is dull .", "the film is not dull ."]
    )
    assert found == ["positive", "negative", "positive"]
