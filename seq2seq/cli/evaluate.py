"""`seq2seq evaluate`: how good a model's translations, or those in a file, are."""

import argparse
import os
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from seq2seq.cli.decoding import MODEL_HELP, add_decoding_options, given_search_options, load_translator
from seq2seq.cli.lines import check_output
from seq2seq.data.prepared import SPLITS, PreparedFolder
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
from seq2seq.evaluation.scores import HIGHER_IS_BETTER
from seq2seq.files import atomic_write, open_lines, sha256
from seq2seq.folder import SCORES, WEIGHTS
from seq2seq.inference import Translator, search_options
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


@dataclass(frozen=True)
class _TestSet:
    """What is translated and what it is compared with; `source` is None where nothing is translated."""

    source: list[str] | None
    references: list[list[str]]
    language: str | None
    reference_name: str
    record: dict[str, Any]


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
    """Translate, score and record as `arguments` say."""
    _check(arguments)
    options = given_search_options(arguments)
    output = _output(arguments)
    translator = load_translator(arguments) if arguments.model else None
    test_set = _test_set(arguments, translator)
    baseline = _read_aligned(arguments.baseline, test_set)
    how = {"language": test_set.language, "tokenizer": arguments.tokenize, "lowercase": arguments.lowercase}
    make_bleu(**how)  # a tokenizer that is not there is told before translating, too
    facts: dict[str, Any] = {}
    if translator is None:
        hypotheses = _read_aligned(arguments.hypothesis, test_set)
        facts["data"] = {**test_set.record, "hypothesis": _file(arguments.hypothesis)}
    else:
        hypotheses, seconds = _translate(translator, test_set, arguments, options)
        if arguments.translations is not None:
            with atomic_write(arguments.translations) as file:
                file.writelines(f"{line}\n" for line in hypotheses)
        facts = {
            "data": test_set.record,
            "models": [{"name": _name(path), "sha256": sha256(Path(path) / WEIGHTS)} for path in arguments.model],
            "decoding": {
                **asdict(search_options(**options)),
                "batch_size": arguments.batch_size,
                "max_source_tokens": arguments.max_source_tokens,
                "precision": translator.precision,
            },
            "seconds": seconds,
            "device": translator.device,
        }
    scores = score_translations(hypotheses, test_set.references, **how)
    comparisons = None
    if arguments.baseline is not None:
        comparisons = compare_to_baseline(hypotheses, baseline, test_set.references, **how)
        facts["baseline"] = _file(arguments.baseline)
    if output is not None:
        write_record(output, make_record(scores, sentences=len(hypotheses), comparisons=comparisons, **facts))
    _report(scores, comparisons, len(hypotheses), facts.get("seconds"), output)


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


def _test_set(arguments: argparse.Namespace, translator: Translator | None) -> _TestSet:
    language = translator.models[0].target_language if translator else arguments.target_language
    if arguments.data:
        prepared = PreparedFolder.open(arguments.data)
        if translator:
            origin = translator.models[0].source_language
        else:
            others = [code for code in prepared.languages if code != language]
            origin = others[0] if len(others) == 1 else language  # a wrong code is told by `pairs`
        source, reference = prepared.pairs(arguments.split, origin, language)
        record = {
            "name": str(prepared.manifest.get("name", _name(arguments.data))),
            "split": arguments.split,
            "files": [{"role": "pairs", **_file(prepared.table(arguments.split))}],
        }
        return _TestSet(source, [reference], language, str(prepared.table(arguments.split)), record)
    paths = [*filter(None, [arguments.source]), *arguments.reference]
    texts = [_read(path) for path in paths]
    for path, text in zip(paths, texts, strict=True):
        _check_aligned(path, text, paths[0], texts[0])
    references = texts[-len(arguments.reference) :]
    files = [{"role": "source" if path == arguments.source else "reference", **_file(path)} for path in paths]
    record = {"name": _name(arguments.source or arguments.reference[0]), "split": None, "files": files}
    return _TestSet(texts[0] if arguments.source else None, references, language, arguments.reference[0], record)


def _translate(
    translator: Translator, test_set: _TestSet, arguments: argparse.Namespace, options: dict[str, Any]
) -> tuple[list[str], float]:
    source = test_set.source or []
    started = time.perf_counter()
    with counting("translating", "lines", len(source)) as progress:
        hypotheses = translator.translate(
            source,
            batch_size=arguments.batch_size,
            max_source_tokens=arguments.max_source_tokens,
            progress=lambda part, whole: progress.show(len(source) * part / whole),
            **options,
        )
    return hypotheses, time.perf_counter() - started


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
        arrow = "↑" if HIGHER_IS_BETTER[name] else "↓"
        interval = "-" if score.interval is None else f"{score.interval[0]:.1f} to {score.interval[1]:.1f}"
        row = [f"{name} {arrow}", f"{score.value:.1f}", interval]
        if comparisons is not None:
            found = comparisons[name]
            row += [f"{found.baseline.value:.1f}", f"{found.difference:+.1f}", f"{found.p_value:.3f}"]
        table.add_row(*row)
    Console().print(table)
    for name, score in scores.items():
        print(f"{name}: {score.signature}")
    speed = "" if seconds is None else f" translated in {seconds:.1f} s ({sentences / seconds:,.1f} a second)"
    print(f"{sentences:,} sentences{speed}")
    if output is not None:
        print(f"recorded in {output}")


def _read(path: str) -> list[str]:
    return [line or "" for _, line in open_lines(path)]


def _read_aligned(path: str | None, test_set: _TestSet) -> list[str]:
    """The lines of a file that must be as many as the references; none when there is no file."""
    if path is None:
        return []
    lines = _read(path)
    _check_aligned(path, lines, test_set.reference_name, test_set.references[0])
    return lines


def _check_aligned(path: str, lines: list[str], other_path: str, others: list[str]) -> None:
    if len(lines) != len(others):
        raise UserError(
            f"{path} has {len(lines)} sentences but {other_path} has {len(others)}; they must be as many, one a line"
        )


def _file(path: str | Path) -> dict[str, str]:
    return {"name": _name(path), "sha256": sha256(path)}


def _name(path: str | Path) -> str:
    return Path(path).resolve().name
