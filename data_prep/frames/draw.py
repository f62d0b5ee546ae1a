"""Drawing a clip: a strip of its frames side by side."""

import math
from random import Random

from PIL import Image, ImageChops, ImageDraw

from data_prep.frames.motion import Clip

_FINER = 4  # drawn so many times larger and scaled down, for smooth edges and places between pixels
_GRAIN = 12  # levels of brightness that the noise has
_CORNERS = {"square": (4, 45), "triangle": (3, -90), "diamond": (4, 0)}


def draw_strip(clip: Clip, size: int) -> Image.Image:
    """Draw a clip.

    Args:
        clip: what to draw; the same one always gives the same picture.
        size: width and height of a frame in pixels.

    Returns:
        A picture of mode RGB, `size` high and as many times as wide as there are frames.
    """
    chance = Random(clip.texture)
    strip = Image.new("RGB", (size * clip.frames, size))
    for number, place in enumerate(clip.places()):
        strip.paste(_grained(_frame(clip, place, size * _FINER).reduce(_FINER), chance), (number * size, 0))
    return strip


def _frame(clip: Clip, place: tuple[float, float], side: int) -> Image.Image:
    image = Image.new("RGB", (side, side), clip.paper)
    x, y, radius = (value * side for value in (*place, clip.radius))
    draw = ImageDraw.Draw(image)
    if clip.shape == "circle":
        draw.ellipse((x - radius, y - radius, x + radius, y + radius), clip.colour)
        return image
    corners, first = _CORNERS[clip.shape]
    angles = [math.radians(first + 360 * corner / corners) for corner in range(corners)]
    draw.polygon([(x + radius * math.cos(angle), y + radius * math.sin(angle)) for angle in angles], clip.colour)
    return image


def _grained(image: Image.Image, chance: Random) -> Image.Image:
    noise = Image.frombytes("L", image.size, chance.randbytes(image.width * image.height))
    grain = noise.point([value * _GRAIN // 256 for value in range(256)])
    return ImageChops.add(image, Image.merge("RGB", (grain, grain, grain)), offset=-(_GRAIN // 2))
