"""The options that the benchmarks of one process share."""

import argparse
from pathlib import Path

from seq2seq.cli.arguments import Parser, at_least
from seq2seq.errors import UserError


def make_parser(name: str, description: str | None) -> Parser:
    """A parser of `python -m benchmarks.<name>`; the description keeps its lines."""
    return Parser(
        prog=f"python -m benchmarks.{name}",
        description=description,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )


def add_cores(parser: Parser) -> None:
    """The option --cores."""
    parser.add_argument("--cores", type=at_least(1), default=2, help="default: %(default)s")


def add_rounds(parser: Parser, rounds: int) -> None:
    """The option --rounds, with its default."""
    parser.add_argument("--rounds", type=at_least(1), default=rounds, help="default: %(default)s")


def add_pictures(parser: Parser, count: int) -> None:
    """The folder of pictures, how many of them a round reads (with its default), and how many at once."""
    parser.add_argument("pictures", type=Path, help="folder of pictures")
    parser.add_argument("--count", type=at_least(1), default=count, help="pictures a round (default: %(default)s)")
    parser.add_argument("--batch-size", type=at_least(1), default=32, help="default: %(default)s")


def picture_files(folder: Path, count: int) -> list[Path]:
    """The first files of a folder, by their names.

    Raises:
        UserError: there are none.
    """
    paths = sorted(path for path in folder.glob("*") if path.is_file())[:count]
    if not paths:
        raise UserError(f"{folder}: no pictures in it")
    return paths
