"""`seq2seq tag`: sentences in, tags out, a line for a line."""

import argparse
import os
import sys
from functools import partial
from typing import TYPE_CHECKING, Any

from seq2seq.cli.decoding import MODEL_HELP, add_running_options, json_line, load
from seq2seq.cli.lines import check_output, count_lines, open_input, open_output, read_chunks
from seq2seq.errors import UserError

if TYPE_CHECKING:  # what takes seconds to import is imported when the options are known to be right
    from seq2seq.inference import TaggedTokens
    from seq2seq.progress import Counter

_CHUNK_BATCHES = 32  # read at a time: enough to sort lines by length, little enough that memory stays bounded

DESCRIPTION = """\
Tag the tokens of sentences with a trained model. Every line of the input is a sentence, its tokens divided by spaces,
and gives one line of the output, in the same order: a tag for each token, divided by spaces. A line without tokens
gives an empty line. Punctuation is a token by itself, as it was in the training text.

  echo "Mara Velund lives in Port Selham ." | seq2seq tag models/entities
  seq2seq tag models/entities sentences.txt --output tags.txt
  seq2seq tag models/entities sentences.txt --conll                  (a token, a tab and its tag a line)
  seq2seq tag models/entities sentences.txt --probabilities          (how sure the model is, as JSON lines)
  seq2seq tag models/a sentences.txt --with-model models/b           (an ensemble of two models)
"""

EPILOG = """\
JSON lines: with --probabilities each line of the output is an object with
  line            number of the input line, from 1
  tokens          of the line, T of them
  tags            T tags
  entities        each with its type, its tokens from start up to, but not including, end (from 0), and its text
  labels          L of them, in the order of the probabilities
  probabilities   T rows of L numbers from 0 to 1, each row together 1: of each label of the token, whatever the others
                  are; so the tags, which are chosen together, need not be the likeliest of each row
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's options to `parser`."""
    parser.description, parser.epilog = DESCRIPTION, EPILOG
    parser.usage = "%(prog)s MODEL [FILE] [options]"
    parser.add_argument("model", metavar="MODEL", help=MODEL_HELP.partition(";")[0])
    parser.add_argument(
        "file", nargs="?", metavar="FILE", help="sentences, one a line, UTF-8, plain or gzip (default: standard input)"
    )
    parser.add_argument("--with-model", action="append", default=[], metavar="MODEL", help="one more, for an ensemble")
    parser.add_argument(
        "--output", metavar="FILE", help="file for the tags, which appears when all is read (default: standard output)"
    )
    form = parser.add_mutually_exclusive_group()
    form.add_argument(
        "--conll",
        action="store_true",
        help="a line for each token, with a tab and its tag after it, and a blank line after each sentence",
    )
    form.add_argument(
        "--probabilities", action="store_true", help="the probability of each label of each token, as JSON lines"
    )
    add_running_options(parser)


def run(arguments: argparse.Namespace) -> None:
    """Tag from the input to the output that `arguments` name."""
    if os.path.isfile(arguments.model) and not arguments.model.endswith(".ckpt"):
        raise UserError(
            f"{arguments.model}: is a file, not a model folder; MODEL comes first, then the FILE of sentences"
        )
    if arguments.output is not None:
        check_output(arguments.output, filter(None, [arguments.file]))
    total = None if arguments.file is None else count_lines(arguments.file)

    from seq2seq.inference import Tagger
    from seq2seq.progress import counting

    by_hand = arguments.file is None and sys.stdin is not None and sys.stdin.isatty()
    on_screen = arguments.output is None and sys.stdout.isatty()
    arguments.model = [arguments.model, *arguments.with_model]
    with open_input(arguments.file) as stream, open_output(arguments.output) as output:
        tagger = load(Tagger, arguments)
        if by_hand:
            print("Type a sentence, its tokens divided by spaces, and press Enter; end with Ctrl-D.", file=sys.stderr)
        with counting("tagging", "lines", total, quiet=by_hand or on_screen) as progress:
            done = 0
            chunks = read_chunks(stream, arguments.file or "standard input", arguments.batch_size * _CHUNK_BATCHES)
            for lines in chunks:
                found = tagger.tag_detailed(
                    lines,
                    batch_size=arguments.batch_size,
                    probabilities=arguments.probabilities,
                    progress=partial(_show, progress, done),
                )
                for number, sentence in enumerate(found, start=done + 1):
                    if arguments.conll:
                        text = _as_conll(sentence)
                    elif arguments.probabilities:
                        text = _as_json(number, sentence, tagger.labels)
                    else:
                        text = " ".join(sentence.tags)
                    output.write(f"{text}\n")
                output.flush()
                done += len(lines)


def _show(progress: "Counter", before: int, part: int, _whole: int) -> None:
    progress.show(before + part)


def _as_conll(sentence: "TaggedTokens") -> str:
    return "".join(f"{token}\t{tag}\n" for token, tag in zip(sentence.tokens, sentence.tags, strict=True))


def _as_json(number: int, sentence: "TaggedTokens", labels: tuple[str, ...]) -> str:
    record: dict[str, Any] = {
        "line": number,
        "tokens": sentence.tokens,
        "tags": sentence.tags,
        "entities": [
            {"type": kind, "start": start, "end": end, "text": " ".join(sentence.tokens[start:end])}
            for kind, start, end in sentence.entities
        ],
        "labels": labels,
        "probabilities": [[round(share, 6) for share in row] for row in sentence.probabilities or ()],
    }
    return json_line(record)
