"""Prepare your own parallel text: two aligned files, or one table."""

import argparse
from collections.abc import Iterator
from pathlib import Path

from data_prep.corpus import Corpus, describe_input
from data_prep.lines import Line, read_aligned
from data_prep.options import (
    DRAWN_SPLITS,
    add_table_options,
    check_delimiter,
    command_line,
    make_parser,
    read_table,
    settings_of,
)
from data_prep.pipeline import prepare
from seq2seq.cli.arguments import Parser, at_least, language_code
from seq2seq.errors import UserError, run_command

DESCRIPTION = """\
Prepare your own parallel text, in any two languages.

FILES are two aligned files (line n of one is the translation of line n of the other), or one table with a pair a row:
TSV (tabs, no quoting) or CSV (quoted fields; files named *.csv or *.csv.gz). All may be gzipped. UTF-8 only; lines that
are not are dropped, counted and listed.

Dev and test are drawn from the text, unless you have official ones: give them with --dev and --test, and they stay as
they are, but for lines that are no pair. Pairs of the training text that hold one of their sentences are dropped.

examples:
  python -m data_prep.parallel train.de train.en --languages de en --output prepared/x
  python -m data_prep.parallel train.de train.en --dev val.de val.en --test-size 0 --languages de en --output prepared/x
  python -m data_prep.parallel pairs.csv --header --columns 2 3 --languages fr en --output prepared/x
"""


def main() -> None:
    """Read the arguments and prepare the folder."""
    arguments = _parser().parse_args()
    first, second = arguments.languages
    if first == second:
        raise UserError(f"--languages {first} {second}: two different codes are wanted")
    files = {"train": arguments.files} | {
        split: getattr(arguments, split) for split in DRAWN_SPLITS if getattr(arguments, split)
    }
    _check_files(files, arguments)
    settings = settings_of(arguments, given=files)
    inputs = {split: [describe_input(path) for path in paths] for split, paths in files.items()}
    for one, *others in inputs.values():
        if others and one["sha256"] == others[0]["sha256"]:
            raise UserError(
                f"{one['path']} and {others[0]['path']}: the same text, byte for byte; one is to be the translation of "
                "the other"
            )
    corpus = Corpus(
        name=arguments.name or arguments.output.resolve().name,
        languages=(first, second),
        licence=arguments.licence,
        attribution=arguments.attribution,
        command=command_line("parallel"),
        inputs=[entry for entries in inputs.values() for entry in entries],
        lines={split: _read(paths, arguments) for split, paths in files.items()},
    )
    prepare(corpus, settings)


def _parser() -> Parser:
    parser = make_parser("parallel", DESCRIPTION)
    parser.add_argument("files", nargs="+", type=Path, metavar="FILES", help="two aligned files, or one table")
    parser.add_argument(
        "--languages", nargs=2, type=language_code, required=True, metavar="CODE", help="of the sides, in their order"
    )
    parser.add_argument("--dev", nargs="+", type=Path, metavar="FILE", help="your own dev set, in the form of FILES")
    parser.add_argument("--test", nargs="+", type=Path, metavar="FILE", help="your own test set")
    parser.add_argument(
        "--keep-leaks", action="store_true", help="keep training pairs that hold a sentence of --dev or --test"
    )
    parser.add_argument(
        "--columns", nargs=2, type=at_least(1), metavar="N", help="of a table: those of the two sides (default: 1 2)"
    )
    add_table_options(parser)
    return parser


def _check_files(files: dict[str, list[Path]], arguments: argparse.Namespace) -> None:
    """Refuse numbers of files that do not go together, and options of tables where there is none."""
    due = len(files["train"])
    for split, paths in files.items():
        option = "FILES" if split == "train" else f"--{split}"
        if len(paths) > 2:
            raise UserError(f"{option}: {len(paths)} files; give two aligned files, or one table")
        if len(paths) != due:
            form = "two aligned files" if due == 2 else "one table"
            raise UserError(f"{option} {' '.join(map(str, paths))}: not in the form of FILES; give {form} here, too")
    columns = arguments.columns
    if columns and columns[0] == columns[1]:
        raise UserError(f"--columns {columns[0]} {columns[1]}: two different columns are wanted")
    if due == 1:
        check_delimiter(arguments.delimiter, [path for (path,) in files.values()])
        return
    for option in ("columns", "header", "delimiter"):
        if getattr(arguments, option) not in (None, False):
            raise UserError(f"--{option}: is for a table, and FILES are two aligned files; leave it out")


def _read(paths: list[Path], arguments: argparse.Namespace) -> Iterator[Line]:
    if len(paths) == 2:
        return read_aligned(paths[0], paths[1])
    return read_table(paths[0], arguments.columns or (1, 2), arguments)


if __name__ == "__main__":
    run_command(main)
