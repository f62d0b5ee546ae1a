"""`seq2seq translate`: text in, translated text out, a line for a line."""

import argparse
import itertools
import os
import sys
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, BinaryIO

from seq2seq.cli.decoding import (
    MODEL_HELP,
    WITHHELD,
    add_abstain_option,
    add_decoding_options,
    add_detail_options,
    as_record,
    given_search_options,
    json_line,
    load,
    wants_json,
)
from seq2seq.cli.lines import check_output, count_lines, open_input, open_output, read_chunks
from seq2seq.errors import UserError
from seq2seq.files import open_lines

if TYPE_CHECKING:  # what takes seconds to import is imported when the options are known to be right
    from seq2seq.inference import Translation
    from seq2seq.progress import Counter

_CHUNK_BATCHES = 32  # read at a time: enough to sort lines by length, little enough that memory stays bounded

DESCRIPTION = """\
Translate text with a trained model: every line of the input gives one line of the output, in the same order, whatever
the lines are. A line without words gives an empty line; a line that is too long is translated in parts.

  echo "¿Dónde está la estación?" | seq2seq translate models/es_en
  seq2seq translate models/es_en --input letter.txt --output brief.txt
  seq2seq translate models/es_en_1 models/es_en_2 --input letter.txt     (an ensemble of two models)
  seq2seq translate models/es_en --abstain-below 0.6 --input letter.txt  ([withheld] where the model is not sure)
  seq2seq translate models/es_en --prefix begin.txt --input letter.txt   (each translation begins as begin.txt says)
  seq2seq translate models/es_en                                         (line by line from the keyboard)
"""

EPILOG = """\
JSON lines: with --n-best, --samples, --scores or --alignments each line of the output is an object with
  line            number of the input line, from 1
  source          the line as it was read
  translation     the best candidate's text, or "[withheld]"
  parts           in how many parts it was translated: 0 for a line without words, 2 or more for a long line
  confidence      with --scores, where the model's was fitted, or --abstain-below: from 0 to 1, the share of the
                  translation's words that a reference may be expected to have; null for a line without words
  withheld        with --abstain-below: whether the confidence is below it; there are no candidates then
  source_tokens   with --alignments: the S word pieces that the model read ("▁" is a space, "</s>" the end)
  candidates      --n-best of them at most (or --samples), best first, each with
      text
      score       with --scores: what candidates are ranked by
      tokens      with --scores or --alignments: the T word pieces of the translation
      log_probs   with --scores: natural logarithm of each piece's probability
      alignment   with --alignments: T rows of S weights, each row summing to 1; null for a model without attention
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's options to `parser`."""
    parser.description, parser.epilog = DESCRIPTION, EPILOG
    parser.usage = "%(prog)s MODEL [MODEL ...] [options]"
    parser.add_argument("model", nargs="+", metavar="MODEL", help=MODEL_HELP)
    parser.add_argument(
        "--input", metavar="FILE", help="text to translate, UTF-8, plain or gzip (default: standard input)"
    )
    parser.add_argument(
        "--output",
        metavar="FILE",
        help="file for the translations, which appears when all is translated (default: standard output)",
    )
    parser.add_argument(
        "--prefix",
        metavar="FILE",
        help="with what each translation must begin, a line for each line of the input; an empty line leaves it "
        "free, and a line of the input without words stays empty",
    )
    add_detail_options(parser, "the source")
    add_abstain_option(parser)
    add_decoding_options(parser)


def run(arguments: argparse.Namespace) -> None:
    """Translate from the input to the output that `arguments` name."""
    options = given_search_options(arguments)
    _check_names(arguments)
    prefixes = None if arguments.prefix is None else [text or "" for _, text in open_lines(arguments.prefix)]
    total = None if arguments.input is None else count_lines(arguments.input)
    if prefixes is not None and total is not None:
        _check_count(arguments, len(prefixes), total)

    from seq2seq.cli.confidence import Abstention
    from seq2seq.inference import Translator
    from seq2seq.progress import counting

    as_json = wants_json(arguments)
    by_hand = arguments.input is None and sys.stdin is not None and sys.stdin.isatty()
    with open_input(arguments.input) as stream, open_output(arguments.output) as output:
        on_screen = arguments.output is None and output.isatty()
        translator = load(Translator, arguments)
        translator.check_prefixes(prefixes or [], f"--prefix {arguments.prefix}")
        abstention = Abstention.from_arguments(arguments)
        if by_hand:
            print("Type a line to translate and press Enter; end with Ctrl-D.", file=sys.stderr)
        with counting("translating", "lines", total, quiet=by_hand or on_screen) as progress:
            done, long_lines, unread = 0, 0, 0
            for lines, beginnings in _chunks(stream, arguments, prefixes):
                translations = translator.translate_detailed(
                    lines,
                    batch_size=arguments.batch_size,
                    max_source_tokens=arguments.max_source_tokens,
                    prefixes=beginnings,
                    first_number=done,
                    alignments=arguments.alignments,
                    progress=partial(_show, progress, done, len(lines)),
                    **options,
                )
                for number, translation in enumerate(translations, start=done + 1):
                    verdict = abstention.judge(translation.candidates)
                    text = WITHHELD if verdict.withheld else translation.text
                    if as_json:
                        shown = replace(translation, candidates=()) if verdict.withheld else translation
                        confidence = abstention.as_record(verdict, arguments.scores)
                        text = _as_json(number, shown, text, arguments, confidence)
                    output.write(f"{text}\n")
                output.flush()
                done += len(lines)
                long_lines += sum(translation.parts > 1 for translation in translations)
                unread += sum(translation.unread for translation in translations)
    if long_lines and not by_hand:
        print(
            f"note: {long_lines} of {done} lines {'has' if long_lines == 1 else 'have'} more than "
            f"{arguments.max_source_tokens} word pieces and {'was' if long_lines == 1 else 'were'} translated in parts",
            file=sys.stderr,
        )
    if unread and not by_hand:
        print(
            f"note: {unread} of {done} lines {'has' if unread == 1 else 'have'} no word with characters that the model "
            "knows (another script?); their translations are made up",
            file=sys.stderr,
        )
    if not by_hand:
        abstention.report(done, "lines")


def _check_names(arguments: argparse.Namespace) -> None:
    """Refuse an output over an input, and text in place of a model.

    Raises:
        UserError: as said.
    """
    for name in arguments.model:
        if os.path.isfile(name) and not name.endswith(".ckpt"):
            raise UserError(f"{name}: is a file, not a model folder; to translate it, use --input {name}")
        if not os.path.exists(name) and any(sign.isspace() for sign in name):
            raise UserError(f"{name!r}: no such model folder; text to translate comes from standard input or --input")
    if arguments.output is not None:
        check_output(arguments.output, filter(None, (arguments.input, arguments.prefix)))


def _chunks(
    stream: BinaryIO, arguments: argparse.Namespace, prefixes: list[str] | None
) -> Iterator[tuple[list[str], list[str] | None]]:
    """The lines in chunks, each with its prefixes. Where there are any, all is read before: the counts must agree."""
    most = arguments.batch_size * _CHUNK_BATCHES
    chunks = read_chunks(stream, arguments.input or "standard input", most)
    if prefixes is None:
        for lines in chunks:
            yield lines, None
        return
    lines = list(itertools.chain.from_iterable(chunks))
    _check_count(arguments, len(prefixes), len(lines))
    for start in range(0, len(lines), most):
        yield lines[start : start + most], prefixes[start : start + most]


def _check_count(arguments: argparse.Namespace, prefixes: int, lines: int) -> None:
    if prefixes != lines:
        raise UserError(
            f"--prefix {arguments.prefix}: {prefixes} lines, but {arguments.input or 'standard input'} has {lines}; "
            "give a line for each, empty where the translation is free"
        )


def _show(progress: "Counter", before: int, lines: int, part: int, whole: int) -> None:
    progress.show(before + lines * part / whole)


def _as_json(
    number: int, translation: "Translation", text: str, arguments: argparse.Namespace, confidence: dict[str, Any]
) -> str:
    record: dict[str, Any] = {
        "line": number,
        "source": translation.source,
        "translation": text,
        "parts": translation.parts,
        **confidence,
    }
    if arguments.alignments:
        record["source_tokens"] = translation.source_tokens
    record["candidates"] = [as_record(candidate, arguments) for candidate in translation.candidates]
    return json_line(record)
