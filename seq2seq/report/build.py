"""A report from systems and their outputs, and its files."""

import contextlib
import json
import os
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch

from seq2seq.errors import UserError, reason
from seq2seq.evaluation import TestSet
from seq2seq.evaluation.record import surroundings
from seq2seq.evaluation.results import Scorer
from seq2seq.evaluation.scorer import make_scorer
from seq2seq.evaluation.scores import TextScorer
from seq2seq.evaluation.test_set import set_name
from seq2seq.files import atomic_write
from seq2seq.folder import CONFIG, WEIGHTS
from seq2seq.report.against import Earlier, compare
from seq2seq.report.analysis import analyse
from seq2seq.report.comparison import judge
from seq2seq.report.confidence import find_confidence
from seq2seq.report.document import Report
from seq2seq.report.markdown import to_markdown
from seq2seq.report.record import KIND, as_json, report_record
from seq2seq.report.system import System

_TER_COST = 4_000_000  # words of an output x words of its references, of all sentences; about a minute

PAGE, RECORD, SUMMARY = FILES = ("index.html", "scores.json", "report.md")


def build_report(
    test: TestSet, systems: Sequence[System], *, scorer: Scorer | None = None, earlier: Earlier | None = None
) -> Report:
    """Score, compare and analyse systems.

    Args:
        test: the test set.
        systems: one or more with different names, and what each made of the test set.
        scorer: of that test set; what it has computed already is not computed again.
        earlier: an earlier report, with which each system shall be compared (see `seq2seq.report.against`).

    Raises:
        UserError: there is nothing to score, or no system of the earlier report fits.
    """
    scorer = scorer or make_scorer(test)
    outputs = {system.name: system.outputs for system in systems}
    _bound_ter(scorer, test, [*outputs.values(), *(earlier.outputs.values() if earlier else ())])
    scores = {name: scorer.score(texts) for name, texts in outputs.items()}
    comparisons = tuple(scorer.paired_tests(outputs))
    verdicts, sections = judge(test, systems, scores, comparisons), analyse(test, systems, scorer)
    facts: dict[str, Any] = {
        **surroundings(_accelerator(systems)),
        "data": test.record,
        "tests": 2 * len(comparisons),
        "systems": {system.name: _facts(system, len(test)) for system in systems},
    }
    if earlier is not None:
        against = compare(earlier, test, systems, scorer)
        facts["against"], facts["tests"] = against.record, facts["tests"] + 2 * len(against.comparisons)
        verdicts, sections = (*against.verdicts, *verdicts), [against.section, *sections]
    found = {system.name: find_confidence(test, system) for system in systems}
    return Report(
        title=_title(test),
        test=test,
        systems=tuple(systems),
        facts=facts,
        scores=scores,
        comparisons=comparisons,
        verdicts=verdicts,
        sections=tuple(sections),
        sentence_scores={name: scorer.sentence_scores(texts) for name, texts in outputs.items()},
        confidences={name: None if one is None else one.sentences for name, one in found.items()},
        word_confidences={name: None if one is None else one.words for name, one in found.items()},
    )


def check_report_place(folder: str | Path) -> None:
    """Refuse to write a report where it cannot be, or where its files would replace something else.

    Raises:
        UserError: no folder, one that cannot be made or written, a model's, or one with a file of the same name that is
            of no report.
    """
    folder = Path(folder)
    if folder.exists() and not folder.is_dir():
        raise UserError(f"{folder}: is no folder; name one for the report")
    there = Path(os.path.realpath(folder))
    while not os.path.lexists(there):
        there = there.parent
    if not there.is_dir() or not os.access(there, os.W_OK | os.X_OK):
        raise UserError(f"{folder}: cannot be written ({there} is not a folder, or not yours to write)")
    _try_to_write(folder)
    if any((folder / name).exists() for name in (CONFIG, WEIGHTS)):
        raise UserError(f"{folder}: holds a model; name another folder for the report")
    found = [name for name in FILES if (folder / name).exists()]
    if found and not _is_report(folder / RECORD):
        raise UserError(f"{folder / found[0]}: is of no report and would be lost; name another folder for the report")


def _try_to_write(folder: Path) -> None:
    """Refuse a folder that cannot be made, or in which nothing can be; leaves no trace."""
    new = [path for path in (folder, *folder.parents) if not os.path.lexists(path)]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise UserError(f"{folder}: cannot be written ({reason(error)})") from error
    finally:
        for path in new:
            with contextlib.suppress(OSError):
                path.rmdir()


def write_report(report: Report, folder: str | Path) -> Path:
    """Write index.html, scores.json and report.md into a folder, all or none, and give the page's path.

    Raises:
        UserError: the folder holds something else, or cannot be written.
    """
    from seq2seq.report.page import render  # matplotlib takes a while to import

    check_report_place(folder)
    texts = {PAGE: render(report), RECORD: as_json(report_record(report)), SUMMARY: to_markdown(report)}
    with contextlib.ExitStack() as files:  # each is renamed when all are on the disk
        for name, text in texts.items():
            file = files.enter_context(atomic_write(Path(folder) / name))
            try:
                file.write(text)
                file.flush()
            except OSError as error:
                raise UserError(f"{folder}: cannot be written ({reason(error)})") from error
    return Path(folder) / PAGE


def _bound_ter(scorer: Scorer, test: TestSet, outputs: Sequence[Sequence[str]]) -> None:
    """Do without TER, and say so, where it would take very long: its time grows with output's words x reference's."""
    if not isinstance(scorer, TextScorer) or "TER" not in scorer.metrics:
        return
    due = [sum(len(text.split()) for text in texts if text) for texts in test.references]
    cost = max(sum(len(text.split()) * words for text, words in zip(texts, due, strict=True)) for texts in outputs)
    if cost > _TER_COST:
        del scorer.metrics["TER"]
        print("without TER: it would take too long for outputs and references of so many words", file=sys.stderr)


def _facts(system: System, sentences: int) -> dict[str, Any]:
    """What `Report.facts` says of a system."""
    facts = system.facts
    models, seconds, tokens = (facts.get(name) for name in ("models", "seconds", "tokens"))
    return {
        "kind": "file" if not models else "model" if len(models) == 1 else "ensemble",
        "models": models,
        "file": facts.get("hypothesis"),
        "decoding": facts.get("decoding"),
        "device": _device(facts.get("device")),
        "seconds": seconds,
        "sentences_per_second": sentences / seconds if seconds else None,
        "tokens_per_second": tokens / seconds if seconds and tokens is not None else None,
    }


def _accelerator(systems: Sequence[System]) -> torch.device | None:
    """On which a model ran; None where all ran on the processor."""
    devices = (system.facts.get("device") for system in systems)
    return next((device for device in devices if device is not None and device.type != "cpu"), None)


def _device(device: torch.device | None) -> str | None:
    if device is None:
        return None
    return torch.cuda.get_device_name(device) if device.type == "cuda" else str(device)


def _title(test: TestSet) -> str:
    what = "captions" if test.captions else "translations"
    return f"{set_name(test.record)}: {what}{f' in {test.language}' if test.language else ''}"


def _is_report(path: Path) -> bool:
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return False
    return isinstance(raw, dict) and raw.get("kind") == KIND
