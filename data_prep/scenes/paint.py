"""The colours of the scenes: the paints of a thing in its colour, and the backgrounds."""

from collections.abc import Mapping

RGB = tuple[int, int, int]

COLOURS: dict[str, RGB] = {
    "red": (221, 52, 56),
    "orange": (246, 138, 31),
    "yellow": (250, 212, 46),
    "green": (62, 168, 80),
    "blue": (52, 116, 224),
    "purple": (146, 84, 200),
    "pink": (247, 142, 184),
    "white": (250, 250, 250),
}
_WHITE, _INK, _WOOD = (255, 255, 255), (38, 34, 48), (128, 84, 52)

# Top and bottom of the sky or the paper.
PAPERS: dict[str, tuple[RGB, RGB]] = {
    "day": ((148, 206, 246), (222, 242, 252)),
    "night": ((14, 18, 48), (44, 52, 102)),
    "sunset": ((112, 82, 146), (255, 190, 132)),
    "white": ((255, 255, 255), (244, 244, 246)),
    "grey": ((162, 164, 170), (146, 148, 155)),
    "black": ((34, 34, 38), (20, 20, 23)),
    "beige": ((243, 230, 205), (234, 217, 187)),
    "light blue": ((190, 222, 244), (172, 209, 238)),
    "light green": ((205, 234, 198), (186, 223, 180)),
}
# The far and the near hills, where there are any.
HILLS: dict[str, tuple[RGB, RGB]] = {
    "day": ((170, 214, 150), (142, 196, 122)),
    "night": ((32, 42, 78), (22, 30, 58)),
    "sunset": ((126, 84, 118), (92, 62, 98)),
}


def mix(one: RGB, other: RGB, share: float) -> RGB:
    """The colour that lies `share` of the way from one to the other."""
    red, green, blue = (round(a + share * (b - a)) for a, b in zip(one, other, strict=True))
    return red, green, blue


def paints(colour: str, shade: float) -> Mapping[str, RGB]:
    """The paint of every part of a thing.

    Args:
        colour: of the thing.
        shade: -1 (a little darker) to 1 (a little lighter).
    """
    body = mix(COLOURS[colour], _WHITE if shade > 0 else _INK, abs(shade) * 0.07)
    ink = (104, 112, 140) if colour == "white" else _INK
    return {
        "body": body,
        "outline": mix(body, ink, 0.5),
        "shade": mix(body, ink, 0.28),
        "dark": mix(body, ink, 0.62),
        "gleam": mix(body, _WHITE, 0.22),
        "light": mix(body, _WHITE, 0.5) if colour != "white" else (224, 229, 238),
        "centre": (150, 92, 40) if colour in ("yellow", "orange") else (252, 214, 70),
        "wood": _WOOD,
        "glass": (246, 250, 255) if colour != "white" else (182, 204, 230),
        "ink": _INK,
    }
