import json

import pytest
from toy_captions import save_captioner, write_pictures
from toy_clips import draw_prepared
from toy_clips import save_tagger as save_frame_tagger
from toy_labels import save_classifier, toy_opinions
from toy_series import save_forecaster, write_series
from toy_tags import SENTENCES, save_tagger, write_tagged
from toy_text import LINES, save_language_model, write_text

from seq2seq.data.prepared import CAPTIONS, CLASSIFICATION, FORECASTING, FRAMES, TAGGING, TEXT, PreparedFolder
from seq2seq.training.inside import draw_inside

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


def test_a_failure_is_a_note(tmp_path, capsys):
    prepared, model = make(FORECASTING, tmp_path)
    save_forecaster(model.with_name("linear"), kind="autoregression", window=3)
    assert draw_inside(model.with_name("linear"), prepared, "dev", tmp_path / "inside") is None
    assert capsys.readouterr().err == (
        f"note: nothing is drawn in {tmp_path / 'inside'}: the model has no recurrent layer, so there is nothing to "
        "look at\n"
    )
    assert not (tmp_path / "inside").exists()
