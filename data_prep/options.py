"""The options that every command shares."""

import argparse
import re
import shlex
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from data_prep.cleaning import Bounds
from data_prep.output import check_output
from data_prep.pipeline import Settings
from seq2seq.data.tokenizer import KINDS
from seq2seq.errors import UserError

DRAWN_SPLITS = ("dev", "test")


class HelpFormatter(argparse.ArgumentDefaultsHelpFormatter, argparse.RawDescriptionHelpFormatter):
    """Shows defaults that say something, and leaves the examples in the description as they are."""

    def _get_help_string(self, action: argparse.Action) -> str | None:
        if action.default is None or isinstance(action.default, bool):
            return action.help
        return super()._get_help_string(action)


def whole(minimum: int) -> Callable[[str], int]:
    """An argparse type: a whole number of at least `minimum`."""

    def parse(text: str) -> int:
        try:
            value = int(text)
        except ValueError:
            value = minimum - 1
        if value < minimum:
            raise argparse.ArgumentTypeError(f"{text!r} is not a whole number of at least {minimum}")
        return value

    return parse


def _ratio(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not value >= 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of at least 1")
    return value


def language(text: str) -> str:
    """An argparse type: a language code such as "es" or "pt-BR"."""
    if not re.fullmatch(r"[A-Za-z]{2,8}([-_][A-Za-z0-9]{1,8})*", text) or text == "joint":
        raise argparse.ArgumentTypeError(f"{text!r} is not a language code such as es, de or pt-BR")
    return text


def make_parser(
    module: str, description: str, split_size: int = 2000, vocab_size: int = 8000
) -> argparse.ArgumentParser:
    """A parser with the shared options; the module's own come before parsing."""
    parser = argparse.ArgumentParser(
        prog=f"python -m data_prep.{module}", description=description, formatter_class=HelpFormatter
    )
    parser.add_argument("--output", type=Path, required=True, metavar="DIR", help="the prepared folder to make")
    parser.add_argument("--force", action="store_true", help="replace the prepared folder if it is there")

    splits = parser.add_argument_group("splits", "Pairs that share a sentence, in either language, stay in one split.")
    for split in DRAWN_SPLITS:
        splits.add_argument(
            f"--{split}-size",
            type=whole(0),
            default=split_size,
            metavar="N",
            help=f"pairs to draw for {split}; 0: none",
        )
    splits.add_argument("--seed", type=whole(0), default=1, metavar="N", help="of everything random")

    tokenizer = parser.add_argument_group("tokenizer", "SentencePiece, trained on the train split only.")
    tokenizer.add_argument("--tokenizer", choices=KINDS, default="unigram", help="kind of pieces")
    tokenizer.add_argument(
        "--vocab-size", type=whole(5), default=vocab_size, metavar="N", help="pieces; fewer where the text has no more"
    )
    sides = tokenizer.add_mutually_exclusive_group()
    sides.add_argument("--joint", action="store_true", default=True, help="one tokenizer for both languages")
    sides.add_argument("--separate", dest="joint", action="store_false", help="one for each language")

    bounds = parser.add_argument_group("cleaning", "A pair is kept when both sides keep to these bounds.")
    for unit in ("characters", "words"):
        for end in ("min", "max"):
            name = f"{end}_{unit}"
            bounds.add_argument(
                f"--{end}-{unit}", type=whole(1), default=getattr(Bounds, name), metavar="N", help=f"{unit} a side"
            )
    bounds.add_argument(
        "--max-ratio",
        type=_ratio,
        default=Bounds.max_ratio,
        metavar="R",
        help="characters of the longer side over the shorter's, where the longer has more than 30",
    )
    return parser


def settings_of(arguments: argparse.Namespace, given: Mapping[str, object] | None = None) -> Settings:
    """The settings that the shared options say; splits in `given` are not drawn.

    Raises:
        UserError: options that exclude one another, or an output folder in the way.
    """
    check_output(arguments.output, arguments.force)
    for unit in ("characters", "words"):
        low, high = getattr(arguments, f"min_{unit}"), getattr(arguments, f"max_{unit}")
        if low > high:
            raise UserError(f"--min-{unit} {low}: more than --max-{unit} {high}; no pair could keep to both")
    return Settings(
        output=arguments.output,
        force=arguments.force,
        bounds=Bounds(
            arguments.min_characters,
            arguments.max_characters,
            arguments.min_words,
            arguments.max_words,
            arguments.max_ratio,
        ),
        sizes={split: getattr(arguments, f"{split}_size") for split in DRAWN_SPLITS if split not in (given or {})},
        keep_leaks=getattr(arguments, "keep_leaks", False),
        seed=arguments.seed,
        tokenizer=arguments.tokenizer,
        vocab_size=arguments.vocab_size,
        joint=arguments.joint,
    )


def command_line(module: str) -> str:
    """The command as it was typed, for the manifest."""
    return shlex.join(["python", "-m", f"data_prep.{module}", *sys.argv[1:]])
