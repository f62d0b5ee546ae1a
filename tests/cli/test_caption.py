"""`seq2seq caption` and `seq2seq evaluate` with a captioner, as a user types them."""

import codecs
import errno
import json
import os
import random
from dataclasses import asdict
from pathlib import Path

import pytest
from PIL import Image
from toy_captions import COLOURS, paint, save_captioner, write_pictures

from seq2seq.data.prepared import PreparedFolder
from seq2seq.evaluation.captions import distinct_captions, measure_diversity
from seq2seq.inference import Captioner

FAST = ("--max-length", 5, "--precision", "fp32", "--device", "cpu")


@pytest.fixture(scope="module")
def prepared(tmp_path_factory):
    return write_pictures(tmp_path_factory.mktemp("toy") / "prepared", {"train": 4, "dev": 5})


@pytest.fixture(scope="module")
def make(prepared, tmp_path_factory):
    """A function that makes a captioner's folder."""

    def captioner(*injections):
        return save_captioner(tmp_path_factory.mktemp("model") / "captioner", prepared, injections)

    return captioner


@pytest.fixture(scope="module")
def model(make):
    return make("initial_state", "attention")


@pytest.fixture
def pictures(tmp_path):
    folder = tmp_path / "holiday" / "beach"
    folder.mkdir(parents=True)
    for number, colour in enumerate(COLOURS):
        paint(colour, random.Random(number)).save(folder / f"{number}.png")
    (folder / "notes.txt").write_text("no picture")
    return folder


def lines(outcome):
    assert outcome.code == 0, outcome.err
    return outcome.out.splitlines()


def test_a_line_a_picture_in_the_order_in_which_they_are_named(seq2seq, model, pictures):
    names = [str(pictures / f"{number}.png") for number in (2, 0, 3)]
    found = [line.split("\t") for line in lines(seq2seq("caption", model, *names, *FAST))]
    assert [fields[0] for fields in found] == names
    assert all(len(fields) == 2 for fields in found)


def test_folders_patterns_and_lists(seq2seq, model, pictures):
    names = [str(pictures / f"{number}.png") for number in range(4)]
    everything = lines(seq2seq("caption", model, *names, *FAST))
    assert lines(seq2seq("caption", model, pictures.parent, *FAST)) == everything
    assert lines(seq2seq("caption", model, f"{pictures}/*.png", *FAST)) == everything
    stdin = "".join(f"{name}\r\n" for name in names).encode()
    assert lines(seq2seq("caption", model, "--list", "-", *FAST, stdin=stdin)) == everything
    (pictures / "list").write_bytes(codecs.BOM_UTF8 + stdin)
    assert lines(seq2seq("caption", model, "--list", pictures / "list", *FAST)) == everything


def test_what_cannot_be_read_has_its_reason_in_its_line(seq2seq, model, pictures):
    outcome = seq2seq("caption", model, pictures / "0.png", pictures / "notes.txt", "none.png", *FAST)
    first, second, third = (line.split("\t") for line in lines(outcome))
    assert len(first) == 2
    assert second == [str(pictures / "notes.txt"), "", "not a picture, or of a kind that is not read"]
    assert third == ["none.png", "", "no such file"]
    assert "2 of 3 pictures could not be read" in outcome.err


def test_names_with_tabs_and_ends_of_lines_stay_in_their_line(seq2seq, model, pictures):
    odd = pictures / "a\tb\nc\rd\u2028e\x85f\x1bg  h.png"
    (pictures / "0.png").rename(odd)
    (line,) = lines(seq2seq("caption", model, odd, *FAST))
    assert line.split("\t")[0] == f"{pictures}/a b c d e f g  h.png"
    record = json.loads(lines(seq2seq("caption", model, odd, "--json", *FAST))[0])
    assert record["picture"] == str(odd)


@pytest.mark.parametrize("name", ["x**.jpg", "y" * 300 + ".jpg", "z" * 300 + "*.jpg", "sealed/0.png"])
def test_a_name_that_cannot_be_looked_at_costs_its_own_line_only(seq2seq, model, pictures, monkeypatch, name):
    look = os.stat

    def sealed(path, *arguments, **options):
        if "sealed" in str(path):
            raise PermissionError(errno.EACCES, "Permission denied", path)
        return look(path, *arguments, **options)

    monkeypatch.setattr(os, "stat", sealed)  # to root all folders are open
    first, second = (line.split("\t") for line in lines(seq2seq("caption", model, name, pictures / "0.png", *FAST)))
    assert first[:2] == [name, ""]
    assert first[2]
    assert name not in first[2]
    assert len(second) == 2


def test_a_folder_with_a_file_that_cannot_be_looked_at(seq2seq, model, pictures, monkeypatch):
    is_file = Path.is_file

    def sealed(path):
        if path.name == "1.png":
            raise PermissionError(errno.EACCES, "Permission denied", str(path))
        return is_file(path)

    monkeypatch.setattr(Path, "is_file", sealed)
    found = [line.split("\t") for line in lines(seq2seq("caption", model, pictures, *FAST))]
    assert [len(fields) for fields in found] == [2, 3, 2, 2]
    assert found[1][2] == "cannot be read (Permission denied)"


def test_what_is_passed_over_in_a_folder_is_told(seq2seq, model, pictures, tmp_path):
    for name in ("a.HEIC", "b.heic", "c"):
        (pictures / name).touch()
    (pictures / "gone.png").symlink_to(tmp_path / "gone.png")
    (pictures / "linked").symlink_to(tmp_path)
    outcome = seq2seq("caption", model, pictures.parent, *FAST)
    found = [line.split("\t") for line in lines(outcome)]
    assert found[4] == [f"{pictures}/gone.png", "", "a link to a file that is not there"]
    assert outcome.err.splitlines()[:2] == [
        f"note: {pictures.parent}: 4 files passed over that are no pictures by their ending (.heic 2, none 1, .txt 1)",
        f"note: {pictures.parent}: 1 linked folder not searched",
    ]
    for path in pictures.glob("*.png"):
        path.unlink()
    outcome = seq2seq("caption", model, pictures.parent, *FAST)
    assert outcome.code == 2
    assert len(outcome.err.splitlines()) == 1
    assert "no picture in this folder or in its folders" in outcome.err
    assert ".heic 2" in outcome.err


@pytest.mark.parametrize("listed", [False, True])
@pytest.mark.parametrize("json_lines", [False, True])
def test_a_name_that_is_not_utf_8_is_written_as_far_as_it_is(seq2seq, model, pictures, tmp_path, json_lines, listed):
    odd = os.fsdecode(os.fsencode(pictures) + b"/caf\xe9.png")
    os.rename(pictures / "0.png", odd)
    (pictures / os.fsdecode(b"caf\xe8.png")).write_text("no picture")
    output = tmp_path / "captions"
    named = ["--list", "-"] if listed else [pictures]
    stdin = b"\n".join(sorted(os.fsencode(path) for path in pictures.glob("*.png")))
    shape = ["--json"] if json_lines else []
    outcome = seq2seq("caption", model, *named, "--output", output, *shape, *FAST, stdin=stdin)
    assert outcome.code == 0, outcome.err
    broken, whole, *_ = [line for line in output.read_text(encoding="utf-8").splitlines() if "caf" in line]
    assert broken.count("caf\ufffd.png") == (2 if json_lines else 1), "in an object in the reason, too"
    assert "not a picture" in broken
    assert whole.count("caf\ufffd.png") == 1


def test_the_pictures_are_read_in_one_go(seq2seq, model, pictures, monkeypatch):
    """Not batch by batch, each of which would begin with waiting for the first picture."""
    runs, caption_each = [], Captioner.caption_each

    def counted(self, given, **options):
        runs.append(len(given))
        return caption_each(self, given, **options)

    monkeypatch.setattr(Captioner, "caption_each", counted)
    assert len(lines(seq2seq("caption", model, *[pictures / "0.png"] * 20, "--batch-size", 1, *FAST))) == 20
    assert runs == [20]


def test_json_lines_tell_what_is_asked(seq2seq, model, pictures):
    names = [pictures / "0.png", "none.png"]
    outcome = seq2seq("caption", model, *names, "--n-best", 2, "--scores", "--alignments", *FAST)
    found = [json.loads(line) for line in lines(outcome)]
    assert found[0].keys() == {"picture", "caption", "problem", "grid", "candidates"}
    assert found[0]["grid"] == [2, 2]
    best = found[0]["candidates"][0]
    assert best["text"] == found[0]["caption"]
    assert len(best["alignment"]) == len(best["tokens"]) == len(best["log_probs"])
    assert all(sum(row) == pytest.approx(1, abs=0.01) for row in best["alignment"])
    assert found[1]["problem"] == "none.png: no such file"
    assert found[1]["candidates"] == []


def test_blank_lines_of_a_list_are_passed_over_and_told(seq2seq, model, pictures):
    outcome = seq2seq("caption", model, "--list", "-", *FAST, stdin=f"\n{pictures / '0.png'}\n \n\n".encode())
    assert len(lines(outcome)) == 1
    assert outcome.err == "note: standard input: 3 blank lines passed over\n"


def test_hidden_files_are_left_out_as_shells_do(seq2seq, model, pictures):
    (pictures / ".trash").mkdir()
    for name in (".0.png", ".trash/1.png"):
        (pictures / name).write_bytes((pictures / "0.png").read_bytes())
    seen = [f"{pictures}/{number}.png" for number in range(4)]

    def found(name):
        return [line.split("\t")[0] for line in lines(seq2seq("caption", model, name, *FAST))]

    assert found(pictures) == found(f"{pictures}/*.png") == found(f"{pictures}/**/*.png") == seen
    assert found(f"{pictures}/.*.png") == found(f"{pictures}/.0.png") == [f"{pictures}/.0.png"]
    assert found(f"{pictures}/.trash") == found(f"{pictures}/.trash/*.png") == [f"{pictures}/.trash/1.png"]


@pytest.mark.parametrize("names", [["none.png"], ["none.png", "{folder}/notes.txt"]], ids=len)
def test_it_is_a_failure_when_no_picture_can_be_read(seq2seq, model, pictures, tmp_path, names):
    outcome = seq2seq("caption", model, *(name.format(folder=pictures) for name in names), *FAST)
    assert outcome.code == 2
    assert len(outcome.out.splitlines()) == len(names), "each with its reason"
    assert outcome.err.startswith("error: ")
    assert len(outcome.err.splitlines()) == 1


def test_no_picture_is_written_over(seq2seq, model, pictures):
    before = {path: path.read_bytes() for path in pictures.iterdir()}
    for output in (pictures / "0.png", pictures / "new.JPG"):
        outcome = seq2seq("caption", model, pictures, "--output", output, *FAST)
        assert outcome.code == 2
        assert len(outcome.err.splitlines()) == 1
        assert str(output) in outcome.err
    assert {path: path.read_bytes() for path in pictures.iterdir()} == before


def test_attention_pictures(seq2seq, model, pictures, tmp_path):
    more = tmp_path / "more"
    more.mkdir()
    (pictures / "1.png").rename(more / "0.png")
    names = [pictures / "0.png", more / "0.png", "none.png"]
    outcome = seq2seq("caption", model, *names, "--attention-dir", tmp_path / "seen", "--json", *FAST)
    drawn = [str(tmp_path / "seen" / name) for name in ("0.attention.png", "0-2.attention.png")]
    assert {str(path) for path in (tmp_path / "seen").iterdir()} == set(drawn)
    assert [json.loads(line)["attention"] for line in lines(outcome)] == [*drawn, None]
    assert min(Image.open(tmp_path / "seen" / "0.attention.png").size) > 200


def test_attention_pictures_leave_the_pictures_beside_them_as_they_are(seq2seq, model, pictures):
    before = {path.name: path.read_bytes() for path in pictures.iterdir()}
    lines(seq2seq("caption", model, pictures, "--attention-dir", pictures, *FAST))
    assert {path.name: path.read_bytes() for path in pictures.iterdir() if path.name in before} == before
    assert len(list(pictures.iterdir())) == len(before) + 4


def test_an_ensemble_is_named_by_options(seq2seq, model, pictures):
    alone = lines(seq2seq("caption", model, pictures / "0.png", *FAST))
    assert lines(seq2seq("caption", model, pictures / "0.png", "--with-model", model, *FAST)) == alone


def test_the_output_file_appears_whole(seq2seq, model, pictures, tmp_path):
    outcome = seq2seq("caption", model, pictures, "--output", tmp_path / "captions.tsv", *FAST)
    assert outcome.out == ""
    assert len((tmp_path / "captions.tsv").read_text().splitlines()) == 4


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["{model}"], "no picture is named"),
        (["{model}", "{empty}"], "no picture in this folder"),
        (["{model}", "{empty}/*.jpg"], "no file is like this pattern"),
        (["{empty}", "x.png"], "not a model folder"),
        (["{translator}", "x.png"], "is a translator; use it with `seq2seq translate`"),
        (["{model}", "x.png", "--beam", "0"], "--beam"),
        (["{model}", "x.png", "--beam", "2", "--n-best", "3"], "--n-best 3: must be at most beam, which is 2"),
        (["{model}", "x.png", "--method", "greedy", "--n-best", "2"], "--n-best 2: has an effect only with method"),
        (["{model}", "x.png", "--max-source-tokens", "5"], "--max-source-tokens"),
        (["{model}", "--list", "{empty}/none"], "no such file"),
        (["{model}", "-"], "no picture is read from standard input; for a list of paths there, use --list -"),
        (["{picture}", "x.png"], "0.png: is a file, not a model folder"),
        (["{picture}", "{model}"], "0.png: is a file, not a model folder"),
        (["{model}", ""], "a picture's name is empty"),
        (["{model}", "{picture}", "--output", "{empty}/sub/out"], "there is no folder"),
        (["{model}", "{picture}", "--attention-dir", "{empty}/sub/seen"], "there is no folder"),
        (["{plain}", "{picture}", "--attention-dir", "{empty}/seen"], "the model has no attention"),
    ],
)
def test_mistakes_are_told_in_one_line(seq2seq, make, model, random_models, pictures, tmp_path, arguments, told):
    (tmp_path / "empty").mkdir()
    places = {
        "model": model,
        "empty": tmp_path / "empty",
        "translator": random_models[0],
        "plain": make("initial_state"),
        "picture": pictures / "0.png",
    }
    outcome = seq2seq("caption", *(word.format(**places) for word in arguments))
    assert outcome.code == 2
    assert outcome.err.startswith("error: ")
    assert told in outcome.err
    assert len(outcome.err.splitlines()) == 1


def test_evaluate_scores_a_captioner(seq2seq, model, prepared, tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", "")
    texts = tmp_path / "captions.txt"
    common = ("--data", prepared, "--split", "dev", "--output", tmp_path / "scores.json")
    outcome = seq2seq("evaluate", model, *common, "--translations", texts, *FAST)
    assert outcome.code == 0, outcome.err
    assert "METEOR needs Java" in outcome.err
    record = json.loads((tmp_path / "scores.json").read_text())
    assert record["scores"].keys() == {"BLEU-1", "BLEU-2", "BLEU-3", "BLEU-4", "ROUGE-L", "CIDEr-D"}
    assert record["sentences"] == 5
    assert record["decoding"]["max_source_tokens"] is None
    said, folder = texts.read_text().splitlines(), PreparedFolder.open(prepared)
    known = distinct_captions(folder.column("train", "en"))
    assert record["diversity"] == asdict(measure_diversity(said, known))
    assert f"diversity: captions:5|training:{len(known)}|" in outcome.out
    again = seq2seq("evaluate", "--hypothesis", texts, *common, "--baseline", texts)  # in the only language there is
    assert again.code == 0, again.err
    record = json.loads((tmp_path / "scores.json").read_text())
    assert record["diversity"] == asdict(measure_diversity(said)), "what trained another system is not known"
    baseline = record["baseline"]["metrics"]
    assert baseline["BLEU-4"]["difference"] == 0
    assert baseline["BLEU-4"]["p_bootstrap"] == baseline["BLEU-4"]["p_randomisation"] == 1


def test_evaluate_tells_of_missing_pictures_before_the_model_runs(seq2seq, model, tmp_path, monkeypatch):
    folder = PreparedFolder.open(write_pictures(tmp_path / "prepared", {"train": 2, "dev": 5}))
    gone = [folder.image_path(name) for name in sorted(set(folder.column("dev", "image")))[2:4]]
    for path in gone:
        path.unlink()
    monkeypatch.setattr(Captioner, "caption_each", lambda *_, **__: pytest.fail("the model ran"))
    outcome = seq2seq("evaluate", model, "--data", folder.path, "--split", "dev", *FAST)
    assert outcome.code == 2
    assert outcome.err == f"error: 2 of 5 pictures are missing; the first is {gone[0]}\n"


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["{model}", "--data", "{prepared}", "--split", "dev", "--lowercase"], "--lowercase"),
        (["{model}", "--data", "{prepared}", "--split", "dev", "--max-source-tokens", "9"], "no effect on a captioner"),
        (["{model}", "--data", "{prepared}", "--split", "test"], "no split 'test'"),
        (["{model}", "--source", "{empty}", "--reference", "{empty}"], "score a captioner with --data"),
        (["{translator}", "--data", "{prepared}", "--split", "dev"], "holds captions"),
        (["--hypothesis", "{empty}", "--data", "{prepared}", "--split", "dev", "--target-language", "xx"], "holds en"),
        (["{model}", "--data", "{prepared}", "--split", "dev", "--target-language", "xx"], "the model writes en"),
    ],
)
def test_evaluate_refuses_what_does_not_go_together(seq2seq, model, random_models, prepared, tmp_path, arguments, told):
    (tmp_path / "empty").touch()
    places = {"model": model, "prepared": prepared, "translator": random_models[0], "empty": tmp_path / "empty"}
    outcome = seq2seq("evaluate", *(word.format(**places) for word in arguments), "--output", tmp_path / "scores.json")
    assert outcome.code == 2
    assert told in outcome.err
    assert not (tmp_path / "scores.json").exists()
