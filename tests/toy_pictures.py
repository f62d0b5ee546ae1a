"""Drawn pictures and a backbone without weights, for the tests of what is kept of pictures."""

import sys
import time
from pathlib import Path
from typing import Self

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from seq2seq.data import features
from seq2seq.data.features import FeatureCache
from seq2seq.data.transform import ImageTransform


def draw_noise(path: Path, seed: int, size: int = 8) -> None:
    """A picture of noise, `size` x `size`."""
    Image.fromarray(np.random.default_rng(seed).integers(0, 256, (size, size, 3), dtype=np.uint8)).save(path)


def draw(folder: Path, count: int, first: int = 0) -> dict[str, Path]:
    """Pictures of noise, 8 x 8, their paths by their names."""
    folder.mkdir(exist_ok=True)
    for number in range(first, first + count):
        draw_noise(folder / f"{number}.png", number)
    return {f"{number}.png": folder / f"{number}.png" for number in range(first, first + count)}


class ToyNet:
    """The means of a picture's four quarters; counts the pixels that it was given."""

    name, layer, grid, size, frozen = "toy", "quarters", (2, 2), 3, True
    device = torch.device("cpu")
    transform = ImageTransform(4, (0.0,) * 3, (1.0,) * 3)

    def __init__(self, seconds: float = 0.0, weights: str = "w") -> None:
        self.seconds, self.weights, self.seen = seconds, weights, 0

    def fingerprint(self) -> str:
        return self.weights

    def fused(self) -> Self:
        return self

    def __call__(self, pixels: Tensor) -> Tensor:
        self.seen += len(pixels)
        time.sleep(self.seconds)
        return torch.nn.functional.avg_pool2d(pixels, 2).flatten(2).transpose(1, 2)


if __name__ == "__main__":  # keep the features of pictures, slowly: toy_pictures.py FOLDER PICTURES COUNT
    features._SECONDS_BETWEEN_COMMITS = 0.0
    folder, pictures, count = sys.argv[1:]
    net = ToyNet(seconds=0.05)
    FeatureCache.of_files(Path(folder), draw(Path(pictures), int(count)), net, batch_size=1)
    print(net.seen)
