"""The options that every command shares."""

import argparse
import shlex
import sys
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path

from data_prep.cleaning import Bounds
from data_prep.corpus import Settings
from data_prep.lines import Line, read_csv, read_tsv
from data_prep.output import check_output
from data_prep.rights import add_rights
from seq2seq.cli.arguments import Parser, at_least, language_code
from seq2seq.data.tokenizer import KINDS
from seq2seq.errors import UserError

DRAWN_SPLITS = ("dev", "test")


class HelpFormatter(argparse.ArgumentDefaultsHelpFormatter, argparse.RawDescriptionHelpFormatter):
    """Shows defaults that say something, and leaves the examples in the description as they are."""

    def _get_help_string(self, action: argparse.Action) -> str | None:
        if action.default is None or isinstance(action.default, bool):
            return action.help
        return super()._get_help_string(action)


def _ratio(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not value >= 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of at least 1")
    return value


def make_parser(module: str, description: str, split_size: int = 2000, vocab_size: int = 8000) -> Parser:
    """A parser with the options that commands for pairs of sentences share; the module's own come before parsing."""
    parser = base_parser(module, description)
    splits = parser.add_argument_group("splits", "Pairs that share a sentence, in either language, stay in one split.")
    add_splits(splits, "pairs", split_size)
    tokenizer = add_tokenizer(parser, "unigram", vocab_size)
    add_languages(tokenizer, joint=True)
    bounds = _add_bounds(parser, "A pair is kept when both sides keep to these bounds.", Bounds())
    bounds.add_argument(
        "--max-ratio",
        type=_ratio,
        default=Bounds.max_ratio,
        metavar="R",
        help="characters of the longer side over the shorter's, where the longer has more than 30",
    )
    return parser


def make_caption_parser(
    module: str,
    description: str,
    split_size: int | None = None,
    tokenizer: str = "word",
    vocab_size: int = 3000,
    languages: int = 1,
) -> Parser:
    """A parser with the options that commands for captions share; the module's own come before parsing.

    Args:
        module: the command's.
        description: its help, with examples.
        split_size: default number of pictures in a split that is drawn; None: none is ever drawn.
        tokenizer: the default kind.
        vocab_size: the default size.
        languages: the most that captions may be in at once.
    """
    parser = base_parser(module, description)
    splits = parser.add_argument_group("splits", "All captions of a picture and of identical files stay in one split.")
    if split_size is not None:
        add_splits(splits, "pictures", split_size)
    splits.add_argument(
        "--keep-leaks", action="store_true", help="keep training pictures whose very file is also in dev or test"
    )
    sides = add_tokenizer(parser, tokenizer, vocab_size)
    if languages > 1:
        add_languages(sides, joint=False)
    _add_bounds(parser, "A caption of the train split is kept when it keeps to these bounds.", Bounds(max_words=50))
    add_text_form(parser.add_argument_group("text"))
    return parser


def make_text_parser(
    module: str,
    description: str,
    unit: str,
    split_size: int,
    tokenizer: str,
    vocab_size: int,
    kinds: Sequence[str] = KINDS,
) -> Parser:
    """A parser with the options of commands for text in one language; the module's own come before parsing.

    Args:
        module: the command's.
        description: its help, with examples.
        unit: what a row of the tables is, in the plural; see `data_prep.corpus.UNITS`.
        split_size: default number of rows in a split that is drawn.
        tokenizer: the default kind.
        vocab_size: the default size.
        kinds: of tokenizers that the task can do with; of a single one there is no option.
    """
    parser = base_parser(module, description)
    splits = parser.add_argument_group(
        "splits", "What is the same text but for case and punctuation stays in one split."
    )
    add_splits(splits, unit, split_size)
    splits.add_argument("--keep-leaks", action="store_true", help=f"keep training {unit} that are also in dev or test")
    add_tokenizer(parser, tokenizer, vocab_size, kinds).add_argument(
        "--language", type=language_code, default="en", metavar="CODE", help="of the text"
    )
    _add_bounds(parser, f"The training {unit} that keep to these bounds are kept.", Bounds())
    return parser


def base_parser(module: str, description: str) -> Parser:
    """A parser with the options of every command."""
    parser = Parser(prog=f"python -m data_prep.{module}", description=description, formatter_class=HelpFormatter)
    parser.add_argument("--output", type=Path, required=True, metavar="DIR", help="the prepared folder to make")
    parser.add_argument("--force", action="store_true", help="replace the prepared folder if it is there")
    parser.add_argument("--seed", type=at_least(0), default=1, metavar="N", help="of everything random")
    return parser


def add_splits(group: argparse._ArgumentGroup, unit: str, size: int) -> None:
    """The options --dev-size and --test-size."""
    for split in DRAWN_SPLITS:
        group.add_argument(
            f"--{split}-size", type=at_least(0), default=size, metavar="N", help=f"{unit} to draw for {split}; 0: none"
        )


def add_tokenizer(parser: Parser, kind: str, vocab_size: int, kinds: Sequence[str] = KINDS) -> argparse._ArgumentGroup:
    """The group of options about the tokenizer, with the defaults given."""
    group = parser.add_argument_group("tokenizer", "SentencePiece, trained on the train split only.")
    if len(kinds) > 1:
        group.add_argument("--tokenizer", choices=kinds, default=kind, help="kind of pieces")
    else:
        parser.set_defaults(tokenizer=kind)
    group.add_argument(
        "--vocab-size",
        type=at_least(5),
        default=vocab_size,
        metavar="N",
        help="pieces; fewer where the text has no more",
    )
    return group


def add_languages(group: argparse._ArgumentGroup, joint: bool) -> None:
    """The options --joint and --separate; `joint` is the default."""
    sides = group.add_mutually_exclusive_group()
    sides.add_argument(
        "--joint",
        action="store_true",
        default=joint,
        help=f"one tokenizer for both languages{' (the default)' if joint else ''}",
    )
    sides.add_argument(
        "--separate", dest="joint", action="store_false", help=f"one for each{'' if joint else ' (the default)'}"
    )


def add_text_form(group: argparse._ArgumentGroup) -> None:
    """The option that says which form captions get."""
    group.add_argument(
        "--as-written",
        action="store_true",
        help="keep capitals and punctuation; without this, captions of all splits get the form in which they are "
        "scored: lower case, no punctuation but hyphens, apostrophes and points within words; scores then say "
        "refs:plain and can differ from those by the references as published in the last digit",
    )


def _add_bounds(parser: Parser, description: str, default: Bounds) -> argparse._ArgumentGroup:
    group = parser.add_argument_group("cleaning", description)
    for unit in ("characters", "words"):
        for end in ("min", "max"):
            name = f"{end}_{unit}"
            group.add_argument(
                f"--{end}-{unit}",
                type=at_least(1),
                default=getattr(default, name),
                metavar="N",
                help=f"{end}imum of {unit} in a sentence",
            )
    return group


def settings_of(arguments: argparse.Namespace, given: Mapping[str, object] | None = None) -> Settings:
    """The settings that the shared options say; splits in `given` are not drawn.

    Raises:
        UserError: options that exclude one another, or an output folder in the way.
    """
    check_output(arguments.output, arguments.force)
    for unit in ("characters", "words"):
        low, high = getattr(arguments, f"min_{unit}"), getattr(arguments, f"max_{unit}")
        if low > high:
            raise UserError(f"--min-{unit} {low}: more than --max-{unit} {high}; nothing could keep to both")
    return Settings(
        output=arguments.output,
        force=arguments.force,
        bounds=Bounds(
            arguments.min_characters,
            arguments.max_characters,
            arguments.min_words,
            arguments.max_words,
            getattr(arguments, "max_ratio", Bounds.max_ratio),
        ),
        sizes={
            split: getattr(arguments, f"{split}_size")
            for split in DRAWN_SPLITS
            if split not in (given or {}) and hasattr(arguments, f"{split}_size")
        },
        keep_leaks=getattr(arguments, "keep_leaks", False),
        seed=arguments.seed,
        tokenizer=arguments.tokenizer,
        vocab_size=arguments.vocab_size,
        joint=getattr(arguments, "joint", False),
        plain=not getattr(arguments, "as_written", True),
    )


def add_table_options(parser: Parser) -> None:
    """The options of commands that read a user's own tables."""
    parser.add_argument("--header", action="store_true", help="the first row of each table holds names, not text")
    parser.add_argument("--delimiter", metavar="CHAR", help="what divides the columns of a CSV table, if not a comma")
    add_rights(parser)


def check_delimiter(delimiter: str | None, tables: Collection[Path]) -> None:
    """Refuse a --delimiter that is none, or that no table has a use for.

    Raises:
        UserError: with what to do.
    """
    if delimiter is None:
        return
    if len(delimiter) != 1:
        raise UserError(f"--delimiter {delimiter!r}: one character is wanted")
    if not any(map(_is_csv, tables)):
        names = " and ".join(map(str, tables))
        raise UserError(
            f"--delimiter {delimiter!r}: is for CSV tables, and {names} would be read as TSV, whose columns are "
            "divided by tabs; name a CSV table *.csv, or leave the option out"
        )


def read_table(path: Path, columns: Sequence[int], arguments: argparse.Namespace) -> Iterator[Line]:
    """The rows of a TSV or CSV table (by its name); `columns` count from 1.

    Raises:
        UserError: a file that cannot be read.
    """
    places = tuple(column - 1 for column in columns)
    if _is_csv(path):
        return read_csv(path, places, arguments.header, arguments.delimiter or ",")
    return read_tsv(path, places, header=arguments.header)


def _is_csv(path: Path) -> bool:
    return path.name.lower().removesuffix(".gz").endswith(".csv")


def command_line(module: str) -> str:
    """The command as it was typed, for the manifest."""
    return shlex.join(["python", "-m", f"data_prep.{module}", *sys.argv[1:]])
