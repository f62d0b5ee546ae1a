"""What commands share that read lines of text and say of each what it is: a line in, a line out."""

import argparse
import os
import sys
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from seq2seq.cli.decoding import MODEL_HELP, load
from seq2seq.cli.lines import check_output, count_lines, open_input, open_output, read_chunks
from seq2seq.errors import UserError

if TYPE_CHECKING:  # what takes seconds to import is imported when the options are known to be right
    from seq2seq.progress import Counter

_CHUNK_BATCHES = 32  # read at a time: enough to sort lines by length, little enough that memory stays bounded


def add_line_options(parser: argparse.ArgumentParser, lines: str, labels: str) -> None:
    """Add which model or models read what, and where it goes.

    Args:
        parser: of the command.
        lines: what a line of the input is, in the plural.
        labels: what is said of it, in the plural.
    """
    parser.usage = "%(prog)s MODEL [FILE] [options]"
    parser.add_argument("model", metavar="MODEL", help=MODEL_HELP.partition(";")[0])
    parser.add_argument(
        "file", nargs="?", metavar="FILE", help=f"{lines}, one a line, UTF-8, plain or gzip (default: standard input)"
    )
    parser.add_argument("--with-model", action="append", default=[], metavar="MODEL", help="one more, for an ensemble")
    parser.add_argument(
        "--output",
        metavar="FILE",
        help=f"file for the {labels}, which appears when all is read (default: standard output)",
    )


def check_places(arguments: argparse.Namespace, lines: str) -> int | None:
    """Refuse a file in place of a model, and an output that cannot or should not be written.

    Returns:
        How many lines FILE has; None of standard input.

    Raises:
        UserError: as said.
    """
    if os.path.isfile(arguments.model) and not arguments.model.endswith(".ckpt"):
        raise UserError(
            f"{arguments.model}: is a file, not a model folder; MODEL comes first, then the FILE of {lines}"
        )
    if arguments.output is not None:
        check_output(arguments.output, filter(None, [arguments.file]))
    return None if arguments.file is None else count_lines(arguments.file)


def label_lines(
    arguments: argparse.Namespace,
    kind: type[Any],
    total: int | None,
    doing: str,
    prompt: str,
    label: Callable[[Any, list[str], int, Callable[[int, int], None]], list[str]],
) -> int:
    """Read the input in chunks, and write what `label` makes of each line.

    Args:
        arguments: those of `add_line_options` and of running.
        kind: of the model.
        total: as `check_places` gives it.
        doing: what goes on, for the progress.
        prompt: for somebody who types the lines.
        label: of the model, lines, the number of the first of them (from 1) and what hears of the progress: a text for
            each line.

    Returns:
        How many lines there were.
    """
    from seq2seq.progress import counting

    typed = by_hand(arguments)
    on_screen = arguments.output is None and sys.stdout.isatty()
    arguments.model = [arguments.model, *arguments.with_model]
    done = 0
    with open_input(arguments.file) as stream, open_output(arguments.output) as output:
        model = load(kind, arguments)
        if typed:
            print(f"{prompt} and press Enter; end with Ctrl-D.", file=sys.stderr)
        with counting(doing, "lines", total, quiet=typed or on_screen) as progress:
            for lines in read_chunks(stream, arguments.file or "standard input", arguments.batch_size * _CHUNK_BATCHES):
                for text in label(model, lines, done + 1, partial(_show, progress, done)):
                    output.write(f"{text}\n")
                output.flush()
                done += len(lines)
    return done


def by_hand(arguments: argparse.Namespace) -> bool:
    """Whether somebody types the lines."""
    return arguments.file is None and sys.stdin is not None and sys.stdin.isatty()


def _show(progress: "Counter", before: int, part: int, _whole: int) -> None:
    progress.show(before + part)
