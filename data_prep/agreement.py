"""Sentences whose verb agrees with a noun far back: "the cats , which already saw the berry and the dog , were calm".

The words between noun and verb are of both numbers, so only a reader that remembers the first noun knows the verb. How
many words they are is given, which makes it a measure of memory (the example is after Cho et al. 2014, the idea that of
Elman 1991 and Linzen et al. 2016).

  python -m data_prep.agreement --distance 20 --sentences 5
"""

import argparse
import random
from collections.abc import Sequence
from dataclasses import dataclass

from seq2seq.cli.arguments import Parser, at_least, whole_number
from seq2seq.errors import run_command

SINGULAR = ("cat", "dog", "bird", "horse", "mouse", "wolf", "child", "fox")
PLURAL = ("cats", "dogs", "birds", "horses", "mice", "wolves", "children", "foxes")
VERBS = ("was", "were")
"""Of a singular subject and of a plural one."""

_THINGS = ("apple", "fish", "egg", "berry"), ("apples", "fishes", "eggs", "berries")
_ADJECTIVES = ("old", "small", "red", "sweet", "cold")
_BEGINNING = (",", "which", "already", "saw")
_ENDS = ("calm", "happy", "asleep")
_SHORTEST_SIGHT = 2  # words
LEAST_DISTANCE = len(_BEGINNING) + _SHORTEST_SIGHT + 1
"""Words between noun and verb, at least: the clause with its two commas."""


@dataclass(frozen=True)
class Sentence:
    """A sentence in words, with its verb.

    Attributes:
        words: all of them.
        verb: the place of the verb; the noun that it agrees with stands at place 1.
    """

    words: tuple[str, ...]
    verb: int

    @property
    def before(self) -> tuple[str, ...]:
        """What stands before the verb."""
        return self.words[: self.verb]

    @property
    def plural(self) -> bool:
        """Whether the verb is that of a plural."""
        return self.words[self.verb] == VERBS[1]


def sentence(distance: int, plural: bool, chance: random.Random) -> Sentence:
    """A sentence with so many words between its noun and its verb.

    Args:
        distance: `LEAST_DISTANCE` or more.
        plural: number of the noun.
        chance: draws the words.

    Raises:
        ValueError: too small a distance.

    >>> found = sentence(12, True, random.Random(1))
    >>> found.words[found.verb], found.verb - 2
    ('were', 12)
    """
    if distance < LEAST_DISTANCE:
        raise ValueError(f"distance {distance}: must be {LEAST_DISTANCE} or more")
    noun = chance.choice(PLURAL if plural else SINGULAR)
    between = (*_BEGINNING, *_sight(distance - len(_BEGINNING) - 1, chance), ",")
    before = ("the", noun, *between)
    return Sentence((*before, VERBS[plural], chance.choice(_ENDS), "."), len(before))


def sentences(distance: int, count: int, seed: int) -> list[Sentence]:
    """So many sentences, half of them plural, in random order."""
    chance = random.Random(seed)
    numbers = [bool(number % 2) for number in range(count)]
    chance.shuffle(numbers)
    return [sentence(distance, plural, chance) for plural in numbers]


def vocabulary() -> list[str]:
    """Every word that a sentence can hold, in a fixed order."""
    words = ["the", "and", ".", *_BEGINNING, *SINGULAR, *PLURAL, *VERBS, *_ADJECTIVES, *_ENDS]
    return list(dict.fromkeys([*words, *(word for number in _THINGS for word in number)]))


def _sight(words: int, chance: random.Random) -> list[str]:
    """Things to see, of both numbers, joined by "and", in so many words."""
    sight: list[str] = []
    left = words
    while left > 4:  # a thing has 2 to 4 words, and what is left after "and" must be one
        size = chance.choice([size for size in (2, 3, 4) if left - size - 1 >= _SHORTEST_SIGHT])
        sight += [*_thing(size, chance), "and"]
        left -= size + 1
    return sight + _thing(left, chance)


def _thing(words: int, chance: random.Random) -> list[str]:
    nouns = chance.choice([*_THINGS, SINGULAR, PLURAL])  # creatures, too: any of them could be the subject
    return ["the", *(chance.choice(_ADJECTIVES) for _ in range(words - 2)), chance.choice(nouns)]


def main(arguments: Sequence[str] | None = None) -> None:
    """Print sentences."""
    parser = Parser(
        prog="python -m data_prep.agreement",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--distance", type=at_least(LEAST_DISTANCE), default=10, help="words between noun and verb")
    parser.add_argument("--sentences", type=at_least(1), default=10, help="how many (default: %(default)s)")
    parser.add_argument("--seed", type=whole_number, default=1, help="default: %(default)s")
    parser.add_argument("--until-verb", action="store_true", help="end each with its verb, to see what that hangs on")
    options = parser.parse_args(arguments)
    for found in sentences(options.distance, options.sentences, options.seed):
        print(" ".join(found.words[: found.verb + 1] if options.until_verb else found.words))


if __name__ == "__main__":
    run_command(main)
