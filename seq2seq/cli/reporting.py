"""The work of `seq2seq report`."""

import argparse
import os
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from seq2seq.cli.arguments import Unsaid
from seq2seq.cli.decoding import given_search_options, load_any
from seq2seq.cli.evaluation_set import read_test_set
from seq2seq.errors import EXIT_WORSE, UserError
from seq2seq.evaluation import Score, TestSet
from seq2seq.evaluation.measure import MEASURES
from seq2seq.evaluation.metrics import arrow
from seq2seq.evaluation.scorer import make_scorer
from seq2seq.folder import task_of
from seq2seq.inference import MAX_SOURCE_TOKENS, Captioner, Translator
from seq2seq.inference.predictor import check_model_folder
from seq2seq.report.against import match, read_earlier
from seq2seq.report.build import build_report, check_report_place, write_report
from seq2seq.report.document import Report
from seq2seq.report.gather import (
    Decoding,
    Named,
    check_names,
    generate,
    parse_named,
    read_outputs,
    trained_elsewhere,
    unread,
    with_folder,
)
from seq2seq.report.system import System


def report(arguments: argparse.Namespace) -> None:
    """Gather, score, compare, write and tell as the options of `seq2seq report` say.

    Raises:
        UserError: options that do not go together, files that cannot be read or written, a model that fails.
        SystemExit: EXIT_WORSE, where a system is worse than its earlier self.
    """
    _check(arguments)
    decoding = Decoding(given_search_options(arguments), arguments.batch_size, arguments.max_source_tokens)
    check_report_place(arguments.output)
    named = [parse_named(word) for word in arguments.systems]
    check_names(named)
    _check_effects(arguments, any(system.is_model for system in named))
    models = _load(named, arguments)
    test = read_test_set(arguments, next(iter(models.values()), None), with_training=True)
    _warn(test)
    # Files first, since what is wrong with them shall be told before the models are set to work.
    found = {one.name: read_outputs(one.name, one.paths[0], test) for one in named if not one.is_model}
    earlier = None if arguments.against is None else read_earlier(arguments.against, test)
    if earlier is not None:
        for note in match(earlier, [system.name for system in named]).notes:
            print(f"note: --against: {note}", file=sys.stderr)
    scorer = make_scorer(test, tokenizer=arguments.tokenize, lowercase=arguments.lowercase)
    for one in named:
        if one.is_model:
            found[one.name] = _generate(one, models.pop(one.name), test, decoding, arguments.data)
    systems = [found[one.name] for one in named]
    result = build_report(test, systems, scorer=scorer, earlier=earlier)
    page = write_report(result, arguments.output)
    print_report(result)
    print(f"report in {page}")
    if earlier is not None and result.facts["against"]["worse"]:
        raise SystemExit(EXIT_WORSE)


def print_report(report: Report) -> None:
    """Print the verdicts and the scores."""
    table = Table("metric", *map(escape, report.scores))
    for metric in next(iter(report.scores.values())):
        table.add_row(f"{metric} {arrow(metric)}", *(_cell(scores[metric]) for scores in report.scores.values()))
    Console().print(table)
    print("in brackets the 95 % interval")
    for verdict in report.verdicts:
        print(verdict)
    if report.facts["tests"] > 1:
        print(f"{report.facts['tests']:,} paired tests were made; by chance alone one in twenty shows p < 0.05")


def _cell(score: Score) -> str:
    interval = "" if score.interval is None else f" ({score.interval[0]:.1f} to {score.interval[1]:.1f})"
    return f"{score.value:.1f}{interval}"


def _check(arguments: argparse.Namespace) -> None:
    if not arguments.systems:
        raise UserError("name at least one SYSTEM: a model folder, or NAME=FILE of outputs")
    if not arguments.output:
        raise UserError("--output FOLDER is needed: where shall the report go?")
    if bool(arguments.data) == bool(arguments.reference):
        raise UserError("give either --data FOLDER or --reference FILE")
    if arguments.against and os.path.realpath(os.path.dirname(arguments.against)) == os.path.realpath(arguments.output):
        raise UserError(
            f"--against {arguments.against} lies in --output {arguments.output}, whose files are written anew; "
            "name another folder for the report"
        )
    if arguments.data and arguments.source:
        raise UserError("--source goes with --reference only")


def _check_effects(arguments: argparse.Namespace, with_model: bool) -> None:
    """Refuse options that would change nothing."""
    if arguments.reference and not isinstance(arguments.split, Unsaid):
        raise UserError("--split goes with --data only")
    if with_model:
        return
    given = list(given_search_options(arguments))
    given += [name for name in ("device", "precision") if not isinstance(getattr(arguments, name), Unsaid)]
    given += ["max_source_tokens"] * (arguments.max_source_tokens != MAX_SOURCE_TOKENS)
    if given:
        raise UserError(f"--{given[0].replace('_', '-')} is for models; there are only files of outputs")


def _load(named: Sequence[Named], arguments: argparse.Namespace) -> dict[str, Translator | Captioner]:
    """All models by the systems' names; they must read and write the same."""
    models: dict[str, Translator | Captioner] = {}
    for system in named:
        if system.is_model:
            for path in system.paths:
                _check_writes(path)
            chosen = argparse.Namespace(**{**vars(arguments), "model": list(system.paths)})
            models[system.name] = load_any(chosen)
    first = next(iter(models), None)
    for name, model in models.items():
        if _direction(model) != _direction(models[first or name]):
            raise UserError(
                f"{first} is from {_direction(models[first or name])}, but {name} from {_direction(model)}; "
                "a report compares systems for one task"
            )
    if isinstance(models.get(first or ""), Captioner) and arguments.max_source_tokens != MAX_SOURCE_TOKENS:
        raise UserError("--max-source-tokens: has no effect on a captioner, whose sources are pictures")
    if models and arguments.reference and not arguments.source and not isinstance(models[first or ""], Captioner):
        raise UserError("--source FILE is needed beside a model and --reference")
    return models


def _check_writes(folder: str) -> None:
    """Refuse a model that writes nothing to be compared with references.

    Raises:
        UserError: as said, or no model folder.
    """
    check_model_folder(folder)
    task = task_of(folder)
    if task in MEASURES:
        raise UserError(
            f"{folder}: is a model for {task}; reports are on translators and captioners, so score it by "
            f"`seq2seq evaluate {folder} --data FOLDER`"
        )


def _direction(model: Translator | Captioner) -> str:
    source = model.source.code if isinstance(model, Translator) else "pictures"
    return f"{source} to {model.target.code}"


def _generate(
    named: Named, model: Translator | Captioner, test: TestSet, decoding: Decoding, prepared: str | None
) -> System:
    elsewhere = prepared is not None and trained_elsewhere(named.paths, prepared)
    system = replace(generate(named.name, model, named.paths, test, decoding), elsewhere=elsewhere)
    if problem := unread(system):
        if all(details.problem is not None for details in system.details or ()):
            raise UserError(f"{named.name}: {problem}")
        print(f"note: {named.name}: {problem}", file=sys.stderr)
    return with_folder(system, Path(named.paths[0])) if len(named.paths) == 1 else system


def _warn(test: TestSet) -> None:
    empty = [number for number, texts in enumerate(test.references, start=1) if not any(text.strip() for text in texts)]
    if empty:
        print(
            f"note: {test.origin}: {len(empty)} of {len(test)} references are empty, the first in line {empty[0]}; "
            "outputs there count as wrong",
            file=sys.stderr,
        )
