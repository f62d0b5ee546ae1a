import numpy as np
import pytest
from sacrebleu.metrics import BLEU, CHRF

from seq2seq.evaluation.captions import score_captions
from seq2seq.report.analysis.estimates import estimate, percent_of, share, shares
from seq2seq.report.analysis.material import Material
from seq2seq.report.analysis.phrases import by_order


def test_the_mean_of_the_parts_gives_the_whole():
    random = np.random.default_rng(1)
    counts = np.stack([random.integers(0, 5, (50, 4)), random.integers(5, 9, (50, 4))], -1).astype(float)
    parts = shares(counts)
    whole = share(counts[..., 0].sum(1), counts[..., 1].sum(1))
    assert sum(part.value * part.count for part in parts) / whole.count == pytest.approx(whole.value)


def test_an_interval_holds_its_value_and_narrows_with_more_sentences():
    random = np.random.default_rng(1)
    right = random.uniform(size=2000) < 0.3
    few, many = (share(right[:number], np.ones(number)) for number in (100, 2000))
    for found in (few, many):
        assert found.low <= found.value <= found.high
    assert many.high - many.low < (few.high - few.low) / 3
    assert many.high - many.low == pytest.approx(100 * 2 * 1.96 * (0.3 * 0.7 / 2000) ** 0.5, rel=0.2)


def test_the_order_of_sentences_is_no_matter():
    counts = np.random.default_rng(1).uniform(1, 2, (30, 2))
    assert estimate(counts, percent_of).value == pytest.approx(estimate(counts[::-1], percent_of).value)


def test_nothing_to_measure_and_nothing_to_draw():
    assert share([0, 0], [0, 0]).value is None
    one = share([1], [2])
    assert (one.value, one.low, one.high, one.count) == (50.0, None, None, 2)


def test_texts_are_measured_as_by_sacrebleu(text_set, spoil):
    system = spoil(text_set, 0.3)
    material = Material(text_set, [system])
    streams = [[texts[0] for texts in text_set.references]]
    quality = material.quality(material.statistics[system.name].sum(0))
    assert quality == pytest.approx(CHRF().corpus_score(system.outputs, streams).score)
    rows = material.statistics[system.name]
    for place in range(5):
        expected = CHRF().sentence_score(system.outputs[place], text_set.references[place]).score
        assert material.quality(rows[place]) == pytest.approx(expected)
    table = by_order(material).items[1]
    bleu = BLEU().corpus_score(system.outputs, streams)
    assert table.rows[0][2:] == pytest.approx((bleu.bp, bleu.score / bleu.bp, bleu.score), abs=0.06)


def test_captions_are_measured_as_by_coco_caption(caption_set, spoil):
    system = spoil(caption_set, 0.3)
    material = Material(caption_set, [system])
    scores = score_captions(system.outputs, caption_set.references, resamples=0)
    assert material.quality(material.statistics[system.name].sum(0)) == pytest.approx(scores["CIDEr-D"].value)
    row = by_order(material).items[1].rows[0]
    assert row[-1] == pytest.approx(scores["BLEU-4"].value, abs=0.06)


def test_nothing_right_is_zero_and_nothing_written_too(text_set):
    from seq2seq.report.system import System

    material = Material(text_set, [System("empty", [""] * 300), System("wrong", ["zzz"] * 300)])
    assert [float(material.quality(rows.sum(0))) for rows in material.statistics.values()] == [0.0, 0.0]
