"""Pictures a second of feature extraction, against the backbone's own forward pass on ready pixels, in one run.

python -m benchmarks.features ../flickr8k/Images

Each round times, one after the other: the network on pixels that are ready in memory, as torchvision made it ("bare");
the toolkit's backbone on the same pixels, in training and as extraction uses it (fused); the whole way from files to
features on disk; and the reading of the files alone. Medians of the rounds count.
"""

import json
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import torch

from benchmarks.machine import circumstances, use_cores
from benchmarks.options import add_cores, add_pictures, add_rounds, make_parser, picture_files
from seq2seq.data.features import FeatureCache
from seq2seq.data.images import load_image
from seq2seq.encoders.backbone import Backbone
from seq2seq.errors import run_command
from seq2seq.files import atomic_write


def main() -> None:
    """Measure, and print a table."""
    parser = make_parser("features", __doc__)
    add_pictures(parser, count=512)
    parser.add_argument("--backbone", default="mobilenet_v2", help="default: mobilenet_v2")
    add_rounds(parser, 5)
    add_cores(parser)
    parser.add_argument("--output", type=Path, help="JSON file for every figure")
    options = parser.parse_args()
    use_cores(options.cores)
    paths = picture_files(options.pictures, options.count)
    backbone = Backbone(options.backbone, weights="none", fine_tune="none").eval()  # weights change no speed
    print(backbone.describe())
    figures = measure(backbone, paths, options.batch_size, options.rounds)
    for name, rates in figures.items():
        print(f"{name:28} {statistics.median(rates):7.1f} pictures/s")
    for name, share in costs(figures).items():
        print(f"{name:28} {share:7.1%}")
    if options.output:
        with atomic_write(options.output) as file:
            header = {**circumstances(), "backbone": backbone.describe()}
            json.dump({**header, "pictures per second": figures, "costs": costs(figures)}, file, indent=2)


def measure(backbone: Backbone, paths: list[Path], batch_size: int, rounds: int) -> dict[str, list[float]]:
    """Pictures a second of each way, round by round."""
    enough = backbone.transform.enough
    first = [backbone.transform.pixels(load_image(path, enough)) for path in paths[:batch_size]]
    pixels = torch.stack(first)
    fused = backbone.fused()
    batches = -(-len(paths) // len(first))

    def forward(network: Callable[[torch.Tensor], torch.Tensor]) -> float:
        begin = time.perf_counter()
        with torch.inference_mode():
            for _ in range(batches):
                network(pixels)
        return batches * len(first) / (time.perf_counter() - begin)

    def extraction() -> float:
        with tempfile.TemporaryDirectory() as folder:
            begin = time.perf_counter()
            FeatureCache.of_files(Path(folder), {path.name: path for path in paths}, backbone, batch_size=batch_size)
            return len(paths) / (time.perf_counter() - begin)

    def reading() -> float:
        begin = time.perf_counter()
        for path in paths:
            backbone.transform.pixels(load_image(path, enough))
        return len(paths) / (time.perf_counter() - begin)

    ways: dict[str, Callable[[], float]] = {
        "bare forward pass": lambda: forward(backbone.body),
        "backbone": lambda: forward(backbone),
        "backbone, fused": lambda: forward(fused),
        "files to features": extraction,
        "reading, one thread": reading,
    }
    with torch.inference_mode():
        for network in (backbone, fused):
            network(pixels)  # the first call sets up the kernels
    figures: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(rounds):
        for name, way in ways.items():
            figures[name].append(way())
    return figures


def costs(figures: dict[str, list[float]]) -> dict[str, float]:
    """What files to features takes beyond each forward pass, as a share of its time.

    >>> costs({"bare forward pass": [100.0], "backbone, fused": [160.0], "files to features": [125.0]})
    {'beyond the bare forward pass': -0.2, 'beyond the backbone, fused': 0.28}
    """
    rate = {name: statistics.median(rates) for name, rates in figures.items()}
    passes = [name for name in rate if name.startswith(("bare", "backbone"))]
    return {f"beyond the {name}": round(rate[name] / rate["files to features"] - 1, 4) for name in passes}


if __name__ == "__main__":
    run_command(main)
