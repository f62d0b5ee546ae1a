"""`seq2seq report`, as a user types it."""

import json
import shutil
from collections import Counter

import pytest
from toy_captions import write_pictures
from toy_clips import save_tagger
from toy_data import write_prepared

FAST = ("--method", "greedy", "--precision", "fp32", "--device", "cpu", "--max-length", 20)
FILES = ["index.html", "report.md", "scores.json"]
HOSTILE = "<script>alert(1)</script>"


@pytest.fixture(autouse=True)
def quick_tests(monkeypatch):
    monkeypatch.setattr("seq2seq.evaluation.scores.TRIALS", 200)


@pytest.fixture
def prepared(pairs, tmp_path):
    splits = {"train": pairs, "dev": pairs, "test": pairs[:4]}
    return write_prepared(tmp_path / "prepared", splits, languages=("es", "en"))


@pytest.fixture
def files(pairs, tmp_path):
    """Sources, references and outputs, a text a line."""
    texts = {
        "source": [source for source, _ in pairs],
        "reference": [target for _, target in pairs],
        "second": [f"Well, {target}" for _, target in pairs],
        "poor": ["The cat sleeps."] * len(pairs),
        "hostile": [HOSTILE, "a" * 10_000, "\x01\u202e‮", "", "😀", "|*_", "]]>", "--"],
        "short": ["One.", "Two."],
        "blank": [""] * len(pairs),
    }
    paths = {}
    for name, lines in texts.items():
        paths[name] = tmp_path / f"{name}.txt"
        paths[name].write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return paths


def test_models_and_files_side_by_side(seq2seq, taught_model, random_models, prepared, files, tmp_path):
    ensemble = f"both={taught_model}+{random_models[0]}"
    words = (f"taught={taught_model}", f"poor={files['poor']}", ensemble, "--data", prepared)
    outcome = seq2seq("report", *words, "--output", tmp_path / "report", *FAST)
    assert outcome.code == 0, outcome.err
    assert sorted(path.name for path in (tmp_path / "report").iterdir()) == FILES
    record = json.loads((tmp_path / "report" / "scores.json").read_text(encoding="utf-8"))
    assert [system["name"] for system in record["systems"]] == ["taught", "poor", "both"]
    assert record["systems"][0]["record"]["scores"]["BLEU"]["value"] == pytest.approx(100)
    assert len(record["systems"][2]["record"]["models"]) == 2
    assert record["data"]["split"] == "dev"
    assert len(record["comparisons"]) == 9
    for verdict in record["verdicts"]:
        assert verdict in outcome.out
    assert "18 paired tests were made" in outcome.out
    assert "±" not in outcome.out
    low, high = record["systems"][1]["record"]["scores"]["BLEU"]["interval"]
    assert f"({low:.1f} to {high:.1f})" in outcome.out
    assert str(tmp_path / "report" / "index.html") in outcome.out


def test_files_alone_with_several_references(seq2seq, files, tmp_path):
    words = (f"same={files['reference']}", f"x={files['hostile']}", "--reference", files["reference"])
    words += ("--reference", files["second"], "--source", files["source"], "--target-language", "en")
    outcome = seq2seq("report", *words, "--output", tmp_path / "report")
    assert outcome.code == 0, outcome.err
    record = json.loads((tmp_path / "report" / "scores.json").read_text(encoding="utf-8"))
    assert "nrefs:2" in record["systems"][0]["record"]["scores"]["BLEU"]["signature"]
    assert record["systems"][1]["outputs"][0] == HOSTILE
    assert HOSTILE not in (tmp_path / "report" / "index.html").read_text(encoding="utf-8")
    assert HOSTILE not in (tmp_path / "report" / "report.md").read_text(encoding="utf-8")


def test_references_that_are_missing_are_told(seq2seq, files, tmp_path):
    outcome = seq2seq("report", files["poor"], "--reference", files["blank"], "--output", tmp_path / "report")
    assert outcome.code == 0, outcome.err
    assert "note: " in outcome.err
    assert "8 of 8 references are empty, the first in line 1" in outcome.err


def test_against_an_earlier_report(seq2seq, files, prepared, tmp_path):
    data = ("--data", prepared, "--target-language", "en")
    first = seq2seq("report", f"main={files['reference']}", *data, "--output", tmp_path / "main")
    assert first.code == 0, first.err
    against = ("--against", tmp_path / "main" / "scores.json")
    same = seq2seq("report", f"main={files['reference']}", *data, *against, "--output", tmp_path / "same")
    assert same.code == 0, same.err
    assert "the same outputs as its earlier self" in same.out
    worse = seq2seq("report", f"main={files['poor']}", *data, *against, "--output", tmp_path / "worse")
    assert worse.code == 3, worse.err
    assert "main is worse than its earlier self" in worse.out
    assert json.loads((tmp_path / "worse" / "scores.json").read_text())["against"]["worse"]
    assert "error" not in worse.err
    both = (f"main={files['reference']}", f"new={files['poor']}")
    more = seq2seq("report", *both, *data, *against, "--output", tmp_path / "more")
    assert more.code == 0, more.err
    assert "note: --against: Not compared, since not in the earlier report: new." in more.err
    two = ("--against", tmp_path / "more" / "scores.json")
    renamed = seq2seq("report", f"mian={files['reference']}", *data, *two, "--output", tmp_path / "renamed")
    assert renamed.code == 2
    assert "its systems are main, new, and none of them is called mian" in renamed.err
    onto = seq2seq("report", *both, *data, *two, "--output", tmp_path / "more")
    assert onto.code == 2
    assert "whose files are written anew" in onto.err
    better = seq2seq(
        "report", files["reference"], *data, "--against", tmp_path / "worse" / "scores.json", "--output", tmp_path / "b"
    )
    assert better.code == 0, better.err
    other = seq2seq("report", files["short"], *data, *against, "--split", "test", "--output", tmp_path / "other")
    assert other.code == 2


def test_captions_against_an_earlier_report(seq2seq, tmp_path):
    prepared = write_pictures(tmp_path / "pictures", {"train": 4, "dev": 12})
    rows = [line.split("\t") for line in (prepared / "dev.tsv").read_text().splitlines()[1::3]]
    good = [caption for _, caption in rows]
    texts = {"good": good, "middling": [*good[:6], *["a house"] * 6], "bad": ["a house"] * 12}
    for name, lines in texts.items():
        (tmp_path / f"{name}.txt").write_text("".join(f"{line}\n" for line in lines))

    def report(name, *more):
        words = (f"main={tmp_path / name}.txt", "--data", prepared, "--output", tmp_path / f"report-{name}-{len(more)}")
        return seq2seq("report", *words, *more)

    assert report("middling").code == 0
    against = ("--against", tmp_path / "report-middling-0" / "scores.json")
    found = {name: report(name, *against) for name in texts}
    assert {name: outcome.code for name, outcome in found.items()} == {"good": 0, "middling": 0, "bad": 3}
    assert "main is better than its earlier self" in found["good"].out
    assert "the same outputs as its earlier self" in found["middling"].out
    assert "main is worse than its earlier self" in found["bad"].out
    assert "CIDEr-D" in found["bad"].out
    record = json.loads((tmp_path / "report-bad-2" / "scores.json").read_text())
    assert record["against"]["worse"]
    assert {test["metric"] for test in record["against"]["comparisons"]} >= {"CIDEr-D", "BLEU-4"}


def test_captioners_and_a_picture_that_cannot_be_read(seq2seq, captioners, pictures, tmp_path):
    prepared = shutil.copytree(pictures, tmp_path / "pictures")
    (prepared / "images" / "dev2.png").write_bytes(b"no picture")
    outputs = tmp_path / "other.txt"
    outputs.write_text("all is red here\n" * 6)
    words = (*captioners, outputs, "--data", prepared, "--output", tmp_path / "report")
    outcome = seq2seq("report", *words, "--max-length", 5, "--precision", "fp32", "--device", "cpu")
    assert outcome.code == 0, outcome.err
    assert "1 of 6 pictures could not be read, the first: " in outcome.err
    record = json.loads((tmp_path / "report" / "scores.json").read_text(encoding="utf-8"))
    assert (record["task"], record["main_metric"]) == ("captions", "CIDEr-D")
    assert [system["name"] for system in record["systems"]] == ["captioner1", "captioner2", "other"]
    assert record["systems"][0]["outputs"][2] == ""
    shutil.rmtree(prepared / "images")
    none = seq2seq("report", captioners[0], "--data", prepared, "--output", tmp_path / "none", "--device", "cpu")
    assert none.code == 2
    assert "error: captioner1: 6 of 6 pictures could not be read, the first: " in none.err
    assert not (tmp_path / "none").exists()
    files_only = seq2seq("report", outputs, "--data", prepared, "--output", tmp_path / "files")
    assert files_only.code == 0, files_only.err  # there is one language only


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--data", "{prepared}"], "name at least one SYSTEM"),
        (["{taught}", "--data", "{prepared}", "--output", ""], "--output FOLDER is needed"),
        (["{taught}"], "either --data FOLDER or --reference FILE"),
        (["{taught}", "--data", "{prepared}", "--source", "{source}"], "--source goes with --reference only"),
        (["{taught}", "--reference", "{reference}"], "--source FILE is needed beside a model"),
        (["x={short}", "--reference", "{reference}"], "{short} has 2 sentences but {reference} has 8"),
        (
            ["x={poor}", "--reference", "{reference}", "--source", "{short}"],
            "{reference} has 8 sentences but {short} has 2",
        ),
        (["x={tmp}/none", "--reference", "{reference}"], "none: no such model folder or file of outputs"),
        (["x={poor}", "x={reference}", "--reference", "{reference}"], "are both called 'x'"),
        (["{poor}", "--reference", "{reference}", "--split", "dev"], "--split goes with --data only"),
        (["{poor}", "--reference", "{reference}", "--beam", "5"], "--beam is for models"),
        (["{poor}", "--reference", "{reference}", "--device", "auto"], "--device is for models"),
        (["{taught}", "--data", "{prepared}", "--target-language", "es"], "--target-language es: "),
        (["{taught}+", "--data", "{prepared}"], "a model folder is missing before or after +"),
        (["{poor}", "--reference", "{reference}", "--output", "{tmp}/" + "x" * 300], "File name too long"),
        (["{poor}", "--data", "{prepared}"], "--target-language CODE is needed beside --data"),
        (["{poor}", "--data", "{prepared}", "--target-language", "fr"], "it holds es and en"),
        (["{taught}", "--data", "{pictures}"], "holds captions, which is not what the model has learned"),
        (["{taught}", "{captioner}", "--data", "{prepared}"], "from es to en, but captioner1 from pictures to en"),
        (["{captioner}", "--data", "{pictures}", "--max-source-tokens", "9"], "no effect on a captioner"),
        (["{poor}", "--reference", "{reference}", "--max-source-tokens", "9"], "--max-source-tokens is for models"),
        (["{captioner}", "--source", "{source}", "--reference", "{reference}"], "score a captioner with --data"),
        (["{taught}", "--data", "{prepared}", "--beam", "0"], "--beam 0: must be"),
        (["{taught}", "--data", "{prepared}", "--n-best", "2"], "unknown option --n-best"),
        (["{poor}", "--reference", "{reference}", "--tokenize", "13"], "did you mean '13a'?"),
        (["{poor}", "--reference", "{reference}", "--output", "{poor}"], "is no folder"),
        (["{poor}", "--reference", "{reference}", "--output", "{taught}"], "holds a model; name another folder"),
        (["{poor}", "--reference", "{reference}", "--against", "{poor}"], "not JSON"),
        (["{poor}", "--reference", "{reference}", "--against", "{tmp}"], "name the scores.json of a report, such as"),
        (["{poor}", "--reference", "{empty}"], "{poor} has 8 sentences but {empty} has 0"),
        (["{empty}", "--reference", "{empty}"], "nothing to score"),
        (["{latin}", "--reference", "{reference}"], "latin.txt, line 2"),
    ],
)
def test_mistakes_are_told_in_one_line_and_nothing_is_written(
    seq2seq, taught_model, captioners, pictures, prepared, files, tmp_path, words, message
):
    names = {**files, "taught": taught_model, "captioner": captioners[0], "pictures": pictures, "prepared": prepared}
    names |= {"tmp": tmp_path, "empty": tmp_path / "empty.txt", "latin": tmp_path / "latin.txt"}
    names["empty"].write_text("")
    names["latin"].write_bytes(b"One.\nTw\xf6.\n")
    before = Counter(tmp_path.rglob("*"))
    given = [word.format(**names) for word in words]
    outcome = seq2seq("report", *given, *([] if "--output" in given else ["--output", tmp_path / "report"]))
    assert outcome.code == 2, outcome.err
    assert outcome.err.startswith("error: ")
    assert len(outcome.err.splitlines()) == 1
    assert message.format(**names) in outcome.err
    assert Counter(tmp_path.rglob("*")) == before


def test_a_model_that_writes_nothing_to_compare_is_sent_to_evaluate(seq2seq, taught_model, prepared, tmp_path):
    folder = save_tagger(tmp_path / "model")
    for system in (folder, f"both={taught_model}+{folder}"):
        outcome = seq2seq("report", system, "--data", prepared, "--output", tmp_path / "report")
        assert outcome.code == 2
        assert outcome.err.startswith(f"error: {folder}: is a model for frames; ")
        assert f"`seq2seq evaluate {folder} --data FOLDER`" in outcome.err
        assert len(outcome.err.splitlines()) == 1


def test_help_tells_the_exit_codes(seq2seq):
    outcome = seq2seq("report", "--help")
    assert outcome.code == 0
    assert "3 where a system is worse" in outcome.out
