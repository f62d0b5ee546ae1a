from dataclasses import replace

import pytest
from toy_captions import save_captioner, write_pictures
from toy_labels import save_classifier, toy_opinions
from toy_series import save_forecaster
from toy_text import save_language_model, write_text

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


def test_word_vocabularies_of_which_one_lacks_the_last_word_are_not_compared(tmp_path):
    lines = {"full": ["the dogs that I saw were", "the dogs were"], "poor": ["the dogs that I saw", "the dogs saw"]}
    full, poor = (
        load_model(
            save_language_model(
                tmp_path / name, write_text(tmp_path / "data" / name, {"train": text}, "word") / "tokenizer/en.model"
            )
        )
        for name, text in lines.items()
    )
    first = inspect(full, "the dogs were")
    assert inspect(full, "the dogs were", first).score.name == first.score.name
    with pytest.raises(UserError, match="'the dogs were' is '<unk>', that of the first model '▁were'; compare models"):
        inspect(poor, "the dogs were", first)
    inspect(poor, "the dogs saw", inspect(full, "the dogs saw"))


def test_forecasters_of_other_values_are_not_compared(tmp_path):
    facts = [{"date": "", "value": "", "date_format": "", "transformation": kind} for kind in ("none", "log_returns")]
    plain, returns, longer = (
        load_model(save_forecaster(tmp_path / name, window=window, hidden_size=4, series=series))
        for name, window, series in (("plain", 3, facts[0]), ("returns", 3, facts[1]), ("longer", 4, facts[0]))
    )
    numbers = "1 2 3 2 1 2"
    first = inspect(plain, numbers)
    assert inspect(longer, numbers, first).score.name == first.score.name
    for model, other, told in (
        (returns, first, "is 'log_returns', that of the first model 'none'"),
        (plain, inspect(returns, numbers), "is 'none', that of the first model 'log_returns'"),
    ):
        with pytest.raises(UserError, match=f"its transformation of the values {told}"):
            inspect(model, numbers, other)
