"""A report's time grows with the number of sentences and no faster; benchmarks/report.py measures how long it takes."""

import gc
import random
import time
from dataclasses import replace

import pytest
from toy_reports import make_test_set, model, output_file

from seq2seq.report.build import build_report
from seq2seq.report.markdown import to_markdown
from seq2seq.report.page.budget import PAGE_BYTES, packed_samples
from seq2seq.report.record import as_json, report_record

FEW, MANY = 300, 1800
AT_MOST = 1.4 * MANY / FEW  # times as long, 5.9 being seen; two microseconds for every two sentences make it 9 to 12
ROUNDS = 3  # of which the fastest count, for a machine may stumble


def seconds(count: int, captions: bool) -> float:
    """Of the processor, whatever else the machine does, for all but drawing the charts, which are always as many."""
    chance = random.Random(1)
    words = ["".join(chance.choices("aeioulnrstdkm", k=chance.randint(2, 9))) for _ in range(4000)]
    texts = [" ".join(chance.choices(words, k=chance.randint(3, 15))).capitalize() for _ in range(count)]
    test = make_test_set(count, captions)
    sources = test.sources if captions else [text[::-1] for text in texts]
    test = replace(test, sources=sources, references=[[text] for text in texts], training=texts)
    systems = [model("m", test, 0.2), output_file("f", test, 0.5)]
    gc.collect()
    begin = time.process_time()
    report = build_report(test, systems)
    packed_samples(report, PAGE_BYTES)
    as_json(report_record(report))
    to_markdown(report)
    return time.process_time() - begin


@pytest.fixture(autouse=True)
def no_collector():
    """What looks, now and then, at all objects of the tests before, too."""
    gc.disable()
    yield
    gc.enable()


@pytest.mark.parametrize("captions", [False, True], ids=["text", "captions"])
def test_six_times_the_sentences_take_about_six_times_as_long(captions, monkeypatch):
    monkeypatch.setattr("seq2seq.evaluation.scores.TRIALS", 50)
    monkeypatch.setattr("seq2seq.evaluation.captions.comparison.TRIALS", 50)
    seconds(20, captions)  # what is loaded and compiled once
    few = many = float("inf")
    for _ in range(ROUNDS):
        few, many = min(few, seconds(FEW, captions)), min(many, seconds(MANY, captions))
        if many < AT_MOST * few:
            return
    pytest.fail(f"{many:.1f} s for {MANY} sentences, {few:.2f} s for {FEW}")
