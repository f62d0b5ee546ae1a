import json
from types import SimpleNamespace

import pytest
import torch
from pytorch_lightning import Trainer
from pytorch_lightning.demos.boring_classes import BoringModel
from toy_captions import save_captioner, write_pictures
from toy_clips import draw_prepared
from toy_clips import save_tagger as save_frame_tagger
from toy_data import reversed_words, write_prepared
from toy_labels import save_classifier, toy_opinions
from toy_series import save_forecaster, write_series
from toy_tags import SENTENCES, save_tagger, write_tagged
from toy_text import LINES, save_language_model, write_text

from seq2seq.data.prepared import CAPTIONS, CLASSIFICATION, FORECASTING, FRAMES, TAGGING, TEXT, PreparedFolder
from seq2seq.errors import UserError
from seq2seq.folder import load_model
from seq2seq.inspection.readers import inspect
from seq2seq.training import cli, inside
from seq2seq.training.inside import DrawInside, draw_inside, first_example

RETURNS = {"date": "date", "value": "value", "transformation": "log_returns", "date_format": ""}


def make(task, tmp_path):
    """A prepared folder of a task, with a model for it at `tmp_path`/model."""
    data, model = tmp_path / "data", tmp_path / "model"
    if task == CAPTIONS:
        save_captioner(model, write_pictures(data, {"train": 4, "dev": 2}))
    elif task == FRAMES:
        draw_prepared(data)
        save_frame_tagger(model)
    elif task == CLASSIFICATION:
        save_classifier(model, toy_opinions(data) / "tokenizer" / "en.model")
    elif task == TAGGING:
        save_tagger(model, write_tagged(data, {"train": SENTENCES, "dev": SENTENCES[:1]}))
    elif task == TEXT:
        save_language_model(model, write_text(data, {"train": LINES, "dev": ["", *LINES]}) / "tokenizer" / "en.model")
    elif task == FORECASTING:
        returns = [0.02, -0.01, 0.03, 0.01, -0.02, 0.01]
        write_series(data, {"train": returns, "dev": returns}, "log_returns")
        save_forecaster(model, window=3, hidden_size=4, series=RETURNS)
    return PreparedFolder.open(data, task), model


@pytest.mark.parametrize("task", [CAPTIONS, FRAMES, CLASSIFICATION, TAGGING, TEXT, FORECASTING])
def test_the_first_example_of_every_task_is_drawn(task, tmp_path, capsys):
    prepared, model = make(task, tmp_path)
    assert draw_inside(model, prepared, "dev", tmp_path / "inside") == tmp_path / "inside", capsys.readouterr().err
    record = json.loads((tmp_path / "inside" / "inspection.json").read_text(encoding="utf-8"))
    assert {path.name for path in (tmp_path / "inside").iterdir()} == {"inspection.json", *record["figures"]}
    (seen,) = record["inputs"]
    assert seen["layers"]
    row = prepared.rows("dev")[1 if task == TEXT else 0]
    if task == FORECASTING:
        assert len(seen["input"].split()) == 5  # four returns
        assert next(iter(seen["layers"].values()))["positions"] == ["-3", "-2", "-1"]
    else:
        assert row[0] in seen["input"]


def test_a_running_text_is_not_cut_within_a_word(tmp_path):
    line = "before we proceed any further, hear me speak, said the first of all citizens"
    data = write_text(tmp_path / "data", {"train": [line], "dev": ["", f"  {line}"]}, kind="word")
    loaded = load_model(save_language_model(tmp_path / "model", data / "tokenizer" / "en.model"))
    example = first_example(loaded, PreparedFolder.open(data, TEXT), "dev")
    assert example == "before we proceed any further, hear me speak, said the first"
    assert inspect(loaded, example).score.target == ("▁first",)


@pytest.mark.parametrize(
    ("text", "taken"),
    [
        ("x" * 60 + " y", "x" * 60),
        ("x" * 59 + " yz", "x" * 59),
        ("x" * 61 + " y", "x" * 60),
        ("  " + "x" * 70, "x" * 60),
        ("all  of  it ", "all  of  it "),
    ],
)
def test_what_is_taken_of_a_text(text, taken):
    assert inside._beginning(text) == taken


def test_plain_data_loaders_are_a_note(tmp_path, capsys):
    trainer = Trainer(
        accelerator="cpu",
        callbacks=[DrawInside(tmp_path / "inside")],
        default_root_dir=tmp_path,
        enable_progress_bar=False,
        fast_dev_run=1,
        logger=False,
    )
    trainer.fit(BoringModel())
    told = [line for line in capsys.readouterr().err.splitlines() if "drawn" in line]
    assert told == [
        f"note: nothing is drawn in {tmp_path / 'inside'}: training has no prepared folder to take an example of; "
        "give it one's data module"
    ]
    assert not (tmp_path / "inside").exists()


def test_a_failure_is_a_note(tmp_path, capsys):
    prepared, model = make(FORECASTING, tmp_path)
    save_forecaster(model.with_name("linear"), kind="autoregression", window=3)
    assert draw_inside(model.with_name("linear"), prepared, "dev", tmp_path / "inside") is None
    assert capsys.readouterr().err == (
        f"note: nothing is drawn in {tmp_path / 'inside'}: the model has no recurrent layer, so there is nothing to "
        "look at\n"
    )
    assert not (tmp_path / "inside").exists()


# Everything random switched on; validations after steps 2, 4, 6 and 8.
CONFIG = """
data: {{prepared: {prepared}, source: es, target: en, batch_size: 40, subword_sampling: 0.2}}
model:
  model:
    embedding_size: 8
    encoder: {{hidden_size: 8, dropout: 0.2, word_dropout: 0.1}}
    decoder: {{hidden_size: 8, dropout: 0.2, word_dropout: 0.1}}
  optimizer: {{learning_rate: 0.01, warmup_steps: 2}}
average: {{every: 2}}
samples: 0
trainer:
  accelerator: cpu
  precision: 32-true
  max_steps: 8
  val_check_interval: 2
  check_val_every_n_epoch: null
  log_every_n_steps: 1
"""


@pytest.fixture
def train(tmp_path, monkeypatch):
    """A function (folder of the run, *arguments) that trains, without an end of its own, and gives the checkpoint."""
    splits = {"train": reversed_words(60, seed=1, longest=4), "dev": reversed_words(4, seed=2, longest=4)}
    prepared = write_prepared(tmp_path / "prepared", splits, kind="unigram", vocab_size=40)
    (tmp_path / "config.yaml").write_text(CONFIG.format(prepared=prepared), encoding="utf-8")
    monkeypatch.setattr(cli, "finish", lambda *_: None)

    def run(output, *arguments):
        cli.train(tmp_path / "config.yaml", arguments=[f"--output={output}", *arguments])
        return torch.load(output / "checkpoints" / "last.ckpt", weights_only=True)

    return run


def test_every_other_validation_is_drawn_and_training_is_the_same(train, tmp_path, monkeypatch, capsys):
    plain = train(tmp_path / "plain")
    assert not (tmp_path / "plain" / "inside").exists()
    drawn = train(tmp_path / "drawn", "--inside=2")
    folders = sorted((tmp_path / "drawn" / "inside").iterdir())
    assert [folder.name for folder in folders] == ["step000004", "step000008"]
    norms = []
    for folder in folders:
        record = json.loads((folder / "inspection.json").read_text(encoding="utf-8"))
        assert {path.name for path in folder.iterdir()} == {"inspection.json", *record["figures"]}
        norms.append(record["inputs"][0]["layers"]["encoder, layer 1, forward"]["hidden_norm"])
    assert norms[0] != norms[1], "the model has learned in between"

    def fail(*_):
        raise RuntimeError("no ink")

    monkeypatch.setattr(inside, "write_inspection", fail)
    capsys.readouterr()
    failed = train(tmp_path / "failed", "--inside=1")
    place = tmp_path / "failed" / "inside"
    notes = [f"note: nothing is drawn in {place / f'step{step:06}'}: no ink" for step in (2, 4, 6, 8)]
    assert [line for line in capsys.readouterr().err.splitlines() if "drawn" in line] == notes
    assert not place.exists()
    for other in (drawn, failed):
        for part in ("state_dict", "current_model_state"):
            assert plain[part].keys() == other[part].keys()
            assert all(torch.equal(plain[part][name], other[part][name]) for name in plain[part])


def test_drawing_leaves_the_random_numbers_as_they_are(tmp_path, monkeypatch):
    prepared, _ = make(CLASSIFICATION, tmp_path / "toy")
    monkeypatch.setattr(inside, "export", lambda *_: torch.rand(3))
    monkeypatch.setattr(inside, "draw_inside", lambda *_: torch.rand(3))
    trainer = SimpleNamespace(
        datamodule=SimpleNamespace(prepared=prepared), save_checkpoint=lambda path: None, is_global_zero=True
    )
    before = torch.get_rng_state()
    DrawInside(tmp_path).on_train_end(trainer, None)
    assert torch.equal(torch.get_rng_state(), before)


def test_a_lightning_trainer_draws_once_when_training_ends(train, tmp_path):
    run = cli.make_cli(tmp_path / "config.yaml", [f"--output={tmp_path / 'run'}"])
    run.trainer.callbacks.append(DrawInside(tmp_path / "mine"))
    run.trainer.fit(run.model, datamodule=run.datamodule)
    assert (tmp_path / "mine" / "inspection.json").exists()
    assert not any(path.is_dir() for path in (tmp_path / "mine").iterdir())


def test_a_step_of_none_is_refused():
    with pytest.raises(UserError, match="every 0: must be 1 or more"):
        DrawInside("x", every=0)
