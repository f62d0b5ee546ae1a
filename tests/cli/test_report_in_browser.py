"""`seq2seq report` from the command line to what a reader does with its page."""

import pytest
from browser import Browser, find_chromium
from toy_data import write_prepared

FAST = ("--method", "greedy", "--precision", "fp32", "--device", "cpu", "--max-length", 12)

pytestmark = pytest.mark.skipif(find_chromium() is None, reason="no Chromium found: apt-get install chromium")


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    with Browser(find_chromium(), tmp_path_factory.mktemp("profile")) as browser:
        yield browser


@pytest.fixture(autouse=True)
def quick_tests(monkeypatch):
    monkeypatch.setattr("seq2seq.evaluation.scores.TRIALS", 100)


@pytest.fixture
def opened(seq2seq, browser, tmp_path):
    """A function that makes a report and opens its page."""

    def open_report(*words) -> Browser:
        outcome = seq2seq("report", *words, "--output", tmp_path / "report", *FAST)
        assert outcome.code == 0, outcome.err
        browser.open(tmp_path / "report" / "index.html")
        return browser

    return open_report


def told(browser: Browser, selector: str) -> list[str]:
    return browser.run(f"[...document.querySelectorAll(`{selector}`)].map(node => node.textContent)")


def check_order_and_search(browser: Browser, systems: list[str], rows: int, sought: str, found: int) -> None:
    """Each system has its column and its lines, the worst comes first when asked for, and searching finds."""
    assert [name.strip() for name in told(browser, ".scores thead .number")] == systems
    assert len(told(browser, ".sample")) == rows
    assert [name.strip() for name in told(browser, ".sample:first-of-type .system .who")] == systems
    cells = "[...sample.querySelectorAll('.system .text + .number')]"
    scores = f"{cells}.map(cell => parseFloat(cell.childNodes[1].textContent))"
    total = f"[...document.querySelectorAll('.sample')].map(sample => {scores}.reduce((sum, one) => sum + one))"
    for preset, sign in (("worst", 1), ("best", -1)):
        browser.run(f"document.querySelector('[data-preset={preset}]').click()")
        sums = browser.run(total)
        assert sums == sorted(sums, key=lambda value, sign=sign: sign * value)
        assert sums[0] != sums[-1]
    browser.type("#search", sought)
    assert len(told(browser, ".sample")) == found
    assert told(browser, "#count") == [f"{found} of {rows} {told(browser, '#count')[0].split()[3]} match"]


def test_three_translators(opened, taught_model, random_models, pairs, tmp_path):
    prepared = write_prepared(
        tmp_path / "prepared", dict.fromkeys(("train", "dev", "test"), pairs), languages=("es", "en")
    )
    outputs = tmp_path / "other.txt"
    outputs.write_text("The cat sleeps.\n" * len(pairs))
    browser = opened(f"taught={taught_model}", f"random={random_models[0]}", outputs, "--data", prepared)
    check_order_and_search(browser, ["taught", "random", "other"], len(pairs), "perro", 1)
    source = told(browser, ".source .word")
    assert source == ["¿Dónde", "está", "el", "perro?"]
    browser.point(".system .word")
    looked = told(browser, ".looked")
    assert looked
    assert set(looked) <= set(source)
    assert "looked at" in told(browser, "#readout")[0]
    assert browser.complaints == []


def test_two_captioners(opened, captioners, pictures, tmp_path):
    outputs = tmp_path / "other.txt"
    outputs.write_text("all is red here\n" * 6)  # right of some pictures, as no untrained captioner is of any
    browser = opened(*captioners, outputs, "--data", pictures)
    check_order_and_search(browser, ["captioner1", "captioner2", "other"], 6, "dev2.png", 1)
    assert browser.run("document.querySelector('.head img').complete")
    assert browser.run("document.querySelector('.head img').naturalWidth") > 0
    browser.point(".system .word")
    assert browser.run("document.querySelectorAll('.head .heat').length") == 1
    assert " of the picture" in told(browser, "#readout")[0]
    assert browser.complaints == []
