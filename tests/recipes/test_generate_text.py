"""The language model's recipe, from the command line to a text; its configs; and a run that was interrupted."""

import json
import os
import re
import signal
from pathlib import Path

import pytest
import torch
from recipe_options import unnamed_options
from toy_text import LINES, write_text

from seq2seq.errors import Terminated, UserError
from seq2seq.inference import TextGenerator
from seq2seq.training import cli, curves
from seq2seq.training.language_model import LanguageModelData, LanguageModelTask

ROOT = Path(__file__).parents[2]
RECIPE = ROOT / "recipes" / "generate_text"
CONFIGS = sorted(RECIPE.glob("*.yaml"))
BOUND = 1.3  # nats a character of sentences that a small grammar makes


def test_the_script_learns_to_spell_the_shipped_text(tmp_path, run_recipe):
    done = run_recipe(RECIPE, "--tiny", "--output=run")
    assert done.code == 0, done.err
    assert "Warning" not in done.err
    run = tmp_path / "run"
    (record,) = json.loads((run / "model" / "scores.json").read_text())["evaluations"].values()
    assert record["data"]["split"] == "dev"
    assert record["scores"]["nats/character"]["value"] < BOUND
    assert "seq2seq generate" in (run / "model" / "card.md").read_text()
    assert "seq2seq generate" in done.out
    stages = re.findall(r"^=== step (\d+) · dev loss ([\d.]+) nats$", (run / "samples.txt").read_text(), re.MULTILINE)
    assert [int(step) for step, _ in stages] == [75, 150]
    assert float(stages[1][1]) < float(stages[0][1])
    # Dev in parallel rows, as the run reads it, and in one row.
    assert float(stages[1][1]) == pytest.approx(record["scores"]["nats/character"]["value"], abs=0.02)
    (text,) = TextGenerator.load(run / "model").generate(["The "], characters=200, seed=1)
    assert len(text) == 200


@pytest.fixture(scope="module")
def toy(tmp_path_factory) -> list[str]:
    """Options that put a small text in the place of the config's."""
    place = tmp_path_factory.mktemp("toy")
    folder = write_text(place / "prepared", {"train": LINES * 4, "dev": LINES})
    return [f"--data.prepared={folder}", f"--output={place / 'output'}", "--data.batch_size=4"]


def make(arguments: list[str], config: Path = RECIPE / "config.yaml") -> cli.RecipeCLI:
    arguments = [f"--config={config}", *arguments]
    return cli.make_cli(RECIPE / "config.yaml", arguments, task=LanguageModelTask, data=LanguageModelData)


@pytest.mark.parametrize("config", CONFIGS, ids=lambda path: path.name)
def test_a_config_is_understood(config, toy):
    assert make(toy, config).model.config.decoder.layers >= 1


def test_the_main_config_names_every_option_of_task_and_data(toy):
    assert not unnamed_options(RECIPE / "config.yaml", make(toy))


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--data.step=3"], "data.step: no such option; did you mean 'data.steps'"),
        (["--data.batch_size=0"], "data.batch_size: 0 is too small"),
        (["--data.temperature=0"], "data.temperature: 0.0 is out of range"),
        (["--data.prepared=/nowhere"], "no prepared folder"),
        (["--model.model.decoder.cell=lstn"], "cell.*lstn"),
        (["--early_stopping.monitor=dev_bleu"], "'dev_bleu' is none of dev_nll"),
    ],
)
def test_a_mistake_is_told_in_one_line(toy, arguments, told):
    with pytest.raises(UserError, match=told) as caught:
        make([*toy, *arguments])
    assert len(str(caught.value).splitlines()) == 1


def test_data_for_another_task_are_told(toy, tmp_path):
    from toy_data import reversed_words, write_prepared

    folder = write_prepared(tmp_path / "pairs", {"train": reversed_words(20, seed=1)})
    with pytest.raises(UserError, match=r"data\.prepared: .* holds translation, no running text"):
        make([*toy, f"--data.prepared={folder}"])


# 27 chunks an epoch, more than two epochs; validations that do not end with the epochs; dropout and averaging.
SMALL = """
model:
  model: {embedding_size: 12, decoder: {hidden_size: 16, layers: 2, dropout: 0.2, word_dropout: 0.1}}
  optimizer: {learning_rate: 0.01, warmup_steps: 5}
data: {batch_size: 12, steps: 10, characters: 20}
average: {every: 2}
early_stopping: {patience: 1000}
trainer:
  accelerator: cpu
  precision: 32-true
  max_time: null
  max_steps: 62
  val_check_interval: 9
  log_every_n_steps: 1
"""


@pytest.fixture
def train(tmp_path, toy, monkeypatch):
    """A function (output, *arguments) that trains in this process, and gives the last checkpoint."""
    (tmp_path / "small.yaml").write_text(SMALL)
    monkeypatch.setattr(cli, "finish", lambda *_: None)
    monkeypatch.setattr(curves, "draw", lambda *_: None)
    monkeypatch.setattr(LanguageModelTask, "training_step", LanguageModelTask.training_step)

    def run(output: Path, *arguments: str) -> dict:
        words = [f"--config={tmp_path / 'small.yaml'}", toy[0], f"--output={output}", *arguments]
        cli.train(RECIPE / "config.yaml", arguments=words, task=LanguageModelTask, data=LanguageModelData)
        return torch.load(output / "checkpoints" / "last.ckpt", weights_only=True)

    return run


def stop_at(step: int) -> None:
    """Send this process a signal in the middle of a training step, once."""
    whole_step = LanguageModelTask.training_step
    due = [signal.SIGTERM]

    def training_step(self, batch, batch_idx):
        if self.global_step == step and due:
            os.kill(os.getpid(), due.pop())
        return whole_step(self, batch, batch_idx)

    LanguageModelTask.training_step = training_step


# In the first epoch; just before a validation; with an epoch's last chunk; in a later epoch.
@pytest.mark.parametrize("step", [5, 17, 26, 40])
def test_a_run_that_was_interrupted_goes_on_bit_for_bit(train, tmp_path, step):
    whole = train(tmp_path / "whole")
    assert whole["global_step"] == 62
    stop_at(step)
    with pytest.raises(Terminated):
        train(tmp_path / "stopped")
    resumed = train(tmp_path / "stopped", "--ckpt_path=last")
    for part in ("state_dict", "current_model_state"):
        assert whole[part].keys() == resumed[part].keys()
        assert all(torch.equal(whole[part][name], resumed[part][name]) for name in whole[part]), part
    for one, other in zip(whole["carried_state"], resumed["carried_state"], strict=True):
        assert all(torch.equal(first, second) for first, second in zip(one, other, strict=True))
    expected, found = (stages_of(tmp_path / name / "samples.txt") for name in ("whole", "stopped"))
    expected.pop(step + 1, None)  # the validation that was due just then
    assert found == expected


def stages_of(samples: Path) -> dict[int, str]:
    """What was written at each step."""
    parts = re.split(r"^=== step (\d+) ", samples.read_text(), flags=re.MULTILINE)
    return dict(zip(map(int, parts[1::2]), parts[2::2], strict=True))


def test_the_state_is_carried_over_chunks_and_in_the_checkpoint(train, tmp_path):
    """A run without it learns something else."""
    with_state = train(tmp_path / "with", "--trainer.max_steps=9")
    assert [[part.shape for part in layer] for layer in with_state["carried_state"]] == [[(12, 16)] * 2] * 2
    forgetful = LanguageModelTask.training_losses

    def training_losses(self, batch):
        self._state = None
        return forgetful(self, batch)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(LanguageModelTask, "training_losses", training_losses)
        without = train(tmp_path / "without", "--trainer.max_steps=9")
    name = next(name for name in with_state["state_dict"] if "weight_hh" in name)
    assert not torch.equal(with_state["state_dict"][name], without["state_dict"][name])


def test_starting_over_forgets_the_old_texts(train, tmp_path):
    train(tmp_path, "--trainer.max_steps=9")
    old = (tmp_path / "samples.txt").read_text()
    train(tmp_path, "--trainer.max_steps=4", "--overwrite=true")
    new = (tmp_path / "samples.txt").read_text()
    assert old.startswith("=== step 9 ")
    assert new.startswith("=== step 4 ")
    assert new.count("=== step") == 1


@pytest.mark.parametrize(
    ("option", "told"),
    [("--data.batch_size=6", "data.batch_size 12, but now it is 6"), ("--data.steps=5", "data.steps 10")],
)
def test_a_run_cannot_go_on_with_other_chunks(train, tmp_path, option, told):
    train(tmp_path, "--trainer.max_steps=4")
    with pytest.raises(UserError, match=told):
        train(tmp_path, "--ckpt_path=last", option)


def test_texts_of_another_run_are_not_written_over(train, tmp_path):
    (tmp_path / "samples.txt").write_text("my own")
    with pytest.raises(UserError, match=r"holds samples.txt already; choose another folder, or start over by"):
        train(tmp_path)
    assert (tmp_path / "samples.txt").read_text() == "my own"
