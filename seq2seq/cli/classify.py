"""`seq2seq classify`: text in, labels out, a label for a line."""

import argparse
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from seq2seq.cli.decoding import add_running_options, json_line
from seq2seq.cli.labelling import add_line_options, by_hand, check_places, label_lines
from seq2seq.errors import told_as

if TYPE_CHECKING:  # what takes seconds to import is imported when the options are known to be right
    from seq2seq.inference import Classification

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
    add_line_options(parser, "texts", "labels")
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
    total = check_places(arguments, "texts")

    from seq2seq.inference import TextClassifier

    as_json, unread = arguments.probabilities or arguments.attention, 0

    def label(
        classifier: TextClassifier, lines: list[str], first: int, progress: Callable[[int, int], None]
    ) -> list[str]:
        nonlocal unread
        if arguments.attention:
            with told_as("--attention"):
                classifier.check_attention()
        found = classifier.classify_detailed(
            lines, batch_size=arguments.batch_size, attention=arguments.attention, progress=progress
        )
        unread += sum(item.unread for item in found)
        return [_as_json(number, item) if as_json else item.label for number, item in enumerate(found, first)]

    done = label_lines(arguments, TextClassifier, total, "classifying", "Type a line", label)
    if unread and not by_hand(arguments):
        print(
            f"note: {unread} of {done} lines {'has' if unread == 1 else 'have'} no word with characters that the model "
            "knows (another script?); their labels mean nothing",
            file=sys.stderr,
        )


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
