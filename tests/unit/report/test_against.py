import dataclasses
import json

import pytest
from toy_reports import make_test_set, output_file

from seq2seq.errors import UserError
from seq2seq.evaluation.scorer import make_scorer
from seq2seq.report.against import Earlier, Matching, compare, match, read_earlier
from seq2seq.report.build import build_report
from seq2seq.report.record import as_json, report_record

TEST = make_test_set()
GOOD, POOR = output_file("main", TEST, 0.1), output_file("main", TEST, 0.6)


@pytest.fixture
def earlier(tmp_path):
    """A file with a report on a good system called main."""
    path = tmp_path / "scores.json"
    path.write_text(as_json(report_record(build_report(TEST, [GOOD]))), encoding="utf-8")
    return path


def compared(path, *systems):
    return compare(read_earlier(path, TEST), TEST, systems, make_scorer(TEST))


def test_worse_is_told(earlier):
    against = compared(earlier, POOR)
    assert against.worse
    assert str(against.verdicts[0]).startswith("main is worse than its earlier self of 20")
    assert {test.metric for test in against.comparisons} == {"BLEU", "chrF", "TER"}
    assert against.section.items[0].rows[0][:2] == ("main", "BLEU ↑")
    assert {row[1]: row[3] for row in against.section.items[0].rows} == dict.fromkeys(
        ("BLEU ↑", "chrF ↑", "TER ↓"), "worse"
    )
    assert against.record["worse"]


def test_equal_and_better_are_not_worse(earlier, tmp_path):
    same = compared(earlier, GOOD)
    assert not same.worse
    assert "the same outputs" in str(same.verdicts[0])
    earlier.write_text(as_json(report_record(build_report(TEST, [POOR]))), encoding="utf-8")
    better = compared(earlier, GOOD)
    assert not better.worse
    assert "is better than its earlier self" in str(better.verdicts[0])


def test_chance_is_not_worse(earlier):
    chance = compared(earlier, output_file("main", TEST, 0.1, seed=9))
    assert not chance.worse
    assert "that this test set can show" in str(chance.verdicts[0])


def test_with_which_system():
    one, two = Earlier("s.json", "", {"a": []}), Earlier("s.json", "", {"a": [], "b": []})
    assert match(one, ["x", "y"]).pairs == {"x": "a", "y": "a"}
    assert match(one, ["x", "y"]).notes == []
    assert match(one, ["a", "y"]) == Matching({"a": "a"}, ("y",))  # a new baseline is not taken for the earlier model
    assert match(two, ["b", "c"]) == Matching({"b": "b"}, ("c",), ("a",))
    with pytest.raises(UserError, match="its systems are a, b, and none of them is called c or d; call one of yours"):
        match(two, ["c", "d"])


def test_what_is_not_compared_is_told(earlier):
    other = dataclasses.replace(POOR, name="new")
    earlier.write_text(as_json(report_record(build_report(TEST, [GOOD, output_file("gone", TEST)]))), encoding="utf-8")
    report = build_report(TEST, [GOOD, other], earlier=read_earlier(earlier, TEST))
    against = report_record(report)["against"]
    assert against["unmatched"] == {"now": ["new"], "earlier": ["gone"]}
    assert not against["worse"]
    told = "Not compared, since not in the earlier report: new. Not compared, since in the earlier report only: gone."
    assert report.sections[0].text.endswith(told)


def test_other_names_are_told(earlier):
    against = compared(earlier, dataclasses.replace(POOR, name="main (earlier)"))
    assert str(against.verdicts[0]).startswith("main (earlier) is worse than the earlier main of 20")


@pytest.mark.parametrize("number", [1, 2])
def test_a_report_of_an_earlier_format_is_read(earlier, number):
    raw = json.loads(earlier.read_text())
    for system in raw["systems"]:
        del system["word_confidences"]
    changed(earlier, format=number, systems=raw["systems"])
    assert read_earlier(earlier, TEST).outputs == {"main": list(GOOD.outputs)}


def changed(path, **fields):
    raw = {**json.loads(path.read_text()), **fields}
    path.write_text(json.dumps(raw))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda path: path.unlink(), "no such file"),
        (lambda path: path.write_text("{"), "not JSON"),
        (lambda path: path.write_bytes(b"\xff"), "not UTF-8"),
        (lambda path: path.write_text("[" * 100_000), "not JSON"),
        (lambda path: path.write_text('{"format": 1, "scores": {}}'), "not the scores.json of a report"),
        (lambda path: path.write_text("[]"), "not the scores.json of a report"),
        (lambda path: changed(path, format=4), "format 4, but this version of seq2seq reads 1 to 3"),
        (lambda path: changed(path, systems=[{"name": "a"}]), "damaged"),
        (lambda path: changed(path, systems=[]), "damaged"),
        (lambda path: changed(path, systems=[{"name": "a", "outputs": ["x"]}]), "damaged"),
        (lambda path: changed(path, systems=[{"name": "a", "outputs": [1] * 30}]), "damaged"),
        (lambda path: changed(path, systems=[{"name": ["a"], "outputs": []}]), "damaged"),
        (
            lambda path: changed(path, systems=[{"name": 7, "outputs": ["x"] * 30}]),
            "without names of their own",
        ),
        (lambda path: changed(path, systems=[{"name": "a", "outputs": ["x"] * 30}] * 2), "without names of their own"),
        (lambda path: changed(path, systems=7), "systems or data are not as they should be"),
        (lambda path: changed(path, data=None), "systems or data are not as they should be"),
        (lambda path: changed(path, data={}), "damaged ('files' is missing)"),
        (lambda path: (path.unlink(), path.mkdir()), "is a folder; name the scores.json of a report"),
        (lambda path: changed(path, data={"files": [{"role": "pairs", "sha256": "6"}]}), "only reports on the same"),
        (lambda path: changed(path, language="es"), "only reports on the same test set can be compared"),
    ],
)
def test_files_that_are_no_earlier_report(earlier, change, message):
    change(earlier)
    with pytest.raises(UserError) as told:
        read_earlier(earlier, TEST)
    assert message in str(told.value)
    assert "scores.json" in str(told.value)
