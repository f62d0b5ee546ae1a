"""A captioned picture with what each word looked at, in the manner of Xu et al. 2015 (arXiv 1502.03044)."""

import functools
import itertools
import math
import os
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont
from torch import Tensor

from seq2seq.data.images import load_image
from seq2seq.data.transform import ImageTransform
from seq2seq.data.words import piece_words
from seq2seq.errors import UserError
from seq2seq.files import atomic_write
from seq2seq.inference.captioner import Caption

_PANEL = 224  # pixels of a panel's side
_LABEL = 28  # of the strip with its word
_ACROSS = 5  # panels in a row
_DARKEST = 0.2  # brightness of what a word did not look at
_LONGEST = 200  # bytes of a picture's name in that of its sheet: file systems allow 255 in all


class AttentionPictures:
    """Writes `NAME.attention.png` for each captioned picture into a folder; of equal names the later ones are numbered.

    Args:
        folder: where; it is made if it is not there.
        transform: what part of a picture the model saw.
        pictures: paths of all that are captioned: the folder may be theirs, and none of them is written over.

    Raises:
        UserError: the folder cannot be made.
    """

    def __init__(self, folder: str | Path, transform: ImageTransform, pictures: Iterable[str] = ()) -> None:
        self.folder, self.transform = Path(folder), transform
        # By name alone, wherever it lies, and without case: links and file systems make one file of several paths.
        self._taken = {os.path.basename(picture).casefold() for picture in pictures}
        self._last: dict[str, int] = {}  # number of each stem, so that many equal ones are not counted anew each time
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise UserError(f"{folder}: cannot be made ({error.strerror})") from error

    def write(self, caption: Caption) -> Path:
        """Draw the best candidate over its picture, and give the file's path.

        Raises:
            UserError: the model has no attention over a grid of the picture, or the file cannot be written.
        """
        best = caption.candidates[0]
        if best.alignment is None or caption.grid is None:
            raise UserError("the model has no attention over the picture, so there is nothing to draw")
        image = load_image(caption.picture)
        seen = image.resize(
            (_PANEL, _PANEL), Image.Resampling.LANCZOS, box=self.transform.shown(image.width, image.height)
        )
        words = word_weights(best.tokens, best.alignment)
        panels = [(best.text, seen)]
        panels += [(word, _lit(seen, weights.view(caption.grid).numpy())) for word, weights in words]
        path = self.folder / self._name(caption.picture)
        with atomic_write(path, "wb") as file:
            _sheet(panels).save(file, format="PNG")
        return path

    def _name(self, picture: str) -> str:
        stem = os.fsencode(Path(picture).stem)[:_LONGEST].decode(errors="ignore") or "picture"
        for number in itertools.count(self._last.get(stem, 0) + 1):
            name = f"{stem}{'' if number == 1 else f'-{number}'}.attention.png"
            if name.casefold() not in self._taken:
                break
        self._last[stem] = number
        self._taken.add(name.casefold())
        return name


def word_weights(pieces: Sequence[str], alignment: Tensor) -> list[tuple[str, Tensor]]:
    """The words that T pieces make, each with the mean of its pieces' weights (T, S); the end of sentence is left out.

    >>> import torch
    >>> [(word, weights.tolist()) for word, weights in word_weights(["▁a", "▁b", "c", "</s>"], torch.eye(4)[:, :3])]
    [('a', [1.0, 0.0, 0.0]), ('bc', [0.0, 0.5, 0.5])]
    """
    return [(word.text, alignment[list(word.positions)].mean(0)) for word in piece_words(pieces)]


def _lit(image: Image.Image, weights: np.ndarray) -> Image.Image:
    """The picture, bright where the weights (rows, columns) are high; the highest is as bright as the picture."""
    light = Image.fromarray((255 * weights / max(weights.max(), 1e-9)).astype(np.uint8))
    mask = np.asarray(light.resize(image.size, Image.Resampling.BICUBIC), dtype=np.float32)[..., None] / 255
    pixels = np.asarray(image, dtype=np.float32) * (_DARKEST + (1 - _DARKEST) * mask)
    return Image.fromarray(pixels.clip(0, 255).astype(np.uint8))


def _sheet(panels: Sequence[tuple[str, Image.Image]]) -> Image.Image:
    """The first panel's text over all, then the panels in rows, each with its word below."""
    (title, first), *rest = panels
    across = min(_ACROSS, len(panels))
    down = math.ceil(len(panels) / across)
    sheet = Image.new("RGB", (across * _PANEL, _LABEL + down * (_PANEL + _LABEL)), "white")
    pen, font = ImageDraw.Draw(sheet), _font()
    _write(pen, title, (sheet.width / 2, _LABEL / 2), sheet.width, font)
    for number, (word, panel) in enumerate([("", first), *rest]):
        left, top = number % across * _PANEL, _LABEL + number // across * (_PANEL + _LABEL)
        sheet.paste(panel, (left, top))
        _write(pen, word, (left + _PANEL / 2, top + _PANEL + _LABEL / 2), _PANEL, font)
    return sheet


@functools.cache
def _font() -> ImageFont.FreeTypeFont:
    """DejaVu Sans, which comes with matplotlib: Pillow's own font has no accented letters."""
    import matplotlib  # here, because it takes a while and few need it

    return ImageFont.truetype(Path(matplotlib.get_data_path(), "fonts", "ttf", "DejaVuSans.ttf"), 16)


def _write(
    pen: ImageDraw.ImageDraw, text: str, middle: tuple[float, float], width: int, font: ImageFont.FreeTypeFont
) -> None:
    """Centred text, cut short where it is too wide."""
    shown = text
    while len(shown) > 1 and pen.textlength(shown, font=font) > width - 8:
        shown = shown[:-2].rstrip() + "…"
    pen.text(middle, shown, fill="black", font=font, anchor="mm")
