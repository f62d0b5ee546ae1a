"""The words of the scenes' captions in Spanish and English, and noun phrases that agree in both."""

from collections.abc import Mapping, Sequence
from random import Random
from typing import TypeVar

from data_prep.sample import english, spanish
from data_prep.sample.entries import Adjective, Noun, Phrase, read_adjectives, read_nouns, read_phrases
from data_prep.sample.grammar import Nominal
from data_prep.scenes.world import Group

Word = TypeVar("Word")

# The usual word comes first; the others are said now and then.
NOUNS: Mapping[str, Sequence[Noun]] = {
    "circle": read_nouns("shape", "el círculo = circle; el disco = disc"),
    "square": read_nouns("shape", "el cuadrado = square"),
    "triangle": read_nouns("shape", "el triángulo = triangle"),
    "star": read_nouns("shape", "la estrella = star"),
    "heart": read_nouns("shape", "el corazón = heart"),
    "moon": read_nouns("shape", "la luna = moon; la luna = crescent moon"),
    "house": read_nouns("shape", "la casa = house"),
    "tree": read_nouns("shape", "el árbol = tree"),
    "flower": read_nouns("shape", "la flor = flower"),
    "fish": read_nouns("shape", "el pez = fish"),
    "boat": read_nouns("shape", "el barco = boat; el velero = sailing boat"),
    "butterfly": read_nouns("shape", "la mariposa = butterfly"),
}
COLOURS: Mapping[str, Sequence[Adjective]] = {
    "red": read_adjectives("colour", "rojo = red"),
    "orange": read_adjectives("colour", "naranja = orange; anaranjado = orange"),
    "yellow": read_adjectives("colour", "amarillo = yellow"),
    "green": read_adjectives("colour", "verde = green"),
    "blue": read_adjectives("colour", "azul = blue"),
    "purple": read_adjectives("colour", "morado = purple; violeta = violet"),
    "pink": read_adjectives("colour", "rosa = pink; rosado = pink"),
    "white": read_adjectives("colour", "blanco = white"),
}
SIZES: Mapping[str, Sequence[Adjective]] = {
    "small": read_adjectives("size", "pequeño = small; pequeño = little")
    + read_adjectives("size", "pequeño = small", before=True),
    "big": read_adjectives("size", "grande = big; grande = large")
    + read_adjectives("size", "grande = big", before=True),
}
NUMBERS = {2: Phrase("dos", "two"), 3: Phrase("tres", "three"), 4: Phrase("cuatro", "four")}
BACKGROUNDS: Mapping[str, Sequence[Phrase]] = {
    "day": read_phrases("de día = in the daytime; durante el día = during the day"),
    "night": read_phrases("de noche = at night; por la noche = at night"),
    "sunset": read_phrases("al atardecer = at sunset; al caer el sol = at sundown"),
} | {
    name: read_phrases(
        f"sobre un fondo {es} = on a {name} background; sobre fondo {es} = on a {name} background; "
        f"ante un fondo {es} = against a {name} background"
    )
    for name, es in (
        ("white", "blanco"),
        ("grey", "gris"),
        ("black", "negro"),
        ("beige", "beis"),
        ("light blue", "azul claro"),
        ("light green", "verde claro"),
    )
}
# How the first group stands to the second; the right, below and around are seen from the other side.
RELATIONS: Mapping[str, Sequence[Phrase]] = {
    "left": read_phrases("a la izquierda de = to the left of; a la izquierda de = on the left of"),
    "right": read_phrases("a la derecha de = to the right of; a la derecha de = on the right of"),
    "above": read_phrases("encima de = above; por encima de = over; encima de = over"),
    "below": read_phrases("debajo de = below; debajo de = under; por debajo de = beneath"),
    "inside": read_phrases("dentro de = inside; en el interior de = inside; en = in"),
    "around": read_phrases("alrededor de = around"),
    "beside": read_phrases("junto a = next to; al lado de = next to; al lado de = beside"),
    "between": read_phrases("entre = between"),
}
OPPOSITES = {"left": "right", "above": "below", "inside": "around", "beside": "beside"}

_ARTICLES = ("el", "la", "los", "las")
_PRENOMINAL = {"grande": "gran"}
_USUAL = 0.7  # share of the usual word where there are others
_SHARE_OF_ONE = 0.1  # of "one star" beside "a star"


def pick(words: Sequence[Word], rng: Random) -> Word:
    """Pick the usual word, or now and then another."""
    if len(words) == 1 or rng.random() < _USUAL:
        return words[0]
    return rng.choice(words[1:])


def noun_phrase(
    group: Group, rng: Random, definite: bool = False, coloured: bool = True, sized: bool = False
) -> Nominal:
    """Say what a group is: how many, of which size and colour, of which shape.

    Args:
        group: what is spoken of.
        rng: picks among words of one meaning.
        definite: "the two stars", not "two stars".
        coloured: say the colour.
        sized: say the size, where it is small or big.
    """
    noun = pick(NOUNS[group.shape], rng)
    many = group.count > 1
    es, en = (spanish.plural(noun.es), english.plural(noun.en)) if many else (noun.es, noun.en)
    adjectives = [pick(COLOURS[group.colour], rng)] if coloured else []
    adjectives += [pick(SIZES[group.size], rng)] if sized and group.size in SIZES else []
    for adjective in adjectives:  # the colour stands next to the noun in both languages
        form = spanish.agree(adjective.es, noun.feminine, many)
        es = f"{_PRENOMINAL.get(form, form)} {es}" if adjective.before else f"{es} {form}"
        en = f"{adjective.en} {en}"
    if many:
        es, en = f"{NUMBERS[group.count].es} {es}", f"{NUMBERS[group.count].en} {en}"
    if definite:
        es, en = f"{_ARTICLES[2 * many + noun.feminine]} {es}", f"the {en}"
    elif not many:
        es = f"{'una' if noun.feminine else 'un'} {es}"
        en = f"one {en}" if rng.random() < _SHARE_OF_ONE else english.with_article(en)
    return Nominal(es, en, slot=4 if many else 2, feminine=noun.feminine)
