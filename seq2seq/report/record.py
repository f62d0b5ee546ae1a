"""`scores.json` of a report: all that it tells, as plain values."""

import json
import math
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from seq2seq.evaluation import Comparison, Score, TestSet, make_record
from seq2seq.report.diversity import diversity_of
from seq2seq.report.document import Report
from seq2seq.report.system import System

KIND = "report"
FORMAT = 3
READABLE = (1, 2, 3)
"""Formats whose systems and data can be compared with."""

_DIGITS = 4  # of confidences and sentence scores


def system_record(
    test: TestSet,
    system: System,
    scores: dict[str, Score],
    baseline: dict[str, Any] | None = None,
    comparisons: dict[str, Comparison] | None = None,
) -> dict[str, Any]:
    """What `seq2seq evaluate` writes of a system (see `make_record`).

    Args:
        test: what it was tested on.
        system: what it made of that, and how.
        scores: by metric.
        baseline: name and hash of a baseline's file.
        comparisons: with that baseline, by metric.
    """
    facts = dict(system.facts)
    hypothesis = facts.pop("hypothesis", None)
    data = {**test.record, "hypothesis": hypothesis} if hypothesis else test.record
    return make_record(
        scores,
        sentences=len(test),
        data=data,
        baseline=baseline,
        comparisons=comparisons,
        diversity=diversity_of(test, system) if test.captions else None,
        **facts,
    )


def report_record(report: Report) -> dict[str, Any]:
    """The content of a report's `scores.json`, version 3.

    ```
    kind             "report", which tells it from the scores.json of `seq2seq evaluate`
    format           3
    title            what was evaluated, in a few words
    task             "translation" or "captions"
    language         code of the references' language, or null
    sentences        how many sources there are
    date             when it was made, UTC, ISO 8601
    data             {name, split, files: [{role, name, sha256}]}
    versions         {package: version}
    hardware         {system, processor, cores, threads, device} of the machine that made the report
    main_metric      the score that the verdicts are about
    sentence_metric  the score of `sentence_scores`
    tests            how many paired tests were made
    verdicts         [sentence]
    sources          [text, or name of a picture]; empty where they are not known
    references       [[text, ...]], of each source one or more
    systems          [{
        name             what the report calls it
        record           what `seq2seq evaluate` writes: scores, models, decoding, speed... (see `make_record`)
        outputs          [text], one a source
        sentence_scores  [number], one a source
        confidences      [number from 0 to 1], one a source; null where the system cannot tell
        word_confidences  [[number from 0 to 1]], of each output one a word between spaces; in a script without them
                         one a piece of the model's tokenizer; null where the system cannot tell
        curves           {metric: {step: value}} of its training; {} where they are not known
    }]
    comparisons      [{first, second, metric, difference: second's minus first's, p_bootstrap, p_randomisation}]
    against          {name, date, worse: true or false, unmatched: {now: [name], earlier: [name]} that were compared
                     with none, comparisons: [as above, first being the earlier one]} or null
    sections         [{key, title, text, items: [chart or table]}], where a chart has
                     {key, title, text, kind, x, y, series: [{name, points: [{x, y, low, high, count}]}]}
                     and a table {key, title, text, columns, rows} (see `seq2seq.report.content`)
    ```

    Numbers that are none (not a number, infinite) are null. Formats 1 and 2 have no `word_confidences`, format 1 no
    `sources`, `references` and `unmatched`.
    """
    facts = report.facts
    record = {
        "kind": KIND,
        "format": FORMAT,
        "title": report.title,
        "task": "captions" if report.test.captions else "translation",
        "language": report.test.language,
        "sentences": len(report.test),
        **{name: facts[name] for name in ("date", "data", "versions", "hardware")},
        "main_metric": report.main_metric,
        "sentence_metric": report.sentence_metric,
        "tests": facts["tests"],
        "verdicts": [str(verdict) for verdict in report.verdicts],
        "sources": [Path(source).name for source in report.test.sources]
        if report.test.captions
        else report.test.sources,
        "references": report.test.references,
        "systems": [_system(report, system) for system in report.systems],
        "comparisons": [asdict(test) for test in report.comparisons],
        "against": facts.get("against"),
        "sections": [asdict(section) for section in report.sections],
    }
    return _plain(record)


def as_json(record: dict[str, Any]) -> str:
    """A record as the text of a file; lists of numbers and texts a line each, so that it stays readable."""
    return json.dumps(record, ensure_ascii=False, allow_nan=False, indent=1) + "\n"


def _system(report: Report, system: System) -> dict[str, Any]:
    sentences, words = report.confidences[system.name], report.word_confidences[system.name]
    return {
        "name": system.name,
        "record": system_record(report.test, system, report.scores[system.name]),
        "outputs": system.outputs,
        "sentence_scores": _rounded(report.sentence_scores[system.name]),
        "confidences": None if sentences is None else _rounded(sentences),
        "word_confidences": None if words is None else [_rounded(values) for values in words],
        "curves": system.curves,
    }


def _rounded(values: Sequence[float]) -> list[float]:
    return [round(value, _DIGITS) for value in values]


def _plain(value: Any) -> Any:
    """The same of what JSON knows: numbers that are none become null, NumPy's numbers Python's."""
    if isinstance(value, dict):
        return {str(name): _plain(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if hasattr(value, "item") and not isinstance(value, str):
        value = value.item()
    return None if isinstance(value, float) and not math.isfinite(value) else value
