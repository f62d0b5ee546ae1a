"""`--abstain-below` and the confidence in `--scores`, as a user types them."""

import json
import random
import shutil

import pytest
from toy_captions import COLOURS, paint, save_captioner, write_pictures

from seq2seq.cli.decoding import WITHHELD
from seq2seq.folder import CONFIDENCE
from seq2seq.inference.confidence import Calibration

FAST = ("--method", "greedy", "--max-length", "6", "--precision", "fp32", "--device", "cpu")


@pytest.fixture
def model(taught_model, tmp_path):
    """A translator with a calibration of its own."""
    folder = tmp_path / "model"
    shutil.copytree(taught_model, folder)
    Calibration(1.0, 0.0, 10, {"name": "toy"}).save(folder)
    return folder


@pytest.fixture
def captioner(tmp_path):
    """A captioner that knows nothing, with a calibration."""
    prepared = write_pictures(tmp_path / "prepared", {"train": 4, "dev": 5})
    save_captioner(tmp_path / "captioner", prepared, injections=["initial_state"])
    Calibration(1.0, 0.0, 10, {"name": "toy"}).save(tmp_path / "captioner")
    return tmp_path / "captioner"


@pytest.fixture
def pictures(tmp_path):
    folder = tmp_path / "holiday"
    folder.mkdir()
    for number, colour in enumerate(COLOURS):
        paint(colour, random.Random(number)).save(folder / f"{number}.png")
    (folder / "broken.png").write_text("no picture")
    return folder


def test_what_the_model_is_not_sure_of_is_withheld_and_nothing_else(seq2seq, model, pairs):
    known, strange = "\n".join(source for source, _ in pairs), "zzz qqq\nqqq www kkk"
    outcome = seq2seq("translate", model, "--abstain-below", "0.8", *FAST[:2], stdin=f"{known}\n\n{strange}".encode())
    assert outcome.code == 0, outcome.err
    assert outcome.out.splitlines() == [*(target for _, target in pairs), "", WITHHELD, WITHHELD]
    assert f"note: 2 of {len(pairs) + 3} lines withheld, with a confidence below 0.8" in outcome.err


@pytest.mark.parametrize(("bound", "withheld"), [("0", 0), ("1", 8)])
def test_the_ends_of_the_scale(seq2seq, model, pairs, bound, withheld):
    outcome = seq2seq("translate", model, "--abstain-below", bound, stdin="\n".join(s for s, _ in pairs).encode())
    assert outcome.out.splitlines().count(WITHHELD) == withheld
    assert len(outcome.out.splitlines()) == len(pairs)


def test_json_withholds_the_translation_and_all_that_would_tell_it(seq2seq, model):
    arguments = ("translate", model, "--abstain-below", "0.8", "--scores", "--n-best", 2)
    outcome = seq2seq(*arguments, stdin=b"Gracias.\nzzz qqq\n\n")
    sure, unsure, empty = (json.loads(line) for line in outcome.out.splitlines())
    assert (sure["withheld"], unsure["withheld"], empty["withheld"]) == (False, True, False)
    assert sure["confidence"] >= 0.8 > unsure["confidence"] > 0
    assert empty["confidence"] is None
    assert sure["translation"] == "Thank you."
    assert len(sure["candidates"]) == 2
    assert (unsure["translation"], unsure["candidates"]) == (WITHHELD, [])
    assert (empty["translation"], empty["candidates"]) == ("", [])


def test_scores_tell_the_confidence_where_it_can_be_told(seq2seq, model, taught_model):
    told = json.loads(seq2seq("translate", model, "--scores", stdin=b"Gracias.").out)
    assert 0 < told["confidence"] <= 1
    assert "withheld" not in told
    assert "confidence" not in json.loads(seq2seq("translate", model, "--n-best", "1", stdin=b"Gracias.").out)
    assert "confidence" not in json.loads(seq2seq("translate", taught_model, "--scores", stdin=b"Gracias.").out)


def test_a_model_without_calibration_says_how_to_make_it(seq2seq, taught_model):
    outcome = seq2seq("translate", taught_model, "--abstain-below", "0.5", stdin=b"Gracias.")
    assert (outcome.code, outcome.out) == (2, "")
    assert f"{taught_model} has no {CONFIDENCE}; make it by `seq2seq evaluate {taught_model} --data" in outcome.err
    assert "--fit-confidence" in outcome.err
    assert len(outcome.err.splitlines()) == 1


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--abstain-below", "1.5"), "--abstain-below: '1.5' is not from 0 to 1"),
        (("--abstain-below", "-0.1"), "--abstain-below: '-0.1' is not from 0 to 1"),
        (("--abstain-below", "nan"), "--abstain-below: 'nan' is not from 0 to 1"),
        (("--abstain-below", "much"), "--abstain-below: 'much' is no number"),
        (("--abstain", "0.5"), "unknown option --abstain; did you mean '--abstain-below'?"),
    ],
)
def test_wrong_bounds(seq2seq, model, arguments, message):
    outcome = seq2seq("translate", model, *arguments, stdin=b"Gracias.")
    assert outcome.code == 2
    assert message in outcome.err


def test_an_ensemble_has_no_confidence(seq2seq, model):
    outcome = seq2seq("translate", model, model, "--abstain-below", "0.5", stdin=b"Gracias.")
    assert outcome.code == 2
    assert "an ensemble has no confidence of its own; name one model only" in outcome.err
    assert seq2seq("translate", model, model, "--scores", stdin=b"Gracias.").code == 0


def test_a_damaged_calibration_is_one_clear_line(seq2seq, model):
    (model / CONFIDENCE).write_text("temperature: [")
    outcome = seq2seq("translate", model, "--abstain-below", "0.5", stdin=b"Gracias.")
    assert outcome.code == 2
    assert f"{model / CONFIDENCE}: not plain YAML" in outcome.err
    assert len(outcome.err.splitlines()) == 1


def test_a_model_saved_anew_loses_the_calibration_of_the_old_one(model, make_model, tiny_tokenizer):
    make_model(model, tiny_tokenizer, seed=5)
    assert not (model / CONFIDENCE).exists()


def test_captions_are_withheld_but_not_what_could_not_be_read(seq2seq, captioner, pictures):
    outcome = seq2seq("caption", captioner, pictures, "--abstain-below", "1", *FAST)
    assert outcome.code == 0, outcome.err
    rows = [line.split("\t") for line in outcome.out.splitlines()]
    read = [row for row in rows if not row[0].endswith("broken.png")]
    assert [row[1] for row in read] == [WITHHELD] * len(COLOURS)
    assert [row[1] for row in rows if row not in read] == [""]
    assert f"note: {len(read)} of {len(rows)} captions withheld" in outcome.err
    assert "note: 1 of" in outcome.err


def test_captions_as_json(seq2seq, captioner, pictures):
    outcome = seq2seq("caption", captioner, pictures, "--abstain-below", "1", "--json", *FAST)
    records = [json.loads(line) for line in outcome.out.splitlines()]
    for record in records:
        readable = record["problem"] is None
        assert record["withheld"] is readable
        assert (record["confidence"] is not None) is readable
        assert record["caption"] == (WITHHELD if readable else "")
        assert record["candidates"] == []


def test_no_attention_picture_shows_what_is_withheld(seq2seq, captioner, pictures, tmp_path, monkeypatch):
    from seq2seq.cli import caption

    drawn = []

    class Drawing:
        def write(self, caption):
            drawn.append(caption.picture)

    monkeypatch.setattr(caption, "_attention_pictures", lambda *_: Drawing())
    for bound in ("1", "0"):
        outcome = seq2seq("caption", captioner, pictures, "--abstain-below", bound, "--attention-dir", tmp_path, *FAST)
        assert outcome.code == 0, outcome.err
        assert len(drawn) == (0 if bound == "1" else len(COLOURS))
