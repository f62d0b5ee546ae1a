"""The page as a document; what it does in a browser is tested in test_browser.py."""

import base64
import hashlib
import json
import random
import re
import zlib
from dataclasses import replace
from html.parser import HTMLParser
from itertools import pairwise

import pytest
from markupsafe import escape
from PIL import Image
from toy_pages import HOSTILE, WORDS, hostile_report, sentence, text_report, toy_report

from seq2seq.evaluation import PairedTest
from seq2seq.report.comparison import verdict
from seq2seq.report.content import Chart, Point, Section, Series
from seq2seq.report.page import render


class Reader(HTMLParser):
    """Tags with their attributes, the text of each script and style, and all ids."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self._open = ""
        self.raw: dict[str, list[str]] = {"script": [], "style": []}
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        self._open = tag
        if tag in self.raw:
            self.raw[tag].append("")

    def handle_endtag(self, tag):
        self._open = ""

    def handle_data(self, data):
        if self._open in self.raw:
            self.raw[self._open][-1] += data


def samples_of(page: str) -> dict:
    """What the page's script reads."""
    return json.loads(zlib.decompress(base64.b64decode(Reader(page).raw["script"][0])))


@pytest.fixture(scope="module")
def page():
    return render(text_report())


def test_nothing_is_asked_of_the_network(page):
    for _, attributes in Reader(page).tags:
        for name in ("src", "href", "xlink:href", "action", "data", "poster"):
            assert attributes.get(name, "#").startswith("#")
        assert not [name for name in attributes if name.startswith("on") or name == "style"]


def test_the_policy_names_the_pages_own_script_and_style(page):
    reader = Reader(page)
    policy = next(
        attributes["content"] for tag, attributes in reader.tags if tag == "meta" and "http-equiv" in attributes
    )
    for text, directive in ((reader.raw["script"][1], "script-src"), (reader.raw["style"][0], "style-src")):
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        assert f"{directive} 'sha256-{digest}'" in policy
    assert policy.startswith("default-src 'none'")
    assert "unsafe" not in policy


def test_headings_are_in_order_and_ids_are_unique(page):
    tags = Reader(page).tags
    levels = [int(tag[1]) for tag, _ in tags if re.fullmatch("h[1-6]", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    ids = [attributes["id"] for _, attributes in tags if "id" in attributes]
    assert len(ids) == len(set(ids))


def test_every_link_leads_somewhere_and_every_table_has_a_name(page):
    tags = Reader(page).tags
    ids = {attributes["id"] for _, attributes in tags if "id" in attributes}
    assert {attributes["href"][1:] for tag, attributes in tags if tag in ("a", "use")} <= ids
    assert sum(tag == "table" for tag, _ in tags) == sum(tag == "caption" for tag, _ in tags)


def test_verdicts_and_scores_are_read_first(page):
    said, tables = page.index("B is better than A"), page.index("<h3")
    assert said < page.index("40.0") < tables
    assert "p\u00a0=\u00a00.010" in page
    assert page.count("<dt>Speed") == 0
    assert "38.0 to 43.0" in page


@pytest.mark.parametrize("name", ["B", "model (2)", "7 (-1.5, p = 0.3)", "<b>x</b> & y: +3"])
def test_the_proof_of_a_verdict_stands_after_what_it_says(name):
    tests = [PairedTest("A", name, "CIDEr-D", -2.5, 0.59, 0.5), PairedTest("A", name, "BLEU-3", -3.3, 0.04, 0.04)]
    verdicts = (verdict(PairedTest("A", name, "BLEU", 1.0, 0.01, 0.01)), verdict(tests[0], tests))
    page = render(replace(text_report(number=3, systems=2), verdicts=verdicts))
    shown = escape(name.replace("p = ", "p\u00a0=\u00a0"))
    assert f"<strong>{shown} is better than A:</strong> <span>+1.0 BLEU" in page
    said = f"No difference in CIDEr-D between {shown} and A that this test set can show"
    assert f"<strong>{said}</strong> <span>(−2.5" in page
    assert "BLEU-3 differs: −3.3" in page


def test_each_system_and_whoever_stands_beside_it_has_a_line():
    series = tuple(Series(name, (Point("x", 1.0),)) for name in ("A", "a person (first)"))
    chart = Chart("c", "Title", "", "bar", "x", "y", series)
    text = "A: good. It is. a person (first): better. Axes: none.\nOf all."
    report = toy_report(["a"], [["a"]], {"A": ["a"]}, sections=[Section("s", "Who?", text, (chart,))])
    lines = re.findall('<p class="answer">(.*?)</p>', render(report))
    assert lines[:3] == ["A: good. It is.", "a person (first): better. Axes: none.", "Of all."]


def test_hostile_texts_are_shown_and_not_read():
    page = render(hostile_report())
    page.encode("utf-8")
    reader = Reader(page)
    assert len(reader.raw["script"]) == 2
    assert "img" not in {tag for tag, _ in reader.tags}
    data = samples_of(page)
    assert data["sources"][0] == HOSTILE[0]
    assert re.fullmatch("[A-Za-z0-9+/=]+", reader.raw["script"][0])
    assert data["systems"][0]["outputs"][0].endswith("(8,000 more characters)")


def test_two_thousand_sentences_of_three_systems_are_under_five_megabytes():
    random_ = random.Random(1)
    texts = [random_.choices(WORDS, k=30) for _ in range(2000)]
    turned = [" ".join([*words[10:], "another", "word", *words[3:10]]) for words in texts]
    sources, outputs = [" ".join(words) for words in texts], dict.fromkeys("ABC", turned)
    report = toy_report(sources, [[text] for text in sources], outputs, models=3)
    page = render(report)
    assert len(page.encode()) < 5_000_000
    data = samples_of(page)
    assert data["left_out"] == sum(text is None for system in data["systems"] for text in system["looked"])


def test_ten_thousand_letters_in_each_of_many_lines_are_under_five_megabytes():
    sources = [f"{number} " + "word " * 2000 for number in range(120)]
    report = toy_report(sources, [[text] for text in sources], dict.fromkeys("ABC", sources), models=0)
    assert len(render(report).encode()) < 5_000_000


def spoilt(random_, text, make):
    """The text with a third of its words made anew."""
    return " ".join(make() if random_.random() < 0.35 else word for word in text.split())


def test_two_thousand_sentences_in_two_bytes_a_letter_are_under_five_megabytes():
    random_ = random.Random(1)

    def word():
        return "".join(random_.choices("абвгдежзиклмнопрст", k=random_.randint(2, 10)))

    texts = [" ".join(word() for _ in range(25)) for _ in range(2000)]
    outputs = {name: [spoilt(random_, text, word) for text in texts] for name in "ABCD"}
    page = render(toy_report(texts, [[text] for text in texts], outputs, models=4))
    assert len(page.encode()) < 5_000_000
    data = samples_of(page)
    assert data["sources"][0] == texts[0]
    assert data["left_out"] < 4000


def test_two_thousand_lines_of_markup_are_under_five_megabytes():
    random_ = random.Random(1)
    texts = ["<p class='a'>&nbsp;" + " <i>&amp;</i> ".join(random_.choices(WORDS, k=25)) for _ in range(2000)]
    outputs = {name: [spoilt(random_, text, lambda: "<&>") for text in texts] for name in "ABC"}
    page = render(toy_report(texts, [[text] for text in texts], outputs, models=3))
    assert len(page.encode()) < 5_000_000
    assert samples_of(page)["sources"] == texts


def test_many_systems_long_lines_and_no_repetition_are_under_five_megabytes():
    random_ = random.Random(1)
    texts = ["".join(map(chr, random_.choices(range(0x4E00, 0x9FFF), k=400))) for _ in range(3000)]
    report = toy_report(texts, [[text] for text in texts], {"A": texts, "B": texts[::-1]}, models=0, sections=[])
    page = render(report)
    assert len(page.encode()) < 5_000_000
    assert 100 <= len(samples_of(page)["numbers"]) <= 3000


def test_a_thousand_pictures_of_two_captioners_are_under_five_megabytes(tmp_path):
    random_ = random.Random(1)
    paths = [str(tmp_path / f"{number}.png") for number in range(1000)]
    for path in paths:
        Image.merge("RGB", [Image.effect_noise((160, 120), 60) for _ in "RGB"]).save(path, compress_level=1)
    outputs = {name: [sentence(random_) for _ in range(1000)] for name in "AB"}
    references = [[sentence(random_) for _ in range(5)] for _ in range(1000)]
    page = render(toy_report(paths, references, outputs, captions=True, grid=(9, 9)))
    assert 3_000_000 < len(page.encode()) < 5_000_000
    data = samples_of(page)
    assert data["left_out"] == 0
    assert all(picture["uri"] for picture in data["pictures"])


def test_of_a_very_large_test_set_an_even_selection_is_shown():
    large = ["a b"] * 7000
    report = toy_report(large, [[text] for text in large], {"A": large}, models=0, sections=[])
    data = samples_of(render(report))
    assert (data["whole"], len(data["numbers"])) == (7000, 3000)
    assert data["numbers"][0] == 1
    assert max(after - before for before, after in pairwise(data["numbers"])) <= 3


@pytest.mark.parametrize("systems", [1, 2, 9])
def test_any_number_of_systems(systems):
    page = render(text_report(number=3, systems=systems))
    assert page.count('class="strip"') >= 3
    assert ("more comparisons" in page) == (systems == 9)
    assert page.count(" is better than ") == systems * (systems - 1) // 2


def test_one_sentence_without_intervals_sources_or_models():
    report = toy_report([""], [["a b"]], {"A": ["a"]}, models=0, sections=[])
    scores = {"A": {name: replace(score, interval=None) for name, score in report.scores["A"].items()}}
    report = replace(report, scores=scores, test=replace(report.test, sources=[]))
    assert "95 % interval" not in render(report)
    assert samples_of(render(report))["sources"] == [""]


def test_numbers_that_are_none_are_told_as_null():
    report = toy_report(["a"], [["a"]], {"A": ["a"]})
    report = replace(report, sentence_scores={"A": [float("nan")]})
    assert samples_of(render(report))["systems"][0]["scores"] == [None]
