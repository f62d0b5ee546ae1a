"""One teller speaks of one scene in one caption: names for its groups, its relations, and what stands around them."""

from dataclasses import dataclass, replace
from random import Random
from typing import NamedTuple

from data_prep.sample.entries import Phrase
from data_prep.sample.grammar import Nominal
from data_prep.scenes.words import BACKGROUNDS, OPPOSITES, RELATIONS, noun_phrase, pick
from data_prep.scenes.world import LAYOUTS, Kind, Relation, Scene

AND, COMMA, WITH, INSIDE = Phrase("y", "and"), Phrase(",", ","), Phrase("con", "with"), Phrase("dentro", "inside")

_ALONG: dict[str, Kind] = {"x": "left", "y": "above"}
_CHANCE_OF_SIZE = 0.5
_CHANCE_OF_BACKGROUND = 0.3
_CHANCE_OF_NO_COLOUR = 0.06


class View(NamedTuple):
    """A relation seen from one side; `kind` is a key of `RELATIONS`."""

    subject: int
    kind: str
    others: tuple[int, ...]

    @property
    def natural(self) -> "View":
        """The same, but that nobody says "the circle is around the star"."""
        return View(self.others[0], "inside", (self.subject,)) if self.kind == "around" else self


@dataclass(frozen=True)
class Body:
    """What a picture shows, without a verb; `many` is what English agrees with, `several` what Spanish does."""

    phrase: Phrase
    many: bool
    several: bool


class Teller:
    """Speaks of the groups of one scene in one caption."""

    def __init__(self, scene: Scene, rng: Random) -> None:
        self.scene, self.rng = scene, rng
        self.groups = scene.description.groups
        layout = LAYOUTS[scene.description.layout][0]
        self.axis, self.slots = layout.axis, layout.slots
        self.outer = [slot[-1] for slot in layout.slots]
        self._inner = {slot[1]: slot[0] for slot in layout.slots if len(slot) == 2}
        told_apart = len({group.shape for group in self.groups}) == len(self.groups)
        self._coloured = not told_apart or rng.random() > _CHANCE_OF_NO_COLOUR

    def thing(self, group: int, definite: bool = False, coloured: bool = True) -> Nominal:
        """One group by itself."""
        sized = self.rng.random() < _CHANCE_OF_SIZE
        return noun_phrase(self.groups[group], self.rng, definite, coloured and self._coloured, sized)

    def name(self, group: int, definite: bool = False) -> Nominal:
        """A group, with what is inside it where that is not what the scene is about."""
        nominal = self.thing(group, definite)
        if not self.holds(group):
            return nominal
        whole = nominal.phrase() + WITH + self.thing(self._inner[group]).phrase() + INSIDE
        return replace(nominal, es=whole.es, en=whole.en)

    def holds(self, group: int) -> bool:
        """Whether the group's name tells of something inside it."""
        return len(self.slots) > 1 and group in self._inner

    def view(self) -> View:
        """A relation that tells how the scene is built, from either side."""
        wanted: Kind = "between" if len(self.slots) == 3 else "inside" if len(self.slots) == 1 else _ALONG[self.axis]
        found = [relation for relation in self.scene.relations if relation.kind == wanted]
        if len(self.slots) == 2:
            found += [relation for relation in self.scene.relations if relation.kind == "beside"]
        return self.turned(self.rng.choice(found))

    def turned(self, relation: Relation) -> View:
        """A relation as it is or, as often, from the other side."""
        subject, kind, others = relation.subject, relation.kind, relation.others
        if self.rng.random() < 0.5:
            return View(subject, kind, others)
        if kind in OPPOSITES:
            return View(others[0], OPPOSITES[kind], (subject,))
        return View(subject, kind, others[::-1])

    def place(self, view: View, definite: bool) -> Phrase:
        """The preposition of a view, and the groups after it."""
        others = [self.name(group, definite).phrase() for group in view.others]
        return pick(RELATIONS[view.kind], self.rng) + listed(others)

    def there(self, many: bool) -> Phrase:
        """The verb that says that something is there."""
        return Phrase("hay", "there are" if many else "there is")

    def background(self) -> Phrase:
        """The background, after or before all else."""
        return pick(BACKGROUNDS[self.scene.description.background], self.rng)

    def frame(self, body: Body) -> Phrase:
        """Make a caption of a body: bare, or with a verb, and sometimes with the background."""
        there = self.there(body.many)
        verbs = (
            there,
            Phrase("vemos", "we see"),
            Phrase("se ven" if body.several else "se ve", "you can see"),
        )
        titles = (
            Phrase("un dibujo de", "a drawing of"),
            Phrase("una imagen de", "a picture of"),
            Phrase("la imagen muestra", "the picture shows"),
            Phrase("en la imagen", "in the picture") + there,
        )
        chance = self.rng.random()
        opening = self.rng.choice(verbs) if chance < 0.4 else self.rng.choice(titles) if chance < 0.6 else Phrase()
        if self.rng.random() > _CHANCE_OF_BACKGROUND:
            return opening + body.phrase
        if opening in verbs and self.rng.random() < 0.5:
            return self.background() + opening + body.phrase
        # Without the comma, what is "inside at night" would be taken together.
        return opening + body.phrase + (COMMA if len(self.groups) > 1 else Phrase()) + self.background()


def listed(phrases: list[Phrase]) -> Phrase:
    """One, two and three.

    >>> listed([Phrase("una casa", "a house"), Phrase("un pez", "a fish"), Phrase("dos lunas", "two moons")])
    Phrase(es='una casa, un pez y dos lunas', en='a house, a fish and two moons')
    """
    *first, last = phrases
    if not first:
        return last
    together = first[0]
    for phrase in first[1:]:
        together += COMMA + phrase
    return together + AND + last
