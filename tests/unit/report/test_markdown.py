import dataclasses
import itertools

import pytest
from toy_reports import make_test_set, model, output_file

from seq2seq.report.build import build_report
from seq2seq.report.content import Chart, Finding, Point, Section, Series, Table
from seq2seq.report.markdown import LONGEST, escape, to_markdown


@pytest.fixture(scope="module")
def report():
    test = make_test_set()
    return build_report(test, [model("m", test, 0.2), output_file("a|b <i>", test, 0.5)])


def test_head_scores_and_sections(report):
    text = to_markdown(report)
    assert text.startswith("# toy, dev: translations in en\n")
    assert "\n- data: 30 sentences, dev.tsv (SHA-256 " in text
    assert "m is better than a\\|b \\<i\\>" in text
    assert "6 paired tests were made" in text
    for name, scores in report.scores.items():
        row = next(line for line in text.splitlines() if line.startswith(f"| {escape(name)} | "))
        assert [f"{score.value:.1f} (" in row for score in scores.values()] == [True] * 3
    for score in report.scores["m"].values():
        assert f"`{score.signature}`" in text
    for section in report.sections:
        assert f"## {escape(section.title)}" in text
    assert "15 sentences and" in text  # a second
    assert "555555555555" in text  # the data's hash


def test_every_table_has_rows_of_one_length(report):
    lines = to_markdown(report).splitlines()
    plain = [line.replace("\\|", "") for line in lines]
    for above, line in itertools.pairwise(plain):
        if above.startswith("|") and line.startswith("|"):
            assert above.count("|") == line.count("|"), line


def test_charts_are_told_as_tables_and_long_ones_are_cut(report):
    points = tuple(Point(number, number / 3 if number else None) for number in range(60))
    chart = Chart("c", "Title", "Text.", "line", "place", "height", (Series("m", points), Series("n", points[:2])))
    table = Table("t", "Rows", "Text.", ("name", "value"), (("<script>alert(1)</script>\n\n# x", 0.25),))
    text = to_markdown(dataclasses.replace(report, sections=(Section("s", "Why?", "So.", (chart, table)),)))
    assert "| place | m: height | n: height |" in text
    assert "| 0 | – | – |" in text
    assert "| 1 | 0.333 | 0.333 |" in text
    assert "| 2 | 0.667 | – |" in text
    assert "| … 20 more |  |  |" in text
    assert "\\<script\\>alert(1)\\</script\\> \\# x | 0.25 |" in text


def test_it_fits_into_a_comment(report):
    row = ("long " * 100,) * 6
    table = Table("t", "Rows", "Text.", ("a", "b", "c", "d", "e", "f"), (row,) * 40)
    many = tuple(Section(f"s{number}", f"Part {number}", "So.", (table,)) for number in range(9))
    text = to_markdown(dataclasses.replace(report, sections=many))
    assert len(text) <= LONGEST
    assert "## Part 0" in text
    assert "Left out here, since it is long: Part 1" in text
    huge = dataclasses.replace(report, verdicts=(Finding("word " * 100_000),))
    assert len(to_markdown(huge)) <= LONGEST
