"""From lines to a prepared folder: clean, split without leaks, train the tokenizer, check, write, tell."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from data_prep.cleaning import EMPTY, Bounds
from data_prep.lines import Line
from data_prep.output import output_folder
from data_prep.splitting import Pair, components, draw_splits, matching_key, shared_sides, side_keys
from data_prep.summary import print_summary
from seq2seq.data.prepared import FORMAT, MANIFEST, SPLITS, PreparedFolder
from seq2seq.data.text import normalise
from seq2seq.data.tokenizer import Tokenizer
from seq2seq.errors import UserError
from seq2seq.files import sha256
from seq2seq.progress import track, working

DUPLICATE = "duplicate"
LEAK = "sentence of dev or test"
DROPPED = "dropped.tsv"


@dataclass(frozen=True)
class Corpus:
    """What a command read: where the pairs come from and under which conditions they may be used."""

    name: str
    languages: tuple[str, str]
    licence: str
    attribution: str
    command: str
    inputs: list[dict[str, Any]]  # what `describe_input` gives, one a file
    lines: Mapping[str, Iterable[Line]]  # "train", of which dev and test are drawn unless they are given here as well


@dataclass(frozen=True)
class Settings:
    """How a corpus is prepared."""

    output: Path
    force: bool
    bounds: Bounds
    sizes: Mapping[str, int]  # of the splits to draw; none for those that are given
    keep_leaks: bool
    seed: int
    tokenizer: str
    vocab_size: int
    joint: bool


@dataclass
class Intake:
    """The pairs of one input split that were fit, with their places, and every line dropped."""

    lines_in: int = 0
    pairs: list[Pair] = field(default_factory=list)
    places: list[tuple[str, int]] = field(default_factory=list)
    dropped: list[tuple[str, int, str]] = field(default_factory=list)  # file, line, reason

    def drop_where(self, unwanted: list[bool], reason: str) -> None:
        """Drop the pairs marked, for one reason."""
        self.dropped += [(*place, reason) for place, out in zip(self.places, unwanted, strict=True) if out]
        self.pairs = [pair for pair, out in zip(self.pairs, unwanted, strict=True) if not out]
        self.places = [place for place, out in zip(self.places, unwanted, strict=True) if not out]


def describe_input(path: Path) -> dict[str, Any]:
    """The manifest's entry for an input file.

    Raises:
        UserError: no such file, or not readable.
    """
    try:
        return {"path": str(path), "bytes": path.stat().st_size, "sha256": sha256(path)}
    except OSError as error:
        raise UserError(f"{path}: cannot be read ({error.strerror})") from error


def take_in(lines: Iterable[Line], bounds: Bounds | None) -> Intake:
    """Normalise every line and keep the pairs that are fit.

    Without bounds (a split given as it is) only what is no pair at all goes: unreadable lines and empty sides.
    """
    intake = Intake()
    seen: set[Pair] = set()
    for line in lines:
        intake.lines_in += 1
        pair = normalise(line.sides[0]), normalise(line.sides[1])
        if line.problem:
            fault: str | None = line.problem
        elif bounds is None:
            fault = None if all(pair) else EMPTY
        else:
            fault = bounds.fault(*pair) or (DUPLICATE if pair in seen else None)
        if fault:
            intake.dropped.append((line.file, line.number, fault))
        else:
            seen.add(pair)
            intake.pairs.append(pair)
            intake.places.append((line.file, line.number))
    return intake


def prepare(corpus: Corpus, settings: Settings) -> PreparedFolder:
    """Make the prepared folder and print the summary.

    Raises:
        UserError: an input cannot be read, too few pairs are left, or the output folder is in the way.
    """
    with output_folder(settings.output, settings.force) as folder:
        intakes = {
            split: take_in(track(lines, f"reading {split}", "lines"), settings.bounds if split == "train" else None)
            for split, lines in corpus.lines.items()
        }
        given = {split: intake.pairs for split, intake in intakes.items() if split != "train"}
        if given and not settings.keep_leaks:
            _drop_leaks(intakes["train"], given)
        lines_in = sum(intake.lines_in for intake in intakes.values())
        dropped = [drop for intake in intakes.values() for drop in sorted(intake.dropped, key=lambda drop: drop[1])]
        reasons = Counter(reason for _, _, reason in dropped)
        for split, intake in intakes.items():
            if not intake.pairs:
                counts = Counter(reason for _, _, reason in intake.dropped).most_common()
                told = ", ".join(f"{count} {reason}" for reason, count in counts) or "there was none"
                raise UserError(f"no pair of {split} is left of {intake.lines_in} lines: {told}")
        splits = _split(intakes["train"].pairs, settings) | given
        tables = {split: splits[split] for split in SPLITS if splits.get(split)}
        kept = sum(map(len, tables.values()))
        assert lines_in == kept + len(dropped), "a line was lost"

        manifest: dict[str, Any] = {
            "format": FORMAT,
            "name": corpus.name,
            "languages": list(corpus.languages),
            "licence": corpus.licence,
            "attribution": corpus.attribution,
            "command": corpus.command,
            "seed": settings.seed,
            "inputs": corpus.inputs,
            "lines_in": lines_in,
            "dropped": dict(reasons.most_common()),
            "kept": kept,
            "splits": {},
        }
        for split, pairs in tables.items():
            table = _write_table(folder / f"{split}.tsv", [corpus.languages, *pairs])
            manifest["splits"][split] = {"pairs": len(pairs), "sha256": sha256(table)}
        _write_table(folder / DROPPED, [("file", "line", "reason"), *dropped])
        with working(f"checking the tables and training the {settings.tokenizer} tokenizer"):
            manifest["leak_check"] = _leak_check(PreparedFolder(folder, manifest))
            manifest["tokenizer"] = _train_tokenizers(folder, corpus.languages, tables["train"], settings)
        text = json.dumps(manifest, ensure_ascii=False, indent=2) + "\n"
        (folder / MANIFEST).write_text(text, encoding="utf-8")
    prepared = PreparedFolder.open(settings.output)
    print_summary(prepared)
    return prepared


def _drop_leaks(train: Intake, given: Mapping[str, list[Pair]]) -> None:
    firsts, seconds = side_keys(pair for pairs in given.values() for pair in pairs)
    leaks = [matching_key(first) in firsts or matching_key(second) in seconds for first, second in train.pairs]
    train.drop_where(leaks, LEAK)


def _split(pairs: list[Pair], settings: Settings) -> dict[str, list[Pair]]:
    sizes = settings.sizes
    options = " and ".join(f"--{split}-size {size}" for split, size in sizes.items())
    if sum(sizes.values()) * 2 > len(pairs):
        raise UserError(f"{options}: more than half of the {len(pairs)} pairs that are left; ask for fewer")
    drawn = draw_splits(components(pairs), sizes, settings.seed)
    for split, indices in drawn.items():
        if not indices and sizes.get(split) != 0:
            raise UserError(
                f"{options}: none is left for {split}, since the pairs are linked by shared sentences into groups "
                "larger than that; ask for other sizes"
            )
    return {split: [pairs[index] for index in indices] for split, indices in drawn.items()}


def _write_table(path: Path, rows: Iterable[tuple[Any, ...]]) -> Path:
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.writelines("\t".join(map(str, row)) + "\n" for row in rows)
    return path


def _leak_check(written: PreparedFolder) -> dict[str, int]:
    """Count the sentences that the tables, read back from the disk, share."""
    tables = {split: list(zip(*written.pairs(split, *written.languages), strict=True)) for split in written.splits}
    names = list(tables)
    shared = {
        f"{one}-{other}": shared_sides(tables[one], tables[other])
        for index, one in enumerate(names)
        for other in names[index + 1 :]
    }
    return {"shared_sides": sum(shared.values())} | shared


def _train_tokenizers(
    folder: Path, languages: tuple[str, str], train: list[Pair], settings: Settings
) -> dict[str, Any]:
    files = {language: f"tokenizer/{'joint' if settings.joint else language}.model" for language in languages}
    pieces: dict[str, int] = {}
    for side, (language, file) in enumerate(files.items()):
        if settings.joint and side == 1:
            pieces[language] = pieces[languages[0]]
            continue
        text = (text for pair in train for text in (pair if settings.joint else pair[side : side + 1]))
        pieces[language] = len(
            Tokenizer.train(text, folder / file, settings.tokenizer, settings.vocab_size, settings.seed)
        )
    return {
        "kind": settings.tokenizer,
        "vocab_size": settings.vocab_size,
        "pieces": pieces,
        "joint": settings.joint,
        "files": files,
    }
