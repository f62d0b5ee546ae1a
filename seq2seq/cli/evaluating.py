"""The work of `seq2seq evaluate`."""

import argparse
import os
from dataclasses import replace
from pathlib import Path
from typing import Any

from seq2seq.cli.decoding import given_search_options, load, load_any
from seq2seq.cli.evaluation_set import read_test_set
from seq2seq.cli.lines import check_output
from seq2seq.data.prepared import CAPTIONS, TEXT, PreparedFolder
from seq2seq.errors import UserError
from seq2seq.evaluation import TestSet, write_record
from seq2seq.evaluation.captions import Diversity
from seq2seq.evaluation.kept import keep, read_kept
from seq2seq.evaluation.measure import MEASURES, measure
from seq2seq.evaluation.scorer import make_scorer
from seq2seq.evaluation.table import print_diversity, print_scores
from seq2seq.evaluation.test_set import describe_file
from seq2seq.files import atomic_write
from seq2seq.folder import SCORES, task_of
from seq2seq.inference import MAX_SOURCE_TOKENS, Captioner, Translator
from seq2seq.inference.confidence import fit_calibration
from seq2seq.inference.predictor import check_model_folder
from seq2seq.report.gather import Decoding, generate, read_outputs, trained_elsewhere
from seq2seq.report.record import system_record
from seq2seq.report.system import System


def evaluate(arguments: argparse.Namespace) -> None:
    """Generate, score and record as the options of `seq2seq evaluate` say.

    Raises:
        UserError: options that do not go together, files that cannot be read or written, a model that fails.
    """
    if arguments.model:
        check_model_folder(arguments.model[0])
        if task_of(arguments.model[0]) in MEASURES:
            _measure(arguments)
            return
    _check(arguments)
    options = given_search_options(arguments)
    kept = _check_places(arguments)
    model = load_any(arguments) if arguments.model else None
    test = read_test_set(arguments, model, with_training=isinstance(model, Captioner))
    if isinstance(model, Captioner):
        _require_pictures(test)
    baseline = None if arguments.baseline is None else test.read_outputs(arguments.baseline)
    scorer = make_scorer(test, tokenizer=arguments.tokenize, lowercase=arguments.lowercase)
    # Hashed now, so that what cannot be is told before the long work, and what changes during it is not taken for it.
    compared: dict[str, Any] = {} if arguments.baseline is None else {"baseline": describe_file(arguments.baseline)}
    if model is None:
        system = read_outputs("hypothesis", arguments.hypothesis, test)
    else:
        elsewhere = isinstance(model, Captioner) and trained_elsewhere(arguments.model, arguments.data)
        system = replace(_generate(model, test, arguments, options), elsewhere=elsewhere)
        if arguments.translations is not None:
            with atomic_write(arguments.translations) as file:
                file.writelines(f"{line}\n" for line in system.outputs)
    scores = scorer.score(system.outputs)
    if baseline is not None:
        compared["comparisons"] = scorer.compare(system.outputs, baseline)
    record = system_record(test, system, scores, **compared)
    output = arguments.output
    if output is not None:
        write_record(output, record)
    elif kept is not None:
        output = keep(kept, record)
    if arguments.fit_confidence:
        calibration = fit_calibration(system.details or (), test.references, test.record)
        fitted = calibration.save(arguments.model[0])
    print_scores(scores, len(test), system.facts.get("seconds"), compared.get("comparisons"))
    if test.captions:
        print_diversity(Diversity(**record["diversity"]))
    if output is not None:
        print(f"recorded in {output}")
    if arguments.fit_confidence:
        print(f"confidence fitted on {calibration.words:,} words, recorded in {fitted}")


def _measure(arguments: argparse.Namespace) -> None:
    """Evaluate a model that writes no text against references: on a split of prepared data, and with no search."""
    if not arguments.data:
        raise UserError("--data FOLDER is needed: the prepared folder that holds the test data")
    of_texts = ("source", "reference", "target_language", "hypothesis", "baseline", "tokenize", "lowercase")
    given = [name for name in (*of_texts, "fit_confidence") if getattr(arguments, name)]
    given += list(given_search_options(arguments))
    given += ["max_source_tokens"] * (arguments.max_source_tokens != MAX_SOURCE_TOKENS)
    if arguments.translations and task_of(arguments.model[0]) == TEXT:
        given.append("translations")  # nothing is written: the text is read
    if given:
        raise UserError(f"--{given[0].replace('_', '-')}: has no part in the evaluation of this model")
    if len(arguments.model) > 1:
        raise UserError("only one MODEL can be evaluated at a time where it writes no text against references")
    kept = _check_places(arguments)
    folder = arguments.model[0]
    model = load(MEASURES[task_of(folder)].predictor, arguments)
    found, record = measure(model, folder, PreparedFolder.open(arguments.data), arguments.split, arguments.batch_size)
    if arguments.translations is not None:
        with atomic_write(arguments.translations) as file:
            file.writelines(f"{line}\n" for line in found.outputs)
    output = arguments.output
    if output is not None:
        write_record(output, record)
    elif kept is not None:
        output = keep(kept, record)
    print_scores(found.scores, found.count, record["speed"]["seconds"], baselines=found.baselines)
    if output is not None:
        print(f"recorded in {output}")


def _check(arguments: argparse.Namespace) -> None:
    """Refuse what does not go together, before anything is read."""
    if bool(arguments.model) == bool(arguments.hypothesis):
        raise UserError("give either a MODEL folder or --hypothesis FILE")
    if bool(arguments.data) == bool(arguments.reference):
        raise UserError("give either --data FOLDER or --reference FILE")
    needs_source = bool(arguments.model and arguments.reference)
    if needs_source != bool(arguments.source):
        raise UserError(
            "--source FILE is needed beside MODEL and --reference"
            if needs_source
            else "--source goes with MODEL and --reference only"
        )
    if arguments.hypothesis and arguments.translations:
        raise UserError("--translations goes with MODEL only")
    cut = arguments.max_source_tokens != MAX_SOURCE_TOKENS
    if cut and arguments.model and task_of(arguments.model[0]) == CAPTIONS:
        raise UserError("--max-source-tokens: has no effect on a captioner, whose sources are pictures")
    if arguments.fit_confidence and len(arguments.model) != 1:
        raise UserError("--fit-confidence goes with one MODEL only, in whose folder it is kept")


def _require_pictures(test: TestSet) -> None:
    """Tell of missing pictures before a model works on those before them.

    Raises:
        UserError: there are some.
    """
    missing = [path for path in test.sources if not os.path.exists(path)]
    if missing:
        raise UserError(f"{len(missing)} of {len(test)} pictures are missing; the first is {missing[0]}")


def _check_places(arguments: argparse.Namespace) -> Path | None:
    """The model folder that keeps the record; None where that is not asked for, or there is none of one model."""
    inputs = [arguments.source, *arguments.reference, arguments.hypothesis, arguments.baseline]
    for path in filter(None, (arguments.output, arguments.translations)):
        check_output(path, filter(None, inputs))
    if arguments.output and arguments.output == arguments.translations:
        raise UserError(f"--output and --translations are both {arguments.output}; name two files")
    if len(arguments.model) != 1:
        return None
    folder = Path(arguments.model[0])
    if arguments.output and os.path.realpath(arguments.output) == os.path.realpath(folder / SCORES):
        raise UserError(
            f"--output {arguments.output}: the model keeps its scores on all test sets there; leave --output out"
        )
    if folder.is_dir() and not os.access(folder, os.W_OK):
        if arguments.fit_confidence:
            raise UserError(f"{folder}: cannot be written, as --fit-confidence must")
        if not arguments.output:
            raise UserError(f"{folder}: cannot be written; say with --output FILE where the scores go")
    if arguments.output:
        return None
    read_kept(folder)  # what is wrong with it shall be told before the long work
    return folder


def _generate(
    model: Translator | Captioner, test: TestSet, arguments: argparse.Namespace, options: dict[str, Any]
) -> System:
    decoding = Decoding(options, arguments.batch_size, arguments.max_source_tokens)
    system = generate("model", model, arguments.model, test, decoding, alignments=False)
    for details in system.details or ():
        if details.problem is not None:
            raise UserError(details.problem)
    return system
