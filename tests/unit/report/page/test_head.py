from dataclasses import replace

import pytest
from toy_pages import text_report, toy_report

from seq2seq.evaluation.metrics import HIGHER_IS_BETTER
from seq2seq.evaluation.results import PairedTest, Score
from seq2seq.report.markdown import to_markdown
from seq2seq.report.page.head import date, facts, lead, paired_tests, score_rows, size, system_facts

FILE = {"name": "dev.tsv", "sha256": "0123456789abcdef" * 4}


@pytest.fixture(scope="module")
def report():
    return text_report(number=4)


@pytest.fixture(scope="module")
def captions():
    return toy_report(["a.png"] * 2, [["a dog", "the dog"], ["a cat"]], {"A": ["a dog", "a cat"]}, captions=True)


def with_facts(report, **changed):
    return replace(report, facts={**report.facts, **changed})


def test_what_was_evaluated_when_and_on_what(report):
    record = {"name": "toy", "split": "dev", "files": [FILE]}
    found = dict(facts(replace(report, test=replace(report.test, record=record))))
    assert found == {
        "Data": "toy · dev",
        "Size": "4 sentences, 1 reference each",
        "Files (SHA-256)": "dev.tsv (0123456789ab)",
        "Date": "2026-11-20 10:00 UTC",
        "Hardware": "a processor, 2 cores, 2 threads, Linux",
        "Versions": "seq2seq 0.1.0",
    }


def test_a_gpu_is_named_and_what_is_not_known_left_out(report):
    hardware = {**report.facts["hardware"], "device": "A GPU of 2026", "threads": 1}
    found = dict(facts(with_facts(report, hardware=hardware)))
    assert found["Hardware"] == "a processor, A GPU of 2026, 2 cores, 1 thread, Linux"
    bare = with_facts(report, hardware=None, versions=None)
    assert {"Data", "Size", "Date", "Hardware"} == {name for name, _ in facts(bare)}
    assert dict(facts(bare))["Hardware"] == "an unknown machine"


def test_the_lead_tells_how_much(report, captions):
    assert lead(report) == f"3 systems · 4 sentences, 1 reference each · {date(report)}"
    assert lead(captions).startswith("A · 2 pictures, 1 to 2 references each · ")
    assert size(text_report(number=1)) == "1 sentence, 1 reference each"


def test_what_each_system_is(report):
    told = {
        "A": {
            "kind": "model",
            "models": [FILE],
            "decoding": {"method": "beam", "length_penalty": "wu", "seed": None},
            "device": "A GPU of 2026",
            "sentences_per_second": 120.5,
            "tokens_per_second": 900.0,
        },
        "B": {"kind": "file", "models": None, "file": {**FILE, "name": "b.txt"}, "decoding": None},
        "C": {"kind": "ensemble", "models": [FILE, {**FILE, "name": "other"}]},
    }
    table = system_facts(with_facts(report, systems=told))
    assert table.columns[-2:] == ("sentences a second", "tokens a second")
    model, file, ensemble = table.rows
    assert model == (
        *("A", "model", "dev.tsv (0123456789ab)", "method beam, length penalty wu", "A GPU of 2026", 120.5, 900.0),
    )
    assert file == ("B", "output file", "b.txt (0123456789ab)", None, None, None, None)
    assert ensemble[2] == "dev.tsv (0123456789ab), other (0123456789ab)"
    assert all(row[1:] == (None,) * 6 for row in system_facts(with_facts(report, systems={})).rows)


def test_page_and_summary_tell_the_same_settings_and_machine(report):
    """Those without effect are in neither: a beam that greedy search has not."""
    how = {"method": "greedy", "beam": 5, "temperature": 1.0, "top_k": 0, "max_length": 256, "precision": "fp32"}
    told = report.facts["systems"]["A"] | {"models": [FILE], "decoding": how, "device": "cpu"}
    files = {"kind": "file", "file": None}
    shown = with_facts(report, systems={"A": told, "B": files, "C": files}, data={"files": [FILE]})
    assert system_facts(shown).rows[0][3] == "method greedy, max length 256, precision fp32"
    summary = to_markdown(shown)
    assert "method greedy, precision fp32;" in summary
    assert "a processor, 2 cores, 2 threads, by" in summary
    assert dict(facts(shown))["Hardware"].startswith("a processor, 2 cores, 2 threads")


def test_speed_stands_below_the_scores_where_it_is_known(report, captions):
    systems = {"A": {"sentences_per_second": 100.0, "tokens_per_second": 1234.0}, "B": {"sentences_per_second": 7.25}}
    speed = score_rows(with_facts(report, systems=systems))[-1]
    assert speed.metric == "Speed ↑"
    assert speed.values == [("100.0", "1,234 tokens"), ("7.2", ""), ("–", "")]
    assert speed.meaning == "sentences and tokens a second, on a processor, 2 cores, 2 threads"
    assert not speed.main
    assert score_rows(captions)[-1].meaning.startswith("pictures and")
    for unknown in ({}, {"A": {"sentences_per_second": None}}):
        rows = score_rows(with_facts(report, systems=unknown))
        assert [row.metric for row in rows] == ["BLEU ↑", "chrF ↑", "TER ↓"]


def test_the_main_metric_comes_first_and_each_is_explained_by_itself(captions):
    metrics = ("BLEU-1", "BLEU-2", "BLEU-3", "BLEU-4", "ROUGE-L", "CIDEr-D", "METEOR")
    scores = {"A": {metric: Score(40.0, None, f"{metric}:1") for metric in metrics}}
    rows = score_rows(with_facts(replace(captions, scores=scores), systems={}))
    assert [row.metric for row in rows] == [
        f"{metric} ↑" for metric in ("CIDEr-D", *(metric for metric in metrics if metric != "CIDEr-D"))
    ]
    assert [row.main for row in rows] == [True] + [False] * 6
    assert all("reference" in row.meaning for row in rows)
    assert [row.signatures for row in rows[1:]] == [[f"{row.metric[:-2]}:1"] for row in rows[1:]]


def test_a_metric_that_one_system_lacks_is_left_out(report):
    scores = {name: dict(found) for name, found in report.scores.items()}
    del scores["B"]["chrF"]
    assert not any(row.metric.startswith("chrF") for row in score_rows(replace(report, scores=scores)))


@pytest.mark.parametrize("metric", ["BLEU", "TER"])
@pytest.mark.parametrize(("difference", "p"), [(2.0, 0.01), (-2.0, 0.01), (2.0, 0.3)])
def test_paired_tests_name_the_better_system(report, metric, difference, p):
    test = PairedTest("A", "B", metric, difference, p, p / 2)
    table = paired_tests(replace(report, comparisons=(test,)))
    cells = dict(zip(table.columns, table.rows[0], strict=True))
    better = "B" if (difference > 0) == HIGHER_IS_BETTER[metric] else "A"
    assert cells["better"] == (better if p < 0.05 else "not shown")
    assert cells["metric"] == {"BLEU": "BLEU ↑", "TER": "TER ↓"}[metric]
    assert cells["systems"] == "B − A"
    assert cells["difference"] == ("+2.0" if difference > 0 else "−2.0")


def test_paired_tests_stand_by_metric_the_main_one_first(report):
    table = paired_tests(replace(report, comparisons=tuple(sorted(report.comparisons, key=lambda test: test.first))))
    assert [row[0] for row in table.rows] == ["BLEU ↑"] * 3 + ["chrF ↑"] * 3 + ["TER ↓"] * 3


def test_a_lone_system_has_no_paired_tests(captions):
    assert paired_tests(captions) is None
