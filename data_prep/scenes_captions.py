"""Captions of a scene in English and Spanish: a small grammar whose every sentence is true of the picture."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from random import Random

from data_prep import sample_lexicon as lexicon
from data_prep.sample_entries import Phrase
from data_prep.sample_grammar import Clause, Nominal, predicate, sentence, statement
from data_prep.scenes_words import BACKGROUNDS, COLOURS, OPPOSITES, RELATIONS, noun_phrase, pick
from data_prep.scenes_world import LAYOUTS, Kind, Relation, Scene

Caption = tuple[str, str]  # English, Spanish

CAPTIONS = 5

_AND, _COMMA, _WITH, _CONTAINS = (
    Phrase("y", "and"),
    Phrase(",", ","),
    Phrase("con", "with"),
    Phrase("contiene", "contains"),
)
_INSIDE, _CENTRE = Phrase("dentro", "inside"), Phrase("en el centro", "in the middle")
_SIDES = {
    "x": (Phrase("a la izquierda", "on the left"), Phrase("a la derecha", "on the right")),
    "y": (Phrase("arriba", "at the top"), Phrase("abajo", "at the bottom")),
}
_ORDERS = {
    "x": Phrase("de izquierda a derecha", "from left to right"),
    "y": Phrase("de arriba abajo", "from top to bottom"),
}
_NEAR_IT = {  # the end of "a house with a tree ...", for one house and for several
    "left": (Phrase("a su izquierda", "on its left"), Phrase("a su izquierda", "on their left")),
    "right": (Phrase("a su derecha", "on its right"), Phrase("a su derecha", "on their right")),
    "above": (Phrase("encima", "above it"), Phrase("encima", "above them")),
    "below": (Phrase("debajo", "below it"), Phrase("debajo", "below them")),
    "inside": (_INSIDE, _INSIDE),
    "beside": (Phrase("al lado", "beside it"), Phrase("al lado", "beside them")),
}
_MIDDLE = 0.07  # how far from the middle of the picture its sides begin
_CHANCE_OF_SIZE = 0.5
_CHANCE_OF_BACKGROUND = 0.3
_CHANCE_OF_NO_COLOUR = 0.06
_REPEATED = 0.1  # how much rarer a form becomes within the captions of a picture each time it is taken


def captions(scene: Scene, rng: Random) -> list[Caption]:
    """Tell a scene in `CAPTIONS` ways, no two alike in either language; a pair says the same in both."""
    told: list[Caption] = []
    taken: dict[str, int] = {}
    while len(told) < CAPTIONS:
        teller = _Teller(scene, rng)
        forms = {name: form for name, form in _FORMS.items() if form.fits(teller)}
        weights = [form.weight * _REPEATED ** taken.get(name, 0) for name, form in forms.items()]
        name = rng.choices(list(forms), weights)[0]
        es, en = sentence(forms[name].tell(teller))
        if not any(en == other_en or es == other_es for other_en, other_es in told):
            told.append((en, es))
            taken[name] = taken.get(name, 0) + 1
    return told


@dataclass(frozen=True)
class _Body:
    """What a picture shows, without a verb; `many` is what English agrees with, `several` what Spanish does."""

    phrase: Phrase
    many: bool
    several: bool


class _Teller:
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
        """A group, with what is inside it."""
        nominal = self.thing(group, definite)
        if group not in self._inner:
            return nominal
        whole = nominal.phrase() + _WITH + self.thing(self._inner[group]).phrase() + _INSIDE
        return replace(nominal, es=whole.es, en=whole.en)

    def holds(self, group: int) -> bool:
        """Whether something is inside the group."""
        return group in self._inner

    def pick_relation(self) -> tuple[int, str, tuple[int, ...]]:
        """A relation that tells how the scene is built, from either side: subject, key of `RELATIONS`, others."""
        wanted: Kind = "between" if len(self.slots) == 3 else "inside" if len(self.slots) == 1 else _ALONG[self.axis]
        found = [relation for relation in self.scene.relations if relation.kind == wanted]
        if len(self.slots) == 2:
            found += [relation for relation in self.scene.relations if relation.kind == "beside"]
        return self.turned(self.rng.choice(found))

    def turned(self, relation: Relation) -> tuple[int, str, tuple[int, ...]]:
        """A relation as it is or, as often, from the other side."""
        subject, kind, others = relation.subject, str(relation.kind), relation.others
        if self.rng.random() < 0.5:
            return subject, kind, others
        if kind in OPPOSITES:
            return others[0], OPPOSITES[kind], (subject,)
        return subject, kind, others[::-1]

    def others(self, groups: tuple[int, ...], definite: bool, plain: bool = False) -> Phrase:
        """The groups after a preposition; `plain` leaves out what is inside them."""
        named = [(self.thing if plain else self.name)(group, definite).phrase() for group in groups]
        return _listed(named)

    def there(self, many: bool) -> Phrase:
        """The verb that says that something is there."""
        return Phrase("hay", "there are" if many else "there is")

    def background(self) -> Phrase:
        """The background, after or before all else."""
        return pick(BACKGROUNDS[self.scene.description.background], self.rng)

    def frame(self, body: _Body) -> Phrase:
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
        return opening + body.phrase + (_COMMA if len(self.groups) > 1 else Phrase()) + self.background()


_ALONG: dict[str, Kind] = {"x": "left", "y": "above"}


def _listed(phrases: list[Phrase]) -> Phrase:
    *first, last = phrases
    if not first:
        return last
    together = first[0]
    for phrase in first[1:]:
        together += _COMMA + phrase
    return together + _AND + last


def _thing(teller: _Teller) -> Phrase:
    """Two red stars."""
    nominal = teller.thing(0)
    return teller.frame(_Body(nominal.phrase(), nominal.many, nominal.many))


def _quality(teller: _Teller) -> Phrase:
    """The two stars are red."""
    subject = teller.thing(0, definite=True, coloured=False)
    colour = predicate(pick(COLOURS[teller.groups[0].colour], teller.rng), subject)
    return statement(Clause(subject, lexicon.SER, complement=colour))


def _listing(teller: _Teller) -> Phrase:
    """Two red stars and a house."""
    apart = len(teller.slots) == 1  # then what is inside is one of the list
    groups = list(range(len(teller.groups))) if apart else list(teller.outer)
    teller.rng.shuffle(groups)
    groups.sort(key=teller.holds)  # what is inside the last one cannot be taken for one of the list
    nominals = [teller.thing(group) if apart else teller.name(group) for group in groups]
    return teller.frame(_Body(_listed([nominal.phrase() for nominal in nominals]), nominals[0].many, True))


def _order(teller: _Teller) -> Phrase:
    """From left to right there are two stars, a house and a moon."""
    nominals = [teller.name(group) for group in teller.outer]
    listed = _listed([nominal.phrase() for nominal in nominals])
    if teller.rng.random() < 0.5:
        return _ORDERS[teller.axis] + teller.there(nominals[0].many) + listed
    return listed + _ORDERS[teller.axis]


def _sides(teller: _Teller) -> Phrase:
    """On the left there are two stars and on the right a house."""
    first, last = _SIDES[teller.axis]
    sides = [first, _CENTRE, last] if len(teller.outer) == 3 else [first, last]
    nominals = [teller.name(group) for group in teller.outer]
    phrases = [nominal.phrase() for nominal in nominals]
    if teller.rng.random() < 0.5:
        return _listed([phrase + side for phrase, side in zip(phrases, sides, strict=True)])
    phrases[0] = teller.there(nominals[0].many) + phrases[0]
    return _listed([side + phrase for phrase, side in zip(phrases, sides, strict=True)])


def _related(teller: _Teller) -> Phrase:
    """Two red stars to the left of a house."""
    subject, kind, others = teller.pick_relation()
    return teller.frame(_relating(teller, subject, kind, others))


def _partly(teller: _Teller) -> Phrase:
    """The same of two groups among three."""
    relations = [relation for relation in teller.scene.relations if relation.kind in ("left", "above", "beside")]
    return teller.frame(_relating(teller, *teller.turned(teller.rng.choice(relations))))


def _relating(teller: _Teller, subject: int, kind: str, others: tuple[int, ...]) -> _Body:
    plain = kind in ("inside", "around")
    nominal = teller.thing(subject) if plain else teller.name(subject)
    told = nominal.phrase() + (_COMMA if not plain and teller.holds(subject) else Phrase())
    told += pick(RELATIONS[kind], teller.rng) + teller.others(others, definite=False, plain=plain)
    return _Body(told, nominal.many, nominal.many)


def _placed(teller: _Teller) -> Phrase:
    """The two red stars are to the left of the house."""
    subject, kind, others = _rather_inside(*teller.pick_relation())
    plain = kind == "inside"
    nominal = teller.thing(subject, definite=True) if plain else teller.name(subject, definite=True)
    complement = pick(RELATIONS[kind], teller.rng) + teller.others(others, definite=True, plain=plain)
    return statement(Clause(nominal, lexicon.ESTAR, complement=complement))


def _fronted(teller: _Teller) -> Phrase:
    """To the left of the house there are two red stars."""
    subject, kind, others = _rather_inside(*teller.pick_relation())
    plain = kind == "inside"
    nominal = teller.thing(subject) if plain else teller.name(subject)
    place = pick(RELATIONS[kind], teller.rng) + teller.others(others, teller.rng.random() < 0.5, plain)
    return place + teller.there(nominal.many) + nominal.phrase()


def _rather_inside(subject: int, kind: str, others: tuple[int, ...]) -> tuple[int, str, tuple[int, ...]]:
    """The same relation, but that nobody says "the circle is around the star"."""
    return (others[0], "inside", (subject,)) if kind == "around" else (subject, kind, others)


def _accompanied(teller: _Teller) -> Phrase:
    """A house with two red stars on its left."""
    found = [relation for relation in teller.scene.relations if relation.kind != "between"]
    subject, kind, (other,) = _rather_inside(*teller.turned(teller.rng.choice(found)))
    nominal = teller.thing(other)
    told = nominal.phrase() + _WITH + teller.thing(subject).phrase() + _NEAR_IT[kind][nominal.many]
    return teller.frame(_Body(told, nominal.many, nominal.many))


def _containing(teller: _Teller) -> Phrase:
    """The circle contains two red stars."""
    definite = teller.rng.random() < 0.5
    return teller.thing(1, definite).phrase() + _CONTAINS + teller.thing(0).phrase()


def _apart(teller: _Teller) -> bool:
    """Whether the groups are on different sides of the picture, and the third, if any, in its middle."""
    if len(teller.outer) == 1:
        return False
    first, *middle, last = (teller.scene.centre(group, teller.axis) - 0.5 for group in teller.outer)
    return first < -_MIDDLE and last > _MIDDLE and all(abs(centre) <= _MIDDLE for centre in middle)


@dataclass(frozen=True)
class _Form:
    """A way of telling, where it fits, and how often it is taken."""

    tell: Callable[[_Teller], Phrase]
    weight: float
    fits: Callable[[_Teller], bool]


def _has(*numbers: int) -> Callable[[_Teller], bool]:
    return lambda teller: len(teller.groups) > 1 and len(teller.slots) in numbers


_FORMS = {
    "thing": _Form(_thing, 1, lambda teller: len(teller.groups) == 1),
    "quality": _Form(_quality, 0.15, lambda teller: len(teller.groups) == 1),
    "listing": _Form(_listing, 0.6, _has(1, 2, 3)),
    "order": _Form(_order, 1, _has(3)),
    "sides": _Form(_sides, 1, _apart),
    "related": _Form(_related, 3, _has(1, 2, 3)),
    "partly": _Form(_partly, 0.4, _has(3)),
    "placed": _Form(_placed, 1.5, _has(1, 2, 3)),
    "fronted": _Form(_fronted, 1.5, _has(1, 2, 3)),
    "accompanied": _Form(_accompanied, 1, lambda teller: len(teller.groups) == 2),
    "containing": _Form(_containing, 0.5, lambda teller: teller.scene.description.layout == "inside"),
}
