import json
import shutil

import pytest
import torch
from PIL import Image

from seq2seq.data.tokenizer import Tokenizer
from seq2seq.folder import save_model
from seq2seq.models.classifier import ClassifierConfig, build_classifier
from seq2seq.models.encoder_decoder import (
    CaptionerConfig,
    DecoderConfig,
    EncoderConfig,
    ImageEncoderConfig,
    build_captioner,
)
from seq2seq.models.forecaster import ForecasterConfig, build_forecaster
from seq2seq.models.frame_tagger import FrameTaggerConfig, build_frame_tagger
from seq2seq.models.language_model import LanguageModelConfig, build_language_model
from seq2seq.models.tagger import TaggerConfig, build_tagger

LABELS = ("bad", "good")
TAGS = ("O", "B-place", "I-place")


def read_record(folder):
    return json.loads((folder / "inspection.json").read_text(encoding="utf-8"))


def is_picture(path):
    return path.stat().st_size > 1000 and path.read_bytes().startswith((b"\x89PNG", b"<?xml"))


@pytest.fixture(scope="module")
def classifier(tmp_path_factory, tiny_tokenizer):
    torch.manual_seed(1)
    config = ClassifierConfig(
        embedding_size=8, encoder=EncoderConfig(hidden_size=6, layers=2, cell="gru"), pooling="attention"
    )
    model = build_classifier(config, len(Tokenizer.load(tiny_tokenizer)), len(LABELS))
    folder = tmp_path_factory.mktemp("classifier") / "model"
    save_model(folder, model, config, ("en", tiny_tokenizer), None, "# A model of the tests\n", labels=LABELS)
    return folder


@pytest.fixture(scope="module")
def language_model(tmp_path_factory, tiny_tokenizer):
    torch.manual_seed(1)
    config = LanguageModelConfig(embedding_size=8)
    config.decoder.hidden_size, config.decoder.cell = 6, "rnn"
    model = build_language_model(config, len(Tokenizer.load(tiny_tokenizer)))
    folder = tmp_path_factory.mktemp("language_model") / "model"
    save_model(folder, model, config, None, ("en", tiny_tokenizer), "# A model of the tests\n")
    return folder


@pytest.fixture(scope="module")
def captioner(tmp_path_factory, tiny_tokenizer):
    torch.manual_seed(1)
    config = CaptionerConfig(
        embedding_size=8,
        encoder=ImageEncoderConfig(
            backbone="small_cnn", weights="none", image_size=64, mean=[0.5] * 3, std=[0.5] * 3, projection_size=8
        ),
        decoder=DecoderConfig(hidden_size=8, layers=1, injections=["first_step", "attention"]),
    )
    model = build_captioner(config, len(Tokenizer.load(tiny_tokenizer)))
    folder = tmp_path_factory.mktemp("captioner") / "model"
    save_model(folder, model, config, None, ("en", tiny_tokenizer), "# A model of the tests\n")
    return folder


def test_a_translator(seq2seq, taught_model, pairs, tmp_path):
    source, target = pairs[1]
    outcome = seq2seq("inspect", taught_model, source, "--output", tmp_path)
    assert outcome.code == 0, outcome.err
    assert f"1  {source}\n   -> {target}\n" in outcome.out
    names = {path.name for path in tmp_path.iterdir()}
    assert names == {
        "inspection.json",
        "attention.png",
        *(f"encoder-layer1-{way}-gates.png" for way in ("forward", "backward")),
        "decoder-layer1-gates.png",
        *(f"{net}-{what}.png" for net in ("encoder", "decoder") for what in ("saturation", "norms", "gradient")),
    }
    assert all(is_picture(path) for path in tmp_path.glob("*.png"))
    assert f"{len(names) - 1} figures and inspection.json in {tmp_path}" in outcome.out
    record = read_record(tmp_path)
    (given,) = record["inputs"]
    assert (given["input"], given["output"]) == (source, target)
    assert list(given["layers"]) == ["encoder, layer 1, forward", "encoder, layer 1, backward", "decoder, layer 1"]
    for name, layer in given["layers"].items():
        assert list(layer["gates"]) == ["input", "forget", "output"]
        steps = len(layer["positions"])
        for values in (*layer["gates"].values(), layer["hidden_norm"], layer["cell_norm"], layer["gradient_norm"]):
            assert len(values) == steps
        assert all(0 <= value <= 1 for gate in layer["gates"].values() for value in gate)
        assert (layer["cell"], list(record["saturation"][name])) == ("lstm", ["input", "forget", "output", "hidden"])
        for shares in record["saturation"][name].values():
            assert 0 <= shares["below"] + shares["above"] <= 1
    attention = given["attention"]
    assert attention["columns"] == given["layers"]["encoder, layer 1, forward"]["positions"]
    assert [sum(row) for row in attention["weights"]] == pytest.approx([1] * len(attention["rows"]), abs=1e-3)


def test_a_classifier_by_lines_as_vector_graphics(seq2seq, classifier, tmp_path):
    lines = "The cat sleeps.\n\nIt is cold.\n"
    outcome = seq2seq("inspect", classifier, "--output", tmp_path / "new", "--format", "svg", stdin=lines.encode())
    assert outcome.code == 0, outcome.err
    assert outcome.err == "note: standard input: 1 blank line passed over\n"
    folder = tmp_path / "new"
    record = read_record(folder)
    assert [one["input"] for one in record["inputs"]] == ["The cat sleeps.", "It is cold."]
    assert all(one["output"].startswith(LABELS) for one in record["inputs"])
    assert len(record["inputs"][0]["layers"]) == 4
    assert list(record["inputs"][0]["layers"]["encoder, layer 2, backward"]["gates"]) == ["reset", "keep"]
    assert "1-encoder-layer2-backward-gates.svg" in {path.name for path in folder.iterdir()}
    assert "2-attention.svg" in {path.name for path in folder.iterdir()}
    assert all(is_picture(path) for path in folder.glob("*.svg"))


def test_a_language_model_without_gates(seq2seq, language_model, tmp_path):
    outcome = seq2seq("inspect", language_model, "The cat $x_1$ sleeps.", "--output", tmp_path, "--units", 3)
    assert outcome.code == 0, outcome.err
    (given,) = read_record(tmp_path)["inputs"]
    layer = given["layers"]["decoder, layer 1"]
    assert layer["gates"] == {}
    assert layer["positions"][0] == "</s>"
    assert all(value > 0 for value in layer["gradient_norm"])
    assert given["attention"] is None
    assert (tmp_path / "decoder-saturation.png").exists()


def test_a_language_model_reads_line_ends(seq2seq, language_model, tmp_path):
    outcome = seq2seq("inspect", language_model, "The cat\nsleeps", "--output", tmp_path)
    assert outcome.code == 0, outcome.err
    (given,) = read_record(tmp_path)["inputs"]
    positions = given["layers"]["decoder, layer 1"]["positions"]
    assert positions[0] == "</s>"
    assert positions[1:].count("</s>") == 1


def test_a_captioner(seq2seq, captioner, tmp_path):
    Image.new("RGB", (80, 60), "red").save(tmp_path / "red.png")
    outcome = seq2seq("inspect", captioner, "--picture", tmp_path / "red.png", "--output", tmp_path / "new")
    assert outcome.code == 0, outcome.err
    (given,) = read_record(tmp_path / "new")["inputs"]
    layer = given["layers"]["decoder, layer 1"]
    assert layer["positions"][:2] == ["<source>", "<s>"]
    rows, columns = given["attention"]["grid"]
    assert len(given["attention"]["weights"][0]) == rows * columns


def test_long_texts_are_drawn_in_part_and_this_is_told(seq2seq, language_model, tmp_path):
    outcome = seq2seq("inspect", language_model, "cat " * 150, "--output", tmp_path)
    assert outcome.code == 0
    (given,) = read_record(tmp_path)["inputs"]
    steps = len(given["layers"]["decoder, layer 1"]["positions"])
    assert steps > 100
    assert f"the figures show the last 100 of up to {steps} positions; inspection.json has all" in outcome.err


def test_bad_input_gets_one_line(seq2seq, classifier, captioner, tmp_path):
    (tmp_path / "file").write_text("x")
    out = ("--output", tmp_path / "out")
    cases = [
        ((classifier, "text"), "--output"),
        ((tmp_path / "nowhere", "text", *out), "nowhere"),
        ((classifier, "text", "--output", tmp_path / "file"), "is a file; name a folder"),
        ((classifier, "text", "--output", tmp_path / "a" / "b"), "there is no folder"),
        ((classifier, " ", *out), "has no words to look at"),
        ((classifier, *out), "no text is given"),
        ((classifier, "--picture", "red.png", *out), "--picture red.png: the model reads no pictures; give a text"),
        ((captioner, "text", *out), "'text': the model reads pictures; name them by --picture FILE"),
        ((captioner, *out), "no picture is named"),
        ((captioner, "--picture", tmp_path / "file", *out), f"{tmp_path / 'file'}"),
        ((classifier, "text", *out, "--format", "pgn"), "'pgn' is none of png, svg; did you mean 'png'?"),
        ((classifier, "text", *out, "--units", 0), "--units: '0' is too small; use 1 or more"),
    ]
    for arguments, told in cases:
        outcome = seq2seq("inspect", *arguments)
        assert outcome.code == 2, arguments
        assert outcome.out == ""
        assert outcome.err.startswith("error: ")
        assert outcome.err.count("\n") == 1
        assert told in outcome.err
    assert not (tmp_path / "out").exists()


def norms(record, number, net):
    """Of an input of a record, the norms of the net's lowest layer."""
    return next(layer["gradient_norm"] for name, layer in record["inputs"][number]["layers"].items() if net in name)


def test_several_models_beside_each_other(seq2seq, language_model, classifier, tiny_tokenizer, tmp_path):
    torch.manual_seed(2)
    config = LanguageModelConfig(embedding_size=8)
    config.decoder.hidden_size, config.decoder.cell = 5, "gru"
    other = tmp_path / "gru" / "model"
    model = build_language_model(config, len(Tokenizer.load(tiny_tokenizer)))
    save_model(other, model, config, None, ("en", tiny_tokenizer), "# A model of the tests\n")
    texts = ("The cat sleeps.", "It is cold here.")
    arguments = (language_model, *texts, "--beside", other, "--beside", f"again={language_model}")
    outcome = seq2seq("inspect", *arguments, "--output", tmp_path / "all")
    assert outcome.code == 0, outcome.err
    assert is_picture(tmp_path / "all/decoder-distance.png")
    record = read_record(tmp_path / "all")
    first = language_model.parent.name
    assert list(record["distance"]) == ["decoder"]
    curves = record["distance"]["decoder"]
    assert list(curves) == [first, "gru", "again"]
    assert curves[first] == curves["again"]
    seq2seq("inspect", other, *texts, "--output", tmp_path / "alone")
    alone = read_record(tmp_path / "alone")
    assert alone["distance"] == {}
    for name, found in ((first, record), ("gru", alone)):  # the mean over the texts, counted from their ends
        one, two = norms(found, 0, "decoder")[::-1], norms(found, 1, "decoder")[::-1]
        assert len(curves[name]) == max(len(one), len(two))
        shortest = min(len(one), len(two))
        mean = [(a + b) / 2 for a, b in zip(one, two, strict=False)] + max(one, two, key=len)[shortest:]
        assert curves[name] == pytest.approx(mean, rel=1e-3)
    letters = Tokenizer.train(["The cat sleeps. It is cold here."], tmp_path / "letters.model", "char", 60)
    save_model(
        tmp_path / "letters" / "model",
        build_language_model(config, len(letters)),
        config,
        None,
        ("en", tmp_path / "letters.model"),
        "# A model of the tests\n",
    )
    for beside, told in (
        (tmp_path / "letters/model", "letters/model: its decoder reads other pieces of 'The cat sleeps.' than that of"),
        (classifier, f"--beside {classifier}: is a model for classification, the first one for text"),
        (language_model, f"are both called {first!r}; give names: NAME="),
        (tmp_path / "nowhere", "nowhere: no such model folder"),
        (f"{other}+{other}", "is an ensemble"),
    ):
        outcome = seq2seq("inspect", language_model, *texts, "--beside", beside, "--output", tmp_path / "none")
        assert (outcome.code, outcome.err.count("\n")) == (2, 1)
        assert told in outcome.err
    assert not (tmp_path / "none").exists()


def test_a_look_takes_the_place_of_an_earlier_one(seq2seq, language_model, classifier, tmp_path):
    (tmp_path / "mine.png").write_text("my own")
    seq2seq("inspect", classifier, "The cat sleeps.", "It is cold.", "--output", tmp_path)
    assert (tmp_path / "2-encoder-gradient.png").exists()
    outcome = seq2seq("inspect", language_model, "The cat sleeps.", "--output", tmp_path)
    assert outcome.code == 0, outcome.err
    names = {path.name for path in tmp_path.iterdir()}
    assert names == {"mine.png", "inspection.json", *read_record(tmp_path)["figures"]}
    assert not any("encoder" in name for name in names)
    (tmp_path / "inspection.json").write_text('{"of": "a car"}', encoding="utf-8")
    outcome = seq2seq("inspect", language_model, "The cat sleeps.", "--output", tmp_path)
    assert (outcome.code, outcome.err) == (
        2,
        f"error: {tmp_path / 'inspection.json'}: was not written by this command and would be lost; "
        "name another folder\n",
    )
    assert {path.name for path in tmp_path.iterdir()} == names


def test_a_tagger(seq2seq, tiny_tokenizer, tmp_path):
    torch.manual_seed(1)
    characters = Tokenizer.train(["The cat sleeps in Port Selby"], tmp_path / "characters.model", "char", 60)
    size = len(Tokenizer.load(tiny_tokenizer))
    config = TaggerConfig(embedding_size=8, encoder=EncoderConfig(hidden_size=6, layers=1, cell="minlstm"))
    model = build_tagger(config, size, len(characters), len(TAGS))
    save_model(
        tmp_path / "model",
        model,
        config,
        ("en", tiny_tokenizer),
        None,
        "# A model of the tests\n",
        labels=TAGS,
        characters=("characters", tmp_path / "characters.model"),
    )
    spelled = []
    for number, sentence in enumerate(("sleeps in cat The cat", "cat")):
        outcome = seq2seq("inspect", tmp_path / "model", sentence, "--output", tmp_path / f"out{number}")
        assert (outcome.code, outcome.err) == (0, "")
        (given,) = read_record(tmp_path / f"out{number}")["inputs"]
        assert given["layers"]["encoder, layer 1, forward"]["positions"] == sentence.split()
        assert list(given["layers"]["encoder, layer 1, backward"]["gates"]) == ["update"]
        assert set(given["output"].split()) <= set(TAGS)
        assert (tmp_path / f"out{number}" / "encoder-characters-layer1-forward-gates.png").exists()
        letters = [given["layers"][f"encoder.characters, layer 1, {way}"] for way in ("forward", "backward")]
        assert all(min(layer["gradient_norm"]) > 0 for layer in letters), "the loss is that of the word's label"
        spelled.append(letters)
    for beside, alone in zip(*spelled, strict=True):  # of the last word, whatever stands before it
        assert beside["positions"] == alone["positions"]
        assert beside["hidden_norm"] == pytest.approx(alone["hidden_norm"], rel=1e-3)
        assert beside["gates"].keys() == alone["gates"].keys() != set()
        for name, gate in beside["gates"].items():
            assert gate == pytest.approx(alone["gates"][name], rel=1e-3)
    assert "".join(spelled[0][0]["positions"]).strip("▁") == "cat"


def test_a_forecaster(seq2seq, tmp_path):
    torch.manual_seed(1)
    config = ForecasterConfig(window=5, hidden_size=4, cell="jordan")
    save_model(tmp_path / "model", build_forecaster(config), config, None, None, "# A model of the tests\n")
    outcome = seq2seq("inspect", tmp_path / "model", "1 2 3, 4 5 6 7.5", "--output", tmp_path / "out")
    assert outcome.code == 0, outcome.err
    (given,) = read_record(tmp_path / "out")["inputs"]
    (layer,) = given["layers"].values()
    assert layer["positions"] == ["-5", "-4", "-3", "-2", "-1"]
    assert given["gradient_of"] == "forecast in place of 7.5"
    assert given["loss_of"] == "the last number, 7.5"
    assert list(given["layers"]) == ["net, layer 1"]
    for text, told in (
        ("1 2 3", "3 numbers, but the model needs 6 or more"),
        ("1 two", "no series of numbers ('two' is no finite number)"),
        ("1 2 nan", "no series of numbers ('nan' is no finite number)"),
        ("1 2 3 4 5 1e308", "numbers too large for the model, which computes in float32"),
        ("1 2 3 1e308 5 6", "numbers too large for the model, which computes in float32"),
        ("1 2 3 4 5 3e38", "the model's loss or gradients there are no finite numbers"),
    ):
        outcome = seq2seq("inspect", tmp_path / "model", text, "--output", tmp_path / "out")
        assert (outcome.code, outcome.err.count("\n")) == (2, 1)
        assert told in outcome.err


def test_how_training_went_is_drawn_where_the_folder_tells(seq2seq, language_model, tmp_path):
    model = tmp_path / "model"
    shutil.copytree(language_model, model)
    seq2seq("inspect", model, "The cat sleeps.", "--output", tmp_path / "untold")
    assert not (tmp_path / "untold/training-gradient.png").exists()
    assert read_record(tmp_path / "untold")["steps_clipped"] is None
    (model / "training.csv").write_text("step,clipped,gradient_norm\n9,1.0,30.5\n19,0.5,0.7\n", encoding="utf-8")
    outcome = seq2seq("inspect", model, "The cat sleeps.", "--output", tmp_path / "told")
    assert outcome.code == 0, outcome.err
    assert "training: 75% of the steps were clipped\n" in outcome.out
    assert is_picture(tmp_path / "told/training-gradient.png")
    assert read_record(tmp_path / "told")["steps_clipped"] == 0.75
    (model / "training.csv").write_text("step,gradient_norm\n9,30.5\n", encoding="utf-8")  # a run that clips none
    outcome = seq2seq("inspect", model, "The cat sleeps.", "--output", tmp_path / "unclipped")
    assert (outcome.code, "of the steps" in outcome.out) == (0, False)
    assert is_picture(tmp_path / "unclipped/training-gradient.png")


def test_a_tagger_of_frames(seq2seq, tmp_path):
    torch.manual_seed(1)
    config = FrameTaggerConfig(hidden_size=6, cell="irnn")
    save_model(tmp_path / "model", build_frame_tagger(config, 2), config, None, None, "# A model\n", labels=LABELS)
    Image.new("RGB", (120, 30), "red").save(tmp_path / "clip.png")
    outcome = seq2seq("inspect", tmp_path / "model", "--picture", tmp_path / "clip.png", "--output", tmp_path / "out")
    assert outcome.code == 0, outcome.err
    (given,) = read_record(tmp_path / "out")["inputs"]
    assert len(given["layers"]["recurrent, layer 1"]["positions"]) == 4


def test_a_model_without_a_recurrent_layer(seq2seq, tmp_path):
    config = ForecasterConfig(kind="autoregression", window=3)
    save_model(tmp_path / "model", build_forecaster(config), config, None, None, "# A model of the tests\n")
    outcome = seq2seq("inspect", tmp_path / "model", "1 2 3 4", "--output", tmp_path / "out")
    assert (outcome.code, outcome.err) == (
        2,
        "error: the model has no recurrent layer, so there is nothing to look at\n",
    )
