"""`seq2seq evaluate`: how good a model's translations, or those in a file, are."""

import argparse
import os
import sys
import time
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from seq2seq.cli.decoding import MODEL_HELP, add_decoding_options, given_search_options, load
from seq2seq.cli.evaluation_set import EvaluationSet, describe_file, read_evaluation_set
from seq2seq.cli.lines import check_output
from seq2seq.data.prepared import CAPTIONS, SPLITS
from seq2seq.errors import UserError
from seq2seq.evaluation import (
    TOKENIZERS,
    Comparison,
    Score,
    compare_to_baseline,
    make_bleu,
    make_record,
    score_translations,
    write_record,
)
from seq2seq.evaluation.captions import find_meteor, score_captions
from seq2seq.evaluation.captions.comparison import compare_captions
from seq2seq.evaluation.scores import HIGHER_IS_BETTER
from seq2seq.files import atomic_write, sha256
from seq2seq.folder import SCORES, WEIGHTS, task_of
from seq2seq.inference import Captioner, Translator, search_options
from seq2seq.progress import counting

DESCRIPTION = """\
Score a model by BLEU, chrF and TER (sacrebleu), each with its signature and the 95 % interval of a bootstrap. The
scores and all that is needed to repeat them go into scores.json in the model's folder.

  seq2seq evaluate models/es_en --data prepared/tatoeba --split test
  seq2seq evaluate models/es_en --source talk.es --reference talk.en --translations talk.out
  seq2seq evaluate models/es_en --data prepared/tatoeba --baseline other_system.out     (is the difference chance?)
  seq2seq evaluate --hypothesis other_system.out --reference talk.en                    (no model: score a file)
"""

EPILOG = """\
scores.json holds: format (1), date, sentences, scores {BLEU, chrF, TER: {value, interval, signature}}, data (name and
SHA-256 of each file), models, decoding (every setting of search), speed, baseline, versions and hardware. A later
evaluation replaces it; keep several with --output.
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's options to `parser`."""
    parser.description, parser.epilog = DESCRIPTION, EPILOG
    parser.usage = """
  %(prog)s MODEL [MODEL ...] --data FOLDER [options]
  %(prog)s MODEL [MODEL ...] --source FILE --reference FILE [options]
  %(prog)s --hypothesis FILE --reference FILE [options]
  %(prog)s --hypothesis FILE --data FOLDER --target-language CODE [options]"""
    parser.add_argument("model", nargs="*", metavar="MODEL", help=MODEL_HELP)
    data = parser.add_argument_group("what is scored, and against what")
    data.add_argument("--data", metavar="FOLDER", help="a prepared folder; the model knows which side is the source")
    data.add_argument("--split", choices=SPLITS, default="test", help="of the prepared folder (default: %(default)s)")
    data.add_argument("--source", metavar="FILE", help="text to translate, a sentence a line")
    data.add_argument(
        "--reference",
        metavar="FILE",
        action="append",
        default=[],
        help="its true translation, line for line; give the option again for a second reference",
    )
    data.add_argument("--hypothesis", metavar="FILE", help="score these translations instead of a model's")
    data.add_argument(
        "--target-language",
        metavar="CODE",
        help="language of the translations, where no model tells (picks the side of --data, and BLEU's tokenizer)",
    )
    data.add_argument(
        "--baseline", metavar="FILE", help="another system's translations, for a paired test of the difference"
    )
    scores = parser.add_argument_group("scores and results")
    scores.add_argument(
        "--tokenize", choices=TOKENIZERS, help="BLEU's tokenizer (default: sacrebleu's for the target language)"
    )
    scores.add_argument("--lowercase", action="store_true", help="BLEU and chrF without regard to case")
    scores.add_argument("--translations", metavar="FILE", help="write the model's translations there")
    scores.add_argument(
        "--output",
        metavar="FILE",
        help="where the record goes (default: scores.json in the folder of MODEL; nowhere for several models or none)",
    )
    add_decoding_options(parser, without=("n_best", "samples"))  # one translation a line is scored


def run(arguments: argparse.Namespace) -> None:
    """Generate, score and record as `arguments` say."""
    _check(arguments)
    options = given_search_options(arguments)
    output = _output(arguments)
    model = _load(arguments) if arguments.model else None
    evaluated = read_evaluation_set(arguments, model)
    baseline = evaluated.read_outputs(arguments.baseline)
    score, compare = _scorers(arguments, evaluated)
    # Hashed now, so that what cannot be is told before the long work, and what changes during it is not taken for it.
    facts: dict[str, Any] = {} if arguments.baseline is None else {"baseline": describe_file(arguments.baseline)}
    models = [{"name": Path(path).resolve().name, "sha256": sha256(Path(path) / WEIGHTS)} for path in arguments.model]
    if model is None:
        outputs = evaluated.read_outputs(arguments.hypothesis)
        facts["data"] = {**evaluated.record, "hypothesis": describe_file(arguments.hypothesis)}
    else:
        outputs, seconds = _generate(model, evaluated, arguments, options)
        if arguments.translations is not None:
            with atomic_write(arguments.translations) as file:
                file.writelines(f"{line}\n" for line in outputs)
        facts |= {
            "data": evaluated.record,
            "models": models,
            "decoding": {
                **asdict(search_options(**options)),
                "batch_size": arguments.batch_size,
                "max_source_tokens": None if evaluated.captions else arguments.max_source_tokens,
                "precision": model.precision,
            },
            "seconds": seconds,
            "device": model.device,
        }
    scores = score(outputs, evaluated.references)
    comparisons = None
    if arguments.baseline is not None:
        comparisons = compare(outputs, baseline, evaluated.references)
    if output is not None:
        write_record(output, make_record(scores, sentences=len(outputs), comparisons=comparisons, **facts))
    _report(scores, comparisons, len(outputs), facts.get("seconds"), output)


def _load(arguments: argparse.Namespace) -> Translator | Captioner:
    return load(Captioner, arguments) if task_of(arguments.model[0]) == CAPTIONS else load(Translator, arguments)


def _scorers(arguments: argparse.Namespace, evaluated: EvaluationSet) -> tuple[Callable[..., Any], Callable[..., Any]]:
    """How outputs are scored, and how they are compared with a baseline's."""
    if not evaluated.captions:
        how = {"language": evaluated.language, "tokenizer": arguments.tokenize, "lowercase": arguments.lowercase}
        make_bleu(**how)  # a tokenizer that is not there is told before translating, too
        return (
            lambda outputs, references: score_translations(outputs, _streams(references), **how),
            lambda outputs, baseline, references: compare_to_baseline(outputs, baseline, _streams(references), **how),
        )
    for option in ("tokenize", "lowercase"):
        if getattr(arguments, option):
            raise UserError(f"--{option}: captions are scored by coco-caption's rules, which leave no choice")
    try:
        meteor = find_meteor()
    except UserError as error:
        print(f"without METEOR: {error}", file=sys.stderr)
        meteor = None
    return (
        lambda outputs, references: score_captions(outputs, references, meteor=meteor),
        lambda outputs, baseline, references: compare_captions(outputs, baseline, references, meteor=meteor),
    )


def _streams(references: list[list[str]]) -> list[list[str]]:
    """From the references of each sentence to the first of all, the second of all and so on: sacrebleu's way."""
    return [list(stream) for stream in zip(*references, strict=True)]


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
    if arguments.hypothesis and arguments.data and not arguments.target_language:
        raise UserError("--target-language CODE is needed beside --hypothesis and --data: which side is scored?")
    if arguments.hypothesis and arguments.translations:
        raise UserError("--translations goes with MODEL only")


def _output(arguments: argparse.Namespace) -> Path | None:
    """Where the record goes; None where there is no folder of one model to hold it and none was asked for."""
    for path in filter(None, (arguments.output, arguments.translations)):
        check_output(path)
    if arguments.output:
        return Path(arguments.output)
    if len(arguments.model) != 1:
        return None
    folder = Path(arguments.model[0])
    if folder.is_dir() and not os.access(folder, os.W_OK):
        raise UserError(f"{folder}: cannot be written; say with --output FILE where the scores go")
    return folder / SCORES


def _generate(
    model: Translator | Captioner, evaluated: EvaluationSet, arguments: argparse.Namespace, options: dict[str, Any]
) -> tuple[list[str], float]:
    sources = evaluated.sources or []
    started = time.perf_counter()
    what = ("captioning", "pictures") if evaluated.captions else ("translating", "lines")
    with counting(*what, len(sources)) as progress:

        def show(part: int, whole: int) -> None:
            progress.show(len(sources) * part / whole)

        shared: dict[str, Any] = {"batch_size": arguments.batch_size, "progress": show, **options}
        if isinstance(model, Captioner):
            outputs = model.caption(sources, **shared)
        else:
            outputs = model.translate(sources, max_source_tokens=arguments.max_source_tokens, **shared)
    return outputs, time.perf_counter() - started


def _report(
    scores: dict[str, Score],
    comparisons: dict[str, Comparison] | None,
    sentences: int,
    seconds: float | None,
    output: Path | None,
) -> None:
    table = Table("metric", "score", "95 % interval")
    if comparisons is not None:
        for title in ("baseline", "difference", "p"):
            table.add_column(title)
    for name, score in scores.items():
        arrow = "↑" if HIGHER_IS_BETTER.get(name, True) else "↓"
        interval = "-" if score.interval is None else f"{score.interval[0]:.1f} to {score.interval[1]:.1f}"
        row = [f"{name} {arrow}", f"{score.value:.1f}", interval]
        if comparisons is not None:
            found = comparisons[name]
            row += [f"{found.baseline.value:.1f}", f"{found.difference:+.1f}", f"{found.p_value:.3f}"]
        table.add_row(*row)
    Console().print(table)
    for name, score in scores.items():
        print(f"{name}: {score.signature}")
    speed = "" if seconds is None else f" in {seconds:.1f} s ({sentences / seconds:,.1f} a second)"
    print(f"{sentences:,} outputs{speed}")
    if output is not None:
        print(f"recorded in {output}")
