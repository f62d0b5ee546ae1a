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
from seq2seq.data.transform import ImageTransform, Region
from seq2seq.data.words import piece_words
from seq2seq.errors import UserError, reason
from seq2seq.files import atomic_write
from seq2seq.inference.captioner import Caption

_PANEL = 224  # pixels of a panel's longer side
_NARROWEST = 96  # of a column, so that there is room for its words
_GAP = 16  # between panels and around them
_LABEL = 28  # of the strip with a panel's word, and of a line of the title
_ACROSS = 5  # panels in a row at most
_DARKEST = 0.2  # brightness of what a word did not look at
_FADED = 0.8  # share of white over what the model did not see
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
            raise UserError(f"{folder}: cannot be made ({reason(error)})") from error

    def write(self, caption: Caption) -> Path:
        """Draw the best candidate over its picture, and give the file's path.

        Raises:
            UserError: the model has no attention over a grid of the picture, or the file cannot be written.
        """
        best = caption.candidates[0]
        looked = caption.looked()
        if looked is None:
            raise UserError("the model has no attention over the picture, so there is nothing to draw")
        path = self.folder / self._name(caption.picture)
        with atomic_write(path, "wb") as file:
            attention_sheet(caption.picture, self.transform, best.text, best.tokens, looked).save(file, format="PNG")
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


def attention_sheet(
    picture: str, transform: ImageTransform, caption: str, pieces: Sequence[str], looked: Tensor
) -> Image.Image:
    """The caption, the picture, and the picture as lit by each word.

    Args:
        picture: its path.
        transform: what part of it the model saw.
        caption: all of it.
        pieces: its T pieces.
        looked: where each looked; see `Caption.looked`.

    Raises:
        UserError: the picture cannot be read.
    """
    image = load_image(picture)
    seen, image = transform.seen(*image.size), _scaled(image)
    panels = [("", _lit(image, np.ones((1, 1)), seen))]
    panels += [(word, _lit(image, weights.numpy(), seen)) for word, weights in word_weights(pieces, looked)]
    return _sheet(caption, panels)


def word_weights(pieces: Sequence[str], alignment: Tensor) -> list[tuple[str, Tensor]]:
    """The words that T pieces make, each with the mean of its pieces' weights (T, ...); the sentence's end is left out.

    >>> import torch
    >>> [(word, weights.tolist()) for word, weights in word_weights(["▁a", "▁b", "c", "</s>"], torch.eye(4)[:, :3])]
    [('a', [1.0, 0.0, 0.0]), ('bc', [0.0, 0.5, 0.5])]
    """
    return [(word.text, alignment[list(word.positions)].mean(0)) for word in piece_words(pieces)]


def _scaled(image: Image.Image) -> Image.Image:
    """The whole picture, its longer side `_PANEL`."""
    scale = _PANEL / max(image.size)
    return image.resize([max(1, round(side * scale)) for side in image.size], Image.Resampling.LANCZOS)


def _lit(image: Image.Image, weights: np.ndarray, seen: Region) -> Image.Image:
    """The picture, bright where the weights (rows, columns) of the cells over its part `seen` are high.

    The highest is as bright as the picture; what the model did not see is faded to the sheet's white.
    """
    left, top, right, bottom = (round(edge * side) for edge, side in zip(seen, 2 * image.size, strict=True))
    right, bottom = max(right, left + 1), max(bottom, top + 1)
    cells = Image.fromarray((weights / max(weights.max(), 1e-9)).astype(np.float32))
    mask = np.asarray(cells.resize((right - left, bottom - top), Image.Resampling.BICUBIC)).clip(0, 1)[..., None]
    pixels = np.asarray(image, dtype=np.float32)
    lit = 255 + (1 - _FADED) * (pixels - 255)
    lit[top:bottom, left:right] = pixels[top:bottom, left:right] * (_DARKEST + (1 - _DARKEST) * mask)
    return Image.fromarray(lit.astype(np.uint8))


def _sheet(title: str, panels: Sequence[tuple[str, Image.Image]]) -> Image.Image:
    """The title, then the panels, all of one size, in rows of about as many, each with its word below."""
    width, height = panels[0][1].size
    column, row = max(width, _NARROWEST) + _GAP, height + _LABEL + _GAP
    across = math.ceil(len(panels) / math.ceil(len(panels) / _ACROSS))
    down = math.ceil(len(panels) / across)
    lines = _lines(title, across * column - _GAP)
    head = _GAP + len(lines) * _LABEL
    sheet = Image.new("RGB", (_GAP + across * column, head + down * row), "white")
    pen = ImageDraw.Draw(sheet)
    for number, line in enumerate(lines):
        pen.text((_GAP, _GAP + number * _LABEL), line, fill="black", font=_font(bold=True))
    for number, (word, panel) in enumerate(panels):
        left, top = _GAP + number % across * column, head + number // across * row
        sheet.paste(panel, (left + (column - _GAP - width) // 2, top))
        _write(pen, word, (left + (column - _GAP) / 2, top + height + _LABEL / 2), column - _GAP)
    return sheet


@functools.cache
def _font(bold: bool = False) -> ImageFont.FreeTypeFont:
    """DejaVu Sans, which comes with matplotlib: Pillow's own font has no accented letters."""
    import matplotlib  # here, because it takes a while and few need it

    name = "DejaVuSans-Bold.ttf" if bold else "DejaVuSans.ttf"
    return ImageFont.truetype(Path(matplotlib.get_data_path(), "fonts", "ttf", name), 16)


def _lines(text: str, width: int) -> list[str]:
    """The text in lines that fit, unless a single word does not."""
    lines: list[str] = []
    for word in text.split():
        if lines and _font(bold=True).getlength(f"{lines[-1]} {word}") <= width:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return lines


def _write(pen: ImageDraw.ImageDraw, text: str, middle: tuple[float, float], width: int) -> None:
    """Centred text, cut short where it is too wide."""
    shown, font = text, _font()
    while len(shown) > 1 and pen.textlength(shown, font=font) > width:
        shown = shown[:-2].rstrip() + "…"
    pen.text(middle, shown, fill="black", font=font, anchor="mm")
