"""Made-up test sets and systems."""

import math
import random
from collections.abc import Callable

import pytest

from seq2seq.report.system import Details, System, TestSet

NOUNS = ("dog", "cat", "house", "tree", "boy", "girl", "river", "table", "city", "horse")
VERBS = ("sees", "finds", "likes", "wants", "paints")
RECORD = {"name": "toy", "split": "dev", "files": [{"role": "pairs", "name": "dev.tsv", "sha256": "ab" * 32}]}


def sentence(chance: random.Random) -> str:
    clauses = [
        f"the {chance.choice(NOUNS)} {chance.choice(VERBS)} the {chance.choice(NOUNS)}"
        for _ in range(chance.choice((1, 1, 2, 3)))
    ]
    return " and ".join(clauses).capitalize() + "."


@pytest.fixture
def text_set() -> TestSet:
    """300 sentences, whose source is the reference backwards."""
    chance = random.Random(1)
    references = [sentence(chance) for _ in range(300)]
    training = [sentence(chance) for _ in range(100)]
    sources = [" ".join(text.split()[::-1]) for text in references]
    return TestSet(False, sources, [[text] for text in references], "en", RECORD, training)


@pytest.fixture
def caption_set() -> TestSet:
    """60 pictures with three captions each."""
    chance = random.Random(2)
    references = [[sentence(chance) for _ in range(3)] for _ in range(60)]
    return TestSet(
        True, [f"{n}.png" for n in range(60)], references, "en", RECORD, [sentence(chance) for _ in range(50)]
    )


@pytest.fixture
def spoil() -> Callable[..., System]:
    """A function (test, wrong, name) that makes a system which gets a share of words wrong, and suspects which."""

    def make(test: TestSet, wrong: float, name: str = "spoilt", seed: int = 3) -> System:
        chance = random.Random(seed)
        outputs, details = [], []
        for texts in test.references:
            words, log_probs = [], []
            for word in texts[0].split():
                bad = chance.random() < wrong
                words.append("zebra" if bad else word)
                log_probs.append(math.log(chance.uniform(0.05, 0.6) if bad else chance.uniform(0.3, 0.99)))
            outputs.append(" ".join(words))
            details.append(Details((*(f"▁{word}" for word in words), "</s>"), (*log_probs, -0.05)))
        return System(name, outputs, details)

    return make


@pytest.fixture
def perfect() -> Callable[[TestSet], System]:
    """A function that makes the output file of whoever copied the first reference."""

    def make(test: TestSet) -> System:
        return System("perfect", [texts[0] for texts in test.references])

    return make
