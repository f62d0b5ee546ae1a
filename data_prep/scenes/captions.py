"""Captions of a scene in English and Spanish: a small grammar whose every sentence is true of the picture."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from data_prep.sample import lexicon
from data_prep.sample.entries import Phrase
from data_prep.sample.grammar import Clause, predicate, sentence, statement
from data_prep.scenes.teller import COMMA, INSIDE, WITH, Body, Teller, View, listed
from data_prep.scenes.words import COLOURS, pick
from data_prep.scenes.world import Scene

Caption = tuple[str, str]  # English, Spanish

CAPTIONS = 5

_CENTRE, _CONTAINS = Phrase("en el centro", "in the middle"), Phrase("contiene", "contains")
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
    "inside": (INSIDE, INSIDE),
    "beside": (Phrase("al lado", "beside it"), Phrase("al lado", "beside them")),
}
_MIDDLE = 0.07  # how far from the middle of the picture its sides begin


def captions(scene: Scene, rng: Random) -> list[Caption]:
    """Tell a scene in `CAPTIONS` ways, no two alike in either language; a pair says the same in both."""
    told: list[Caption] = []
    taken = Counter[str]()
    while len(told) < CAPTIONS:
        teller = Teller(scene, rng)
        forms = {name: form for name, form in _FORMS.items() if taken[name] < form.most and form.fits(teller)}
        name = rng.choices(list(forms), [form.weight for form in forms.values()])[0]
        es, en = sentence(forms[name].tell(teller))
        if not any(en == other_en or es == other_es for other_en, other_es in told):
            told.append((en, es))
            taken[name] += 1
    return told


def _thing(teller: Teller) -> Phrase:
    """Two red stars."""
    nominal = teller.thing(0)
    return teller.frame(Body(nominal.phrase(), nominal.many, nominal.many))


def _quality(teller: Teller) -> Phrase:
    """The two stars are red."""
    subject = teller.thing(0, definite=True, coloured=False)
    colour = predicate(pick(COLOURS[teller.groups[0].colour], teller.rng), subject)
    return statement(Clause(subject, lexicon.SER, complement=colour))


def _listing(teller: Teller) -> Phrase:
    """Two red stars and a house."""
    groups = list(range(len(teller.groups))) if len(teller.slots) == 1 else list(teller.outer)
    teller.rng.shuffle(groups)
    groups.sort(key=teller.holds)  # what is inside the last one cannot be taken for one of the list
    nominals = [teller.name(group) for group in groups]
    return teller.frame(Body(listed([nominal.phrase() for nominal in nominals]), nominals[0].many, True))


def _order(teller: Teller) -> Phrase:
    """From left to right there are two stars, a house and a moon."""
    nominals = [teller.name(group) for group in teller.outer]
    together = listed([nominal.phrase() for nominal in nominals])
    if teller.rng.random() < 0.5:
        return _ORDERS[teller.axis] + teller.there(nominals[0].many) + together
    return together + _ORDERS[teller.axis]


def _sides(teller: Teller) -> Phrase:
    """On the left there are two stars and on the right a house."""
    first, last = _SIDES[teller.axis]
    sides = [first, _CENTRE, last] if len(teller.outer) == 3 else [first, last]
    nominals = [teller.name(group) for group in teller.outer]
    phrases = [nominal.phrase() for nominal in nominals]
    if teller.rng.random() < 0.5:
        return listed([phrase + side for phrase, side in zip(phrases, sides, strict=True)])
    phrases[0] = teller.there(nominals[0].many) + phrases[0]
    return listed([side + phrase for phrase, side in zip(phrases, sides, strict=True)])


def _related(teller: Teller) -> Phrase:
    """Two red stars to the left of a house."""
    return teller.frame(_relating(teller, teller.view()))


def _partly(teller: Teller) -> Phrase:
    """The same of two groups among three."""
    relations = [relation for relation in teller.scene.relations if relation.kind in ("left", "above", "beside")]
    return teller.frame(_relating(teller, teller.turned(teller.rng.choice(relations))))


def _relating(teller: Teller, view: View) -> Body:
    nominal = teller.name(view.subject)
    told = nominal.phrase() + (COMMA if teller.holds(view.subject) else Phrase())
    return Body(told + teller.place(view, definite=False), nominal.many, nominal.many)


def _placed(teller: Teller) -> Phrase:
    """The two red stars are to the left of the house."""
    view = teller.view().natural
    subject = teller.name(view.subject, definite=True)
    return statement(Clause(subject, lexicon.ESTAR, complement=teller.place(view, definite=True)))


def _fronted(teller: Teller) -> Phrase:
    """To the left of the house there are two red stars."""
    view = teller.view().natural
    nominal = teller.name(view.subject)
    place = teller.place(view, definite=teller.rng.random() < 0.5)
    return place + teller.there(nominal.many) + nominal.phrase()


def _accompanied(teller: Teller) -> Phrase:
    """A house with two red stars on its left."""
    view = teller.view().natural
    nominal = teller.thing(view.others[0])
    told = nominal.phrase() + WITH + teller.thing(view.subject).phrase() + _NEAR_IT[view.kind][nominal.many]
    return teller.frame(Body(told, nominal.many, nominal.many))


def _containing(teller: Teller) -> Phrase:
    """The circle contains two red stars."""
    definite = teller.rng.random() < 0.5
    return teller.thing(1, definite).phrase() + _CONTAINS + teller.thing(0).phrase()


def _apart(teller: Teller) -> bool:
    """Whether the groups are on different sides of the picture, and the third, if any, in its middle."""
    if len(teller.outer) == 1:
        return False
    first, *middle, last = (teller.scene.centre(group, teller.axis) - 0.5 for group in teller.outer)
    return first < -_MIDDLE and last > _MIDDLE and all(abs(centre) <= _MIDDLE for centre in middle)


@dataclass(frozen=True)
class _Form:
    """A way of telling: its share among those that fit, the most captions of a picture in it, and where it fits."""

    tell: Callable[[Teller], Phrase]
    weight: float
    most: int
    fits: Callable[[Teller], bool]


def _has(*numbers: int) -> Callable[[Teller], bool]:
    return lambda teller: len(teller.groups) > 1 and len(teller.slots) in numbers


_FORMS = {
    "thing": _Form(_thing, 5, CAPTIONS, lambda teller: len(teller.groups) == 1),
    "quality": _Form(_quality, 1, 1, lambda teller: len(teller.groups) == 1),
    "listing": _Form(_listing, 0.5, 1, _has(1, 2, 3)),
    "order": _Form(_order, 1, 2, _has(3)),
    "sides": _Form(_sides, 1, 2, _apart),
    "related": _Form(_related, 3, 2, _has(1, 2, 3)),
    "partly": _Form(_partly, 0.4, 1, _has(3)),
    "placed": _Form(_placed, 1.5, 2, _has(1, 2, 3)),
    "fronted": _Form(_fronted, 1.5, 2, _has(1, 2, 3)),
    "accompanied": _Form(_accompanied, 1, 1, lambda teller: len(teller.groups) == 2),
    "containing": _Form(_containing, 0.5, 1, lambda teller: teller.scene.description.layout == "inside"),
}
