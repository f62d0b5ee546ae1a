"""Prepare your own pictures and captions: a folder and a table."""

import argparse
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from posixpath import normpath

from data_prep.corpus import Corpus, describe_input
from data_prep.lines import Line
from data_prep.options import (
    DRAWN_SPLITS,
    add_table_options,
    check_delimiter,
    command_line,
    make_caption_parser,
    read_table,
    settings_of,
)
from data_prep.pipeline import prepare
from seq2seq.cli.arguments import Parser, at_least, language_code
from seq2seq.errors import UserError, run_command

DESCRIPTION = """\
Prepare your own pictures and captions, in any language.

TABLE has a row for each caption: the picture's file, then the caption; a picture with several captions has several
rows, anywhere in the table. TSV (tabs, no quoting) or CSV (quoted fields; files named *.csv or *.csv.gz), UTF-8, with
a header (--header) or without. With two --languages a row has a caption in each.

All pictures are in one folder or below it: --images, or without it the folder of TABLE. A row names its picture by the
path from there (3.jpg, or holidays/3.jpg) or by the whole path (/home/me/photos/3.jpg with --images /home/me/photos).

Dev and test are drawn from the table picture by picture, unless you have your own: give them with --dev and --test.

Every picture is read once. What is missing, broken, truncated or over-large is left out, counted and named. Pictures
that are the same file under two names stay in one split; those that are in your own dev or test leave training.

examples:
  python -m data_prep.captions captions.csv --header --images photos --languages en --output prepared/mine
  python -m data_prep.captions train.tsv --dev dev.tsv --test-size 0 --languages es --output prepared/mine
  python -m data_prep.captions all.csv --columns 1 3 4 --languages en es --dev-size 50 --output prepared/x
"""


def main() -> None:
    """Read the arguments and prepare the folder."""
    parser = _parser()
    arguments = parser.parse_args()
    languages = tuple(arguments.languages)
    if len(languages) > 2 or len(set(languages)) < len(languages):
        raise UserError(f"--languages {' '.join(languages)}: one code is wanted, or two different ones")
    columns = arguments.columns or list(range(1, len(languages) + 2))
    if len(columns) != len(languages) + 1 or len(set(columns)) < len(columns):
        raise UserError(
            f"--columns {' '.join(map(str, columns))}: {len(languages) + 1} different numbers are wanted, "
            f"of the columns with the picture and with the caption in {' and in '.join(languages)}"
        )
    tables = {"train": arguments.table} | {
        split: getattr(arguments, split) for split in DRAWN_SPLITS if getattr(arguments, split)
    }
    check_delimiter(arguments.delimiter, tables.values())
    settings = settings_of(arguments, given=tables)
    images = arguments.images or arguments.table.parent
    if not images.is_dir():
        raise UserError(f"--images {images}: no such folder")
    corpus = Corpus(
        name=arguments.name or arguments.output.resolve().name,
        languages=languages,
        licence=arguments.licence,
        attribution=arguments.attribution,
        command=command_line("captions"),
        inputs=[describe_input(path) for path in tables.values()],
        lines={split: _read(path, columns, images, arguments) for split, path in tables.items()},
        images=images,
        images_option="--images where the pictures are, or with --columns which column names them",
    )
    prepare(corpus, settings)


def _parser() -> Parser:
    parser = make_caption_parser(
        "captions", DESCRIPTION, split_size=500, tokenizer="unigram", vocab_size=3000, languages=2
    )
    parser.add_argument("table", type=Path, metavar="TABLE", help="the pictures' files and their captions")
    parser.add_argument(
        "--languages", nargs="+", type=language_code, required=True, metavar="CODE", help="of the captions: one or two"
    )
    parser.add_argument(
        "--images", type=Path, metavar="DIR", help="the folder of the pictures; without it, that of TABLE"
    )
    parser.add_argument("--dev", type=Path, metavar="FILE", help="your own dev set, in the form of TABLE")
    parser.add_argument("--test", type=Path, metavar="FILE", help="your own test set")
    parser.add_argument(
        "--columns",
        nargs="+",
        type=at_least(1),
        metavar="N",
        help="where in a row the picture and the captions are, counted from 1 (default: the first ones)",
    )
    add_table_options(parser)
    return parser


def _read(path: Path, columns: list[int], images: Path, arguments: argparse.Namespace) -> Iterator[Line]:
    for line in read_table(path, columns, arguments):
        name, *captions = line.sides
        yield replace(line, sides=(_relative(name.strip(), images), *captions))


def _relative(name: str, images: Path) -> str:
    """The one form of a picture's path: relative to the folder where it is in it, without detours."""
    if not name:
        return name
    path = normpath(name)
    for folder in (images.resolve(), images.absolute()):  # the folder may be a link: either name of it is right
        path = path.removeprefix(f"{normpath(folder)}/")
    return path


if __name__ == "__main__":
    run_command(main)
