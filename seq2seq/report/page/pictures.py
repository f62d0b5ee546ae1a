"""Pictures small enough to be carried by the page."""

import base64
import io
from collections.abc import Sequence
from dataclasses import dataclass

from PIL import Image

from seq2seq.data.images import ImageError, load_image

_SIDES = (320, 256, 192, 160, 128, 112, 96, 80, 64)  # of a thumbnail, in pixels
_BYTES = 2_700_000  # of all of them together
_TRIED = 24  # pictures by which the bytes of all are foretold
_QUALITY = 62


@dataclass(frozen=True)
class Thumbnail:
    """A small picture, or why there is none.

    Attributes:
        uri: `data:image/jpeg;base64,...`; empty where the picture cannot be read.
        problem: why, in one line; empty where it can.
        width: in pixels of the thumbnail; the shape of the picture is kept.
        height: likewise.
    """

    uri: str
    problem: str
    width: int
    height: int


def thumbnails(paths: Sequence[str], most_bytes: int = _BYTES) -> list[Thumbnail]:
    """A thumbnail of each picture, as large as the page can carry.

    Args:
        paths: files of pictures, which may be missing or broken.
        most_bytes: of all thumbnails together, about.
    """
    side = _side(paths, most_bytes)
    return [_thumbnail(path, side) for path in paths]


def _side(paths: Sequence[str], most_bytes: int) -> int:
    tried = [_read(path, _SIDES[0]) for path in paths[:: max(1, len(paths) // _TRIED)][:_TRIED]]
    images = [image for image in tried if isinstance(image, Image.Image)]
    for side in _SIDES[:-1]:
        if sum(len(_encode(image, side)) for image in images) * len(paths) <= most_bytes * max(len(images), 1):
            return side
    return _SIDES[-1]


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
        return str(error)
    image.thumbnail((2 * side, 2 * side), reducing_gap=2.0)
    return image


def _encode(image: Image.Image, side: int) -> str:
    small, buffer = image.copy(), io.BytesIO()
    small.thumbnail((side, side))
    small.save(buffer, format="JPEG", quality=_QUALITY, optimize=True)
    return "data:image/jpeg;base64," + base64.b64encode(buffer.getvalue()).decode("ascii")
