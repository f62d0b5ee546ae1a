import dataclasses
import json
import re

import numpy as np
import pytest
from toy_reports import make_test_set, model, output_file

from seq2seq.evaluation import make_record
from seq2seq.report.build import build_report
from seq2seq.report.content import Chart, Point, Section, Series
from seq2seq.report.record import as_json, report_record, system_record


@pytest.fixture(scope="module", params=[False, True], ids=["text", "captions"])
def report(request):
    test = make_test_set(captions=request.param)
    return build_report(test, [model("m", test, 0.2), output_file("f", test, 0.5)])


def test_all_is_in_it(report):
    record = json.loads(as_json(report_record(report)))
    assert (record["kind"], record["format"]) == ("report", 3)
    assert record["task"] == ("captions" if report.test.captions else "translation")
    assert record["sentences"] == len(report.test)
    assert record["main_metric"] in record["systems"][0]["record"]["scores"]
    for system, its in zip(report.systems, record["systems"], strict=True):
        assert (its["name"], its["outputs"]) == (system.name, list(system.outputs))
        assert its["sentence_scores"] == pytest.approx(report.sentence_scores[system.name], abs=1e-4)
        assert its["record"]["scores"].keys() == report.scores[system.name].keys()
        assert (its["confidences"] is None) == (its["word_confidences"] is None) == (system.details is None)
        for text, words in zip(its["outputs"], its["word_confidences"] or (), strict=False):
            assert len(text.split()) == len(words)
            assert all(0 <= value <= 1 for value in words)
    assert record["systems"][0]["curves"] == {"dev_bleu": {"9": 1.5, "19": 20.0}}
    assert record["systems"][0]["record"]["speed"]["sentences_per_second"] == len(report.test) / 2
    assert record["systems"][1]["record"]["data"]["hypothesis"]["name"] == "f.txt"
    assert len(record["comparisons"]) == len(report.comparisons) == record["tests"] / 2
    assert [section["title"] for section in record["sections"]] == [section.title for section in report.sections]
    assert record["verdicts"] == [str(verdict) for verdict in report.verdicts]
    assert record["sources"] == list(report.test.sources)
    assert record["references"] == list(report.test.references)


def documented(function):
    """The names of fields in the block of a docstring, each with those within its braces."""
    block = function.__doc__.split("```")[1]
    return set(re.findall(r"^    (\w+)  ", block, re.MULTILINE)), set(
        re.findall(r"^        (\w+)  ", block, re.MULTILINE)
    )


def test_it_holds_what_its_documentation_says_and_nothing_else(report):
    record = report_record(report)
    outer, inner = documented(report_record)
    assert record.keys() == outer
    assert all(system.keys() == inner for system in record["systems"])
    tested = {"first", "second", "metric", "difference", "p_bootstrap", "p_randomisation"}
    assert all(test.keys() == tested for test in record["comparisons"])
    for system in record["systems"]:
        assert system["record"].keys() == documented(make_record)[0]
    for item in (item for section in record["sections"] for item in section["items"]):
        assert item.keys() in (
            {"key", "title", "text", "columns", "rows"},
            {"key", "title", "text", "kind", "x", "y", "series"},
        )


def test_pictures_are_named_without_their_place(report):
    if report.test.captions:
        test = dataclasses.replace(report.test, sources=[f"/home/me/{name}" for name in report.test.sources])
        report = dataclasses.replace(report, test=test)
    assert "/home/me" not in as_json(report_record(report))


def test_the_record_of_a_system_is_that_of_evaluate(report):
    record = system_record(report.test, report.systems[0], report.scores["m"])
    assert {"format", "date", "sentences", "scores", "data", "models", "decoding", "speed", "versions"} <= record.keys()
    assert record["models"] == [{"name": "m", "sha256": "b" * 64}]
    assert record["data"] == report.test.record


def test_numbers_that_are_none_and_those_of_numpy(report):
    points = (Point(np.int64(3), float("nan"), np.float64(0.5), float("inf")),)
    chart = Chart("c", "Title", "Text.", "bar", "x", "y", (Series("m", points),))
    record = report_record(dataclasses.replace(report, sections=(Section("s", "Why?", "So.", (chart,)),)))
    (point,) = json.loads(as_json(record))["sections"][0]["items"][0]["series"][0]["points"]
    assert point == {"x": 3, "y": None, "low": 0.5, "high": None, "count": None}
