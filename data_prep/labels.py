"""Prepare your own labelled text: a table of texts, each with its label."""

import argparse
from collections import Counter
from dataclasses import replace
from pathlib import Path

from data_prep.corpus import Corpus, describe_input
from data_prep.lines import Line, refuse_unfit
from data_prep.options import (
    DRAWN_SPLITS,
    add_table_options,
    check_delimiter,
    command_line,
    make_text_parser,
    read_table,
    settings_of,
)
from data_prep.pipeline import prepare
from seq2seq.cli.arguments import Parser, at_least
from seq2seq.data.prepared import CLASSIFICATION
from seq2seq.data.text import normalise
from seq2seq.errors import UserError, run_command, suggest

DESCRIPTION = """\
Prepare labelled text for a classifier: the sentiment of reviews, the topic of questions, the language of messages.

FILE is a table with a text and its label in each row: TSV (tabs, no quoting) or CSV (quoted fields; a file named *.csv
or *.csv.gz). It may be gzipped. UTF-8 only; lines that are not are dropped, counted and listed.

Dev and test are drawn from the text, unless you have official ones: give them with --dev and --test, and they stay as
they are, but for lines that are no labelled text. Training texts that are also in one of them are dropped.

examples:
  python -m data_prep.labels reviews.csv --header --columns 3 1 --output prepared/reviews
  python -m data_prep.labels train.tsv --dev dev.tsv --test-size 0 --names 0=negative 1=positive --output prepared/sst2
"""


def main() -> None:
    """Read the arguments and prepare the folder."""
    arguments = _parser().parse_args()
    files = {"train": arguments.file} | {
        split: getattr(arguments, split) for split in DRAWN_SPLITS if getattr(arguments, split)
    }
    if arguments.columns[0] == arguments.columns[1]:
        raise UserError("--columns {} {}: two different columns are wanted".format(*arguments.columns))
    check_delimiter(arguments.delimiter, list(files.values()))
    settings = settings_of(arguments, given=files)
    inputs = [describe_input(path) for path in files.values()]
    lines = {split: _read(path, arguments) for split, path in files.items()}
    for split, path in files.items():
        refuse_unfit(path, ((line.number, line.problem) for line in lines[split]))
    labels = Counter(line.sides[1] for line in lines["train"] if line.problem is None and all(line.sides))
    _check_labels(labels, arguments)
    corpus = Corpus(
        name=arguments.name or arguments.output.resolve().name,
        languages=(arguments.language,),
        licence=arguments.licence,
        attribution=arguments.attribution,
        command=command_line("labels"),
        inputs=inputs,
        lines={split: _renamed(found, dict(arguments.names)) for split, found in lines.items()},
        task=CLASSIFICATION,
    )
    prepare(corpus, settings)


def _parser() -> Parser:
    parser = make_text_parser("labels", DESCRIPTION, "texts", split_size=1000, tokenizer="unigram", vocab_size=4000)
    parser.add_argument("file", type=Path, metavar="FILE", help="the table")
    parser.add_argument("--dev", type=Path, metavar="FILE", help="your own dev set, in the form of FILE")
    parser.add_argument("--test", type=Path, metavar="FILE", help="your own test set")
    parser.add_argument(
        "--columns", nargs=2, type=at_least(1), default=(1, 2), metavar="N", help="those of the text and of the label"
    )
    parser.add_argument(
        "--names",
        nargs="+",
        type=_name,
        default=[],
        metavar="LABEL=NAME",
        help="what labels shall be called; several may get one name",
    )
    add_table_options(parser)
    return parser


def _name(text: str) -> tuple[str, str]:
    """An argparse type: a label and its new name."""
    label, _, name = map(normalise, text.rpartition("="))
    if not label or not name:
        raise argparse.ArgumentTypeError(f"{text!r} is not of the form LABEL=NAME, such as 0=negative")
    return label, name


def _read(path: Path, arguments: argparse.Namespace) -> list[Line]:
    """The lines of a table, with labels in the toolkit's one form of text, but not renamed yet."""
    lines = read_table(path, arguments.columns, arguments)
    return [replace(line, sides=(line.sides[0], normalise(line.sides[1]))) for line in lines]


def _renamed(lines: list[Line], names: dict[str, str]) -> list[Line]:
    return [replace(line, sides=(line.sides[0], names.get(line.sides[1], line.sides[1]))) for line in lines]


def _check_labels(labels: Counter[str], arguments: argparse.Namespace) -> None:
    """Refuse new names for labels that are not there, and a column that holds no labels.

    Raises:
        UserError: as said.
    """
    names = dict(arguments.names)
    for label, name in arguments.names:
        if names[label] != name:
            raise UserError(f"--names {label}={name} {label}={names[label]}: one label cannot have two names")
    for label, name in names.items():
        if label not in labels:
            near = suggest(label, labels)
            raise UserError(f"--names {label}={name}: no row of {arguments.file} has the label {label!r}{near}")
    different, rows = {names.get(label, label) for label in labels}, labels.total()
    column = f"{arguments.file}: column {arguments.columns[1]}"
    if len(different) == 1:
        raise UserError(f"{column} holds one label only, {different.pop()!r}; a classifier needs two to tell apart")
    if len(different) > max(2, rows / 2):
        raise UserError(
            f"{column} holds {len(different):,} different labels in {rows:,} rows; say with --columns which column "
            "holds the text and which the label"
        )


if __name__ == "__main__":
    run_command(main)
