"""Prepare your own tagged text: a token and its tag a line, as in the CoNLL shared tasks."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from rich.console import Console
from rich.table import Table

from data_prep.corpus import Corpus, Settings, describe_input
from data_prep.lines import MALFORMED, UNDECODABLE, Line, read_lines, refuse_unfit
from data_prep.options import DRAWN_SPLITS, command_line, make_text_parser, settings_of
from data_prep.pipeline import prepare
from data_prep.rights import add_rights
from seq2seq.cli.arguments import Parser, at_least
from seq2seq.data.entities import OUTSIDE, entities, is_tag, read_tagged, repair
from seq2seq.data.prepared import TAGGING, PreparedFolder
from seq2seq.data.tokens import CHARACTERS
from seq2seq.errors import UserError, run_command

DESCRIPTION = """\
Prepare tagged text for a tagger: the names of persons, places and products in sentences.

FILES hold a token a line, with its tag in another column, and a blank line after each sentence, as those of the CoNLL
shared tasks do. Columns are divided by tabs, or by spaces in a file without tabs; all may be gzipped. Tags are of the
BIO scheme: B- and a type on the first token of an entity, I- on its further ones, O on all others. An I- that continues
nothing becomes the B- that it stands for (so the older IOB scheme is read, too), and how many did is told. Tokens stay
as they are, to the last character.

Dev and test are drawn from the text, unless you have official ones: give them with --dev and --test, and they stay as
they are. Training sentences that are also in one of them are dropped.

examples:
  python -m data_prep.tags train.conll --dev dev.conll --test-size 0 --lower-case --output prepared/mine
  python -m data_prep.tags eng.train --dev eng.testa --test eng.testb --columns 1 4 --output prepared/conll2003
"""

SPACE = "space within a token"
EMPTY_FIELD = "empty token or tag"
DOCUMENT = "mark of a document"
_DOCUMENT = "-DOCSTART-"
_CHARACTERS = 300  # ids of characters; rarer ones are unknown to the model
_OTHER_SCHEMES = "ESLUM"


def main() -> None:
    """Read the arguments and prepare the folder."""
    arguments = _parser().parse_args()
    columns = arguments.columns
    if columns and columns[0] == columns[1]:
        raise UserError(f"--columns {columns[0]} {columns[1]}: two different columns are wanted")
    files: dict[str, list[Path]] = {"train": arguments.files} | {
        split: getattr(arguments, split) for split in DRAWN_SPLITS if getattr(arguments, split)
    }
    settings = tag_settings(settings_of(arguments, given=files), arguments.lower_case)
    inputs = [describe_input(path) for paths in files.values() for path in paths]
    read = {split: [read_conll(path, columns) for path in paths] for split, paths in files.items()}
    lines = {split: [line for found in parts for line in found.lines] for split, parts in read.items()}
    for split, paths in files.items():
        if not lines[split]:
            raise UserError(f"{paths[0]}: holds no sentence")
        for path, found in zip(paths, read[split], strict=True):
            if found.lines:
                refuse_unfit(path, ((line.number, line.problem) for line in found.lines))
    if not any(entities(line.sides[1].split(" ")) for line in lines["train"] if line.problem is None):
        raise UserError(f"{arguments.files[0]}: no tag other than {OUTSIDE}; say with --columns where the tags are")
    repaired = {split: sum(found.repaired for found in parts) for split, parts in read.items()}
    corpus = Corpus(
        name=arguments.name or arguments.output.resolve().name,
        languages=(arguments.language,),
        licence=arguments.licence,
        attribution=arguments.attribution,
        command=command_line("tags"),
        inputs=inputs,
        lines=lines,
        notes={"scheme": "BIO", "repaired": repaired},
        task=TAGGING,
        clean=str,  # tokens are not ours to change
    )
    print_entities(prepare(corpus, settings))


def _parser() -> Parser:
    parser = make_text_parser("tags", DESCRIPTION, "sentences", 500, "word", 4000, kinds=("word",))
    parser.add_argument("files", nargs="+", type=Path, metavar="FILES", help="the training text")
    parser.add_argument("--dev", nargs="+", type=Path, metavar="FILE", help="your own dev set, in the form of FILES")
    parser.add_argument("--test", nargs="+", type=Path, metavar="FILE", help="your own test set")
    parser.add_argument(
        "--columns",
        nargs=2,
        type=at_least(1),
        metavar="N",
        help="those of the token and of its tag (default: the first and the last)",
    )
    add_lower_case(parser)
    add_rights(parser)
    return parser


def add_lower_case(parser: Parser) -> None:
    """The option --lower-case."""
    parser.add_argument(
        "--lower-case",
        action="store_true",
        help="one entry of the vocabulary for a word in any case; its characters still tell a model the case",
    )


def tag_settings(settings: Settings, lower_case: bool) -> Settings:
    """The settings with the tokenizers that a tagger needs: of words, and of the characters in them."""
    return replace(settings, lower_case=lower_case, more_tokenizers={CHARACTERS: ("char", _CHARACTERS)})


class Read(NamedTuple):
    """What a file held: its sentences, each a `Line` of tokens and tags, and how many tags were repaired."""

    lines: list[Line]
    repaired: int


def read_conll(path: Path, columns: Sequence[int] | None = None) -> Read:
    """The sentences of a file; see the command's description.

    Args:
        path: the file.
        columns: of token and tag, from 1; None: the first and the last.

    Raises:
        UserError: a file that cannot be read or has no such columns, or a tag of another scheme (file and line named).
    """
    lines, repaired, width = list[Line](), 0, 0
    for block in _blocks(path):
        number = block[0][0]
        texts = [text for _, text in block if text is not None]
        if len(texts) < len(block):
            lines.append(Line(path.name, number, problem=UNDECODABLE))
            continue
        rows = [_fields(text) for text in texts]
        width = width or _width(rows[0], columns, path, number)
        if any(len(row) != width for row in rows):
            lines.append(Line(path.name, number, problem=MALFORMED))
            continue
        token_place, tag_place = (0, width - 1) if columns is None else (column - 1 for column in columns)
        tokens, tags = [row[token_place] for row in rows], [row[tag_place] for row in rows]
        problem = _problem(tokens, tags)
        if problem is not None:
            lines.append(Line(path.name, number, problem=problem))
            continue
        _check_scheme(tags, path, number)
        mended, changed = repair(tags)
        repaired += changed
        lines.append(Line(path.name, number, (" ".join(tokens), " ".join(mended))))
    return Read(lines, repaired)


def _blocks(path: Path) -> Iterator[list[tuple[int, str | None]]]:
    """The numbered lines of each sentence; blank lines divide them."""
    block: list[tuple[int, str | None]] = []
    for number, text in read_lines(path):
        if text is None or text.strip():
            block.append((number, text))
        elif block:
            yield block
            block = []
    if block:
        yield block


def _fields(text: str) -> list[str]:
    return text.split("\t") if "\t" in text else [field for field in text.split(" ") if field]


def _width(row: list[str], columns: Sequence[int] | None, path: Path, number: int) -> int:
    wanted = max(columns or (2,))
    if len(row) < wanted:
        raise UserError(
            f"{path}, line {number}: {len(row)} column(s), where column {wanted} is wanted; a line holds a token, a "
            "tab and its tag; check the file and --columns"
        )
    return len(row)


def _problem(tokens: list[str], tags: list[str]) -> str | None:
    if tokens == [_DOCUMENT]:
        return DOCUMENT
    if not all(tokens) or not all(tags):
        return EMPTY_FIELD
    return SPACE if any(" " in token for token in tokens) else None


def _check_scheme(tags: list[str], path: Path, first: int) -> None:
    for number, tag in enumerate(tags, start=first):
        if not is_tag(tag):
            known = tag[:1] in _OTHER_SCHEMES and tag[1:2] == "-"
            advice = "bring the file to BIO (E-, L- and M- are I-, S- and U- are B-)" if known else "check --columns"
            raise UserError(f"{path}, line {number}: {tag!r} is none of O, B-TYPE and I-TYPE; {advice}")


def print_entities(prepared: PreparedFolder) -> None:
    """Print how many entities of each type there are, and how many tags were repaired."""
    counts = {
        split: Counter(entity.kind for row in read_tagged(prepared, split) for entity in entities(row.tags))
        for split in prepared.splits
    }
    console = Console(highlight=False, markup=False)
    console.print("\nentities by type")
    table = Table("type")
    for split in counts:
        table.add_column(split, justify="right")
    kinds = sorted(set().union(*counts.values()), key=lambda kind: (-counts["train"][kind], kind))
    for kind in kinds:
        table.add_row(kind, *(f"{count[kind]:,}" for count in counts.values()))
    console.print(table)
    unseen = [kind for kind in kinds if not counts["train"][kind]]
    if unseen:
        console.print(f"not in train, so no model will find them: {', '.join(unseen)}", soft_wrap=True)
    for split, count in prepared.manifest.get("repaired", {}).items():
        if count:
            console.print(f"{split}: {count:,} I- tag(s) that continued nothing became B-", soft_wrap=True)


if __name__ == "__main__":
    run_command(main)
