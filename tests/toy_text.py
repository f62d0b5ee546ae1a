"""Running text, its prepared folder and a language model for it, small enough to be made in a test."""

import json
from collections.abc import Sequence
from pathlib import Path

import torch

from seq2seq.data.prepared import FORMAT, MANIFEST
from seq2seq.data.tokenizer import Tokenizer
from seq2seq.folder import save_model
from seq2seq.models.encoder_decoder import RecurrentConfig
from seq2seq.models.language_model import LanguageModelConfig, build_language_model

LINES = ["First  Citizen:", "Before we proceed, hear me.", "", "All:", "  Speak, speak.", ""] * 12


def write_text(
    folder: Path, splits: dict[str, Sequence[str]], kind: str = "char", vocab_size: int = 60, language: str = "en"
) -> Path:
    """A prepared folder with these splits, as `data_prep.text` makes it."""
    folder.mkdir(parents=True, exist_ok=True)
    for split, lines in splits.items():
        (folder / f"{split}.tsv").write_text("".join(f"{line}\n" for line in [language, *lines]), encoding="utf-8")
    file = f"tokenizer/{language}.model"
    Tokenizer.train(splits["train"], folder / file, kind, vocab_size, keep_spaces=kind == "char")
    manifest = {
        "format": FORMAT,
        "task": "text",
        "name": "toy text",
        "languages": [language],
        "licence": "CC0",
        "attribution": "nobody",
        "splits": {split: {"pairs": len(lines)} for split, lines in splits.items()},
        "tokenizer": {"files": {language: file}},
    }
    (folder / MANIFEST).write_text(json.dumps(manifest), encoding="utf-8")
    return folder


def small_config(cell: str = "lstm", **changes) -> LanguageModelConfig:
    """Of a language model without dropout."""
    return LanguageModelConfig(
        embedding_size=12, decoder=RecurrentConfig(hidden_size=16, layers=2, cell=cell, dropout=0.0), **changes
    )


def save_language_model(folder: Path, tokenizer: Path, seed: int = 1, sharpness: float = 3.0) -> Path:
    """A model folder of a random model; with sharpness its probabilities are far from even."""
    config = small_config()
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        model = build_language_model(config, len(Tokenizer.load(tokenizer)))
    with torch.no_grad():
        model.decoder.output.weight.mul_(sharpness)
    save_model(folder, model, config, None, ("en", tokenizer), card="# A model of the tests\n")
    return folder
