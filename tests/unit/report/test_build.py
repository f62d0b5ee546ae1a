import dataclasses
import json

import pytest
import torch
from toy_reports import make_test_set, model, output_file

from seq2seq.errors import UserError
from seq2seq.evaluation.scorer import make_scorer
from seq2seq.report import build
from seq2seq.report.build import FILES, build_report, check_report_place, write_report


@pytest.fixture(params=[False, True], ids=["text", "captions"])
def systems(request):
    test = make_test_set(captions=request.param)
    return test, [model("m", test, 0.2), output_file("f", test, 0.5), output_file("g", test, 0.5, seed=3)]


def test_what_a_report_holds(systems):
    test, named = systems
    report = build_report(test, named)
    names = ["m", "f", "g"]
    for by_system in (report.scores, report.sentence_scores, report.confidences, report.word_confidences):
        assert list(by_system) == names
    assert [len(values) for values in report.sentence_scores.values()] == [len(test)] * 3
    assert report.confidences["f"] is None
    assert all(0 <= value <= 1 for value in report.confidences["m"])
    assert report.facts["tests"] == 2 * len(report.comparisons) == 2 * 3 * len(report.scores["m"])
    assert str(report.verdicts[0]).startswith(f"From best to worst by {report.main_metric}: m ")
    assert len(report.verdicts) == 4
    assert str(report.verdicts[1]).startswith("m is better than f: +")
    assert report.facts["systems"]["m"]["tokens_per_second"] > 0
    assert report.facts["systems"]["f"]["kind"] == "file"
    assert report.sections


def test_the_scores_are_the_scorers(systems):
    test, named = systems
    scorer = make_scorer(test)
    report = build_report(test, named, scorer=scorer)
    assert report.scores["g"] == scorer.score(named[2].outputs)


def test_a_gpu_is_named(monkeypatch):
    monkeypatch.setattr(torch.cuda, "get_device_name", lambda device: f"GPU {device}")
    test = make_test_set()
    on_gpu = model("m", test, 0.2)
    on_gpu = dataclasses.replace(on_gpu, facts={**on_gpu.facts, "device": torch.device("cuda", 0)})
    report = build_report(test, [output_file("f", test), model("n", test), on_gpu])
    assert report.facts["hardware"]["device"] == "GPU cuda:0"
    assert [its["device"] for its in report.facts["systems"].values()] == [None, "cpu", "GPU cuda:0"]
    assert build_report(test, [model("n", test)]).facts["hardware"]["device"] == "cpu"


@pytest.fixture
def no_page(monkeypatch):
    """The page takes a second to draw, and has its own tests."""
    monkeypatch.setattr("seq2seq.report.page.render", lambda report: f"<title>{report.title}")


def test_three_files_or_none(systems, tmp_path, monkeypatch, no_page):
    report = build_report(*systems)
    page = write_report(report, tmp_path / "a" / "report")
    assert page == tmp_path / "a" / "report" / "index.html"
    assert sorted(path.name for path in page.parent.iterdir()) == sorted(FILES)
    before = {path.name: path.read_bytes() for path in page.parent.iterdir()}
    monkeypatch.setattr(build, "to_markdown", lambda _report: 7)  # cannot be written, after the others were
    with pytest.raises(TypeError):
        write_report(dataclasses.replace(report, title="another"), page.parent)
    assert {path.name: path.read_bytes() for path in page.parent.iterdir()} == before


def test_a_report_is_replaced_and_what_else_is_there_stays(systems, tmp_path, no_page):
    report = build_report(*systems)
    (tmp_path / "notes.txt").write_text("mine")
    write_report(report, tmp_path)
    write_report(dataclasses.replace(report, title="another"), tmp_path)
    assert json.loads((tmp_path / "scores.json").read_text())["title"] == "another"
    assert (tmp_path / "notes.txt").read_text() == "mine"


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("scores.json", '{"format": 1}', "scores.json: is of no report and would be lost"),
        ("index.html", "<p>mine", "index.html: is of no report and would be lost"),
        ("config.yaml", "task: captions", "holds a model"),
    ],
)
def test_nothing_else_is_overwritten(tmp_path, name, text, message):
    (tmp_path / name).write_text(text)
    with pytest.raises(UserError, match=message):
        check_report_place(tmp_path)
    with pytest.raises(UserError, match="is no folder"):
        check_report_place(tmp_path / name)


def test_a_place_that_cannot_be_written_is_told(tmp_path, monkeypatch):
    check_report_place(tmp_path / "new" / "report")
    (tmp_path / "file").write_text("")
    with pytest.raises(UserError, match=r"file/report: cannot be written \(.*file is not a folder"):
        check_report_place(tmp_path / "file" / "report")
    monkeypatch.setattr("os.access", lambda path, mode: False)
    for place in (tmp_path, tmp_path / "new" / "report"):
        with pytest.raises(UserError, match="not yours to write"):
            check_report_place(place)


def test_ter_is_left_out_where_it_would_take_too_long(monkeypatch, capsys):
    test = make_test_set()
    system = output_file("A", test)
    assert "TER" in build_report(test, [system]).scores["A"]
    monkeypatch.setattr("seq2seq.report.build._TER_COST", 100)
    report = build_report(test, [system, output_file("B", test)])
    assert set(report.scores["A"]) == {"BLEU", "chrF"}
    assert "without TER" in capsys.readouterr().err
