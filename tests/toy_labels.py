"""Prepared folders of labelled sentences, small enough to be learned in a test."""

import json
from collections.abc import Sequence
from pathlib import Path

import torch

from data_prep.sample_labels import opinions
from seq2seq.data.prepared import CLASSIFICATION, FORMAT, MANIFEST
from seq2seq.data.tokenizer import Tokenizer
from seq2seq.folder import save_model
from seq2seq.models.classifier import ClassifierConfig, build_classifier
from seq2seq.models.encoder_decoder import EncoderConfig

LABELS = ("negative", "positive")
Rows = Sequence[tuple[str, str]]


def write_labelled(folder: Path, splits: dict[str, Rows], kind: str = "word", vocab_size: int = 200) -> Path:
    """A prepared folder with these splits, of rows (text, label)."""
    folder.mkdir(parents=True, exist_ok=True)
    for split, rows in splits.items():
        table = "".join(f"{text}\t{label}\n" for text, label in [("en", "label"), *rows])
        (folder / f"{split}.tsv").write_text(table, encoding="utf-8")
    Tokenizer.train([text for text, _ in splits["train"]], folder / "tokenizer" / "en.model", kind, vocab_size)
    manifest = {
        "format": FORMAT,
        "task": CLASSIFICATION,
        "name": "toy",
        "languages": ["en"],
        "licence": "CC0",
        "attribution": "nobody",
        "splits": {split: {"pairs": len(rows)} for split, rows in splits.items()},
        "tokenizer": {"files": {"en": "tokenizer/en.model"}},
    }
    (folder / MANIFEST).write_text(json.dumps(manifest), encoding="utf-8")
    return folder


def toy_opinions(folder: Path, kind: str = "word", train: int = 200, dev: int = 40) -> Path:
    """A prepared folder of the toolkit's own sentences of opinion."""
    rows = opinions(train + dev)
    return write_labelled(folder, {"train": rows[:train], "dev": rows[train:]}, kind)


def save_classifier(folder: Path, tokenizer: Path, seed: int = 1, labels: Sequence[str] = LABELS, **choices) -> Path:
    """A model folder whose model is random."""
    config = ClassifierConfig(embedding_size=12, encoder=EncoderConfig(hidden_size=8, layers=1), **choices)
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        model = build_classifier(config, len(Tokenizer.load(tokenizer)), len(labels))
        torch.nn.init.normal_(model.output.weight)  # so that texts differ
    save_model(folder, model, config, ("en", tokenizer), None, card="# A model of the tests\n", labels=labels)
    return folder
