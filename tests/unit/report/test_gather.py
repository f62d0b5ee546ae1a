import json
import random

import pytest
import torch
import yaml
from toy_captions import paint
from toy_checkpoints import write_checkpoint
from toy_data import reversed_words, write_prepared

from seq2seq.data.prepared import MANIFEST
from seq2seq.errors import UserError
from seq2seq.evaluation import TestSet
from seq2seq.files import sha256
from seq2seq.folder import CONFIG, folder_name
from seq2seq.inference import Captioner, Translator
from seq2seq.inference.captioner import Caption
from seq2seq.inference.confidence import Calibration
from seq2seq.inference.translation import Candidate
from seq2seq.report.curves import save_curves
from seq2seq.report.gather import (
    Decoding,
    check_names,
    generate,
    parse_named,
    read_outputs,
    trained_elsewhere,
    unread,
    with_folder,
)
from seq2seq.training.exporting import export


@pytest.fixture
def place(tmp_path, monkeypatch):
    for name in ("runs/big/model", "runs/small/model", "a+b", "plain"):
        (tmp_path / name).mkdir(parents=True)
    for name in ("out.txt", "x=y.txt"):
        (tmp_path / name).write_text("")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("word", "name", "paths", "is_model"),
    [
        ("runs/big/model", "big", ("runs/big/model",), True),
        ("runs/big/model/", "big", ("runs/big/model/",), True),
        ("plain", "plain", ("plain",), True),
        ("out.txt", "out", ("out.txt",), False),
        ("our best=out.txt", "our best", ("out.txt",), False),
        ("new=runs/big/model", "new", ("runs/big/model",), True),
        ("runs/big/model+runs/small/model", "big+small", ("runs/big/model", "runs/small/model"), True),
        ("both=plain+runs/small/model", "both", ("plain", "runs/small/model"), True),
        ("a+b", "a+b", ("a+b",), True),
        ("x=y.txt", "x=y", ("x=y.txt",), False),
        ("n=x=y.txt", "n", ("x=y.txt",), False),
    ],
)
def test_what_a_word_means(place, word, name, paths, is_model):
    named = parse_named(word)
    assert (named.name, named.paths, named.is_model) == (name, paths, is_model)


@pytest.mark.parametrize(
    ("word", "message"),
    [
        ("none.txt", "none.txt: no such model folder or file of outputs"),
        ("n=none", "none: no such model folder"),
        ("plain+none", "none: no such model folder"),
        ("=out.txt", "write NAME=FILE, with a name before"),
        ("n=", "write NAME=FILE"),
        ("plain+out.txt", "only model folders can be joined by [+]"),
    ],
)
def test_words_that_mean_nothing(place, word, message):
    with pytest.raises(UserError, match=message):
        parse_named(word)


def test_names_differ(place):
    check_names([parse_named("a=out.txt"), parse_named("b=out.txt")])
    with pytest.raises(UserError, match=r"plain and out\.txt are both called 'plain'; give names: NAME=out\.txt"):
        check_names([parse_named("plain"), parse_named("plain=out.txt")])


def test_a_translator_at_work(taught_model, pairs):
    sources, references = zip(*pairs, strict=True)
    lines = [*sources, "", " ".join(sources)]
    test = TestSet(False, lines, [[text] for text in [*references, "", "x"]], "en", {})
    translator = Translator.load(taught_model, device="cpu", precision="fp32")
    system = generate("t", translator, [taught_model], test, Decoding({"beam": 2}, 3, max_source_tokens=25))
    assert list(system.outputs[: len(pairs)]) == list(references)
    assert system.outputs[-2] == ""
    first, empty, long = system.details[0], system.details[-2], system.details[-1]
    assert first.alignment.shape == (len(first.tokens), len(first.source_tokens))
    assert len(first.log_probs) == len(first.tokens)
    assert (first.finished, first.parts, first.tokens[-1]) == (True, 1, "</s>")
    assert (empty.finished, empty.parts, empty.tokens) == (True, 0, ())
    assert long.parts > 1
    assert long.finished
    facts = system.facts
    assert [facts["decoding"][name] for name in ("beam", "batch_size", "precision")] == [2, 3, "fp32"]
    assert facts["tokens"] == sum(len(details.tokens) for details in system.details)
    assert facts["seconds"] > 0
    assert facts["models"][0]["name"] == folder_name(taught_model)
    cut = generate("t", translator, [taught_model], test, Decoding({"max_length": 2}), alignments=False)
    assert not cut.details[0].finished
    assert cut.details[0].alignment is None


def test_what_else_a_folder_tells(tmp_path):
    system = read_outputs("s", _lines(tmp_path, "one"), TestSet(False, [], [["one"]], "en", {}))
    assert (system.details, system.facts["hypothesis"]["name"]) == (None, "out.txt")
    save_curves({"dev_bleu": {1: 2.0}}, tmp_path)
    Calibration(1.5, 0.0, 10, {}).save(tmp_path)
    told = with_folder(system, tmp_path)
    assert (told.curves, told.calibration.temperature) == ({"dev_bleu": {1: 2.0}}, 1.5)


def test_pictures_that_cannot_be_read(tmp_path, monkeypatch):
    """What a captioner says becomes details; a picture that it cannot read, an empty output."""
    paint("red", random.Random(1)).save(tmp_path / "red.png")
    said = Candidate("a red one", -1.0, ("▁a", "▁red", "▁one"), (-0.1, -0.2, -0.3), torch.full((3, 4), 0.25))
    captions = [Caption("red.png", (said,), None, (2, 2)), Caption("bad.png", (), "bad.png: is no picture", None)]

    class Toy(Captioner):
        def __init__(self):
            self.device, self.dtype = torch.device("cpu"), torch.float32

        def caption_detailed(self, pictures, **_options):
            return captions

    monkeypatch.setattr("seq2seq.report.gather.sha256", lambda _path: "0")
    test = TestSet(True, ["red.png", "bad.png"], [["a"], ["b"]], "en", {})
    system = generate("c", Toy(), [tmp_path], test, Decoding())
    assert list(system.outputs) == ["a red one", ""]
    assert (system.details[0].grid, system.details[0].finished, system.details[0].parts) == ((2, 2), False, 1)
    assert (system.details[1].problem, system.details[1].finished) == ("bad.png: is no picture", True)
    assert unread(system) == "1 of 2 pictures could not be read, the first: bad.png: is no picture"
    assert unread(read_outputs("s", _lines(tmp_path, "a"), TestSet(True, [], [["x"]], "en", {}))) is None


def _lines(folder, *lines):
    path = folder / "out.txt"
    path.write_text("".join(f"{line}\n" for line in lines))
    return path


@pytest.mark.parametrize(
    ("data", "elsewhere"),
    [
        ({"train_sha256": "here"}, False),
        ({"train_sha256": "0" * 64}, True),
        ({"sha256": "here"}, False),  # a folder of an earlier version knows the manifest's hash only
        ({"sha256": "0" * 64}, True),
        ({"name": "x"}, False),
        (None, False),
        ("damaged", False),
    ],
)
def test_a_model_of_other_data_is_known_by_their_hash(tmp_path, data, elsewhere):
    folder = write_prepared(tmp_path / "data", {"train": [("uno", "one")]})
    here = {"train_sha256": sha256(folder / "train.tsv"), "sha256": sha256(folder / MANIFEST)}
    if isinstance(data, dict):
        data = {name: here[name] if value == "here" else value for name, value in data.items()}
    (tmp_path / CONFIG).write_text(yaml.safe_dump({"extra": data if data == "damaged" else {"data": data}}))
    assert trained_elsewhere([tmp_path], folder) == elsewhere


def test_the_same_data_prepared_again_are_the_same(tmp_path):
    """Two manifests differ, since they tell by which command they were made; what they tell of the table does not."""
    pairs = {"train": reversed_words(20, seed=1), "dev": reversed_words(3, seed=2)}
    first, again = (write_prepared(tmp_path / name, pairs) for name in ("first", "again"))
    write_checkpoint(tmp_path / "best.ckpt", first)
    export([tmp_path / "best.ckpt"], tmp_path / "model")
    manifest = json.loads((again / MANIFEST).read_text())
    manifest["splits"]["train"]["sha256"] = sha256(first / "train.tsv")
    (again / MANIFEST).write_text(json.dumps({**manifest, "command": f"--output {again}"}))
    assert not trained_elsewhere([tmp_path / "model"], again)
    (again / "train.tsv").unlink()  # folders are sent around without it
    assert not trained_elsewhere([tmp_path / "model"], again)
    other = write_prepared(tmp_path / "other", {**pairs, "train": reversed_words(20, seed=3)})
    assert trained_elsewhere([tmp_path / "model"], other)
