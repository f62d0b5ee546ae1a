"""Prepared folders of a few tagged sentences, and untrained taggers of them."""

import json
from collections.abc import Sequence
from pathlib import Path

import torch

from seq2seq.data.entities import label_list, read_tagged
from seq2seq.data.prepared import FORMAT, MANIFEST, PreparedFolder
from seq2seq.data.tokenizer import Tokenizer
from seq2seq.folder import save_model
from seq2seq.models.encoder_decoder import EncoderConfig
from seq2seq.models.tagger import CharactersConfig, TaggerConfig, build_tagger

SENTENCES = [
    ("Mara Velund lives in Port Selby .", "B-person I-person O O B-place I-place O"),
    ("we saw Selby and Harford", "O O B-place O B-place"),
    ("nobody came", "O O"),
    ("Velund sells the Zorix 3 in Harford , says Mara", "B-person O O B-product I-product O B-place O O B-person"),
    ("the Zorix broke", "O B-product O"),
]


def write_tagged(folder: Path, splits: dict[str, Sequence[tuple[str, str]]], language: str = "en") -> Path:
    """A prepared folder with these splits, rows of tokens and tags."""
    folder.mkdir(parents=True, exist_ok=True)
    for split, rows in splits.items():
        table = "".join(f"{text}\t{tags}\n" for text, tags in [(language, "tags"), *rows])
        (folder / f"{split}.tsv").write_text(table, encoding="utf-8")
    files = {language: f"tokenizer/{language}.model", "characters": "tokenizer/characters.model"}
    texts = [text for text, _ in splits["train"]]
    Tokenizer.train([text.lower() for text in texts], folder / files[language], "word", 200)
    Tokenizer.train(texts, folder / files["characters"], "char", 100)
    manifest = {
        "format": FORMAT,
        "task": "tagging",
        "name": "toy",
        "languages": [language],
        "licence": "CC0",
        "attribution": "nobody",
        "splits": {split: {"pairs": len(rows)} for split, rows in splits.items()},
        "tokenizer": {"kind": "word", "files": files},
    }
    (folder / MANIFEST).write_text(json.dumps(manifest), encoding="utf-8")
    return folder


def small_config(output: str = "crf", cell: str = "lstm") -> TaggerConfig:
    return TaggerConfig(
        embedding_size=8,
        output=output,
        characters=CharactersConfig(4, 5, cell),
        encoder=EncoderConfig(hidden_size=7, layers=2, cell=cell, word_dropout=0.3),
    )


def save_tagger(folder: Path, prepared: Path, seed: int = 1, output: str = "crf") -> Path:
    """A model folder of an untrained tagger whose CRF is not untrained."""
    data, config = PreparedFolder.open(prepared), small_config(output)
    labels = label_list(read_tagged(data, "train"))
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        sizes = len(data.tokenizer("en")), len(data.tokenizer("characters"))
        model = build_tagger(config, *sizes, len(labels))
        torch.nn.init.normal_(model.output.weight, std=3.0)  # so that tokens differ
        for parameter in model.crf.parameters() if model.crf else ():
            torch.nn.init.normal_(parameter, std=0.3)
    sides = {name: (name, data.tokenizer_path(name)) for name in ("en", "characters")}
    card = "# A tagger of the tests\n"
    save_model(folder, model, config, sides["en"], None, card, labels=labels, characters=sides["characters"])
    return folder
