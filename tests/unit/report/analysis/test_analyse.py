import json
from dataclasses import asdict, replace

import pytest

from seq2seq.evaluation.scorer import make_scorer
from seq2seq.report.analysis import analyse
from seq2seq.report.content import Chart, Table
from seq2seq.report.system import Details, System


def by_key(sections):
    return {section.key: section for section in sections}


def items(sections):
    return {item.key: item for section in sections for item in section.items}


def test_every_section_of_texts(text_set, spoil):
    sections = analyse(text_set, [spoil(text_set, 0.2, "A"), spoil(text_set, 0.4, "B")])
    assert [section.key for section in sections] == [
        "length",
        "frequency",
        "order",
        "position",
        "omissions",
        "health",
        "confidence",
        "left-out",
    ]
    assert "has none that source and reference share" in sections[-1].text
    assert all(section.title and section.text for section in sections)


def test_every_section_of_captions(caption_set, spoil):
    sections = by_key(analyse(caption_set, [spoil(caption_set, 0.2)]))
    assert list(sections) == [
        "objects",
        "variety",
        "frequency",
        "order",
        "position",
        "omissions",
        "health",
        "confidence",
    ]


@pytest.mark.parametrize("captions", [False, True])
def test_keys_are_unique_and_tables_are_whole_and_all_is_json(captions, text_set, caption_set, spoil):
    test = caption_set if captions else text_set
    sections = analyse(test, [spoil(test, 0.2, "A"), spoil(test, 0.4, "B", seed=4)])
    for keys in ([section.key for section in sections], [item.key for section in sections for item in section.items]):
        assert len(set(keys)) == len(keys)
    for item in items(sections).values():
        assert item.key.replace("-", "").isalnum()
        if isinstance(item, Table):
            assert item.rows
            assert {len(row) for row in item.rows} == {len(item.columns)}
        else:
            for series in item.series:
                assert [point.x for point in series.points] == [point.x for point in item.series[0].points] or (
                    item.kind == "diagonal"
                )
                for point in series.points:
                    assert point.low is None or point.low <= point.y <= point.high
    json.dumps([asdict(section) for section in sections], allow_nan=False)


def test_the_order_of_the_systems_changes_nothing_else(text_set, spoil):
    one, other = spoil(text_set, 0.2, "A"), spoil(text_set, 0.4, "B", seed=4)
    first, second = items(analyse(text_set, [one, other])), items(analyse(text_set, [other, one]))
    assert list(first) == list(second)
    for key, item in first.items():
        if isinstance(item, Chart):
            assert set(item.series) == set(second[key].series)


def test_the_scores_of_the_parts_are_by_the_rules_of_the_whole(text_set, spoil):
    system = spoil(text_set, 0.3, "A")
    system = replace(system, outputs=[text.upper() for text in system.outputs])
    scorer = make_scorer(text_set, lowercase=True)
    expected = scorer.score(system.outputs)["BLEU"].value
    table = items(analyse(text_set, [system], scorer))["brevity"]
    assert table.rows[0][-1] == pytest.approx(expected, abs=0.05)
    assert items(analyse(text_set, [system]))["brevity"].rows[0][-1] != table.rows[0][-1]  # upper case is wrong there


def test_two_names_for_one_system_get_the_same(text_set, spoil):
    one = spoil(text_set, 0.3, "A")
    for item in items(analyse(text_set, [one, replace(one, name="B")])).values():
        if isinstance(item, Chart):
            assert [series.points for series in item.series if "A" in series.name] == [
                series.points for series in item.series if "B" in series.name
            ]


def test_what_cannot_be_told_is_said(text_set, perfect):
    test = replace(text_set, training=None, sources=[])
    sections = by_key(analyse(test, [perfect(test)]))
    assert {"frequency", "keepsakes", "confidence"}.isdisjoint(sections)
    text = sections["left-out"].text
    assert "the training data are not known" in text
    assert "the sources are not known" in text
    assert "output files do not" in text


def test_captions_of_another_language_have_no_lexicon(caption_set, perfect):
    test = replace(caption_set, language="fi")
    sections = by_key(analyse(test, [perfect(test)]))
    assert "objects" not in sections
    assert "lexicons for en and es, but the captions' language is fi" in sections["left-out"].text


NASTY = [
    "",
    " ",
    "<script>alert(1)</script>",
    "x" * 10_000,
    "a " * 5000,
    "\x00\x07",
    "‮abc",
    "🐈‍⬛ 🐈",
    "⁇",
    "...",
    "猫は眠る",
]


@pytest.mark.parametrize("captions", [False, True])
def test_hostile_texts(captions, caption_set):
    test = replace(
        caption_set,
        captions=captions,
        sources=NASTY,
        references=[[text, text[::-1]] for text in NASTY[::-1]],
        training=NASTY,
    )
    silent = System("silent", [""] * len(NASTY), [Details(problem="no picture")] * len(NASTY))
    loud = System("loud", NASTY, [Details(("▁a", "<unk>"), (-0.0, -1e9), finished=False)] * len(NASTY))
    sections = analyse(test, [silent, loud, System("file", NASTY[::-1])])
    json.dumps([asdict(section) for section in sections], allow_nan=False)


@pytest.mark.parametrize("captions", [False, True])
def test_one_sentence(captions, caption_set):
    test = replace(caption_set, captions=captions, sources=["a"], references=[["the dog runs"]], training=[])
    sections = analyse(test, [System("one", ["the dog"], [Details(("▁the", "▁dog"), (-0.1, -0.2))])])
    json.dumps([asdict(section) for section in sections], allow_nan=False)


def test_what_other_data_trained_is_said_to_be_unknown(text_set, caption_set, spoil):
    for test in (text_set, caption_set):
        system = replace(spoil(test, 0.3, "A"), elsewhere=True)
        sections = analyse(test, [system])
        assert "frequency" not in [section.key for section in sections]
        why = "what trained A is unknown, or was other data than those of --data"
        assert f"words by their frequency in training: {why}" in sections[-1].text
        assert not test.captions or "Of A it cannot be told which captions are known" in sections[1].text


def test_only_the_system_that_other_data_trained_is_left_out(text_set, spoil):
    systems = [spoil(text_set, 0.3, "A"), replace(spoil(text_set, 0.3, "B"), elsewhere=True), spoil(text_set, 0.1, "C")]
    sections = {section.key: section for section in analyse(text_set, systems)}
    rare = sections["frequency"]
    assert [series.name for chart in rare.items[:2] for series in chart.series] == ["A", "C"] * 2
    assert [row[0] for row in rare.items[2].rows] == ["A", "C"]
    assert "Of B it cannot be told which words were learned" in rare.text
    assert "B finds" not in rare.text
    assert "by their frequency" not in sections["left-out"].text
