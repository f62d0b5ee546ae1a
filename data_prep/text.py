"""Prepare your own running text for a language model: files as they are, line after line."""

import argparse
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console
from rich.table import Table

from data_prep.corpus import describe_input, describe_text
from data_prep.folder import make_manifest, write_manifest, write_table
from data_prep.intake import Drop
from data_prep.lines import UNDECODABLE, Line, read_lines, refuse_unfit
from data_prep.options import base_parser, command_line
from data_prep.output import check_output, output_folder
from data_prep.pipeline import DROPPED
from data_prep.rights import add_rights, refuse_rights
from data_prep.sample.corpus import sentence_pairs
from data_prep.summary import warn_of_unknown
from seq2seq.cli.arguments import Parser, at_least, language_code, probability
from seq2seq.data.prepared import SPLITS, TEXT, PreparedFolder
from seq2seq.data.text import normalise, tidy
from seq2seq.data.tokenizer import KINDS, UNK_ID, Tokenizer
from seq2seq.errors import UserError, run_command
from seq2seq.files import sha256
from seq2seq.progress import track, working

DESCRIPTION = """\
Prepare your own running text for a language model, one file or several, which follow each other as they are named.
UTF-8, plain or gzip. All lines stay in their order, empty ones, too; those that are not UTF-8 are dropped, counted and
listed. Unicode is brought to NFC, invisible characters go, and every kind of white space becomes a space.

The end of the text is dev: the last tenth of its characters, or what --dev-share says, from a line's beginning on; with
--test-share there is a test behind it. No line is in two splits.

By character (--tokenizer char, the default) every character of the training text is a piece and every space counts. By
word, or by pieces of words (unigram, bpe), runs of spaces are one space, and those at a line's ends go.

examples:
  python -m data_prep.text input.txt --output prepared/shakespeare
  python -m data_prep.text volume1.txt.gz volume2.txt.gz --tokenizer word --vocab-size 10000 --output prepared/words
  python -m data_prep.text --sample --output prepared/sample_text                  (a text that comes with the toolkit)
"""

_SAMPLE_NAME = "data_prep/sample/corpus.py"
_PARAGRAPH = 5  # sentences of the sample between two empty lines


def main() -> None:
    """Read the arguments and prepare the folder."""
    arguments = _parser().parse_args()
    _check(arguments)
    if arguments.sample:
        text = sample_lines()
        source = [Line(_SAMPLE_NAME, place, (line,)) for place, line in enumerate(text, start=1)]
        inputs = [describe_text(_SAMPLE_NAME, "".join(f"{line}\n" for line in text))]
        rights = {"licence": "MIT", "attribution": "written for this toolkit"}
        name = arguments.name or "sample-text"
        prepare(source, inputs, rights, name, arguments)
        return
    inputs = [describe_input(path) for path in arguments.files]
    rights = {"licence": arguments.licence, "attribution": arguments.attribution}
    prepare(_read(arguments.files), inputs, rights, arguments.name or arguments.output.resolve().name, arguments)


def sample_lines() -> list[str]:
    """The English sentences of the corpus that comes with the toolkit, a line each, in paragraphs."""
    lines: list[str] = []
    for place, (_, english) in enumerate(sentence_pairs(), start=1):
        lines += [english] if place % _PARAGRAPH else [english, ""]
    return lines


def _parser() -> Parser:
    parser = base_parser("text", DESCRIPTION)
    parser.add_argument("files", nargs="*", type=Path, metavar="FILE", help="the text")
    parser.add_argument("--sample", action="store_true", help="the text that comes with the toolkit, in place of files")
    parser.add_argument("--language", type=language_code, default="en", metavar="CODE", help="of the text")
    splits = parser.add_argument_group("splits", "They follow each other in the text: train, dev, test.")
    for split, share in (("dev", 0.1), ("test", 0.0)):
        splits.add_argument(
            f"--{split}-share", type=probability, default=share, metavar="X", help=f"of the characters; 0: no {split}"
        )
    tokenizer = parser.add_argument_group("tokenizer", "SentencePiece, trained on the train split only.")
    tokenizer.add_argument("--tokenizer", choices=KINDS, default="char", help="kind of pieces")
    tokenizer.add_argument(
        "--vocab-size",
        type=at_least(5),
        default=8000,
        metavar="N",
        help="pieces, fewer where the text has no more; char: always as many as there are",
    )
    add_rights(parser)
    return parser


def _check(arguments: argparse.Namespace) -> None:
    """Refuse options that say too little or too much.

    Raises:
        UserError: with what to do.
    """
    check_output(arguments.output, arguments.force)
    if bool(arguments.files) == arguments.sample:
        raise UserError("give either the files of a text or --sample")
    if arguments.sample:
        refuse_rights(arguments, "--sample")
    if not arguments.dev_share + arguments.test_share < 1:
        raise UserError(
            f"--dev-share {arguments.dev_share:g} and --test-share {arguments.test_share:g}: leave nothing to train on"
        )


def _read(files: Iterable[Path]) -> Iterator[Line]:
    for path in files:
        for place, text in read_lines(path):
            yield Line(path.name, place, problem=UNDECODABLE) if text is None else Line(path.name, place, (text,))


def prepare(
    source: Iterable[Line],
    inputs: list[dict[str, Any]],
    rights: dict[str, str],
    name: str,
    arguments: argparse.Namespace,
) -> PreparedFolder:
    """Make the prepared folder and print the summary.

    Args:
        source: the lines of the text, in their order.
        inputs: what `describe_input` gives, one a file.
        rights: licence and attribution.
        name: of the corpus.
        arguments: of the command line.

    Raises:
        UserError: an input cannot be read, a split would be without text, or the output folder is in the way.
    """
    form = tidy if arguments.tokenizer == "char" else normalise
    lines: list[str] = []
    dropped: list[Drop] = []
    with output_folder(arguments.output, arguments.force) as folder:
        for line in track(source, "reading", "lines"):
            if line.problem is None:
                lines.append(form(line.sides[0]))
            else:
                dropped.append(Drop(line.file, line.number, line.problem))
        if not lines:
            first = Path(dropped[0].file) if dropped else arguments.files[0]
            refuse_unfit(first, ((drop.line, drop.reason) for drop in dropped))
        splits = split_lines(lines, arguments.dev_share, arguments.test_share)
        told: dict[str, dict[str, Any]] = {}
        for split, part in splits.items():
            table = write_table(folder / f"{split}.tsv", [arguments.language], ([line] for line in part))
            told[split] = {"pairs": len(part), "characters": characters(part), "sha256": sha256(table)}
        write_table(folder / DROPPED, ("file", "line", "reason"), (drop[:3] for drop in dropped))
        with working(f"training the {arguments.tokenizer} tokenizer"):
            tokenizer = _train_tokenizer(folder, splits["train"], arguments)
        manifest = make_manifest(
            task=TEXT,
            name=name,
            **rights,
            command=command_line("text"),
            seed=arguments.seed,
            inputs=inputs,
            lines_in=len(lines) + len(dropped),
            dropped={UNDECODABLE: len(dropped)} if dropped else {},
            splits=told,
            languages=[arguments.language],
            tokenizer=tokenizer,
        )
        write_manifest(folder, manifest)
    prepared = PreparedFolder.open(arguments.output)
    _print_summary(prepared)
    return prepared


def characters(lines: Sequence[str]) -> int:
    """How many, line ends counted.

    >>> characters(["to be", ""])
    7
    """
    return sum(map(len, lines)) + len(lines)


def split_lines(lines: list[str], dev_share: float, test_share: float) -> dict[str, list[str]]:
    """Train, dev and test, which follow each other in the text and are cut at the nearest line end.

    Args:
        lines: the text.
        dev_share: of its characters, from 0 to below 1; 0: there is no dev.
        test_share: likewise.

    Raises:
        UserError: a split that is asked for would be without text.

    >>> split_lines(["one", "two", "three", "four"], 0.25, 0)
    {'train': ['one', 'two', 'three'], 'dev': ['four']}
    """
    ends = np.array([0, *accumulate(len(line) + 1 for line in lines)])
    shares = {"train": 1 - dev_share - test_share, "dev": dev_share, "test": test_share}
    splits: dict[str, list[str]] = {}
    begin, reached = 0, 0.0
    for split in SPLITS:
        if not shares[split]:
            continue
        reached += shares[split]
        end = int(np.abs(ends - reached * ends[-1]).argmin())
        splits[split] = lines[begin:end]
        begin = end
        if not any(splits[split]):
            option = "the training text" if split == "train" else f"--{split}-share {shares[split]:g}"
            raise UserError(
                f"{option}: of {len(lines)} lines no text is left for {split}; ask for other shares, or give more text"
            )
    return splits


def _train_tokenizer(folder: Path, lines: list[str], arguments: argparse.Namespace) -> dict[str, Any]:
    file = f"tokenizer/{arguments.language}.model"
    by_character = arguments.tokenizer == "char"
    # The four special pieces, and "▁" for the space.
    size = len({sign for line in lines for sign in line} | {" "}) + 4 if by_character else arguments.vocab_size
    tokenizer = Tokenizer.train(lines, folder / file, arguments.tokenizer, size, arguments.seed, by_character)
    return {
        "kind": arguments.tokenizer,
        "vocab_size": size,
        "pieces": {arguments.language: len(tokenizer)},
        "joint": False,
        "files": {arguments.language: file},
    }


def _print_summary(prepared: PreparedFolder) -> None:
    """Tell where every line went, how large the splits are, and what the tokenizer does not know."""
    console = Console(highlight=False, markup=False)
    manifest = prepared.manifest
    dropped = sum(manifest["dropped"].values())
    told = "".join(f": {count:,} {reason}" for reason, count in manifest["dropped"].items())
    kept = f"{manifest['lines_in']:,} lines in = {manifest['kept']:,} kept + {dropped:,} dropped{told}"
    console.print(f"{manifest['name']}: {kept}", soft_wrap=True)
    tokenizer = prepared.tokenizer(prepared.languages[0])
    table = Table("split")
    for column in ("lines", "empty", "characters", "words", "pieces", "unknown %"):
        table.add_column(column, justify="right")
    shares: dict[str, float] = {}
    for split in prepared.splits:
        lines = prepared.column(split, prepared.languages[0])
        ids = tokenizer.encode_batch(lines)
        pieces = sum(map(len, ids))
        shares[split] = sum(each.count(UNK_ID) for each in ids) / max(pieces, 1)
        table.add_row(
            split,
            f"{len(lines):,}",
            f"{lines.count(''):,}",
            f"{characters(lines):,}",
            f"{sum(len(line.split()) for line in lines):,}",
            f"{pieces:,}",
            f"{100 * shares[split]:.2f}",
        )
    console.print(table)
    warn_of_unknown(shares, prepared, prepared.languages[0])
    console.print(f"tokenizer: {manifest['tokenizer']['kind']}, {len(tokenizer):,} pieces", soft_wrap=True)
    console.print(f"licence: {manifest['licence']}", soft_wrap=True)
    console.print(f"prepared folder: {prepared.path} (every dropped line is in {DROPPED})", soft_wrap=True)


if __name__ == "__main__":
    run_command(main)
