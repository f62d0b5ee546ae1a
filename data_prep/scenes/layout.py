"""Finding a place for everything in a scene, so that every relation that it shows is plain to see."""

import math
from dataclasses import replace
from itertools import pairwise
from random import Random

from data_prep.scenes.world import LAYOUTS, Axis, Description, Group, Item, Layout, Scene, extent

MARGIN = 0.03  # around everything, in shares of the picture's side, as all lengths here
GAP = 0.05  # at least, between groups
NEAR = 0.15  # at most, between groups that are next to each other
RADII = {"small": (0.09, 0.1), "medium": (0.122, 0.137), "big": (0.18, 0.205)}
CONTAINER_RADII = {1: (0.32, 0.42), 2: (0.25, 0.3)}  # by the number of slots
# The largest circle within a container of radius 1: how far below the centre its own is, and its radius.
ROOM = {"circle": (0.0, 0.84), "square": (0.0, 0.74), "heart": (-0.12, 0.6)}
TURNS = {  # how far a thing may lean, in degrees
    "circle": 12,
    "square": 8,
    "triangle": 10,
    "star": 16,
    "heart": 12,
    "moon": 18,
    "house": 3,
    "tree": 4,
    "flower": 20,
    "fish": 12,
    "boat": 6,
    "butterfly": 16,
}
_ROWS = {
    1: ((1,),),
    2: ((2,), (1, 1)),
    3: ((3,), (1, 1, 1), (1, 2), (2, 1)),
    4: ((4,), (1, 1, 1, 1), (2, 2)),
}
_PITCH = 2.24  # between centres of things alike, in radii
_ATTEMPTS = 12

Block = tuple[tuple[Item, ...], ...]  # the groups of one slot


def place(description: Description, rng: Random) -> Scene | None:
    """Place everything, or None where there is no room for it."""
    layout = LAYOUTS[description.layout][0]
    for _ in range(_ATTEMPTS):
        blocks = [
            _block([description.groups[group] for group in slot], len(layout.slots), rng) for slot in layout.slots
        ]
        fitting = [block for block in blocks if block]
        if len(fitting) == len(blocks) and (placed := _line_up(fitting, layout.axis, rng)):
            items: list[tuple[Item, ...]] = [()] * len(description.groups)
            for slot, block in zip(layout.slots, placed, strict=True):
                for group, things in zip(slot, block, strict=True):
                    items[group] = tuple(map(_rounded, things))
            return Scene(description, tuple(items), _beside(layout, items), rng.getrandbits(32))
    return None


def _block(groups: list[Group], slots: int, rng: Random) -> Block | None:
    """Arrange the groups of a slot around the origin; None where the inner one does not fit."""
    inner = _arranged(groups[0], rng.uniform(*RADII[groups[0].size]), rng)
    if len(groups) == 1:
        return (inner,)
    container = _item(groups[1].shape, 0, 0, rng.uniform(*CONTAINER_RADII[slots]), rng)
    offset, room = ROOM[groups[1].shape]
    inner = _centred(inner)
    if max(math.hypot(item.x, item.y) + item.radius for item in inner) > room * container.radius:
        return None
    return _moved(inner, 0, offset * container.radius), (container,)


def _arranged(group: Group, radius: float, rng: Random) -> tuple[Item, ...]:
    rows = rng.choice(_ROWS[group.count])
    pitch, jitter = radius * _PITCH, radius * 0.1
    items = []
    for row, count in enumerate(rows):
        for column in range(count):
            x = (column - (count - 1) / 2) * pitch + rng.uniform(-jitter, jitter)
            y = row * pitch + rng.uniform(-jitter, jitter)
            items.append(_item(group.shape, x, y, radius * rng.uniform(0.96, 1.02), rng))
    return tuple(items)


def _item(shape: str, x: float, y: float, radius: float, rng: Random) -> Item:
    turn = TURNS[shape]
    return Item(x, y, radius, rng.uniform(-turn, turn), rng.uniform(-1, 1))


def _line_up(blocks: list[Block], axis: Axis, rng: Random) -> list[Block] | None:
    """Put the blocks one after the other along the axis and nearly in line across it; None where they do not fit."""
    across: Axis = "y" if axis == "x" else "x"
    room = 1 - 2 * MARGIN
    spans = [extent(block[-1], axis) for block in blocks]
    depths = [extent(block[-1], across) for block in blocks]
    lengths = [high - low for low, high in spans]
    widest = max(high - low for low, high in depths)
    spare = room - sum(lengths) - GAP * (len(blocks) - 1)
    if spare < 0 or widest > room:
        return None
    cuts = sorted(rng.uniform(0, spare) for _ in blocks)
    line = rng.uniform(MARGIN + widest / 2, 1 - MARGIN - widest / 2)
    placed = []
    used = 0.0
    for block, cut, span, depth, length in zip(blocks, cuts, spans, depths, lengths, strict=True):
        width = depth[1] - depth[0]
        middle = line + rng.uniform(-0.05, 0.05)
        middle = min(max(middle, MARGIN + width / 2), 1 - MARGIN - width / 2)
        along = MARGIN + cut + used - span[0]
        aside = middle - sum(depth) / 2
        by = (along, aside) if axis == "x" else (aside, along)
        placed.append(tuple(_moved(items, *by) for items in block))
        used += length + GAP
    return placed


def _beside(layout: Layout, items: list[tuple[Item, ...]]) -> tuple[tuple[int, int], ...]:
    if layout.axis == "y":
        return ()
    outer = [slot[-1] for slot in layout.slots]
    return tuple(
        (one, other)
        for one, other in pairwise(outer)
        if extent(items[other], "x")[0] - extent(items[one], "x")[1] <= NEAR
    )


def _centred(items: tuple[Item, ...]) -> tuple[Item, ...]:
    return _moved(items, -sum(extent(items, "x")) / 2, -sum(extent(items, "y")) / 2)


def _moved(items: tuple[Item, ...], x: float, y: float) -> tuple[Item, ...]:
    return tuple(replace(item, x=item.x + x, y=item.y + y) for item in items)


def _rounded(item: Item) -> Item:
    """Rounded so that the written description says exactly what was drawn."""
    return Item(*(round(value, 4) for value in (item.x, item.y, item.radius, item.degrees, item.shade)))
