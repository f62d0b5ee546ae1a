"""Pictures a second of a captioner, from files to captions, against its backbone's own forward pass, in one run.

python -m benchmarks.captioning runs/caption_flickr8k/model ../flickr8k/Images

Each round times, one after the other: the backbone on pixels that are ready in memory, as many at once as captioning
gives it, first as torchvision made it ("bare"), then as it is in use (its batch norms folded into its convolutions, a
few pictures at a time); the whole way from files to captions, greedy and with a beam of 5, as many at once as in use.
Medians of the rounds count.
"""

import json
import statistics
import time
from collections.abc import Callable
from pathlib import Path

import torch

from benchmarks.machine import circumstances, use_cores
from benchmarks.options import add_cores, add_pictures, add_rounds, make_parser, picture_files
from seq2seq.data.images import load_image
from seq2seq.encoders.backbone import Backbone
from seq2seq.encoders.image import ImageEncoder
from seq2seq.errors import run_command
from seq2seq.files import atomic_write
from seq2seq.inference import Captioner
from seq2seq.inference.defaults import CAPTIONS_AT_ONCE, PICTURES_AT_ONCE

BARE, IN_USE = "bare backbone", "backbone in use"


def main() -> None:
    """Measure, and print a table."""
    parser = make_parser("captioning", __doc__)
    parser.add_argument("model", help="model folder of a captioner")
    add_pictures(parser, count=256)
    parser.set_defaults(batch_size=CAPTIONS_AT_ONCE)
    add_rounds(parser, 3)
    add_cores(parser)
    parser.add_argument("--precision", default="auto", help="default: auto")
    parser.add_argument("--output", type=Path, default=Path("build/captioning.json"), help="default: %(default)s")
    options = parser.parse_args()
    use_cores(options.cores)
    paths = picture_files(options.pictures, options.count)
    captioner = Captioner.load(options.model, device="cpu", precision=options.precision)
    encoder = captioner.models[0].model.encoder
    assert isinstance(encoder, ImageEncoder)
    backbone = encoder.backbone
    bare = Backbone(backbone.name, "none", backbone.layer, "none", backbone.transform.size)  # weights change no speed
    ways = {
        name: forward_pass(network, captioner, paths, min(options.batch_size, PICTURES_AT_ONCE))
        for name, network in ((BARE, bare.to(next(backbone.parameters()).dtype)), (IN_USE, backbone))
    }
    ways |= {
        "captions, greedy": lambda: captioner.caption(paths, batch_size=options.batch_size, method="greedy"),
        "captions, beam 5": lambda: captioner.caption(paths, batch_size=options.batch_size, beam=5),
    }
    rates: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(options.rounds + 1):  # the first one warms up
        for name, way in ways.items():
            begin = time.perf_counter()
            way()
            rates[name].append(len(paths) / (time.perf_counter() - begin))
    medians = {name: statistics.median(found[1:]) for name, found in rates.items()}
    for name, rate in medians.items():
        bare_share, share = (medians[base] / rate - 1 for base in (BARE, IN_USE))
        print(f"{name:18} {rate:7.1f} pictures/s  time {bare_share:+7.1%} to the bare, {share:+7.1%} to that in use")
    with atomic_write(options.output) as file:
        header = {
            **circumstances(),
            "cores": options.cores,
            "model": Path(options.model).name,
            "precision": captioner.precision,
            "pictures": len(paths),
            "batch size": options.batch_size,
        }
        figures = {name: found[1:] for name, found in rates.items()}
        json.dump({**header, "medians": medians, "pictures per second": figures}, file, indent=2)


def forward_pass(backbone: Backbone, captioner: Captioner, paths: list[Path], batch_size: int) -> Callable[[], object]:
    """Its forward pass over as many pictures, their pixels ready."""
    transform = captioner.transform
    squares = [transform.square(load_image(path, transform.enough)) for path in paths]
    pixels = transform.normalise(torch.stack(squares)).to(next(backbone.parameters()).dtype)

    def run() -> None:
        with torch.inference_mode():
            for batch in pixels.split(batch_size):
                backbone(batch)

    return run


if __name__ == "__main__":
    run_command(main)
