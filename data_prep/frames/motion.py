"""A shape that moves between walls, and what is said of each moment."""

from dataclasses import asdict, dataclass
from itertools import pairwise
from random import Random
from typing import Any

SHAPES = ("circle", "square", "triangle", "diamond")
WAYS = {"right": ("x", 1), "left": ("x", -1), "down": ("y", 1), "up": ("y", -1)}
STILL, BACK = "still", "back-"
LABELS = (STILL, *WAYS, *(BACK + way for way in WAYS))
_FASTEST, _SLOWEST = 6, 12  # steps from wall to wall
_RADII = (0.13, 0.19)  # of shapes, as shares of the frame's width


@dataclass(frozen=True)
class Clip:
    """What a clip shows. Lengths are shares of a frame's width.

    Attributes:
        shape: one of `SHAPES`.
        colour: red, green and blue of the shape, 0 to 255.
        paper: of what is behind it.
        radius: of the circle around the shape.
        axis: "x" or "y", along which it moves.
        across: where it is on the other axis.
        steps: in how many it goes from wall to wall.
        start: the step from the left (or upper) wall at which it is in the first frame.
        sign: 1 or -1, which way it sets out.
        frames: how many there are.
        texture: decides the grain of the picture.
    """

    shape: str
    colour: tuple[int, int, int]
    paper: tuple[int, int, int]
    radius: float
    axis: str
    across: float
    steps: int
    start: int
    sign: int
    frames: int
    texture: int

    def places(self) -> list[tuple[float, float]]:
        """The centre of the shape in each frame. It turns at a wall when it has come to touch it."""
        room = 1 - 2 * self.radius
        found = [self.radius + room * step / self.steps for step in self._walk()]
        return [(place, self.across) if self.axis == "x" else (self.across, place) for place in found]

    def labels(self) -> list[str]:
        """Of each frame: the way it came there, with "back-" once it has turned; "still" of the first."""
        ways = {motion: way for way, motion in WAYS.items()}
        found, turned = [STILL], False
        for before, after in pairwise(self._walk()):
            turned = turned or after - before != self.sign
            found.append((BACK if turned else "") + ways[self.axis, after - before])
        return found

    def _walk(self) -> list[int]:
        """At which step from the left or upper wall it is in each frame."""
        step, sign, walk = self.start, self.sign, []
        for _ in range(self.frames):
            walk.append(step)
            if not 0 <= step + sign <= self.steps:
                sign = -sign
            step += sign
        return walk

    def as_json(self) -> dict[str, Any]:
        """Plain values."""
        return asdict(self)


def draw_clip(chance: Random, frames: int) -> Clip:
    """A clip at random.

    Args:
        chance: where the random numbers come from.
        frames: how many it shall have.
    """
    radius = round(chance.uniform(*_RADII), 3)
    axis, sign = chance.choice(list(WAYS.values()))
    steps = chance.randint(_FASTEST, _SLOWEST)
    start = chance.randint(0, steps - 1)  # of those from which it can set out: not at the wall before it
    dark = chance.random() < 0.5
    near, far = (20, 90), (165, 250)
    return Clip(
        shape=chance.choice(SHAPES),
        colour=_colour(chance, *(far if dark else near)),
        paper=_colour(chance, *(near if dark else far)),
        radius=radius,
        axis=axis,
        across=round(chance.uniform(radius, 1 - radius), 3),
        steps=steps,
        start=start if sign > 0 else steps - start,
        sign=sign,
        frames=frames,
        texture=chance.getrandbits(32),
    )


def _colour(chance: Random, low: int, high: int) -> tuple[int, int, int]:
    red, green, blue = (chance.randint(low, high) for _ in range(3))
    return red, green, blue
