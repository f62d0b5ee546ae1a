"""The transform from a picture to the pixels that a backbone reads."""

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
import torch
from PIL import Image
from torch import Tensor

Region = tuple[float, float, float, float]
"""Left, top, right and bottom of a part of a picture, as fractions (0 to 1) of its width and height."""


@dataclass(frozen=True)
class ImageTransform:
    """From a picture to the pixels that a backbone reads; the same in training, in the feature cache and in use.

    Attributes:
        size: width and height of the result in pixels.
        mean: of red, green and blue, on the scale from 0 to 1; taken off.
        std: likewise; divided by.
        resize: "squash" brings the whole picture to a square; "crop" takes the largest square in its middle.

    Each picture's square of bytes is made by itself, by a thread that reads; those of a batch become numbers at once,
    which takes a quarter of the time.

    >>> transform = ImageTransform(size=4, mean=(0.5, 0.5, 0.5), std=(0.5, 0.5, 0.5))
    >>> transform.pixels(Image.new("RGB", (7, 1), "white"))[:, 0, 0]
    tensor([1., 1., 1.])
    """

    size: int
    mean: tuple[float, float, float]
    std: tuple[float, float, float]
    resize: Literal["squash", "crop"] = "squash"

    def __post_init__(self) -> None:
        if self.size < 1:
            raise ValueError(f"size {self.size}: must be 1 or more")
        if len(self.mean) != 3 or len(self.std) != 3 or min(self.std) <= 0:
            raise ValueError(f"mean {self.mean} and std {self.std}: three numbers each are wanted, std above 0")
        if self.resize not in get_args(Literal["squash", "crop"]):
            raise ValueError(f"resize {self.resize!r}: must be squash or crop")

    @property
    def enough(self) -> int:
        """Width and height that a picture needs, for `load_image`: more than twice the square's show no more in it."""
        return 2 * self.size

    def square(self, image: Image.Image, flip: bool = False, crop: Region | None = None) -> Tensor:
        """What is seen of a picture, (size, size, 3) uint8.

        Args:
            image: in mode RGB, as `load_image` gives it.
            flip: mirror left and right.
            crop: left, top, right and bottom of the part to take, as fractions (0 to 1) of what `resize` would show.
        """
        left, top, right, bottom = self.shown(*image.size)
        if crop is not None:
            width, height = right - left, bottom - top
            right, bottom = left + crop[2] * width, top + crop[3] * height
            left, top = left + crop[0] * width, top + crop[1] * height
        square = image.resize((self.size, self.size), Image.Resampling.BILINEAR, box=(left, top, right, bottom))
        values = torch.from_numpy(np.array(square))
        return values.flip(1) if flip else values

    def normalise(self, squares: Tensor) -> Tensor:
        """The pixels, (B, 3, size, size) float32, of B pictures' squares (B, size, size, 3); laid out channels last."""
        mean, std = (torch.tensor(numbers, device=squares.device) for numbers in (self.mean, self.std))
        # (squares / 255 - mean) / std, whole rows of pixels at once: to go over three colours at a time is slow.
        rows = squares.flatten(2).float()
        rows.mul_((1 / (255 * std)).repeat(self.size)).sub_((mean / std).repeat(self.size))
        return rows.unflatten(2, (self.size, 3)).permute(0, 3, 1, 2)

    def pixels(self, image: Image.Image, flip: bool = False, crop: Region | None = None) -> Tensor:
        """The pixels of one picture, (3, size, size) float32; arguments as in `square`."""
        return self.normalise(self.square(image, flip, crop)[None])[0]

    def shown(self, width: int, height: int) -> tuple[float, float, float, float]:
        """Left, top, right and bottom of what is seen of a picture of this size, in its pixels."""
        if self.resize == "squash":
            return 0, 0, width, height
        side = min(width, height)
        left, top = (width - side) / 2, (height - side) / 2
        return left, top, left + side, top + side

    def seen(self, width: int, height: int) -> Region:
        """The same as fractions of width and height.

        >>> ImageTransform(size=4, mean=(0, 0, 0), std=(1, 1, 1), resize="crop").seen(400, 300)
        (0.125, 0.0, 0.875, 1.0)
        """
        left, top, right, bottom = self.shown(width, height)
        return left / width, top / height, right / width, bottom / height
