"""What a command tells at its end."""

from rich.console import Console
from rich.table import Table

from seq2seq.data.prepared import PreparedFolder

_SAMPLE_PAIRS = 4
_MEASURED_PAIRS = 5000  # the pieces of so many pairs a split are counted


def print_summary(prepared: PreparedFolder) -> None:
    """Print where every line went, the splits with their average lengths, some pairs and where the folder is."""
    console = Console(highlight=False, markup=False)
    manifest = prepared.manifest
    languages = prepared.languages

    console.print(f"{manifest['name']}: where the lines went")
    flow = Table()
    flow.add_column("lines", justify="right")
    flow.add_column("what")
    flow.add_row(f"{manifest['lines_in']:,}", "lines in")
    flow.add_row(f"{manifest['kept']:,}", "pairs kept")
    for reason, count in manifest["dropped"].items():
        flow.add_row(f"{count:,}", f"dropped: {reason}")
    console.print(flow)
    dropped = sum(manifest["dropped"].values())
    console.print(f"{manifest['lines_in']:,} lines in = {manifest['kept']:,} pairs kept + {dropped:,} dropped\n")

    console.print("splits, with the average lengths of a sentence")
    sizes = Table()
    sizes.add_column("split")
    for column in ("pairs", *(f"{language} {unit}" for unit in ("words", "pieces") for language in languages)):
        sizes.add_column(column, justify="right")
    for split in prepared.splits:
        sides = dict(zip(languages, prepared.pairs(split, *languages), strict=True))
        count = len(sides[languages[0]])
        words = [sum(text.count(" ") + 1 for text in side) / count for side in sides.values()]
        pieces = [_mean_pieces(prepared, language, side) for language, side in sides.items()]
        sizes.add_row(split, f"{count:,}", *(f"{mean:.1f}" for mean in words + pieces))
    console.print(sizes)

    console.print("\nsome pairs of train")
    shown = Table()
    for language in languages:
        shown.add_column(language)
    for pair in zip(*(_spread(side, _SAMPLE_PAIRS) for side in prepared.pairs("train", *languages)), strict=True):
        shown.add_row(*pair)
    console.print(shown)

    tokenizer = manifest["tokenizer"]
    held = f"joint, {tokenizer['pieces'][languages[0]]:,} pieces"
    if not tokenizer["joint"]:
        held = ", ".join(f"{language} {pieces:,} pieces" for language, pieces in tokenizer["pieces"].items())
    asked = tokenizer["vocab_size"]
    fewer = f" ({asked:,} asked for; the text has no more)" if max(tokenizer["pieces"].values()) < asked else ""
    console.print(f"\ntokenizer: {tokenizer['kind']}, {held}{fewer}", soft_wrap=True)
    between = ", ".join(f"{pair} {count}" for pair, count in manifest["leak_check"].items() if pair != "shared_sides")
    console.print(f"leak check on the written tables: sentences shared: {between or 'one split only'}", soft_wrap=True)
    console.print(f"licence: {manifest['licence']}", soft_wrap=True)
    console.print(f"prepared folder: {prepared.path} (every dropped line is in dropped.tsv)", soft_wrap=True)


def _mean_pieces(prepared: PreparedFolder, language: str, texts: list[str]) -> float:
    measured = prepared.tokenizer(language).encode_batch(_spread(texts, _MEASURED_PAIRS))
    return sum(map(len, measured)) / len(measured)


def _spread(texts: list[str], count: int) -> list[str]:
    """At most `count` texts from places evenly spread over the list."""
    count = min(count, len(texts))
    return [texts[(2 * index + 1) * len(texts) // (2 * count)] for index in range(count)]
