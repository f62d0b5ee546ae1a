"""Draw clips of moving shapes, with a label for each frame, and prepare them."""

import argparse
import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

from rich.console import Console
from rich.table import Table

from data_prep.corpus import describe_text
from data_prep.folder import make_manifest, write_manifest, write_table
from data_prep.frames.draw import draw_strip
from data_prep.frames.motion import LABELS, Clip, draw_clip
from data_prep.options import DRAWN_SPLITS, add_splits, base_parser, command_line
from data_prep.output import check_output, output_folder
from seq2seq.cli.arguments import Parser, at_least
from seq2seq.data.prepared import FRAMES, IMAGE, IMAGES, TAGS, PreparedFolder, PreparedImage
from seq2seq.errors import UserError, run_command
from seq2seq.files import sha256
from seq2seq.progress import counting

CLIPS = "clips.jsonl"
_FOLDER = "images"
_MOST = {"clips": 100_000, "frames": 200, "size": 512}
_SHOWN = 3

DESCRIPTION = f"""\
Draw clips of a shape that moves between two walls, and label every frame with what was seen up to it: "still" at the
first, then the way that it moves (right, left, down, up), and once it has turned at a wall the same with "back-". One
frame alone tells none of it: whoever labels the frames must remember the one before, and whether there was a turn.

A clip is one PNG, a strip of square frames side by side. {CLIPS} describes each of them, with all places.

example:
  python -m data_prep.frames --output prepared/frames
"""


def main() -> None:
    """Read the arguments, draw the clips and write the folder."""
    arguments = _parser().parse_args()
    for option, most in _MOST.items():
        if getattr(arguments, option) > most:
            raise UserError(f"--{option} {getattr(arguments, option)}: at most {most}")
    check_output(arguments.output, arguments.force)
    sizes = _sizes(arguments)
    clips = list(draw_clips(sizes, arguments.frames, arguments.seed))
    described = "".join(_described(*named) for named in clips)
    with output_folder(arguments.output, arguments.force) as folder:
        images = _draw(folder / _FOLDER, clips, arguments.size)
        (folder / CLIPS).write_text(described, encoding="utf-8", newline="\n")
        splits: dict[str, Any] = {}
        for split in filter(sizes.get, sizes):
            rows = [(name, " ".join(clip.labels())) for name, where, clip in clips if where == split]
            table = write_table(folder / f"{split}.tsv", (IMAGE, TAGS), rows)
            splits[split] = {"pairs": len(rows), "images": len(rows), "sha256": sha256(table)}
        write_table(folder / IMAGES, (IMAGE, *PreparedImage._fields), [(name, *images[name]) for name, _, _ in clips])
        manifest = make_manifest(
            task=FRAMES,
            name="moving-shapes",
            licence="MIT",
            attribution="drawn by this toolkit",
            command=command_line("frames"),
            seed=arguments.seed,
            inputs=[describe_text(CLIPS, described)],
            lines_in=len(clips),
            dropped={},
            splits=splits,
            labels=list(LABELS),
            images={"folder": _FOLDER, "used": len(clips), "left_out": {}, "identical": _identical(images)},
        )
        write_manifest(folder, manifest)
    _print_summary(PreparedFolder.open(arguments.output))


def draw_clips(sizes: dict[str, int], frames: int, seed: int) -> Iterator[tuple[str, str, Clip]]:
    """Yield (file's name, split, clip), no two of which look alike; the same arguments always give the same ones.

    Args:
        sizes: clips of each split.
        frames: of each clip.
        seed: of everything random.
    """
    seen: set[tuple[Any, ...]] = set()
    for split, size in sizes.items():
        for number in range(1, size + 1):
            name, attempt = f"{split}-{number:05d}.png", 0
            while True:
                clip = draw_clip(Random(f"{seed} {name} {attempt}"), frames)
                look = (clip.shape, clip.colour, clip.paper, clip.axis, clip.across, clip.steps, clip.start, clip.sign)
                if look not in seen:
                    break
                attempt += 1
            seen.add(look)
            yield name, split, clip


def _parser() -> Parser:
    parser = base_parser("frames", DESCRIPTION)
    parser.add_argument("--clips", type=at_least(1), default=2400, metavar="N", help="in all splits together")
    parser.add_argument("--frames", type=at_least(2), default=12, metavar="N", help="of each clip")
    parser.add_argument("--size", type=at_least(16), default=32, metavar="PIXELS", help="width and height of a frame")
    add_splits(parser.add_argument_group("splits"), "clips", 200)
    return parser


def _sizes(arguments: argparse.Namespace) -> dict[str, int]:
    held = {split: getattr(arguments, f"{split}_size") for split in DRAWN_SPLITS}
    train = arguments.clips - sum(held.values())
    if train < max(1, sum(held.values())):
        told = " and ".join(f"--{split}-size {size}" for split, size in held.items())
        raise UserError(f"{told}: more than half of --clips {arguments.clips}; ask for fewer, or for more clips")
    return {"train": train, **held}


def _draw(folder: Path, clips: list[tuple[str, str, Clip]], size: int) -> dict[str, PreparedImage]:
    folder.mkdir()
    images = {}
    with counting("drawing", "clips", len(clips)) as counter:
        for done, (name, _, clip) in enumerate(clips, start=1):
            strip = draw_strip(clip, size)
            strip.save(folder / name, compress_level=3)
            images[name] = PreparedImage(sha256(folder / name), *strip.size)
            counter.show(done)
    return images


def _identical(images: dict[str, PreparedImage]) -> list[Any]:
    """The check that no two files are the same, which none are."""
    counts = Counter(image.sha256 for image in images.values())
    return [sorted(name for name in images if images[name].sha256 == digest) for digest in counts if counts[digest] > 1]


def _described(name: str, split: str, clip: Clip) -> str:
    return json.dumps({IMAGE: name, "split": split, **clip.as_json()}) + "\n"


def _print_summary(prepared: PreparedFolder) -> None:
    console = Console(highlight=False, markup=False)
    counts = {split: Counter(" ".join(prepared.column(split, TAGS)).split()) for split in prepared.splits}
    table = Table("label", *prepared.splits)
    for label in LABELS:
        table.add_row(label, *(f"{count[label]:,}" for count in counts.values()))
    table.add_section()
    table.add_row("frames", *(f"{sum(count.values()):,}" for count in counts.values()))
    table.add_row("clips", *(f"{prepared.manifest['splits'][split]['pairs']:,}" for split in prepared.splits))
    console.print(table)
    for name, tags in prepared.rows("train")[:_SHOWN]:
        console.print(f"{name}: {tags}", soft_wrap=True)
    console.print(f"identical files: {len(prepared.manifest['images']['identical'])}")
    console.print(f"prepared folder: {prepared.path}", soft_wrap=True)


if __name__ == "__main__":
    run_command(main)
