"""From lines to a prepared folder: clean, split without leaks, train the tokenizer, check, write, tell."""

import sys
from collections import Counter
from collections.abc import Mapping
from itertools import combinations
from pathlib import Path
from typing import Any

from data_prep.cleaning import plain_caption
from data_prep.corpus import UNITS, Corpus, Settings
from data_prep.folder import make_manifest, write_manifest, write_table
from data_prep.intake import Drop, Intake, take_in
from data_prep.lines import CONVERT, UNDECODABLE
from data_prep.output import output_folder
from data_prep.pictures import MISSING, Pictures, in_table
from data_prep.splitting import Keys, Row, components, draw_splits, keys_of, sentence_keys, shared_keys
from data_prep.summary import LEFT_OUT, print_summary
from seq2seq.data.prepared import (
    CAPTIONS,
    IMAGE,
    IMAGES,
    SPLITS,
    PreparedFolder,
    PreparedImage,
)
from seq2seq.data.text import normalise
from seq2seq.data.tokenizer import Tokenizer
from seq2seq.errors import UserError
from seq2seq.files import sha256
from seq2seq.progress import track, working

LEAK = "sentence of dev or test"
LEAKED_IMAGE = "picture of dev or test"
DROPPED = "dropped.tsv"
OWN_IMAGES = "images"


def prepare(corpus: Corpus, settings: Settings) -> PreparedFolder:
    """Make the prepared folder and print the summary.

    Raises:
        UserError: an input cannot be read, too few rows are left, or the output folder is in the way.
    """
    with output_folder(settings.output, settings.force) as folder:
        intakes = _take_in(corpus, settings)
        pictures = _check_pictures(corpus, folder, intakes)
        keys = pictures.keys if pictures else lambda row: sentence_keys(corpus.texts(row))
        found = {split: intake.rows for split, intake in intakes.items()}
        given = {split: rows for split, rows in found.items() if split != "train"}
        if given and not settings.keep_leaks:
            _drop_leaks(intakes["train"], given, keys, LEAKED_IMAGE if pictures else LEAK)
        _require_rows(intakes, corpus, pictures)
        splits = _split(intakes["train"], corpus, settings, keys) | given
        tables = {split: _together(splits[split], corpus) for split in SPLITS if splits.get(split)}

        lines_in = sum(intake.lines_in for intake in intakes.values())
        dropped = [drop for intake in intakes.values() for drop in sorted(intake.dropped, key=lambda drop: drop.line)]
        told: dict[str, dict[str, Any]] = {}
        for split, rows in tables.items():
            table = write_table(folder / f"{split}.tsv", corpus.columns, rows)
            told[split] = {"pairs": len(rows), "sha256": sha256(table)}
        manifest = make_manifest(
            task=corpus.purpose,
            name=corpus.name,
            licence=corpus.licence,
            attribution=corpus.attribution,
            command=corpus.command,
            seed=settings.seed,
            inputs=corpus.inputs,
            lines_in=lines_in,
            dropped=dict(Counter(drop.reason for drop in dropped).most_common()),
            splits=told,
            languages=corpus.languages,
            **corpus.notes,
        )
        _write_dropped(folder / DROPPED, dropped, corpus)
        if pictures:
            manifest["text"] = "plain" if settings.plain else "as written"
            manifest["images"] = _write_pictures(folder, pictures, corpus, tables, dropped)
            manifest["images"]["identical"] = pictures.identical(found)
            for split, rows in tables.items():
                manifest["splits"][split]["images"] = len({row[0] for row in rows})
        with working(f"checking the tables and training the {settings.tokenizer} tokenizer"):
            manifest["leak_check"] = _leak_check(PreparedFolder(folder, manifest), keys)
            manifest["tokenizer"] = _train_tokenizers(folder, corpus, tables["train"], settings)
        write_manifest(folder, manifest)
    prepared = PreparedFolder.open(settings.output)
    print_summary(prepared)
    return prepared


def _take_in(corpus: Corpus, settings: Settings) -> dict[str, Intake]:
    clean = corpus.clean or (plain_caption if settings.plain else normalise)
    return {
        split: take_in(
            track(lines, f"reading {split}", "lines"),
            settings.bounds if split == "train" else None,
            corpus.names,
            clean,
            len(corpus.languages),
            corpus.check,
        )
        for split, lines in corpus.lines.items()
    }


def _check_pictures(corpus: Corpus, folder: Path, intakes: Mapping[str, Intake]) -> Pictures | None:
    """Read the pictures that are named, and drop the rows of those that cannot be used."""
    if corpus.images is None:
        return None
    if isinstance(corpus.images, Path):
        images = corpus.images.resolve()
    else:
        images = folder / OWN_IMAGES
        corpus.images(images)
    pictures = Pictures.check(images, (row[0] for intake in intakes.values() for row in intake.rows))
    for intake in intakes.values():
        intake.drop(lambda row: pictures.refused.get(row[0], (None, ""))[0])
    return pictures


def _drop_leaks(train: Intake, given: Mapping[str, list[Row]], keys: Keys, reason: str) -> None:
    unwanted = keys_of((row for rows in given.values() for row in rows), keys)
    train.drop(lambda row: None if unwanted.isdisjoint(enumerate(keys(row))) else reason)


def _require_rows(intakes: Mapping[str, Intake], corpus: Corpus, pictures: Pictures | None) -> None:
    """Refuse a split without rows, but for a given one whose pictures one does not have."""
    for split, intake in intakes.items():
        if intake.rows:
            continue
        reasons = Counter(drop.reason for drop in intake.dropped)
        if split != "train" and set(reasons) == {MISSING}:
            print(f"{split} is left out: none of its pictures is there", file=sys.stderr)
            continue
        told = _counted(reasons) or "there was none"
        if pictures and MISSING in reasons:
            name = next(drop.row[0] for drop in intake.dropped if drop.reason == MISSING)
            told += f"; there is no {in_table(name)!r} in {pictures.folder}: say with {corpus.images_option}"
        elif UNDECODABLE in reasons:
            told += CONVERT
        raise UserError(f"no {UNITS[corpus.purpose]} of {split} is left of {intake.lines_in} lines: {told}")


def _counted(reasons: Counter[str]) -> str:
    return ", ".join(f"{count} {reason}" for reason, count in reasons.most_common())


def _units(rows: list[Row], corpus: Corpus) -> list[list[int]]:
    """What goes into a split as a whole, as indices: the rows of a picture, or a single pair."""
    if corpus.images is None:
        return [[index] for index in range(len(rows))]
    units: dict[str, list[int]] = {}
    for index, row in enumerate(rows):
        units.setdefault(row[0], []).append(index)
    return list(units.values())


def _together(rows: list[Row], corpus: Corpus) -> list[Row]:
    """The same rows, those of a picture one after another."""
    return [rows[index] for unit in _units(rows, corpus) for index in unit]


def _split(train: Intake, corpus: Corpus, settings: Settings, keys: Keys) -> dict[str, list[Row]]:
    rows, sizes = train.rows, settings.sizes
    units = _units(rows, corpus)
    drawn_from, shared = f"{UNITS[corpus.purpose]}s", "shared sentences"
    if corpus.images is not None:
        drawn_from, shared = "pictures", "identical files"
    options = " and ".join(f"--{split}-size {size}" for split, size in sizes.items())
    if sum(sizes.values()) * 2 > len(units):
        drops = _counted(Counter(drop.reason for drop in train.dropped))
        dropped = f"; of {train.lines_in} lines were dropped: {drops}" if drops else ""
        raise UserError(
            f"{options}: more than half of the {len(units)} {drawn_from} that are left; ask for fewer{dropped}"
        )
    drawn = draw_splits(components([rows[unit[0]] for unit in units], keys), sizes, settings.seed)
    for split, chosen in drawn.items():
        if not chosen and sizes.get(split) != 0:
            raise UserError(
                f"{options}: none is left for {split}, since the {drawn_from} are linked by {shared} into groups "
                "larger than that; ask for other sizes"
            )
    return {split: [rows[index] for unit in chosen for index in units[unit]] for split, chosen in drawn.items()}


def _write_dropped(path: Path, dropped: list[Drop], corpus: Corpus) -> None:
    names = [tuple(map(in_table, drop.row[: corpus.names] or ("",) * corpus.names)) for drop in dropped]
    rows = [(drop.file, drop.line, drop.reason, *name) for drop, name in zip(dropped, names, strict=True)]
    write_table(path, ("file", "line", "reason", *corpus.columns[: corpus.names]), rows)


def _write_pictures(
    folder: Path, pictures: Pictures, corpus: Corpus, tables: Mapping[str, list[Row]], dropped: list[Drop]
) -> dict[str, Any]:
    """Write which pictures are used and which are not, and why; what the manifest says of them."""
    names = list(dict.fromkeys(row[0] for rows in tables.values() for row in rows))
    left_out = pictures.left_out(names, dropped, corpus.listed_images)
    header = (IMAGE, *PreparedImage._fields)
    write_table(folder / IMAGES, header, [(name, *pictures.found[name]) for name in names])
    write_table(folder / LEFT_OUT, (IMAGE, "reason", "detail"), left_out)
    return {
        "folder": OWN_IMAGES if pictures.folder.parent == folder else str(pictures.folder),
        "used": len(names),
        "left_out": dict(Counter(reason for _, reason, _ in left_out).most_common()),
    }


def _leak_check(written: PreparedFolder, keys: Keys) -> dict[str, int]:
    """Count the sentences, or the pictures, that the tables, read back from the disk, share."""
    tables = {split: written.rows(split) for split in written.splits}
    shared = {f"{one}-{other}": shared_keys(tables[one], tables[other], keys) for one, other in combinations(tables, 2)}
    total = "shared_images" if written.task == CAPTIONS else "shared_sides"
    return {total: sum(shared.values())} | shared


def _train_tokenizers(folder: Path, corpus: Corpus, train: list[Row], settings: Settings) -> dict[str, Any]:
    joint = settings.joint and len(corpus.languages) > 1
    files = {language: f"tokenizer/{'joint' if joint else language}.model" for language in corpus.languages}
    pieces: dict[str, int] = {}
    for side, (language, file) in enumerate(files.items(), start=corpus.names):
        if joint and pieces:
            pieces[language] = pieces[corpus.languages[0]]
            continue
        texts = (text for row in train for text in (corpus.texts(row) if joint else row[side : side + 1]))
        shown = map(str.lower, texts) if settings.lower_case else texts
        pieces[language] = len(
            Tokenizer.train(shown, folder / file, settings.tokenizer, settings.vocab_size, settings.seed)
        )
    for name, (kind, vocab_size) in settings.more_tokenizers.items():
        files[name] = f"tokenizer/{name}.model"
        texts = (text for row in train for text in corpus.texts(row))
        pieces[name] = len(Tokenizer.train(texts, folder / files[name], kind, vocab_size, settings.seed))
    return {
        "kind": settings.tokenizer,
        "vocab_size": settings.vocab_size,
        "pieces": pieces,
        "joint": joint,
        **({"lower_case": True} if settings.lower_case else {}),
        "files": files,
    }
