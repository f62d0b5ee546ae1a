"""The entries of the sample corpus's bilingual lexicon, and how they are read from compact "es = en" tables."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Phrase:
    """The same words in Spanish and English; phrases join with `+`, and a comma closes up."""

    es: str = ""
    en: str = ""

    def __add__(self, other: "Phrase") -> "Phrase":
        return Phrase(_joined(self.es, other.es), _joined(self.en, other.en))


def _joined(first: str, second: str) -> str:
    space = "" if second.startswith(",") else " "
    return f"{first}{space}{second}".strip()


@dataclass(frozen=True)
class Noun:
    """A noun in the singular; its first tag is its kind (which adjectives fit), the others name fitting verbs."""

    es: str
    en: str
    feminine: bool
    tags: tuple[str, ...]

    @property
    def mass(self) -> bool:
        """Whether the noun takes no number and no indefinite article."""
        return "mass" in self.tags


@dataclass(frozen=True)
class Adjective:
    """An adjective in the masculine singular, the kinds of noun that it fits, and whether it stands before them."""

    es: str
    en: str
    kinds: tuple[str, ...]
    before: bool = False


Aspect = Literal["activity", "event", "motion", "state"]


@dataclass(frozen=True)
class Verb:
    """A verb, the tag of the nouns that can be its object, and the kind of happening it names.

    `generic` verbs take bare objects when they name a habit ("she buys apples"); others a definite one.
    """

    es: str
    en: str
    objects: str = ""
    aspect: Aspect = "activity"
    generic: bool = False
    reflexive: bool = False


@dataclass(frozen=True)
class Modal:
    """A verb that takes an infinitive, with the words that link the two; the English comes with its "to"."""

    es: str
    en: str


def read_phrases(table: str) -> tuple[Phrase, ...]:
    """Read "es = en" entries separated by semicolons."""
    pairs = (" ".join(entry.split()).split(" = ") for entry in table.split(";"))
    return tuple(Phrase(es, en) for es, en in pairs)


def read_nouns(tags: str, table: str) -> tuple[Noun, ...]:
    """Read nouns whose Spanish article shows the gender ("el pan = bread"); agua counts as "la" here."""
    entries = ((*entry.es.split(maxsplit=1), entry.en) for entry in read_phrases(table))
    return tuple(Noun(es, en, article == "la", tuple(tags.split())) for article, es, en in entries)


def read_adjectives(kinds: str, table: str, before: bool = False) -> tuple[Adjective, ...]:
    """Read adjectives in the masculine singular."""
    return tuple(Adjective(entry.es, entry.en, tuple(kinds.split()), before) for entry in read_phrases(table))


def read_verbs(aspect: Aspect, table: str, generic: bool = False) -> tuple[Verb, ...]:
    """Read verbs with the tag of their objects: "comer food = eat"; an infinitive in -se is reflexive."""
    verbs = []
    for entry in read_phrases(table):
        infinitive, _, objects = entry.es.partition(" ")
        reflexive = infinitive.endswith("se")
        verbs.append(Verb(infinitive.removesuffix("se"), entry.en, objects, aspect, generic, reflexive))
    return tuple(verbs)
