"""Pictures: whatever file a user brings becomes RGB, or one clear line. No torch, so that data_prep starts at once."""

import contextlib
import functools
import io
import logging
import os
import re
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any, Literal

import numpy as np
from PIL import Image

from seq2seq.errors import UserError, reason

MAX_PIXELS = 80_000_000  # 240 MB as RGB; below the limit at which Pillow begins to warn
_STRIP = 4_000_000  # pixels of a picture that are worked on at once where much memory is needed for each
READERS = min(8, os.cpu_count() or 1)  # threads that read pictures: reading and decoding leave Python free to go on
Fault = Literal["missing", "broken", "truncated", "over-large"]

# Kinds that a camera, a phone or a web page makes. Pillow knows more, of which some start other programs.
_FORMATS = ("JPEG", "MPO", "PNG", "GIF", "WEBP", "TIFF", "BMP", "PPM", "AVIF", "JPEG2000", "TGA", "ICO")
_ORIENTATION = 0x0112  # the EXIF tag
_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_PILLOWS = ("ignore", None, Warning, re.compile(r"PIL\."), 0)  # a filter of warnings
logging.getLogger("PIL").addHandler(logging.NullHandler())  # else Python writes them itself where nobody asked for them

Source = str | Path | bytes | Image.Image


class ImageError(UserError):
    """A picture that cannot be used.

    Attributes:
        fault: "missing" (no file), "truncated", "over-large" (more than MAX_PIXELS) or "broken" (anything else).
    """

    def __init__(self, message: str, fault: Fault = "broken") -> None:
        super().__init__(message)
        self.fault = fault


@functools.cache
def picture_suffixes() -> tuple[str, ...]:
    """How the names of files end that `load_image` can read, in small letters: ".jpg" and the like."""
    return tuple(suffix for suffix, kind in sorted(Image.registered_extensions().items()) if kind in _FORMATS)


def load_image(source: Source, enough: int | None = None) -> Image.Image:
    """Read a picture as a viewer would show it, in mode RGB.

    Of an animation the first frame is taken; what EXIF says of the rotation is done; what is transparent shows white.
    Grey of 16 bits is scaled to 8. Whole numbers of 32 bits and floats have no agreed range: up to 1 (floats), 255 or
    65,535 is taken to be the range where all values are in it, else the values are stretched.

    Args:
        source: a file, the bytes of one, or a picture of Pillow, which stays as it is.
        enough: pixels of width and height that are enough. A JPEG file is decoded at a half, a quarter or an eighth of
            its size as long as it has them, which takes a third of the time for a photograph; None decodes it whole.

    Raises:
        ImageError: no such file, not a picture or a damaged one, or one of more than MAX_PIXELS pixels, which is found
            before they are read.

    >>> load_image(Image.new("LA", (1, 2), (0, 0))).getpixel((0, 1))
    (255, 255, 255)
    """
    with _quiet():
        return _load(source, enough)


def _load(source: Source, enough: int | None) -> Image.Image:
    if isinstance(source, Image.Image):
        return _convert(source, f"a picture of mode {source.mode}")
    if isinstance(source, bytes):
        return _decode(io.BytesIO(source), f"a picture of {len(source):,} bytes", enough)
    try:
        path = Path(source)
        if not path.is_file():
            raise _not_a_file(path)
        with path.open("rb") as file:
            return _decode(file, str(source), enough)
    except OSError as error:
        raise ImageError(f"{source}: cannot be read ({reason(error)})", "broken") from error
    except ValueError as error:  # a NUL in the name
        raise ImageError(f"{str(source)!r}: no such file", "missing") from error


def _not_a_file(path: Path) -> ImageError:
    if path.is_dir():
        return ImageError(f"{path}: a folder, not a picture", "broken")
    if path.exists():
        return ImageError(f"{path}: not an ordinary file", "broken")
    if path.is_symlink():
        return ImageError(f"{path}: a link to a file that is not there", "missing")
    return ImageError(f"{path}: no such file", "missing")


def _decode(file: IO[bytes], name: str, enough: int | None) -> Image.Image:
    if not file.read(1):
        raise ImageError(f"{name}: an empty file, not a picture", "broken")
    file.seek(0)
    Image.init()
    try:
        image: Image.Image = Image.open(file, formats=[kind for kind in _FORMATS if kind in Image.OPEN])
    except Image.DecompressionBombError as error:
        pixels = re.search(r"\d+", str(error))
        raise _over_large(name, int(pixels[0]) if pixels else 2 * MAX_PIXELS) from error
    except Exception as error:  # Pillow's readers raise whatever a hostile file leads them to
        if re.search("MAX_TEXT_(CHUNK|MEMORY)", str(error)):
            told = "the text or colour profile in the file, beside the picture, is over-large; save it without"
            raise ImageError(f"{name}: {told}", "broken") from error
        raise ImageError(f"{name}: not a picture, or of a kind that is not read", "broken") from error
    with image:
        return _convert(image, name, enough)


def _over_large(name: str, pixels: int) -> ImageError:
    return ImageError(
        f"{name}: {pixels:,} pixels are over the limit of {MAX_PIXELS:,}; make the picture smaller first", "over-large"
    )


def _convert(image: Image.Image, name: str, enough: int | None = None) -> Image.Image:
    width, height = image.size
    if width * height > MAX_PIXELS:
        raise _over_large(f"{name}: {width:,} x {height:,}", width * height)
    if not width or not height:
        raise ImageError(f"{name}: {width} x {height} pixels, so there is nothing to see", "broken")
    try:
        if enough is not None:
            image.draft(None, (enough, enough))  # a square, since EXIF may turn the picture; does nothing but for JPEG
        rgb = _to_rgb(image)
    except Exception as error:  # see _decode
        detail = " ".join(str(error).split()) or type(error).__name__
        if "truncated" in detail.lower():
            raise ImageError(f"{name}: the picture is truncated ({detail})", "truncated") from error
        raise ImageError(f"{name}: the picture is damaged ({detail})", "broken") from error
    upright = _UPRIGHT.get(_orientation(image))
    return rgb if upright is None else rgb.transpose(upright)


def _to_rgb(image: Image.Image) -> Image.Image:
    if image.mode.startswith(("I", "F")):
        image = _eight_bits(image)
    if image.has_transparency_data:
        return _in_strips(image, "RGB", _on_white)
    return image.convert("RGB")  # a copy, even of RGB


def _on_white(image: Image.Image) -> Image.Image:
    rgba = image.convert("LA" if image.mode == "La" else "RGBA").convert("RGBA")
    return Image.alpha_composite(Image.new("RGBA", rgba.size, "white"), rgba).convert("RGB")


def _eight_bits(image: Image.Image) -> Image.Image:
    """In mode L, a picture of grey values of another type."""
    lowest, highest = 0.0, 65535.0
    if ";16" not in image.mode:
        ends = [(values.min(), values.max()) for values in map(_finite, _strips(image))]
        lowest, highest = min(low for low, _ in ends), max(high for _, high in ends)
        if lowest >= 0 and highest <= 65535:
            fractions = image.mode.startswith("F") and highest <= 1
            lowest, highest = 0.0, 1.0 if fractions else 255.0 if highest <= 255 else 65535.0
    scale = 255 / max(highest - lowest, 1e-300)
    return _in_strips(
        image, "L", lambda strip: Image.fromarray(np.rint((_finite(strip) - lowest) * scale).astype(np.uint8))
    )


def _finite(image: Image.Image) -> np.ndarray:
    return np.nan_to_num(np.asarray(image).astype(np.float64), posinf=0, neginf=0)


def _strips(image: Image.Image) -> Iterator[Image.Image]:
    width, height = image.size
    rows = max(1, _STRIP // width)
    for top in range(0, height, rows):
        yield image.crop((0, top, width, min(top + rows, height)))


def _in_strips(image: Image.Image, mode: str, change: Callable[[Image.Image], Image.Image]) -> Image.Image:
    """What `change` makes of a picture, in that mode and strip by strip, so that only the result is held whole."""
    changed = Image.new(mode, image.size)
    top = 0
    for strip in _strips(image):
        changed.paste(change(strip), (0, top))
        top += strip.height
    return changed


def _orientation(image: Image.Image) -> int:
    try:
        return image.getexif().get(_ORIENTATION, 1)
    except Exception:  # damaged EXIF data is no reason to refuse a picture
        return 1


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Keep Pillow's warnings to itself, and no others.

    Python's filters belong to the whole process, so `warnings.catch_warnings` would undo what other threads set
    meanwhile; here each thread puts in one filter, and takes one out.
    """
    filters: Any = warnings.filters
    filters.insert(0, _PILLOWS)
    try:
        yield
    finally:
        filters = warnings.filters  # may be another list by now, with the filter in it or without
        with contextlib.suppress(ValueError):
            filters.remove(_PILLOWS)
