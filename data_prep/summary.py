"""What a command tells at its end."""

import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TypeVar

from rich.console import Console
from rich.table import Table

from data_prep.corpus import UNITS
from seq2seq.data.prepared import CAPTIONS, CLASSIFICATION, IMAGE, LABEL, TAGGING, TEXT, PreparedFolder
from seq2seq.data.tokenizer import UNK_ID
from seq2seq.files import open_lines

LEFT_OUT = "left_out_images.tsv"

_SAMPLE_ROWS = 4
_MEASURED_ROWS = 5000  # the pieces of so many rows a split are counted
_SHOWN_NAMES = 3
_SHOWN_LABELS = 20
_RARE = 10  # texts of train

_MUCH_UNKNOWN = 0.3  # of the pieces of dev, or of train where there is no dev

Item = TypeVar("Item")


def print_summary(prepared: PreparedFolder) -> None:
    """Print where every line went, the splits with their average lengths, some rows and where the folder is."""
    console = Console(highlight=False, markup=False)
    manifest = prepared.manifest
    rows = f"{UNITS[prepared.task]}s"

    console.print(f"{manifest['name']}: where the lines went")
    flow = _counts("lines", [(manifest["lines_in"], "lines in"), (manifest["kept"], f"{rows} kept")])
    for reason, count in manifest["dropped"].items():
        flow.add_row(f"{count:,}", f"dropped: {reason}")
    console.print(flow)
    dropped = sum(manifest["dropped"].values())
    console.print(f"{manifest['lines_in']:,} lines in = {manifest['kept']:,} {rows} kept + {dropped:,} dropped\n")
    if prepared.task == CAPTIONS:
        _print_pictures(prepared, console)

    console.print("splits, with the average lengths of a sentence")
    table, unknown = _splits(prepared, rows)
    console.print(table)
    for language, by_split in unknown.items():
        warn_of_unknown(by_split, prepared, language)

    if prepared.task == CLASSIFICATION:
        _print_labels(prepared, console)

    console.print(f"\nsome {rows} of train")
    shown = Table(*prepared.columns)
    for row in _spread(prepared.rows("train"), _SAMPLE_ROWS):
        shown.add_row(*row)
    console.print(shown)

    tokenizer = manifest["tokenizer"]
    held = f"joint, {tokenizer['pieces'][prepared.languages[0]]:,} pieces"
    if not tokenizer["joint"]:
        held = ", ".join(f"{language} {pieces:,} pieces" for language, pieces in tokenizer["pieces"].items())
    asked = tokenizer["vocab_size"]
    most = max(tokenizer["pieces"][language] for language in prepared.languages)
    fewer = f" ({asked:,} asked for; the text has no more)" if most < asked else ""
    console.print(f"\ntokenizer: {tokenizer['kind']}, {held}{fewer}", soft_wrap=True)
    (total, _), *shared = manifest["leak_check"].items()
    between = ", ".join(f"{pair} {count}" for pair, count in shared)
    what = total.replace("_", " ").replace("shared sides", "sentences shared")
    console.print(f"leak check on the written tables: {what}: {between or 'one split only'}", soft_wrap=True)
    console.print(f"licence: {manifest['licence']}", soft_wrap=True)
    console.print(f"prepared folder: {prepared.path} (every dropped line is in dropped.tsv)", soft_wrap=True)


def _print_pictures(prepared: PreparedFolder, console: Console) -> None:
    told = prepared.manifest["images"]
    examples: dict[str, list[str]] = {}
    for number, line in open_lines(prepared.path / LEFT_OUT):
        name, reason, _ = (line or "").split("\t")
        if number > 1 and len(examples.setdefault(reason, [])) < _SHOWN_NAMES:
            examples[reason].append(name)
    console.print(f"pictures in {prepared.image_folder}", soft_wrap=True)
    pictures = _counts("pictures", [(told["used"], "used")])
    for reason, count in told["left_out"].items():
        more = ", ..." if count > _SHOWN_NAMES else ""
        pictures.add_row(f"{count:,}", f"left out: {reason} ({', '.join(examples[reason])}{more})")
    console.print(pictures)
    if told["left_out"]:
        console.print(f"every picture left out is in {LEFT_OUT}, with the reason")
    for where in told["identical"][:_SHOWN_NAMES]:
        names = "; ".join(f"{split}: {', '.join(names)}" for split, names in where.items())
        console.print(f"leak: the same file in several splits: {names}", soft_wrap=True)
    if told["identical"]:
        console.print(f"{len(told['identical']):,} picture(s) in several splits, all of them in the manifest")
    console.print()


def _print_labels(prepared: PreparedFolder, console: Console) -> None:
    """How many texts have each label, and which labels a model will hardly learn, or not at all."""
    counts = {split: Counter(prepared.column(split, LABEL)) for split in prepared.splits}
    train = counts["train"]
    labels = sorted(set().union(*counts.values()), key=lambda label: (-train[label], label))
    table = Table("label")
    for split in counts:
        table.add_column(split, justify="right")
    for label in labels[:_SHOWN_LABELS]:
        table.add_row(label, *(f"{count[label]:,}" for count in counts.values()))
    console.print("\ntexts by label")
    console.print(table)
    if len(labels) > _SHOWN_LABELS:
        console.print(f"and {len(labels) - _SHOWN_LABELS:,} rarer labels")
    for told, few in (
        (
            f"rare: fewer than {_RARE} texts of train to learn them from",
            [name for name in labels if 0 < train[name] < _RARE],
        ),
        ("not in train, so no model will ever say them", [name for name in labels if not train[name]]),
    ):
        if few:
            more = f" and {len(few) - _SHOWN_LABELS:,} more" if len(few) > _SHOWN_LABELS else ""
            console.print(f"{len(few):,} label(s) {told}: {', '.join(few[:_SHOWN_LABELS])}{more}", soft_wrap=True)


def _counts(unit: str, rows: list[tuple[int, str]]) -> Table:
    table = Table()
    table.add_column(unit, justify="right")
    table.add_column("what")
    for count, what in rows:
        table.add_row(f"{count:,}", what)
    return table


def warn_of_unknown(shares: Mapping[str, float], prepared: PreparedFolder, language: str) -> None:
    """Say on standard error that a tokenizer knows too little of a language, where that is so.

    Args:
        shares: of the pieces that are unknown, from 0 to 1, by split.
        prepared: the folder.
        language: of the text.
    """
    split = "dev" if "dev" in shares else "train"
    if shares[split] > _MUCH_UNKNOWN:
        tokenizer = prepared.manifest["tokenizer"]
        kind, asked = tokenizer["kind"], tokenizer["vocab_size"]
        every = prepared.task == TEXT and kind == "char"  # which takes all that there are, whatever is asked for
        more = tokenizer["pieces"][language] >= asked and not every
        advice = f"raise --vocab-size {asked}" if more else "train on more text, for this one has no more pieces"
        if kind == "word" and prepared.task != TAGGING:
            advice += ", or take --tokenizer unigram"
        print(
            f"note: {shares[split]:.0%} of the {language} pieces of {split} are unknown to the tokenizer: {advice}",
            file=sys.stderr,
        )


def _splits(prepared: PreparedFolder, rows: str) -> tuple[Table, dict[str, dict[str, float]]]:
    """The table, and the share of unknown pieces by language and split."""
    with_pictures = prepared.task == CAPTIONS
    by_words = prepared.manifest["tokenizer"]["kind"] == "word"
    measures = ["words", "pieces", *(["unknown %"] if by_words else [])]
    table = Table("split")
    for column in (
        *(["pictures"] if with_pictures else []),
        rows,
        *(f"{language} {measure}" for measure in measures for language in prepared.languages),
    ):
        table.add_column(column, justify="right")
    found: dict[str, dict[str, float]] = {language: {} for language in prepared.languages}
    for split in prepared.splits:
        sides = dict(zip(prepared.columns, zip(*prepared.rows(split), strict=True), strict=True))
        texts = {language: sides[language] for language in prepared.languages}
        count = prepared.manifest["splits"][split]["pairs"]
        words = [sum(text.count(" ") + 1 for text in side) / count for side in texts.values()]
        pieces, unknown = zip(*(_pieces(prepared, language, side) for language, side in texts.items()), strict=True)
        for language, share in zip(texts, unknown, strict=True):
            found[language][split] = share
        numbers = [f"{mean:.1f}" for mean in (*words, *pieces)] + [
            f"{100 * share:.1f}" for share in unknown if by_words
        ]
        pictures = [f"{len(set(sides[IMAGE])):,}"] if with_pictures else []
        table.add_row(split, *pictures, f"{count:,}", *numbers)
    return table, found


def _pieces(prepared: PreparedFolder, language: str, texts: tuple[str, ...]) -> tuple[float, float]:
    """How many pieces a text has in the mean, and the share of them that are unknown."""
    lower_case = prepared.manifest["tokenizer"].get("lower_case", False)
    shown = [text.lower() if lower_case else text for text in _spread(texts, _MEASURED_ROWS)]
    measured = prepared.tokenizer(language).encode_batch(shown)
    pieces = sum(map(len, measured))
    return pieces / len(measured), sum(ids.count(UNK_ID) for ids in measured) / max(pieces, 1)


def _spread(items: Sequence[Item], count: int) -> list[Item]:
    """At most `count` items from places evenly spread over the sequence."""
    count = min(count, len(items))
    return [items[(2 * index + 1) * len(items) // (2 * count)] for index in range(count)]
