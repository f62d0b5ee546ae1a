"""The ways in which a picture is shown in training: as it is, mirrored, cut out."""

import random
from collections.abc import Sequence
from typing import Literal, get_args

from PIL import Image
from torch import Tensor

from seq2seq.data.transform import ImageTransform
from seq2seq.errors import UserError, suggest

View = Literal["plain", "flip", "crop", "flip_crop"]
PLAIN: View = "plain"
VIEWS: tuple[str, ...] = get_args(View)
_SMALLEST_CROP = 0.7  # of width and height


def check_views(views: Sequence[View], option: str) -> None:
    """Views must be known, and the first is the plain picture, which is what a model in use sees.

    Raises:
        UserError: they are not; the message begins with `option`.
    """
    for view in views:
        if view not in VIEWS:
            raise UserError(f"{option}: {view!r} is not one of {', '.join(VIEWS)}{suggest(str(view), VIEWS)}")
    if not views or views[0] != PLAIN:
        raise UserError(f"{option}: the first must be {PLAIN!r}, which is what a model in use sees")


def view_square(transform: ImageTransform, image: Image.Image, view: View, seed: str = "") -> Tensor:
    """The square, (size, size, 3) uint8, of a picture seen in one way.

    Args:
        transform: makes the square.
        image: in mode RGB.
        view: "plain"; "flip" mirrors left and right (not for captions that name sides); "crop" takes a part of the
            picture of 0.7 to 1 of its width and height; "flip_crop" does both.
        seed: decides the part.
    """
    crop = None
    if "crop" in view:
        chance = random.Random(seed)
        side = chance.uniform(_SMALLEST_CROP, 1.0)
        left, top = chance.uniform(0, 1 - side), chance.uniform(0, 1 - side)
        crop = (left, top, left + side, top + side)
    return transform.square(image, flip="flip" in view, crop=crop)
