from dataclasses import replace

import pytest
from toy_captions import save_captioner, write_pictures
from toy_labels import save_classifier, toy_opinions

from seq2seq.errors import UserError
from seq2seq.folder import load_model
from seq2seq.inspection.beside import check_positions, way_of
from seq2seq.inspection.look import SEEN_DIRECTLY
from seq2seq.inspection.readers import inspect


def test_another_model_is_made_to_say_what_the_first_one_says(tmp_path):
    data = write_pictures(tmp_path / "data", {"train": 4, "dev": 2})
    one, other = (load_model(save_captioner(tmp_path / f"{seed}", data, seed=seed)) for seed in (1, 2))
    picture = str(next((data / "images").iterdir()))
    first, alone = inspect(one, picture), inspect(other, picture)
    assert first.score.target != alone.score.target
    forced = inspect(other, picture, first)
    assert forced.score.target == first.score.target
    assert forced.score.about == first.score.about
    assert forced.bottom("decoder").positions == first.bottom("decoder").positions
    again = inspect(one, picture, first)
    assert again.bottom("decoder").gradient.equal(first.bottom("decoder").gradient)
    with pytest.raises(UserError, match="its decoder reads other pieces of"):
        check_positions(alone, first, by_words=True)


def test_another_classifier_is_looked_at_on_the_same_label(tmp_path):
    tokenizer = toy_opinions(tmp_path / "data") / "tokenizer" / "en.model"
    model = load_model(save_classifier(tmp_path / "model", tokenizer))
    first = inspect(model, "good")
    other = next(label for label in model.labels if label != first.score.target[0])
    forced = inspect(model, "good", saying(first, other))
    assert forced.score.name == f"log-odds of the label {other!r}"
    assert way_of({"a": [first], "b": [forced]}, "encoder") != SEEN_DIRECTLY  # it reads both ways


def saying(look, label):
    return replace(look, score=look.score._replace(target=(label,)))


def test_a_label_that_a_model_does_not_know_is_told(tmp_path):
    tokenizer = toy_opinions(tmp_path / "data") / "tokenizer" / "en.model"
    model = load_model(save_classifier(tmp_path / "model", tokenizer))
    first = inspect(model, "good")
    strange = saying(first, "strange")
    with pytest.raises(UserError, match="it cannot say what the first model says: it has no label 'strange'"):
        inspect(model, "good", strange)
