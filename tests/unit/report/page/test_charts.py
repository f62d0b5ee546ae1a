import re
from xml.etree import ElementTree

import pytest
from toy_pages import toy_sections

from seq2seq.report.content import Chart, Point, Series
from seq2seq.report.page.charts import draw, draw_strip
from seq2seq.report.page.looks import COLOURS, MARKERS, looks

CHARTS = [item for item in toy_sections(["A", "B"])[0].items if isinstance(item, Chart)]


@pytest.fixture(params=CHARTS, ids=lambda chart: chart.kind)
def svg(request):
    return draw(request.param, ["A", "B"], f"key-{request.param.kind}")


def test_a_chart_is_told_and_scales(svg):
    root = ElementTree.fromstring(svg)
    assert root.attrib.keys() == {"class", "viewBox", "role", "aria-label"}
    assert root.get("role") == "img"
    assert "A chart" in root.get("aria-label")


def test_a_chart_has_no_styles_and_no_colours_of_its_own(svg):
    assert "style" not in svg
    assert not re.search(r'(fill|stroke)="#', svg)
    assert {"s1", "s2"} <= set(re.findall(r"(?:fill|stroke)-(s\d)", svg))


def test_letters_are_letters(svg):
    texts = [item.text for item in ElementTree.fromstring(svg).iter("text")]
    assert {"place", "share"} <= {text.partition(" (")[0] for text in texts}


def test_each_point_tells_its_value(svg):
    titles = {item.text for item in ElementTree.fromstring(svg).iter("title")}
    assert any(title.startswith("B, ") and "0.350 (0.200 to 0.500), n = 10" in title for title in titles)


def test_ids_of_two_charts_differ():
    ids = [set(re.findall(r' id="([^"]+)"', draw(CHARTS[1], ["A"], key))) for key in ("one", "two")]
    assert ids[0]
    assert not ids[0] & ids[1]


@pytest.mark.parametrize("kind", ["bar", "line", "diagonal"])
@pytest.mark.parametrize(
    "series", [(), (Series("A", ()),), (Series("A", (Point(0.5, None),)),)], ids=["none", "no points", "no value"]
)
def test_nothing_to_draw_is_drawn(kind, series):
    draw(Chart("key", "title", "", kind, "x", "y", series), ["A"], "key")


def test_long_names_lie_and_no_letters_are_lost():
    names = ["an unbelievably long name", "incomprehensibilities", "x"]
    chart = Chart("key", "title", "", "bar", "x", "y", (Series("A", tuple(Point(name, -1.0) for name in names)),))
    told = "".join(item.text for item in ElementTree.fromstring(draw(chart, ["A"], "key")).iter("text"))
    assert all(name.replace(" ", "") in told.replace(" ", "") for name in names)


def test_a_strip_shows_scores_without_intervals_and_many_systems():
    found = draw_strip(
        [(float(place), None if place % 2 else (place - 1.0, place + 1.0)) for place in range(12)], "key", "told"
    )
    assert 'aria-label="told"' in found


def test_a_systems_second_line_looks_like_it():
    found = looks(["A, plain", "A, calibrated", "B", "someone else"], ["A", "B"])
    assert [(look.index, look.second) for look in found] == [(1, True), (1, False), (2, False), (4, False)]
    assert len(MARKERS) == COLOURS
