"""The page of a report on real sentences and photographs, in a browser: models of ours and another's output."""

import random
from pathlib import Path

import pytest
from browser import Browser, find_chromium
from toy_captions import save_captioner

from data_prep import flickr8k, tatoeba
from seq2seq.data.prepared import PreparedFolder

DATA = Path(__file__).parents[3] / "shared" / "data"
PAIRS = DATA / "tatoeba" / "spa.txt"
FLICKR8K = DATA / "flickr8k"
QUICK = ("--method", "greedy", "--precision", "fp32", "--device", "cpu", "--max-length", 12)
PICTURES = {"train": 20, "dev": 60}

pytestmark = pytest.mark.skipif(find_chromium() is None, reason="no Chromium found: apt-get install chromium")


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    with Browser(find_chromium(), tmp_path_factory.mktemp("profile")) as browser:
        yield browser


@pytest.fixture(autouse=True)
def quick_tests(monkeypatch):
    monkeypatch.setattr("seq2seq.evaluation.scores.TRIALS", 100)


def count(browser: Browser, selector: str) -> int:
    return browser.run(f"document.querySelectorAll(`{selector}`).length")


def check_page(browser: Browser, examples: int, sought: str) -> None:
    """All three are shown, sorting reorders, a search narrows, pointing tells where a word looked; no complaints."""
    assert count(browser, ".scores thead .number") == 3
    assert browser.run("document.querySelector('#count').textContent").startswith(f"{examples} ")
    texts = "[...document.querySelectorAll('.sample')].map(sample => sample.textContent)"
    before = browser.run(texts)
    browser.run("document.querySelector('[data-preset=worst]').click()")
    assert browser.run(texts) != before
    browser.point(".system .word")
    assert "looked " in browser.run("document.querySelector('#readout').textContent")
    browser.type("#search", sought)
    assert 0 < int(browser.run("document.querySelector('#count').textContent").split()[0]) < examples
    assert browser.complaints == []


@pytest.mark.skipif(not PAIRS.exists(), reason="needs ../shared/data/tatoeba/spa.txt")
def test_three_translators_of_tatoeba(command, seq2seq, browser, make_model, tmp_path):
    lines = PAIRS.read_text(encoding="utf-8").splitlines(keepends=True)
    (tmp_path / "spa.txt").write_text("".join(lines[::40]), encoding="utf-8")
    options = ("--tokenizer", "bpe", "--vocab-size", 600, "--dev-size", 200, "--test-size", 20)
    code, _, err = command(tatoeba, tmp_path / "spa.txt", "--output", tmp_path / "prepared", *options)
    assert code == 0, err
    prepared = PreparedFolder.open(tmp_path / "prepared")
    models = [make_model(tmp_path / f"model{seed}", prepared.tokenizer_path("es"), seed=seed) for seed in (1, 2)]
    chance, outputs = random.Random(1), []
    for reference in prepared.column("dev", "en"):
        words = reference.split()
        chance.shuffle(words)
        outputs.append(" ".join(words))
    (tmp_path / "other.txt").write_text("".join(f"{line}\n" for line in outputs), encoding="utf-8")
    what = (*models, tmp_path / "other.txt", "--data", prepared.path)
    outcome = seq2seq("report", *what, "--output", tmp_path / "report", *QUICK)
    assert outcome.code == 0, outcome.err
    browser.open(tmp_path / "report" / "index.html")
    check_page(browser, len(outputs), "the")


@pytest.mark.skipif(not FLICKR8K.exists(), reason="needs ../shared/data/flickr8k")
def test_two_captioners_of_flickr8k(command, seq2seq, browser, tmp_path):
    layout, kept = tmp_path / "flickr8k", set()
    layout.mkdir()
    (layout / "images").symlink_to(FLICKR8K / "images")
    for split, number in PICTURES.items():
        names = (FLICKR8K / flickr8k.LISTS[split]).read_text(encoding="utf-8").split()[:number]
        (layout / flickr8k.LISTS[split]).write_text("\n".join(names), encoding="utf-8")
        kept.update(names)
    lines = (FLICKR8K / "Flickr8k.token.txt").read_text(encoding="utf-8").splitlines(keepends=True)
    wanted = [line for line in lines if line.split("#")[0] in kept]
    (layout / "Flickr8k.token.txt").write_text("".join(wanted), encoding="utf-8")
    code, _, err = command(flickr8k, layout, "--output", tmp_path / "prepared")
    assert code == 0, err
    models = [save_captioner(tmp_path / "attends", tmp_path / "prepared")]
    models.append(save_captioner(tmp_path / "sees_once", tmp_path / "prepared", injections=["initial_state"]))
    captions = PreparedFolder.open(tmp_path / "prepared").column("dev", "en")[::5]
    (tmp_path / "other.txt").write_text("".join(f"{line}\n" for line in [*captions[1:], captions[0]]), encoding="utf-8")
    what = (*models, tmp_path / "other.txt", "--data", tmp_path / "prepared")
    outcome = seq2seq("report", *what, "--output", tmp_path / "report", *QUICK)
    assert outcome.code == 0, outcome.err
    browser.open(tmp_path / "report" / "index.html")
    check_page(browser, PICTURES["dev"], "dog")
