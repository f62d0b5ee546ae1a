"""The Spanish-English corpus that the repository ships: a hand-written phrasebook and sentences of a small grammar."""

from itertools import accumulate
from pathlib import Path
from random import Random

from data_prep.sample import complex_sentences, questions, simple_sentences
from data_prep.sample.grammar import Pair

PHRASEBOOK = Path(__file__).with_name("phrasebook.tsv")
GENERATED_PAIRS = 10_000
LONGEST = 14

_PATTERNS = (*simple_sentences.PATTERNS, *questions.PATTERNS, *complex_sentences.PATTERNS)


def phrasebook_pairs() -> list[Pair]:
    """Return the hand-written pairs, Spanish first."""
    _, *rows = PHRASEBOOK.read_text(encoding="utf-8").splitlines()
    return [(es, en) for es, en in (row.split("\t") for row in rows)]


def sentence_pairs(generated: int = GENERATED_PAIRS, seed: int = 1) -> list[Pair]:
    """Return all (Spanish, English) pairs: the phrasebook, then `generated` sentences of the grammar.

    No side stands twice among the generated pairs or in both parts, so a sentence has one translation here. The same
    arguments always give the same pairs in the same order.
    """
    rng = Random(seed)
    pairs = phrasebook_pairs()
    seen = {side for pair in pairs for side in pair}
    patterns = [pattern for pattern, _ in _PATTERNS]
    weights = list(accumulate(weight for _, weight in _PATTERNS))
    wanted = len(pairs) + generated
    while len(pairs) < wanted:
        pair = rng.choices(patterns, cum_weights=weights)[0](rng)
        fits = all(3 <= len(side.split()) <= LONGEST for side in pair)
        if fits and seen.isdisjoint(pair):
            seen.update(pair)
            pairs.append(pair)
    return pairs
