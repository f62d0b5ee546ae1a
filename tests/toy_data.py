"""Prepared folders of made-up sentences, small enough to be learned in a test."""

import json
import random
from collections.abc import Sequence
from pathlib import Path

from seq2seq.data.prepared import FORMAT, MANIFEST
from seq2seq.data.tokenizer import Tokenizer

LANGUAGES = ("es", "en")
WORDS = ["uno", "dos", "tres", "cuatro", "cinco", "seis", "siete", "ocho", "nueve", "diez"]

Pairs = Sequence[tuple[str, str]]


def write_prepared(
    folder: Path,
    splits: dict[str, Pairs],
    kind: str = "word",
    vocab_size: int = 60,
    languages: tuple[str, str] = LANGUAGES,
) -> Path:
    """A prepared folder with these splits and a joint tokenizer."""
    for split, pairs in splits.items():
        table = "".join(f"{source}\t{target}\n" for source, target in [languages, *pairs])
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{split}.tsv").write_text(table, encoding="utf-8")
    text = [side for pair in splits["train"] for side in pair]
    Tokenizer.train(text, folder / "tokenizer" / "joint.model", kind, vocab_size)
    manifest = {
        "format": FORMAT,
        "name": "toy",
        "languages": list(languages),
        "licence": "CC0",
        "attribution": "nobody",
        "splits": {split: {"pairs": len(pairs)} for split, pairs in splits.items()},
        "tokenizer": {"files": dict.fromkeys(languages, "tokenizer/joint.model")},
    }
    (folder / MANIFEST).write_text(json.dumps(manifest), encoding="utf-8")
    return folder


def reversed_words(count: int, seed: int, longest: int = 6) -> list[tuple[str, str]]:
    """Pairs whose target is the source backwards."""
    chance = random.Random(seed)
    sources = [[chance.choice(WORDS) for _ in range(chance.randint(1, longest))] for _ in range(count)]
    return [(" ".join(words), " ".join(reversed(words))) for words in sources]
