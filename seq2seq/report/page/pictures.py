"""Pictures small enough to be carried by the page."""

import base64
import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from seq2seq.data.images import ImageError, load_image

SIDES = (320, 256, 224, 192, 160, 144, 128, 112, 104, 96, 88, 80, 72, 64, 48, 32, 24)
"""Of a thumbnail, in pixels."""

_TRIED = 24  # pictures by which the bytes of all are foretold
_QUALITY = 60


@dataclass(frozen=True)
class Thumbnail:
    """A small picture, or why there is none.

    Attributes:
        uri: `data:image/webp;base64,...`; empty where the picture cannot be read.
        problem: why, in one line; empty where it can.
        width: in pixels of the thumbnail; the shape of the picture is kept.
        height: likewise.
    """

    uri: str
    problem: str
    width: int
    height: int


def thumbnails(paths: Sequence[str], side: int) -> list[Thumbnail]:
    """A thumbnail of each picture, of so many pixels at its longer side; the files may be missing or broken."""
    return [_thumbnail(path, side) for path in paths]


def likely_side(paths: Sequence[str], most_bytes: int) -> int:
    """The largest of `SIDES` with which all thumbnails together are likely to have at most so many bytes."""
    tried = [_read(path, SIDES[0]) for path in paths[:: max(1, len(paths) // _TRIED)][:_TRIED]]
    images = [image for image in tried if isinstance(image, Image.Image)]
    for side in SIDES[:-1]:
        if sum(len(_encode(image, side)) for image in images) * len(paths) <= most_bytes * max(len(images), 1):
            return side
    return SIDES[-1]


def _thumbnail(path: str, side: int) -> Thumbnail:
    image = _read(path, side)
    if isinstance(image, str):
        return Thumbnail("", image, 0, 0)
    image.thumbnail((side, side))
    return Thumbnail(_encode(image, side), "", *image.size)


def _read(path: str, side: int) -> Image.Image | str:
    """The picture, not much larger than `side`, or what is wrong with it."""
    try:
        image = load_image(path)
    except ImageError as error:
        return str(error).replace(str(path), Path(path).name)  # a page that is passed on tells nothing of the disk
    image.thumbnail((2 * side, 2 * side), reducing_gap=2.0)
    return image


def _encode(image: Image.Image, side: int) -> str:
    small, buffer = image.copy(), io.BytesIO()
    small.thumbnail((side, side))
    small.save(buffer, format="WEBP", quality=_QUALITY)
    return "data:image/webp;base64," + base64.b64encode(buffer.getvalue()).decode("ascii")
