"""Drawing a scene as a picture."""

import math
from random import Random

from PIL import Image, ImageChops, ImageDraw, ImageFilter

from data_prep.scenes.paint import HILLS, PAPERS, mix, paints
from data_prep.scenes.shapes import PARTS, Polygon
from data_prep.scenes.world import Item, Scene

_FINER = 4  # drawn so many times larger and scaled down, for smooth edges
_OUTLINE = 0.07  # its width in radii
_SHADOW = 0.3  # how dark it is
_GRAIN = 5  # levels of brightness that the noise has
_Points = list[tuple[float, float]]


def draw_scene(scene: Scene, size: int) -> Image.Image:
    """Draw a scene.

    Args:
        scene: what to draw; the same one always gives the same picture.
        size: width and height in pixels.

    Returns:
        A picture of mode RGB.
    """
    side = size * _FINER
    rng = Random(scene.texture)
    image = _background(scene.description.background, side, rng)
    order = sorted(range(len(scene.items)), key=lambda index: -scene.items[index][0].radius)  # containers first
    for index in order:
        group = scene.description.groups[index]
        _cast_shadow(image, group.shape, scene.items[index])
        for item in scene.items[index]:
            _draw_item(image, group.shape, group.colour, item)
    return _grained(image.reduce(_FINER), rng)


def _background(name: str, side: int, rng: Random) -> Image.Image:
    top, bottom = (mix(colour, (255, 255, 255), rng.uniform(0, 0.06)) for colour in PAPERS[name])
    column = Image.new("RGB", (1, 2), top)
    column.putpixel((0, 1), bottom)
    image = column.resize((side, side), Image.Resampling.BILINEAR)
    draw = ImageDraw.Draw(image)
    if name == "night":
        for _ in range(rng.randint(10, 18)):
            x, y, radius = rng.uniform(0, side), rng.uniform(0, 0.7 * side), rng.uniform(0.003, 0.0055) * side
            draw.ellipse((x - radius, y - radius, x + radius, y + radius), (176, 184, 220))
    for height, colour in zip((0.8, 0.88), HILLS.get(name, ()), strict=False):
        draw.polygon(_hill(height + rng.uniform(-0.03, 0.03), side, rng), colour)
    return image


def _hill(height: float, side: int, rng: Random) -> _Points:
    waves = [(rng.uniform(0.02, 0.05), rng.uniform(2, 6), rng.uniform(0, math.tau)) for _ in range(2)]
    line = []
    for step in range(33):
        x = step / 32
        y = height + sum(swing * math.sin(rate * x + start) for swing, rate, start in waves)
        line.append((x * side, y * side))
    return [*line, (side, side), (0, side)]


def _cast_shadow(image: Image.Image, shape: str, items: tuple[Item, ...]) -> None:
    """Darken the picture softly beneath and to the right of things."""
    coarse = image.width // _FINER
    mask = Image.new("L", (coarse, coarse))
    draw = ImageDraw.Draw(mask)
    for item in items:
        shift = 0.09 * item.radius * coarse
        for part in PARTS[shape]:
            if part.solid:
                points = _placed(part.polygon, item, coarse)
                draw.polygon([(x + shift, y + 1.4 * shift) for x, y in points], round(255 * _SHADOW))
    soft = mask.filter(ImageFilter.BoxBlur(max(1, round(0.012 * coarse))))
    left, top, right, bottom = soft.getbbox() or (0, 0, 1, 1)
    size = (right - left) * _FINER, (bottom - top) * _FINER
    fine = soft.resize(size, Image.Resampling.BILINEAR, box=(left, top, right, bottom))
    image.paste((20, 20, 40), (left * _FINER, top * _FINER), fine)


def _draw_item(image: Image.Image, shape: str, colour: str, item: Item) -> None:
    paint = paints(colour, item.shade)
    draw = ImageDraw.Draw(image)
    width = max(1, round(2 * _OUTLINE * item.radius * image.width))
    placed = [(part, _placed(part.polygon, item, image.width)) for part in PARTS[shape]]
    for part, points in placed:
        if part.solid:
            draw.line([*points, *points[:2]], paint["outline"], width, joint="curve")
    for part, points in placed:
        draw.polygon(points, paint[part.paint])


def _placed(polygon: Polygon, item: Item, side: int) -> _Points:
    radius, turn = item.radius * side, math.radians(item.degrees)
    along, across = radius * math.cos(turn), radius * math.sin(turn)
    left, top = item.x * side, item.y * side
    return [(left + along * x - across * y, top + across * x + along * y) for x, y in polygon]


def _grained(image: Image.Image, rng: Random) -> Image.Image:
    noise = Image.frombytes("L", image.size, rng.randbytes(image.width * image.height))
    grain = noise.point([value * _GRAIN // 256 for value in range(256)])
    return ImageChops.add(image, Image.merge("RGB", (grain, grain, grain)), offset=-(_GRAIN // 2))
