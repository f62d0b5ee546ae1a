"""A report's time grows with the number of sentences and no faster; benchmarks/report.py measures how long it takes."""

import random
import time
from dataclasses import replace

import pytest
from toy_reports import make_test_set, model, output_file

from seq2seq.report.build import build_report
from seq2seq.report.markdown import to_markdown
from seq2seq.report.page.budget import PAGE_BYTES, packed_samples
from seq2seq.report.record import as_json, report_record

FEW, MANY = 100, 600
AT_MOST = 1.4 * MANY / FEW  # times as long; were half of the time of MANY due to something squared, it would be more


def seconds(count: int, captions: bool) -> float:
    """Of the processor, whatever else the machine does, for all but drawing the charts, which are always as many."""
    chance = random.Random(1)
    words = ["".join(chance.choices("aeioulnrstdkm", k=chance.randint(2, 9))) for _ in range(4000)]
    texts = [" ".join(chance.choices(words, k=chance.randint(3, 15))).capitalize() for _ in range(count)]
    test = make_test_set(count, captions)
    sources = test.sources if captions else [text[::-1] for text in texts]
    test = replace(test, sources=sources, references=[[text] for text in texts], training=texts)
    systems = [model("m", test, 0.2), output_file("f", test, 0.5)]
    begin = time.process_time()
    report = build_report(test, systems)
    packed_samples(report, PAGE_BYTES)
    as_json(report_record(report))
    to_markdown(report)
    return time.process_time() - begin


@pytest.mark.parametrize("captions", [False, True], ids=["text", "captions"])
def test_six_times_the_sentences_take_about_six_times_as_long(captions, monkeypatch):
    monkeypatch.setattr("seq2seq.evaluation.scores.TRIALS", 50)
    monkeypatch.setattr("seq2seq.evaluation.captions.comparison.TRIALS", 50)
    seconds(20, captions)  # what is loaded and compiled once
    few = min(seconds(FEW, captions) for _ in range(2))
    assert any(seconds(MANY, captions) < AT_MOST * few for _ in range(2))  # a machine may stumble once
