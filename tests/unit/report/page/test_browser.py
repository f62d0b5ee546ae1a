"""The page in headless Chromium: what a reader does with it."""

from dataclasses import replace

import pytest
from browser import Browser, find_chromium
from PIL import Image
from toy_pages import HOSTILE, hostile_report, text_report, toy_report

from seq2seq.report.content import Section, Table
from seq2seq.report.page import _SHORT, render
from seq2seq.report.page.samples import sample_data

ALL = range(120), 2000  # rows, and letters of a text

pytestmark = pytest.mark.skipif(find_chromium() is None, reason="no Chromium found: apt-get install chromium")


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    with Browser(find_chromium(), tmp_path_factory.mktemp("profile")) as browser:
        yield browser


@pytest.fixture(scope="module")
def report():
    return text_report(number=120)


@pytest.fixture(scope="module")
def page(report, tmp_path_factory):
    path = tmp_path_factory.mktemp("page") / "index.html"
    path.write_text(render(report), encoding="utf-8")
    return path


@pytest.fixture
def opened(browser, page):
    """The page of three systems, opened anew; in the end it shall have had nothing to complain of."""
    browser.open(page)
    yield browser
    assert browser.complaints == []


def numbers(browser: Browser) -> list[int]:
    """Those of the samples that are shown."""
    return browser.run("[...document.querySelectorAll('.sample .head')].map(cell => parseInt(cell.textContent))")


def click(browser: Browser, selector: str) -> None:
    browser.run(f"document.querySelector(`{selector}`).click()")


def choose(browser: Browser, selector: str, value: str) -> None:
    browser.run(f"document.querySelector('{selector}').value = '{value}'")
    browser.run(f"document.querySelector('{selector}').dispatchEvent(new Event('input'))")


def text(browser: Browser, selector: str) -> str:
    return browser.run(f"document.querySelector(`{selector}`).textContent")


def means(report) -> list[float]:
    columns = [report.sentence_scores[system.name] for system in report.systems]
    return [sum(scores) / len(scores) for scores in zip(*columns, strict=True)]


def test_it_begins_in_order_with_a_page_of_fifty(opened):
    assert numbers(opened) == list(range(1, 51))
    assert text(opened, "#count") == "120 sentences"
    assert text(opened, "#page") == "Page 1 of 3"


def test_presets_sort(opened, report):
    scores = means(report)
    click(opened, "[data-preset=best]")
    assert numbers(opened)[0] == scores.index(max(scores)) + 1
    click(opened, "[data-preset=worst]")
    assert numbers(opened)[0] == scores.index(min(scores)) + 1
    assert opened.run("document.querySelector('[data-preset=worst]').getAttribute('aria-pressed')") == "true"
    columns = [report.sentence_scores[system.name] for system in report.systems]
    spread = [max(row) - min(row) for row in zip(*columns, strict=True)]
    click(opened, "[data-preset=divided]")
    assert numbers(opened)[0] == spread.index(max(spread)) + 1
    click(opened, "[data-preset=unsure]")
    sure = sample_data(report, *ALL)["systems"][0]["confidences"]
    assert sure[numbers(opened)[0] - 1] == min(sure)


def test_columns_sort_by_keyboard_and_say_so(opened, report):
    opened.run("document.querySelector('[data-column=score] button').focus()")
    opened.press("Enter")
    scores = means(report)
    assert numbers(opened)[0] == scores.index(min(scores)) + 1
    assert opened.run("document.querySelector('[data-column=score]').getAttribute('aria-sort')") == "ascending"
    opened.press("Enter")
    assert numbers(opened)[0] == scores.index(max(scores)) + 1
    assert opened.run("document.querySelector('[data-column=score]').getAttribute('aria-sort')") == "descending"
    assert opened.run("document.querySelectorAll('[aria-sort]').length") == 1


def test_search_filters_and_counts(opened, report):
    opened.type("#search", "RIVER")
    choose(opened, "#where", "0")
    expected = [place + 1 for place, output in enumerate(report.systems[0].outputs) if "river" in output]
    assert numbers(opened) == expected[:50]
    assert text(opened, "#count") == f"{len(expected)} of 120 sentences match"
    click(opened, "#reset")
    assert text(opened, "#count") == "120 sentences"


@pytest.mark.parametrize("sought", ["pirata", "PÍRATA", "pi\u0301rata"])
def test_search_does_not_look_at_accents(browser, tmp_path, sought):
    outputs = {"A": ["el perro", "Un Pírata vio", "la casa"]}
    path = tmp_path / "index.html"
    path.write_text(render(toy_report(["x", "y", "z"], [["a"], ["b"], ["c"]], outputs)), encoding="utf-8")
    browser.open(path)
    browser.type("#search", sought)
    assert numbers(browser) == [2]


def test_ranges_of_score_of_one_system(opened, report):
    choose(opened, "#which", "1")
    opened.type("#score-low", "30")
    opened.type("#score-high", "60")
    expected = [place + 1 for place, score in enumerate(report.sentence_scores["B"]) if 30 <= round(score, 1) <= 60]
    assert numbers(opened) == expected[:50]


def test_paging(opened):
    click(opened, "#next")
    click(opened, "#next")
    assert numbers(opened) == list(range(101, 121))
    assert opened.run("document.querySelector('#next').disabled")
    click(opened, "#previous")
    assert numbers(opened)[0] == 51


def test_pointing_at_a_word_shows_what_it_looked_at(opened):
    opened.point(".system .word:nth-of-type(2)")
    looked = opened.run("[...document.querySelectorAll('.looked')].map(word => word.textContent)")
    source = opened.run("document.querySelectorAll('.source .word')[1].textContent")
    assert source in looked
    assert f"looked at {source}" in text(opened, "#readout")
    assert "confidence" in text(opened, "#readout")
    opened.point("h1")
    assert opened.run("document.querySelectorAll('.looked').length") == 0
    assert opened.run("document.querySelector('#readout').hidden")


def test_tapping_a_word_shows_what_it_looked_at(browser, page):
    browser.open(page, 390, 844)
    browser.tap(".system .word:nth-of-type(2)")
    browser.until("!document.querySelector('#readout').hidden")
    looked = browser.run("[...document.querySelectorAll('.looked')].map(word => word.textContent)")
    assert browser.run("document.querySelectorAll('.source .word')[1].textContent") in looked
    browser.tap(".open-map")
    browser.until("document.querySelector('.heat-map') !== null")
    assert browser.complaints == []


def test_words_are_reached_by_keyboard(opened):
    opened.run("document.querySelector('.told').focus()")
    for _ in range(3):
        opened.press("ArrowRight")
    third = opened.run("document.querySelectorAll('.told .word')[2].textContent")
    assert text(opened, ".current") == third
    assert f"“{third}”" in text(opened, "#readout")
    opened.press("ArrowLeft")
    assert opened.run("document.querySelectorAll('.told .word')[1].classList.contains('current')")
    opened.press("Escape")
    assert opened.run("document.querySelector('.current')") is None


def test_the_alignment_is_a_table_of_words(opened, report):
    click(opened, ".open-map")
    rows = opened.run("[...document.querySelectorAll('.heat-map tbody th')].map(cell => cell.textContent)")
    columns = opened.run("[...document.querySelectorAll('.heat-map thead th')].map(cell => cell.textContent)")
    assert rows == report.systems[0].outputs[0].split()
    assert columns == report.test.sources[0].split()
    assert opened.run("document.querySelector('.open-map').getAttribute('aria-expanded')") == "true"
    click(opened, ".open-map")
    assert opened.run("document.querySelector('.heat-map')") is None


def test_differences_are_marked_beyond_colour(opened, report):
    data = sample_data(report, *ALL)["systems"][2]
    row = next(row for row, marks in enumerate(data["marks"]) if "2" in marks and row < 50)
    found = f'.sample[data-row="{row}"] [data-system="2"] .other'
    words = opened.run(f"[...document.querySelectorAll(`{found}`)].map(word => word.textContent)")
    assert words == [
        word for word, mark in zip(data["outputs"][row].split(), data["marks"][row], strict=True) if mark == "2"
    ]
    assert "underline" in opened.run("getComputedStyle(document.querySelector('.system .other')).textDecorationLine")


@pytest.mark.parametrize("width", [360, 390, 768, 1280])
@pytest.mark.parametrize("dark", [False, True])
def test_nothing_is_wider_than_the_screen(browser, page, width, dark):
    browser.open(page, width=width, dark=dark)
    click(browser, ".open-map")
    assert browser.run("document.documentElement.scrollWidth") == width
    letters = "[...document.querySelectorAll('svg.chart text')]"
    assert browser.run(f"Math.min(...{letters}.map(text => text.getBoundingClientRect().height))") >= 9
    assert browser.complaints == []


def test_on_a_phone_the_filters_are_folded_and_open(browser, page):
    browser.open(page, width=390)
    shown = "document.querySelector('#search').checkVisibility()"
    assert not browser.run(shown)
    assert browser.run("document.querySelector('#tools').getBoundingClientRect().height") < 400
    click(browser, "#narrow summary")
    assert browser.run(shown)
    browser.open(page, width=1280)
    assert browser.run(shown)
    assert not browser.run("document.querySelector('#narrow summary').checkVisibility()")


def test_on_a_phone_a_table_with_sentences_is_a_list(browser, tmp_path):
    table = Table("t", "Sentences", "", ("kind", "output"), (("names", "a sentence of more letters than a phone has"),))
    path = tmp_path / "index.html"
    report = toy_report(["a"], [["a"]], {"A": ["a"]}, sections=[Section("s", "Which?", "", (table,))])
    path.write_text(render(report), encoding="utf-8")
    for width, label in ((390, '"output"'), (1280, "none")):
        browser.open(path, width=width)
        cell = "document.querySelector('#s-t td')"
        assert browser.run(f"getComputedStyle({cell}, '::before').content") == label
        assert browser.run(f"{cell}.getBoundingClientRect().right") <= width
    assert browser.complaints == []


@pytest.mark.parametrize("names", [["n" * 400], [f"system {'long ' * 9}{number}" for number in range(10)]])
def test_long_and_many_names_do_not_widen_the_page(browser, tmp_path, names):
    report = toy_report(["a b"], [["c d"]], {name: ["a"] for name in names}, sections=[])
    (tmp_path / "index.html").write_text(render(report), encoding="utf-8")
    for width in (390, 1280):
        browser.open(tmp_path / "index.html", width=width)
        assert browser.run("document.documentElement.scrollWidth") == width


def test_what_is_lacking_is_not_broken_at_the_end_of_a_line(browser, tmp_path):
    outputs = ["x" * length for length in range(8, 34)]
    report = toy_report(outputs, [["c"]] * len(outputs), {"A": outputs}, sections=[])
    (tmp_path / "index.html").write_text(render(report), encoding="utf-8")
    browser.open(tmp_path / "index.html", width=390)
    found = """(part => {
      const range = document.createRange();
      range.selectNodeContents(part.firstChild);
      return range.getClientRects().length;
    })"""
    lines = browser.run(f"[...document.querySelectorAll('.system .missing')].map({found})")
    assert lines == [1] * len(outputs)


def test_on_a_phone_tables_that_are_drawn_as_blocks_stay_tables(browser, page):
    browser.open(page, width=390)
    parts = "[...document.querySelectorAll('table, thead, tbody, tr, th, td')]"
    blocks = f"{parts}.filter(part => !getComputedStyle(part).display.startsWith('table'))"
    expected = {"TABLE": "table", "THEAD": "rowgroup", "TBODY": "rowgroup", "TR": "row", "TD": "cell"}
    roles = browser.run(f"{blocks}.map(part => [part.tagName, part.getAttribute('role'), part.scope || ''])")
    assert {tag for tag, *_ in roles} == {*expected, "TH"}
    for tag, role, scope in roles:
        assert role == expected.get(tag, "columnheader" if scope == "col" else "rowheader")
    hidden = f"{parts}.filter(part => part.scope === 'col' && getComputedStyle(part).display === 'none')"
    assert browser.run(f"{hidden}.length") == 0, "a heading that is gone moves the others from their columns"


@pytest.mark.parametrize("dark", [False, True])
def test_text_has_contrast(browser, page, dark):
    browser.open(page, dark=dark)
    script = """(() => {
      const canvas = document.createElement('canvas').getContext('2d', {willReadFrequently: true});
      const light = (name) => {
        canvas.fillStyle = getComputedStyle(document.documentElement).getPropertyValue(name);
        canvas.fillRect(0, 0, 1, 1);
        const parts = [...canvas.getImageData(0, 0, 1, 1).data].slice(0, 3).map(part => part / 255);
        const [r, g, b] = parts.map(part => part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
      };
      const contrast = (...names) => {
        const [dark, bright] = names.map(light).sort((one, other) => one - other);
        return (bright + 0.05) / (dark + 0.05);
      };
      const series = [1, 2, 3, 4, 5, 6, 7, 8].map(number => contrast(`--s${number}`, '--paper'));
      const texts = [['--ink', '--paper'], ['--soft', '--paper'], ['--accent', '--paper'], ['--ink', '--other'],
        ['--soft', '--raised'], ['--ink', '--heat'], ['--ink', '--doubt-colour']];
      return [Math.min(...texts.map(pair => contrast(...pair))), Math.min(...series)];
    })()"""
    texts, series = browser.run(script)
    assert texts >= 4.5
    assert series >= 3


def test_print_has_the_first_samples_and_no_tools(opened, tmp_path):
    count = "() => { window.printed = document.querySelectorAll('.sample').length; }"
    opened.run(f"window.addEventListener('beforeprint', {count})")
    opened.pdf(tmp_path / "page.pdf")
    assert (tmp_path / "page.pdf").read_bytes().startswith(b"%PDF")
    assert opened.run("window.printed") == 12
    assert text(opened, "#printed") == "12 of 120 are printed."
    assert opened.run("getComputedStyle(document.querySelector('.presets')).display") == "none"
    opened.run("window.dispatchEvent(new Event('afterprint'))")
    assert len(numbers(opened)) == 50


def test_without_confidence_there_is_no_column_of_it(browser, tmp_path):
    path = tmp_path / "index.html"
    path.write_text(render(toy_report(["a b"], [["a b"]], {"A": ["a c"]}, models=0)), encoding="utf-8")
    browser.open(path)
    assert not browser.run("document.querySelector('[data-column=confidence]').checkVisibility()")
    assert browser.run("document.querySelectorAll('.sample .system .number').length") == 1
    assert browser.complaints == []


def test_hostile_texts_do_nothing(browser, tmp_path):
    path = tmp_path / "index.html"
    path.write_text(render(hostile_report()), encoding="utf-8")
    browser.open(path)
    browser.run("new Promise(done => setTimeout(done, 100))")
    assert browser.complaints == []
    assert browser.run("document.title") == "toy data"
    assert browser.run("document.querySelectorAll('script').length") == 2
    assert text(browser, ".source .text p") == HOSTILE[0]
    assert text(browser, ".scores thead th:nth-child(2)").strip() == "<script>alert('name')</script>"
    assert browser.run("document.documentElement.scrollWidth") == 1280
    for preset in ("best", "worst", "divided", "unsure"):
        click(browser, f"[data-preset={preset}]")
    assert len(numbers(browser)) == len(HOSTILE)
    browser.run("document.querySelectorAll('.open-map').forEach(button => button.click())")
    assert browser.complaints == []


@pytest.mark.parametrize("sign", ["\u202e", "\u2067", "\u202b"])
def test_a_sign_that_turns_the_direction_turns_nothing(browser, tmp_path, sign):
    """What stands after it on the page, be it the text's own words or the page's, is read from left to right."""
    texts = [f"{sign}one, two three"]
    table = Table("t", "Table", f"said {sign}of it", ("a", "b"), ((f"{sign}one, two", "b"),))
    section = Section("s", "Where?", f"It says {sign}one, two three.", (table,))
    path = tmp_path / "index.html"
    report = toy_report(["x y z"], [["four"]], {"A": texts}, sections=[section])
    path.write_text(render(report), encoding="utf-8")
    assert sign not in path.read_text(encoding="utf-8")
    browser.open(path)
    parts = "document.querySelectorAll('.system .word, .system .missing')"
    lefts = browser.run(f"[...{parts}].map(part => part.getBoundingClientRect().left)")
    assert lefts == sorted(lefts)
    assert len(lefts) == 4
    assert text(browser, ".system .word") == "�one,"


def test_the_line_of_links_shows_every_section_on_a_wide_screen(browser, tmp_path):
    keys = list(_SHORT)
    sections = [Section(key, f"A question that has many words, {key}?", "", ()) for key in keys]
    path = tmp_path / "index.html"
    path.write_text(render(toy_report(["x"], [["a"]], {"A": ["a"]}, sections=sections, curves=False)), encoding="utf-8")
    browser.open(path)
    links = "[...document.querySelectorAll('.sections a')]"
    assert browser.run(f"{links}.map(link => link.textContent)") == ["Scores", *_SHORT.values(), "Samples"]
    assert browser.run(f"Math.max(...{links}.map(link => link.getBoundingClientRect().right))") <= 1280
    assert browser.run("document.querySelector('.sections ul').scrollWidth") <= browser.run(
        "document.querySelector('.sections ul').clientWidth"
    )


def test_of_a_long_output_the_end_is_reached_and_that_there_is_more_is_shown(browser, tmp_path):
    path = tmp_path / "index.html"
    path.write_text(render(toy_report(["x"], [["a"]], {"A": ["long " * 1000]})), encoding="utf-8")
    for width in (1280, 390):
        browser.open(path, width)
        box = "document.querySelector('.system .long')"
        assert browser.run(f"{box}.scrollHeight > {box}.clientHeight")
        frame, fade = f"getComputedStyle({box})", f"getComputedStyle({box}, '::after')"
        assert browser.run(f"{frame}.borderBottomStyle") == "solid"
        assert browser.run(f"{fade}.position") == "sticky"
        assert browser.run(f"{box}.scrollTop = 1e6, {box}.scrollTop > 0")
        last = f"[...{box}.querySelectorAll('.word')].at(-1).getBoundingClientRect().bottom"
        assert browser.run(f"{last} <= {box}.getBoundingClientRect().bottom - parseFloat({fade}.height)")


def test_the_policy_stops_what_is_not_the_pages_own(browser, tmp_path):
    path = tmp_path / "index.html"
    harm = "<p onclick='x()' style='color: red'>x</p><script>document.title = 'broken'</script>"
    path.write_text(render(text_report(number=3)).replace("</main>", f"{harm}</main>"), encoding="utf-8")
    browser.open(path)
    assert browser.run("document.title") == "toy data"
    assert len(browser.complaints) == 3


def test_captions_show_where_each_word_looked(browser, tmp_path):
    Image.effect_noise((200, 150), 50).convert("RGB").save(tmp_path / "good.png")
    (tmp_path / "broken.png").write_bytes(b"no picture")
    sources = [str(tmp_path / name) for name in ("good.png", "broken.png")]
    references = [["a dog runs", "the dog is quick"], ["a cat"]]
    report = toy_report(
        sources, references, {"A": ["a dog sleeps", "a cat"], "B": ["a cow", ""]}, captions=True, grid=(3, 4)
    )
    (tmp_path / "index.html").write_text(render(report), encoding="utf-8")
    browser.open(tmp_path / "index.html")
    assert "broken.png" in text(browser, ".problem")
    assert text(browser, ".nothing") == "empty"
    browser.point(".system .word:nth-of-type(2)")
    assert browser.run(
        "[document.querySelector('.head .heat').width, document.querySelector('.head .heat').height]"
    ) == [4, 3]
    pixels = "document.querySelector('.head .heat').getContext('2d').getImageData(0, 0, 4, 3).data"
    cells = browser.run(f"[...{pixels}].filter((_, place) => place % 4 === 3)")
    assert cells.index(min(cells)) == 1
    click(browser, ".open-map")
    assert browser.run("[...document.querySelectorAll('.panels figcaption')].map(cell => cell.textContent)") == [
        "a",
        "dog",
        "sleeps",
    ]
    alts = browser.run("[...document.querySelectorAll('.panels img')].map(image => image.alt)")
    assert alts == [
        f"The word “{word}” looked most at the {place} of the picture"
        for word, place in (("a", "upper left"), ("dog", "top"), ("sleeps", "top"))
    ]
    assert text(browser, ".map .scale") == "not at allmost"


def test_the_cells_lie_over_what_a_model_that_crops_saw(browser, tmp_path):
    Image.effect_noise((200, 100), 50).convert("RGB").save(tmp_path / "wide.png")
    report = toy_report([str(tmp_path / "wide.png")], [["a dog"]], {"A": ["a dog"]}, captions=True, grid=(3, 3))
    (system,) = report.systems
    cropped = replace(system, details=[replace(one, seen=(0.25, 0, 0.75, 1)) for one in system.details])
    (tmp_path / "index.html").write_text(render(replace(report, systems=[cropped])), encoding="utf-8")
    browser.open(tmp_path / "index.html")
    click(browser, ".open-map")
    browser.point(".system .word")
    for place in (".head", ".panels"):
        heat, frame = (
            browser.run(
                f"(box => [box.x, box.y, box.width, box.height])"
                f"(document.querySelector('{place} {part}').getBoundingClientRect())"
            )
            for part in (".heat", ".picture img")
        )
        left, top, width, height = frame
        assert heat == pytest.approx([left + width / 4, top, width / 2, height], abs=0.5)
    assert browser.complaints == []
    assert browser.run("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    assert browser.complaints == []
