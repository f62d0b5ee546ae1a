"""`seq2seq classify`: text in, labels out, a label for a line."""

import argparse
import os
import sys
from functools import partial
from typing import TYPE_CHECKING, Any

from seq2seq.cli.decoding import MODEL_HELP, add_running_options, json_line, load
from seq2seq.cli.lines import check_output, count_lines, open_input, open_output, read_chunks
from seq2seq.errors import UserError

if TYPE_CHECKING:  # what takes seconds to import is imported when the options are known to be right
    from seq2seq.inference import Classification
    from seq2seq.progress import Counter

_CHUNK_BATCHES = 32  # read at a time: enough to sort lines by length, little enough that memory stays bounded

DESCRIPTION = """\
Label texts with a trained model: every line of the input gives one line of the output, in the same order, whatever the
lines are. A line without words gives an empty line.

  echo "a film to remember" | seq2seq classify models/sentiment
  seq2seq classify models/sentiment reviews.txt --output labels.txt
  seq2seq classify models/sentiment reviews.txt --probabilities              (how sure the model is, as JSON lines)
  seq2seq classify models/sentiment reviews.txt --attention                  (and which words it looked at)
  seq2seq classify models/a reviews.txt --with-model models/b                (an ensemble of two models)
"""

EPILOG = """\
JSON lines: with --probabilities or --attention each line of the output is an object with
  line            number of the input line, from 1
  text            the line as it was read
  label           the likeliest label; null for a line without words
  probabilities   from 0 to 1, together 1, by label, the mean of an ensemble's; null for a line without words
  words           with --attention: the words of the line, each as [word, share of the attention]; what is missing to 1
                  lies on the end of the line
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's options to `parser`."""
    parser.description, parser.epilog = DESCRIPTION, EPILOG
    parser.usage = "%(prog)s MODEL [FILE] [options]"
    parser.add_argument("model", metavar="MODEL", help=MODEL_HELP.partition(";")[0])
    parser.add_argument(
        "file", nargs="?", metavar="FILE", help="texts, one a line, UTF-8, plain or gzip (default: standard input)"
    )
    parser.add_argument("--with-model", action="append", default=[], metavar="MODEL", help="one more, for an ensemble")
    parser.add_argument(
        "--output",
        metavar="FILE",
        help="file for the labels, which appears when all is read (default: standard output)",
    )
    detail = parser.add_argument_group("details, as JSON lines")
    detail.add_argument("--probabilities", action="store_true", help="give the probability of each label")
    detail.add_argument(
        "--attention",
        action="store_true",
        help="give the attention that each word got, too, of a model that pools by attention",
    )
    add_running_options(parser)


def run(arguments: argparse.Namespace) -> None:
    """Classify from the input to the output that `arguments` name."""
    if os.path.isfile(arguments.model) and not arguments.model.endswith(".ckpt"):
        raise UserError(f"{arguments.model}: is a file, not a model folder; MODEL comes first, then the FILE of texts")
    if arguments.output is not None:
        check_output(arguments.output, filter(None, [arguments.file]))
    total = None if arguments.file is None else count_lines(arguments.file)

    from seq2seq.inference import TextClassifier
    from seq2seq.progress import counting

    as_json = arguments.probabilities or arguments.attention
    by_hand = arguments.file is None and sys.stdin is not None and sys.stdin.isatty()
    on_screen = arguments.output is None and sys.stdout.isatty()
    arguments.model = [arguments.model, *arguments.with_model]
    with open_input(arguments.file) as stream, open_output(arguments.output) as output:
        classifier = load(TextClassifier, arguments)
        if by_hand:
            print("Type a line and press Enter; end with Ctrl-D.", file=sys.stderr)
        with counting("classifying", "lines", total, quiet=by_hand or on_screen) as progress:
            done = unread = 0
            chunks = read_chunks(stream, arguments.file or "standard input", arguments.batch_size * _CHUNK_BATCHES)
            for lines in chunks:
                found = classifier.classify_detailed(
                    lines,
                    batch_size=arguments.batch_size,
                    attention=arguments.attention,
                    progress=partial(_show, progress, done),
                )
                for number, item in enumerate(found, start=done + 1):
                    output.write(f"{_as_json(number, item) if as_json else item.label}\n")
                output.flush()
                done += len(lines)
                unread += sum(item.unread for item in found)
    if unread and not by_hand:
        print(
            f"note: {unread} of {done} lines {'has' if unread == 1 else 'have'} no word with characters that the model "
            "knows (another script?); their labels mean nothing",
            file=sys.stderr,
        )


def _show(progress: "Counter", before: int, part: int, _whole: int) -> None:
    progress.show(before + part)


def _as_json(number: int, found: "Classification") -> str:
    record: dict[str, Any] = {
        "line": number,
        "text": found.text,
        "label": found.label or None,
        "probabilities": {label: round(share, 6) for label, share in found.probabilities.items()} or None,
    }
    if found.words is not None:
        record["words"] = [[word, round(weight, 4)] for word, weight in found.words]
    return json_line(record)
