"""The outlines of the things in a scene: polygons within a circle of radius 1 around the origin, y downwards."""

import math
from dataclasses import dataclass

Point = tuple[float, float]
Polygon = tuple[Point, ...]


@dataclass(frozen=True)
class Part:
    """A polygon and the paint that fills it, by its name in `scenes.paint.paints`; solid parts make the silhouette."""

    paint: str
    polygon: Polygon
    solid: bool = True


def ellipse(x: float, y: float, width: float, height: float, degrees: float = 0, points: int = 28) -> Polygon:
    """An ellipse by its centre, half its width and half its height, turned clockwise."""
    turn = math.radians(degrees)
    found = []
    for step in range(points):
        angle = math.tau * step / points
        along, across = width * math.cos(angle), height * math.sin(angle)
        found.append(
            (x + along * math.cos(turn) - across * math.sin(turn), y + along * math.sin(turn) + across * math.cos(turn))
        )
    return tuple(found)


def _scaled(polygon: Polygon, factor: float, x: float = 0, y: float = 0) -> Polygon:
    return tuple((x + factor * px, y + factor * py) for px, py in polygon)


def _mirrored(polygon: Polygon) -> Polygon:
    return tuple((-x, y) for x, y in polygon)


def _box(left: float, top: float, right: float, bottom: float) -> Polygon:
    return (left, top), (right, top), (right, bottom), (left, bottom)


def _rounded(polygon: Polygon, radius: float, points: int = 6) -> Polygon:
    """Corners cut by a quadratic curve that begins `radius` before each."""
    found = []
    for index, corner in enumerate(polygon):
        ends = []
        for other in (polygon[index - 1], polygon[(index + 1) % len(polygon)]):
            share = min(0.5, radius / math.dist(corner, other))
            ends.append((corner[0] + share * (other[0] - corner[0]), corner[1] + share * (other[1] - corner[1])))
        for step in range(points + 1):
            t = step / points
            weights = (1 - t) ** 2, 2 * t * (1 - t), t**2
            curve = ends[0], corner, ends[1]
            found.append(
                (
                    sum(weight * point[0] for weight, point in zip(weights, curve, strict=True)),
                    sum(weight * point[1] for weight, point in zip(weights, curve, strict=True)),
                )
            )
    return tuple(found)


def _star() -> Polygon:
    points = []
    for step in range(10):
        angle, radius = math.pi * step / 5 - math.pi / 2, 0.47 if step % 2 else 1.06
        points.append((radius * math.cos(angle), 0.06 + radius * math.sin(angle)))
    return tuple(points)


def _heart() -> Polygon:
    points = []
    for step in range(48):
        t = math.tau * step / 48
        y = 13 * math.cos(t) - 5 * math.cos(2 * t) - 2 * math.cos(3 * t) - math.cos(4 * t)
        points.append((0.057 * 16 * math.sin(t) ** 3, -0.057 * y - 0.06))
    return tuple(points)


def _moon() -> Polygon:
    """A crescent: the far side of one circle, and back along a smaller one."""
    outer, inner, shift = 0.95, 0.76, 0.42
    tip_x = (outer**2 - inner**2 + shift**2) / (2 * shift)
    tip = math.acos(tip_x / outer)
    inner_tip = math.atan2(outer * math.sin(tip), tip_x - shift)
    far = [tip + (math.tau - 2 * tip) * step / 30 for step in range(31)]
    near = [math.tau - inner_tip - (math.tau - 2 * inner_tip) * step / 24 for step in range(1, 24)]
    return tuple((0.1 + outer * math.cos(angle), outer * math.sin(angle)) for angle in far) + tuple(
        (0.1 + shift + inner * math.cos(angle), inner * math.sin(angle)) for angle in near
    )


def _butterfly() -> tuple[Part, ...]:
    upper, lower = ellipse(-0.5, -0.32, 0.52, 0.4, 38), ellipse(-0.4, 0.42, 0.4, 0.32, -42)
    upper_spot, lower_spot = ellipse(-0.56, -0.38, 0.22, 0.16, 38), ellipse(-0.44, 0.46, 0.16, 0.12, -42)
    feeler = (-0.02, -0.5), (-0.3, -0.98), (-0.22, -1.0), (0.06, -0.5)
    sides = [(wing, _mirrored(wing)) for wing in (upper, lower, upper_spot, lower_spot)]
    return (
        *(Part("dark", side, solid=False) for side in (feeler, _mirrored(feeler))),
        *(Part("body", side) for wing in sides[:2] for side in wing),
        *(Part("light", side, solid=False) for wing in sides[2:] for side in wing),
        Part("dark", ellipse(0, 0, 0.11, 0.62)),
    )


def _tree() -> tuple[Part, ...]:
    crown = [ellipse(*place) for place in ((-0.4, -0.08, 0.42, 0.4), (0.4, -0.08, 0.42, 0.4), (0, -0.46, 0.5, 0.48))]
    glints = [ellipse(-0.16, -0.62, 0.2, 0.15, -30), ellipse(-0.48, -0.16, 0.14, 0.11, -30)]
    return (
        Part("wood", ((-0.13, 0.1), (0.13, 0.1), (0.2, 0.95), (-0.2, 0.95))),
        *(Part("body", polygon) for polygon in crown),
        Part("body", ellipse(0, 0.02, 0.45, 0.36), solid=False),
        *(Part("light", polygon, solid=False) for polygon in glints),
    )


def _flower() -> tuple[Part, ...]:
    angles = [60 * step - 90 for step in range(6)]
    petals = [
        ellipse(0.56 * math.cos(math.radians(angle)), 0.56 * math.sin(math.radians(angle)), 0.42, 0.32, angle)
        for angle in angles
    ]
    return *(Part("body", petal) for petal in petals), Part("centre", ellipse(0, 0, 0.32, 0.32), solid=False)


_BALL, _SQUARE = ellipse(0, 0, 0.9, 0.9, points=48), _rounded(_box(-0.76, -0.76, 0.76, 0.76), 0.2)
_TRIANGLE = _rounded(((0, -0.94), (0.96, 0.7), (-0.96, 0.7)), 0.22)

PARTS: dict[str, tuple[Part, ...]] = {
    "circle": (Part("body", _BALL), Part("light", ellipse(-0.34, -0.4, 0.26, 0.16, -40), solid=False)),
    "square": (Part("body", _SQUARE), Part("light", ellipse(-0.46, -0.5, 0.18, 0.12, -45), solid=False)),
    "triangle": (Part("body", _TRIANGLE), Part("gleam", _scaled(_TRIANGLE, 0.52, 0, 0.09), solid=False)),
    "star": (
        Part("body", _rounded(_star(), 0.14, 4)),
        Part("gleam", _scaled(_rounded(_star(), 0.14, 4), 0.55), solid=False),
    ),
    "heart": (Part("body", _heart()), Part("light", ellipse(-0.44, -0.38, 0.2, 0.13, -45), solid=False)),
    "moon": (
        Part("body", _moon()),
        Part("shade", ellipse(-0.6, 0.04, 0.12, 0.12), solid=False),
        Part("shade", ellipse(-0.36, 0.5, 0.09, 0.09), solid=False),
        Part("shade", ellipse(-0.4, -0.5, 0.07, 0.07), solid=False),
    ),
    "house": (
        Part("body", _box(-0.66, -0.12, 0.66, 0.82)),
        Part("shade", _rounded(((0, -0.96), (0.92, -0.06), (-0.92, -0.06)), 0.1)),
        Part("dark", _box(-0.42, 0.26, -0.06, 0.82), solid=False),
        Part("glass", _box(0.16, 0.18, 0.5, 0.5), solid=False),
    ),
    "tree": _tree(),
    "flower": _flower(),
    "fish": (
        Part("shade", ((0.4, 0.0), (0.98, -0.46), (0.84, 0.0), (0.98, 0.46))),
        Part("shade", ((-0.3, -0.36), (0.22, -0.74), (0.26, -0.3))),
        Part("body", ellipse(-0.2, 0, 0.74, 0.48)),
        Part("light", ellipse(-0.14, 0.2, 0.42, 0.14), solid=False),
        Part("glass", ellipse(-0.56, -0.12, 0.15, 0.15), solid=False),
        Part("ink", ellipse(-0.58, -0.12, 0.08, 0.08), solid=False),
    ),
    "boat": (
        Part("wood", _box(-0.05, -0.94, 0.05, 0.3)),
        Part("light", ((0.1, -0.9), (0.76, 0.14), (0.1, 0.14))),
        Part("light", ((-0.1, -0.66), (-0.1, 0.14), (-0.62, 0.14))),
        Part("body", ((-0.96, 0.26), (0.96, 0.26), (0.58, 0.8), (-0.58, 0.8))),
    ),
    "butterfly": _butterfly(),
}
