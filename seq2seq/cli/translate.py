"""`seq2seq translate`: text in, translated text out, a line for a line."""

import argparse
import sys
from functools import partial
from typing import Any

from seq2seq.cli.confidence import WITHHELD, Abstention, add_abstain_option
from seq2seq.cli.decoding import (
    MODEL_HELP,
    add_decoding_options,
    add_detail_options,
    as_record,
    given_search_options,
    json_line,
    load,
    wants_json,
)
from seq2seq.cli.lines import count_lines, open_input, open_output, read_chunks
from seq2seq.inference import Translation, Translator
from seq2seq.progress import Counter, counting

_CHUNK_BATCHES = 32  # read at a time: enough to sort lines by length, little enough that memory stays bounded

DESCRIPTION = """\
Translate text with a trained model: every line of the input gives one line of the output, in the same order, whatever
the lines are. A line without words gives an empty line; a line that is too long is translated in parts.

  echo "¿Dónde está la estación?" | seq2seq translate models/es_en
  seq2seq translate models/es_en --input letter.txt --output brief.txt
  seq2seq translate models/es_en_1 models/es_en_2 --input letter.txt     (an ensemble of two models)
  seq2seq translate models/es_en --abstain-below 0.6 --input letter.txt  ([withheld] where the model is not sure)
  seq2seq translate models/es_en                                         (line by line from the keyboard)
"""

EPILOG = """\
JSON lines: with --n-best, --samples, --scores or --alignments each line of the output is an object with
  line            number of the input line, from 1
  source          the line as it was read
  translation     the best candidate's text, also where it is withheld
  parts           in how many parts it was translated: 0 for a line without words, 2 or more for a long line
  confidence      with --scores, where the model's was fitted, or --abstain-below: from 0 to 1, the share of the
                  translation's words that a reference may be expected to have; null for a line without words
  withheld        with --abstain-below: whether the confidence is below it
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
    add_detail_options(parser, "the source")
    add_abstain_option(parser)
    add_decoding_options(parser)


def run(arguments: argparse.Namespace) -> None:
    """Translate from the input to the output that `arguments` name."""
    options = given_search_options(arguments)
    total = None if arguments.input is None else count_lines(arguments.input)
    as_json = wants_json(arguments)
    by_hand = arguments.input is None and sys.stdin is not None and sys.stdin.isatty()
    on_screen = arguments.output is None and sys.stdout.isatty()
    with open_input(arguments.input) as stream, open_output(arguments.output) as output:
        translator = load(Translator, arguments)
        abstention = Abstention.from_arguments(arguments)
        if by_hand:
            print("Type a line to translate and press Enter; end with Ctrl-D.", file=sys.stderr)
        with counting("translating", "lines", total, quiet=by_hand or on_screen) as progress:
            done, long_lines = 0, 0
            name = arguments.input or "standard input"
            for lines in read_chunks(stream, name, arguments.batch_size * _CHUNK_BATCHES):
                translations = translator.translate_detailed(
                    lines,
                    batch_size=arguments.batch_size,
                    max_source_tokens=arguments.max_source_tokens,
                    first_number=done,
                    alignments=arguments.alignments,
                    progress=partial(_show, progress, done, len(lines)),
                    **options,
                )
                for number, translation in enumerate(translations, start=done + 1):
                    verdict = abstention.judge(translation.candidates)
                    text = WITHHELD if verdict.withheld else translation.text
                    if as_json:
                        text = _as_json(number, translation, arguments, abstention.as_record(verdict, arguments.scores))
                    output.write(f"{text}\n")
                output.flush()
                done += len(lines)
                long_lines += sum(translation.parts > 1 for translation in translations)
    if long_lines and not by_hand:
        print(
            f"note: {long_lines} of {done} lines have more than {arguments.max_source_tokens} word pieces "
            "and were translated in parts",
            file=sys.stderr,
        )
    if not by_hand:
        abstention.report(done, "lines")


def _show(progress: Counter, before: int, lines: int, part: int, whole: int) -> None:
    progress.show(before + lines * part / whole)


def _as_json(number: int, translation: Translation, arguments: argparse.Namespace, confidence: dict[str, Any]) -> str:
    record: dict[str, Any] = {
        "line": number,
        "source": translation.source,
        "translation": translation.text,
        "parts": translation.parts,
        **confidence,
    }
    if arguments.alignments:
        record["source_tokens"] = translation.source_tokens
    record["candidates"] = [as_record(candidate, arguments) for candidate in translation.candidates]
    return json_line(record)
