"""The Spanish-English split that all systems of the comparison learn from and are scored on."""

import json
import random
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from seq2seq.data.prepared import FORMAT, MANIFEST, SPLITS
from seq2seq.data.text import normalise
from seq2seq.data.tokenizer import EOS_ID, Tokenizer
from seq2seq.errors import UserError
from seq2seq.files import atomic_write, open_lines, sha256

SOURCE, TARGET = "es", "en"
VOCABULARY = 8000
HELD_OUT = 2000  # pairs in dev, and as many in test
SEED = 1
TOKENIZER = "tokenizer/joint.model"

Pair = tuple[str, str]


@dataclass(frozen=True)
class Split:
    """A folder with the split in every form that a system reads.

    `{train,dev,test}.{es,en}` plain text; `tokenizer/joint.model` the SentencePiece model; `pieces.txt` its ordinary
    pieces, one a line; and the toolkit's own prepared folder (`*.tsv`, `manifest.json`) around the same pairs.
    """

    folder: Path

    def text(self, part: str, language: str) -> Path:
        """The plain text of one side of train, dev or test."""
        return self.folder / f"{part}.{language}"

    @property
    def tokenizer(self) -> Path:
        """The joint SentencePiece model."""
        return self.folder / TOKENIZER

    @property
    def pieces(self) -> Path:
        """The model's pieces without the four special ones, one a line."""
        return self.folder / "pieces.txt"

    def lines(self, part: str, language: str) -> list[str]:
        """The sentences of one side."""
        return [line for _, line in open_lines(self.text(part, language)) if line is not None]

    def mean_target_tokens(self) -> float:
        """Target tokens of a training pair on average, the end of sentence counted."""
        encoded = Tokenizer.load(self.tokenizer).encode_batch(self.lines("train", TARGET))
        return sum(map(len, encoded)) / len(encoded) + 1


def read_pairs(path: Path) -> list[Pair]:
    """The (Spanish, English) pairs of a manythings.org/Anki file: English, tab, Spanish and perhaps an attribution.

    Raises:
        UserError: a line with fewer than two columns, named by its number.
    """
    pairs = []
    for number, line in open_lines(path):
        columns = (line or "").split("\t")
        if len(columns) < 2:
            raise UserError(f"{path}, line {number}: one column; English, a tab and Spanish are due")
        pairs.append((normalise(columns[1]), normalise(columns[0])))
    return pairs


def split_pairs(pairs: Iterable[Pair], held_out: int = HELD_OUT, seed: int = SEED) -> dict[str, list[Pair]]:
    """Shuffle, keep the pairs neither side of which has been seen before, and cut off dev and test.

    Two sides are the same when they differ in letter case, punctuation and spaces only, so no sentence of dev or test
    is in training in either language.

    Raises:
        UserError: fewer pairs than three times `held_out` are left.

    >>> parts = split_pairs([("Ve.", "Go."), ("¡Ve!", "Move."), ("Sí.", "Yes."), ("No.", "No.")], held_out=1)
    >>> sum(map(len, parts.values()))
    3
    """
    shuffled = list(pairs)
    random.Random(seed).shuffle(shuffled)
    seen: tuple[set[str], set[str]] = (set(), set())
    kept = []
    for pair in shuffled:
        keys = [_key(side) for side in pair]
        if all(key not in known for key, known in zip(keys, seen, strict=True)):
            kept.append(pair)
            for key, known in zip(keys, seen, strict=True):
                known.add(key)
    if len(kept) < 3 * held_out:
        raise UserError(
            f"only {len(kept)} distinct pairs; at least {3 * held_out} are needed for {held_out} of dev and test"
        )
    return {"train": kept[2 * held_out :], "dev": kept[:held_out], "test": kept[held_out : 2 * held_out]}


def prepare_split(corpus: Path, folder: Path) -> Split:
    """Write the split of a corpus to a folder, unless the folder already holds it."""
    split = Split(folder)
    inputs = [{"name": corpus.name, "sha256": sha256(corpus)}] if corpus.is_file() else []
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        if manifest["inputs"] == inputs:
            return split
    except (OSError, ValueError, KeyError):
        pass  # not there, or not whole: made anew
    parts = split_pairs(read_pairs(corpus))
    for part in SPLITS:
        sides = list(zip(*parts[part], strict=True))
        for language, side in zip((SOURCE, TARGET), sides, strict=True):
            _write_lines(split.text(part, language), side)
        _write_lines(folder / f"{part}.tsv", [f"{SOURCE}\t{TARGET}", *map("\t".join, parts[part])])
    sentences = [side for pair in parts["train"] for side in pair]
    tokenizer = Tokenizer.train(sentences, split.tokenizer, kind="bpe", vocab_size=VOCABULARY, seed=SEED)
    _write_lines(split.pieces, tokenizer.pieces(list(range(EOS_ID + 1, len(tokenizer)))))
    manifest = {
        "format": FORMAT,
        "name": "peers",
        "languages": [SOURCE, TARGET],
        "seed": SEED,
        "inputs": inputs,
        "splits": {part: {"pairs": len(parts[part]), "sha256": sha256(folder / f"{part}.tsv")} for part in SPLITS},
        "tokenizer": {
            "kind": "bpe",
            "vocab_size": len(tokenizer),
            "joint": True,
            "files": {SOURCE: TOKENIZER, TARGET: TOKENIZER},
        },
    }
    with atomic_write(folder / MANIFEST) as file:  # last: a folder with it is whole
        json.dump(manifest, file, indent=2)
    return split


def _key(side: str) -> str:
    return " ".join(re.sub(r"[\W_]+", " ", side).lower().split())


def _write_lines(path: Path, lines: Iterable[str]) -> None:
    with atomic_write(path) as file:
        file.writelines(f"{line}\n" for line in lines)
