"""Draw scenes of coloured shapes, with captions in English and Spanish, and prepare them."""

import argparse
import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

from data_prep.cleaning import Bounds
from data_prep.corpus import Corpus, Settings, describe_text
from data_prep.lines import Line
from data_prep.options import (
    DRAWN_SPLITS,
    add_languages,
    add_splits,
    add_text_form,
    add_tokenizer,
    base_parser,
    command_line,
)
from data_prep.output import check_output
from data_prep.pipeline import prepare
from data_prep.scenes.captions import CAPTIONS, captions
from data_prep.scenes.draw import draw_scene
from data_prep.scenes.splits import HELD_OUT, draw_scenes
from data_prep.scenes.world import Scene
from seq2seq.cli.arguments import Parser, at_least
from seq2seq.data.prepared import SPLITS
from seq2seq.errors import UserError, run_command
from seq2seq.progress import counting, track

SCENES = "scenes.jsonl"
_MOST_PICTURES, _LARGEST = 100_000, 1024

DESCRIPTION = f"""\
Draw scenes of coloured shapes and caption each of them {CAPTIONS} times in English and in Spanish: "Three small red
stars above a blue house", "Tres estrellas rojas pequeñas encima de una casa azul". Every caption is true of its
picture. It is small and simple: enough to train a captioner from scratch in minutes, and to see what it has learned.

Dev and test ask for what training never shows: half of their scenes have a colour on a shape, or a relation between
two shapes, that no other split has. The manifest says which; {SCENES} describes every picture, with all places.

example:
  python -m data_prep.scenes --output prepared/scenes
"""


@dataclass(frozen=True)
class Picture:
    """A scene under the name of its file, with what is new about it in its split and its captions."""

    name: str
    split: str
    novelty: str
    scene: Scene
    captions: Sequence[tuple[str, str]]


def main() -> None:
    """Read the arguments, draw the pictures and prepare the folder."""
    arguments = _parser().parse_args()
    for option, most in (("pictures", _MOST_PICTURES), ("size", _LARGEST)):
        if getattr(arguments, option) > most:
            raise UserError(f"--{option} {getattr(arguments, option)}: at most {most}")
    check_output(arguments.output, arguments.force)
    imagined = track(draw_pictures(_sizes(arguments), arguments.seed), "imagining", "scenes")
    pictures = sorted(imagined, key=lambda picture: SPLITS.index(picture.split))
    described = "".join(map(_described, pictures))

    def draw(folder: Path) -> None:
        folder.mkdir()
        (folder.parent / SCENES).write_text(described, encoding="utf-8", newline="\n")
        with counting("drawing", "pictures", len(pictures)) as counter:
            for done, picture in enumerate(pictures, start=1):
                draw_scene(picture.scene, arguments.size).save(folder / picture.name, compress_level=3)
                counter.show(done)

    corpus = Corpus(
        name="scenes-en-es",
        languages=("en", "es"),
        licence="MIT",
        attribution="drawn and written by this toolkit",
        command=command_line("scenes"),
        inputs=[describe_text(SCENES, described)],
        lines={split: list(_lines(pictures, split)) for split in SPLITS if any(p.split == split for p in pictures)},
        images=draw,
        notes={"held_out": HELD_OUT},
    )
    settings = Settings(
        output=arguments.output,
        force=arguments.force,
        bounds=Bounds(),
        sizes={},
        keep_leaks=False,
        seed=arguments.seed,
        tokenizer=arguments.tokenizer,
        vocab_size=arguments.vocab_size,
        joint=arguments.joint,
        plain=not arguments.as_written,
    )
    prepare(corpus, settings)


def draw_pictures(sizes: dict[str, int], seed: int) -> Iterator[Picture]:
    """Yield the scenes of each split with their captions; the same arguments always give the same ones."""
    numbers = Counter[str]()
    for split, novelty, scene in draw_scenes(sizes, seed):
        numbers[split] += 1
        name = f"{split}-{numbers[split]:05d}.png"
        yield Picture(name, split, novelty, scene, captions(scene, Random(f"{seed} {name}")))


def _parser() -> Parser:
    parser = base_parser("scenes", DESCRIPTION)
    parser.add_argument("--pictures", type=at_least(1), default=4000, metavar="N", help="in all splits together")
    parser.add_argument("--size", type=at_least(32), default=96, metavar="PIXELS", help="width and height of each")
    add_splits(parser.add_argument_group("splits"), "pictures", 400)
    tokenizer = add_tokenizer(parser, "word", 1000)
    add_languages(tokenizer, joint=False)
    add_text_form(tokenizer)
    return parser


def _sizes(arguments: argparse.Namespace) -> dict[str, int]:
    held = {split: getattr(arguments, f"{split}_size") for split in DRAWN_SPLITS}
    train = arguments.pictures - sum(held.values())
    if train < sum(held.values()):
        told = " and ".join(f"--{split}-size {size}" for split, size in held.items())
        raise UserError(
            f"{told}: more than half of --pictures {arguments.pictures}; ask for fewer, or for more pictures"
        )
    return {"train": train, **held}


def _described(picture: Picture) -> str:
    about = {"image": picture.name, "split": picture.split, "novelty": picture.novelty, **picture.scene.as_json()}
    return json.dumps(about, ensure_ascii=False) + "\n"


def _lines(pictures: Sequence[Picture], split: str) -> Iterator[Line]:
    rows = [(picture.name, *caption) for picture in pictures if picture.split == split for caption in picture.captions]
    for number, row in enumerate(rows, start=1):
        yield Line(f"data_prep/scenes ({split})", number, row)


if __name__ == "__main__":
    run_command(main)
