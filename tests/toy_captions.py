"""A prepared folder of pictures of one colour each, and what is said of them."""

import json
import random
from collections.abc import Sequence
from pathlib import Path

import torch
from PIL import Image

from seq2seq.data.prepared import FORMAT, MANIFEST
from seq2seq.data.tokenizer import Tokenizer
from seq2seq.files import sha256
from seq2seq.folder import save_model
from seq2seq.models.encoder_decoder import CaptionerConfig, DecoderConfig, ImageEncoderConfig, build_captioner

COLOURS = {"red": (200, 20, 20), "green": (20, 180, 30), "blue": (20, 30, 200), "white": (240, 240, 240)}
SIZE = 32


def captions_of(colour: str) -> list[str]:
    return [f"all is {colour} here", f"this is {colour}", f"a {colour} picture"]


def paint(colour: str, chance: random.Random) -> Image.Image:
    """A picture of about that colour."""
    return Image.new("RGB", (SIZE, SIZE), tuple(min(255, value + chance.randint(0, 15)) for value in COLOURS[colour]))


def write_pictures(folder: Path, splits: dict[str, int], seed: int = 1) -> Path:
    """A prepared folder with so many pictures in each split."""
    chance = random.Random(seed)
    (folder / "images").mkdir(parents=True)
    images, manifest_splits, text = [], {}, []
    for split, count in splits.items():
        rows = []
        for number in range(count):
            colour = list(COLOURS)[number % len(COLOURS)]
            name = f"{split}{number}.png"
            paint(colour, chance).save(folder / "images" / name)
            images.append((name, sha256(folder / "images" / name), SIZE, SIZE))
            rows += [(name, caption) for caption in captions_of(colour)]
        text += [caption for _, caption in rows]
        _write(folder / f"{split}.tsv", [("image", "en"), *rows])
        manifest_splits[split] = {"pairs": len(rows), "images": count}
    _write(folder / "images.tsv", [("image", "sha256", "width", "height"), *images])
    Tokenizer.train(text, folder / "tokenizer" / "en.model", "word", 40)
    manifest = {
        "format": FORMAT,
        "task": "captions",
        "name": "colours",
        "languages": ["en"],
        "licence": "CC0",
        "attribution": "nobody",
        "images": {"folder": "images"},
        "splits": manifest_splits,
        "tokenizer": {"files": {"en": "tokenizer/en.model"}},
    }
    (folder / MANIFEST).write_text(json.dumps(manifest), encoding="utf-8")
    return folder


def save_captioner(
    folder: Path,
    prepared: Path,
    injections: Sequence[str] = ("initial_state", "attention"),
    language: str = "en",
    seed: int = 1,
) -> Path:
    """A model folder with a captioner that has learned nothing yet."""
    encoder = ImageEncoderConfig(
        backbone="small_cnn", weights="none", image_size=SIZE, mean=[0.5] * 3, std=[0.5] * 3, projection_size=24
    )
    decoder = DecoderConfig(hidden_size=24, attention="dot", injections=list(injections))
    config = CaptionerConfig(embedding_size=16, encoder=encoder, decoder=decoder)
    tokenizer = prepared / "tokenizer" / "en.model"
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        model = build_captioner(config, len(Tokenizer.load(tokenizer))).eval()
    save_model(folder, model, config, None, (language, tokenizer), card="")
    return folder


def recipe_options(prepared: Path, output: Path, *more: str) -> list[str]:
    """Options of the captioning recipe by which a small model learns those pictures in seconds; `more` overrides."""
    values = {
        "data.prepared": prepared,
        "output": output,
        "data.batch_size": 8,
        "data.views": "[plain]",
        "model.model.embedding_size": 32,
        "model.model.encoder.backbone": "small_cnn",
        "model.model.encoder.weights": "none",
        "model.model.encoder.image_size": 32,
        "model.model.encoder.projection_size": 48,
        "model.model.encoder.dropout": 0,
        "model.model.decoder.hidden_size": 48,
        "model.model.decoder.dropout": 0,
        "model.optimizer.learning_rate": 0.01,
        "model.optimizer.backbone_learning_rate": 0.003,
        "model.optimizer.warmup_steps": 5,
        "average.decay": 0.8,
        "trainer.max_time": "null",
        "trainer.max_steps": 120,
        "trainer.val_check_interval": 60,
        "trainer.log_every_n_steps": 10,
    }
    return [*(f"--{name}={value}" for name, value in values.items()), *more]


def _write(path: Path, rows: list[tuple]) -> None:
    path.write_text("".join("\t".join(map(str, row)) + "\n" for row in rows), encoding="utf-8")
