"""`seq2seq tag`: sentences in, tags out, a line for a line."""

import argparse
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from seq2seq.cli.decoding import add_running_options, json_line
from seq2seq.cli.labelling import add_line_options, check_places, label_lines

if TYPE_CHECKING:  # what takes seconds to import is imported when the options are known to be right
    from seq2seq.inference import TaggedTokens

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
    add_line_options(parser, "sentences", "tags")
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
    total = check_places(arguments, "sentences")

    from seq2seq.inference import Tagger

    def label(tagger: Tagger, lines: list[str], first: int, progress: Callable[[int, int], None]) -> list[str]:
        found = tagger.tag_detailed(
            lines, batch_size=arguments.batch_size, probabilities=arguments.probabilities, progress=progress
        )
        if arguments.conll:
            return [_as_conll(sentence) for sentence in found]
        if arguments.probabilities:
            return [_as_json(number, sentence, tagger.labels) for number, sentence in enumerate(found, first)]
        return [" ".join(sentence.tags) for sentence in found]

    label_lines(arguments, Tagger, total, "tagging", "Type a sentence, its tokens divided by spaces,", label)


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
