"""What captions name: people, animals, colours and the like, by a small lexicon (lexicon.yaml)."""

import functools
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import yaml

CLASSES = (
    "people",
    "animals",
    "clothing",
    "vehicles",
    "things",
    "places",
    "colours",
    "numbers",
    "relations",
    "actions",
)
LANGUAGES = ("en", "es")
_NOUNS = CLASSES[:6]
_ANY = "any"
_LONGEST = 4  # words of a form


class Concept(NamedTuple):
    """Something that a caption can name."""

    kind: str
    name: str

    @property
    def words(self) -> str:
        """What people call it: of "any" the class.

        >>> Concept("relations", "in_front").words, Concept("people", "any").words
        ('in front', 'any people')
        """
        return f"any {self.kind}" if self.name == _ANY else self.name.replace("_", " ")


class Lexicon:
    """The words of one language for the concepts of all classes.

    Args:
        language: one of LANGUAGES.
    """

    def __init__(self, language: str) -> None:
        self._also: set[frozenset[Concept]] = set()
        self._forms: dict[tuple[str, ...], Concept] = {}
        made: dict[tuple[str, ...], Concept] = {}
        for kind, concepts in _read().items():
            for name, entry in concepts.items():
                concept = Concept(kind, name)
                self._also |= {frozenset((concept, Concept(kind, other))) for other in entry.get("also", ())}
                for word in entry[language].split():
                    form = tuple(word.split("_"))
                    self._forms.setdefault(form, concept)
                    for inflected in inflect(form[-1], kind, language):
                        made.setdefault((*form[:-1], inflected), concept)
        self._forms = made | self._forms  # what is written there goes before what a rule makes

    def find(self, words: Sequence[str]) -> set[Concept]:
        """The concepts that a caption, given as its words (see `text_words`), names; the longest form wins."""
        found = set()
        place = 0
        while place < len(words):
            for length in range(min(_LONGEST, len(words) - place), 0, -1):
                concept = self._forms.get(tuple(words[place : place + length]))
                if concept is not None:
                    found.add(concept)
                    place += length - 1
                    break
            place += 1
        return found

    def is_among(self, concept: Concept, others: Iterable[Concept]) -> bool:
        """Whether one of the others is the same, or may mean the same."""
        return any(
            concept == other
            or (concept.kind == other.kind and _ANY in (concept.name, other.name))
            or frozenset((concept, other)) in self._also
            for other in others
        )


def lexicon_for(language: str | None) -> Lexicon | None:
    """The lexicon of a language by its code ("en", "en-GB"), or None where there is none."""
    primary = re.split("[-_]", language or "")[0].lower()
    return _lexicon(primary) if primary in LANGUAGES else None


def inflect(word: str, kind: str, language: str) -> Iterator[str]:
    """The regular forms of a word; some that do not exist are among them, which nobody writes.

    >>> list(inflect("city", "places", "en"))
    ['citys', 'cityes', 'cities']
    """
    if kind in _NOUNS:
        yield from _english_plurals(word) if language == "en" else _spanish_plurals(word)
    elif kind == "actions":
        yield from _english_verb(word) if language == "en" else _spanish_verb(word)
    elif kind == "colours" and language == "es":
        for ending in (word, f"{word[:-1]}a") if word.endswith("o") else (word,):
            yield ending
            yield from _spanish_plurals(ending)


def _english_plurals(word: str) -> Iterator[str]:
    yield from (f"{word}s", f"{word}es")
    for ending, plural in (("y", "ies"), ("man", "men"), ("fe", "ves"), ("f", "ves")):
        if word.endswith(ending):
            yield word.removesuffix(ending) + plural


def _spanish_plurals(word: str) -> Iterator[str]:
    yield from (f"{word}s", f"{word}es")
    if word.endswith("z"):
        yield f"{word[:-1]}ces"
    if word[-1] in "ns":  # camión, camiones; autobús, autobuses
        plain = unicodedata.normalize("NFD", word[-2])[0]
        yield f"{word[:-2]}{plain}{word[-1]}es"


def _english_verb(word: str) -> Iterator[str]:
    yield from (f"{word}s", f"{word}es")
    for stem in (word, word.removesuffix("e"), word + word[-1]):
        yield from (f"{stem}ing", f"{stem}ed")
    if word.endswith("y"):
        yield from (f"{word[:-1]}ies", f"{word[:-1]}ied")


def _spanish_verb(word: str) -> Iterator[str]:
    stem = word[:-2]
    if word.endswith("ar"):
        yield from (f"{stem}{ending}" for ending in ("a", "an", "ando"))
    elif word.endswith(("er", "ir")):
        yield from (f"{stem}{ending}" for ending in ("e", "en", "iendo"))


@functools.cache
def _lexicon(language: str) -> Lexicon:
    return Lexicon(language)


@functools.cache
def _read() -> dict[str, dict[str, Any]]:
    return yaml.safe_load((Path(__file__).parent / "lexicon.yaml").read_text(encoding="utf-8"))
