"""The world of the drawn scenes: what a scene is made of, how it is described, and what training never sees."""

from dataclasses import asdict, dataclass
from functools import cached_property
from itertools import combinations
from random import Random
from typing import Any, Literal

SHAPES = (
    "circle",
    "square",
    "triangle",
    "star",
    "heart",
    "moon",
    "house",
    "tree",
    "flower",
    "fish",
    "boat",
    "butterfly",
)
CONTAINERS = ("circle", "square", "heart")
COLOURS = ("red", "orange", "yellow", "green", "blue", "purple", "pink", "white")
SIZES = ("small", "medium", "big")
BACKGROUNDS = ("day", "night", "sunset", "white", "grey", "black", "beige", "light blue", "light green")
CLASHES = {("white", "white"), ("white", "beige")}  # colour, background

Axis = Literal["x", "y"]
Kind = Literal["left", "above", "inside", "between", "beside"]


@dataclass(frozen=True)
class Relation:
    """A fact about groups, which are numbered from 0: the subject is left of, above, inside ... the others."""

    kind: Kind
    subject: int
    others: tuple[int, ...]


@dataclass(frozen=True)
class Layout:
    """How groups stand to each other: slots in order from left to right (axis x) or from top to bottom (y).

    A slot holds one group, or two, of which the first is inside the second.
    """

    axis: Axis
    slots: tuple[tuple[int, ...], ...]

    @cached_property
    def relations(self) -> tuple[Relation, ...]:
        """What follows from the order."""
        kind: Kind = "left" if self.axis == "x" else "above"
        outer = [slot[-1] for slot in self.slots]
        found = [Relation("inside", slot[0], slot[1:]) for slot in self.slots if len(slot) == 2]
        found += [Relation(kind, first, (second,)) for first, second in combinations(outer, 2)]
        if len(outer) == 3:
            found.append(Relation("between", outer[1], (outer[0], outer[2])))
        return tuple(found)


LAYOUTS: dict[str, tuple[Layout, int]] = {  # with the share of scenes, in hundredths
    "alone": (Layout("x", ((0,),)), 20),
    "row": (Layout("x", ((0,), (1,))), 20),
    "column": (Layout("y", ((0,), (1,))), 18),
    "row of three": (Layout("x", ((0,), (1,), (2,))), 12),
    "column of three": (Layout("y", ((0,), (1,), (2,))), 8),
    "inside": (Layout("x", ((0, 1),)), 10),
    "inside, left": (Layout("x", ((0, 1), (2,))), 3),
    "inside, right": (Layout("x", ((2,), (0, 1))), 3),
    "inside, above": (Layout("y", ((0, 1), (2,))), 3),
    "inside, below": (Layout("y", ((2,), (0, 1))), 3),
}


@dataclass(frozen=True)
class Group:
    """One to four things alike."""

    count: int
    size: str
    colour: str
    shape: str


@dataclass(frozen=True)
class Description:
    """What a scene shows, without the places: two scenes of one description differ as two photographs do."""

    background: str
    layout: str
    groups: tuple[Group, ...]

    @property
    def content(self) -> tuple[object, ...]:
        """The groups and how they stand, whatever their sizes and the background."""
        return self.layout, *((group.count, group.colour, group.shape) for group in self.groups)

    @property
    def relations(self) -> tuple[Relation, ...]:
        """What follows from the layout."""
        return LAYOUTS[self.layout][0].relations

    @property
    def combinations(self) -> set[tuple[str, ...]]:
        """The (colour, shape) and (shape, relation, shape) that it shows."""
        pairs = {(group.colour, group.shape) for group in self.groups}
        related = {
            (self.groups[relation.subject].shape, relation.kind, self.groups[other].shape)
            for relation in self.relations
            if relation.kind != "between"
            for other in relation.others
        }
        return pairs | related


@dataclass(frozen=True)
class Item:
    """One thing: centre and radius of its circle in shares of the picture's side (y downwards), turn and shade."""

    x: float
    y: float
    radius: float
    degrees: float = 0.0
    shade: float = 0.0  # -1 (a little darker than its colour) to 1 (a little lighter)


@dataclass(frozen=True)
class Scene:
    """A description with a place for everything: all that it takes to draw the picture."""

    description: Description
    items: tuple[tuple[Item, ...], ...]  # one tuple a group
    beside: tuple[tuple[int, int], ...]  # groups next to each other
    texture: int  # seed of what the picture has that no caption speaks of: hills, grain

    @property
    def relations(self) -> tuple[Relation, ...]:
        """All that is true of how the groups stand."""
        return self.description.relations + tuple(Relation("beside", one, (other,)) for one, other in self.beside)

    def centre(self, group: int, axis: Axis) -> float:
        """The middle of a group along an axis."""
        low, high = extent(self.items[group], axis)
        return (low + high) / 2

    def as_json(self) -> dict[str, Any]:
        """Plain values: background, groups with their items, relations as [kind, subject, other ...]."""
        groups = [
            asdict(group) | {"items": [asdict(item) for item in items]}
            for group, items in zip(self.description.groups, self.items, strict=True)
        ]
        relations = [[relation.kind, relation.subject, *relation.others] for relation in self.relations]
        return {
            "background": self.description.background,
            "layout": self.description.layout,
            "groups": groups,
            "relations": relations,
            "texture": self.texture,
        }


def extent(items: tuple[Item, ...], axis: Axis) -> tuple[float, float]:
    """Where things begin and end along an axis."""
    centres = [getattr(item, axis) for item in items]
    return (
        min(centre - item.radius for centre, item in zip(centres, items, strict=True)),
        max(centre + item.radius for centre, item in zip(centres, items, strict=True)),
    )


def draw_description(rng: Random) -> Description:
    """Draw what a scene shows; whether there is room for it is seen later."""
    layout = rng.choices(list(LAYOUTS), [share for _, share in LAYOUTS.values()])[0]
    slots = LAYOUTS[layout][0].slots
    insides = {slot[0] for slot in slots if len(slot) == 2}
    containers = {slot[1] for slot in slots if len(slot) == 2}
    background = rng.choice(BACKGROUNDS)
    number = sum(map(len, slots))
    groups: list[Group] = []
    while len(groups) < number:
        index = len(groups)
        count = rng.choices((1, 2, 3, 4), (4, 3, 2, 1) if number > 1 else (3, 3, 3, 3))[0]
        group = Group(count, rng.choice(SIZES), rng.choice(COLOURS), rng.choice(SHAPES))
        if index in containers:
            group = Group(1, "big", group.colour, rng.choice(CONTAINERS))
        alike = [other for other in groups if group.shape == other.shape]
        # Things of one shape are told apart by their colour; that is not too often asked of a caption.
        if any(group.colour == other.colour for other in alike) or (alike and rng.random() < 0.7):
            continue
        if index in containers and index - 1 in insides and group.colour == groups[index - 1].colour:
            continue
        if (group.colour, background) not in CLASHES:
            groups.append(group)
    return Description(background, layout, tuple(groups))
