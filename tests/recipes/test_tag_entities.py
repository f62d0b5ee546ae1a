"""The recipe for entities, from the command line to a tagger in use."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from recipe_options import unnamed_options
from toy_tags import SENTENCES, write_tagged

from seq2seq.data.entities import entities
from seq2seq.data.prepared import PreparedFolder
from seq2seq.errors import Terminated, UserError
from seq2seq.inference import Tagger
from seq2seq.training import cli, curves
from seq2seq.training.cli import make_cli, train
from seq2seq.training.tagging import TaggingData, TaggingTask

ROOT = Path(__file__).parents[2]
RECIPE = ROOT / "recipes" / "tag_entities"
WNUT17 = ROOT.parent / "shared" / "data" / "wnut17"


def test_the_recipe_finds_names_that_it_has_not_seen(tmp_path, run_recipe):
    done = run_recipe(RECIPE, "--tiny", "--output=run")
    assert done.code == 0, done.err
    assert "Warning" not in done.err
    records = {split: json.loads((tmp_path / "run" / f"scores.{split}.json").read_text()) for split in ("dev", "test")}
    for record in records.values():
        assert record["scores"]["entity F1"]["value"] > 90
        assert record["baselines"]["dictionary"]["entity F1"]["value"] < 50, "memory is not enough"
    card = (tmp_path / "run" / "model" / "card.md").read_text()
    assert "seq2seq tag" in card
    tagger = Tagger.load(tmp_path / "run" / "model")
    (found,) = tagger.tag_detailed(["On Friday Brunella Kastrand came from Upper Dolmouth ."])
    assert [(entity.kind, entity.start, entity.end) for entity in found.entities] == [("person", 2, 4), ("place", 6, 8)]


@pytest.fixture(scope="module")
def toy(tmp_path_factory) -> list[str]:
    """Options that put a few sentences in the place of the config's corpus, and a small net in that of its own."""
    folder = write_tagged(tmp_path_factory.mktemp("tagged") / "prepared", {"train": SENTENCES * 6, "dev": SENTENCES})
    sizes = ("embedding_size=8", "encoder.hidden_size=8", "characters.hidden_size=8", "characters.embedding_size=8")
    options = [f"--model.model.{size}" for size in sizes]
    return [f"--data.prepared={folder}", "--data.batch_size=4", "--trainer.accelerator=cpu", *options]


def make(arguments):
    return make_cli(RECIPE / "config.yaml", arguments, task=TaggingTask, data=TaggingData)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--data.prepared=/nowhere"], "/nowhere: no prepared folder"),
        (["--data.batch_size=0"], "data.batch_size: 0 is too small"),
        (["--data.max_tokens=1"], "data.max_tokens: 1 leaves out every training sentence"),
        (["--model.model.output=crv"], "output.*crv"),
        (["--model.model.characters.cell=lstn"], "cell.*lstn"),
        (["--model.model.characters.hidden_size=0"], "model.characters.hidden_size: 0 is not from 1"),
        (["--model.optimizer.learning_rate=-1"], "learning_rate: -1.0 is below zero"),
        (["--early_stopping.monitor=dev_bleu"], "early_stopping.monitor: 'dev_bleu' is none of dev_nll, dev_f1"),
        (["--model.freeze_vectors=true"], "model.freeze_vectors: there are no vectors to freeze"),
    ],
)
def test_a_mistake_is_told_in_one_line(toy, tmp_path, arguments, told):
    with pytest.raises(UserError, match=told) as caught:
        make([*toy, f"--output={tmp_path}", *arguments])
    assert len(str(caught.value).splitlines()) == 1


@pytest.mark.parametrize("config", sorted(RECIPE.glob("*.yaml")), ids=lambda path: path.name)
def test_a_config_is_understood(toy, tmp_path, config):
    assert make([f"--config={config}", *toy, f"--output={tmp_path}"]).model.model.output.out_features == 7


def test_the_main_config_names_every_option(toy, tmp_path):
    assert not unnamed_options(RECIPE / "config.yaml", make([*toy, f"--output={tmp_path}"]))


def test_data_for_another_task_are_told(toy, tmp_path):
    folder = write_tagged(tmp_path / "prepared", {"train": SENTENCES, "dev": SENTENCES})
    manifest = json.loads((folder / "manifest.json").read_text())
    (folder / "manifest.json").write_text(json.dumps(manifest | {"task": "classification"}))
    with pytest.raises(UserError, match="holds classification, no tagged sentences"):
        make([*toy, f"--data.prepared={folder}", f"--output={tmp_path / 'run'}"])


def test_a_type_that_dev_alone_has_is_no_obstacle(toy, tmp_path):
    folder = write_tagged(tmp_path / "prepared", {"train": SENTENCES, "dev": [("Zip zap", "B-sound I-sound")]})
    task = make([*toy, f"--data.prepared={folder}", f"--output={tmp_path / 'run'}"])
    assert task.datamodule.labels[-2:] == ("B-sound", "I-sound")


def test_a_run_that_is_told_to_stop_goes_on_as_if_it_had_not_been(toy, tmp_path, monkeypatch):
    monkeypatch.setattr(cli, "finish", lambda *_: None)
    monkeypatch.setattr(curves, "draw", lambda *_: None)
    step = TaggingTask.training_step

    def run(name: str, *arguments: str) -> dict:
        options = [*toy, "--trainer.max_epochs=3", "--trainer.precision=32-true", f"--output={tmp_path / name}"]
        train(RECIPE / "config.yaml", arguments=[*options, *arguments], task=TaggingTask, data=TaggingData)
        return torch.load(tmp_path / name / "checkpoints" / "last.ckpt", weights_only=True)

    def stopping_step(self, batch, batch_idx):
        if self.global_step == 11:
            os.kill(os.getpid(), signal.SIGTERM)
        return step(self, batch, batch_idx)

    whole = run("whole")
    monkeypatch.setattr(TaggingTask, "training_step", stopping_step)
    with pytest.raises(Terminated):
        run("stopped")
    monkeypatch.setattr(TaggingTask, "training_step", step)
    resumed = run("stopped", "--ckpt_path=last")
    assert whole["global_step"] == resumed["global_step"] == 24
    for part in ("state_dict", "current_model_state"):
        assert all(torch.equal(tensor, resumed[part][name]) for name, tensor in whole[part].items())


@pytest.mark.skipif(not WNUT17.is_dir(), reason="WNUT17 is not here (../shared/data/wnut17)")
def test_wnut17_is_prepared_whole(tmp_path):
    files = [str(WNUT17 / "train.conll"), "--dev", str(WNUT17 / "dev.conll"), "--test-size", "0", "--lower-case"]
    command = [sys.executable, "-m", "data_prep.tags", *files, "--output", str(tmp_path / "wnut17")]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    prepared = PreparedFolder.open(tmp_path / "wnut17")
    assert prepared.manifest["lines_in"] == 3394 + 1009
    assert prepared.manifest["splits"]["dev"]["pairs"] == 1009
    found = [entity for tags in prepared.column("dev", "tags") for entity in entities(tags.split(" "))]
    assert len(found) == 836
