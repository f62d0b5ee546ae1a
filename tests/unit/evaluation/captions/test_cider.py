import math
import pickle
import random
import time
from collections import Counter

import pytest

from seq2seq.evaluation.captions.bleu import BleuReward
from seq2seq.evaluation.captions.cider import CiderD

chance = random.Random(13)
PICTURES = [
    [chance.choices("abcdefgh", k=chance.randint(1, 9)) for _ in range(chance.randint(1, 4))] for _ in range(25)
]
CAPTIONS = [chance.choice([*references, chance.choices("abcdefgh", k=6)]) for references in PICTURES]


def by_the_paper(tokens, picture, pictures, longest=4, sigma=6.0):
    """Equation by equation, nothing remembered."""

    def grams(words, order):
        return Counter(tuple(words[start : start + order]) for start in range(len(words) - order + 1))

    def weights(words, order):
        found = {}
        for ngram, count in grams(words, order).items():
            having = sum(any(ngram in grams(reference, order) for reference in references) for references in pictures)
            found[ngram] = count * math.log(len(pictures) / max(1, having))
        return found

    total = 0.0
    for order in range(1, longest + 1):
        own = weights(tokens, order)
        for reference in pictures[picture]:
            its = weights(reference, order)
            product = sum(min(weight, its.get(ngram, 0)) * its.get(ngram, 0) for ngram, weight in own.items())
            norms = math.hypot(*own.values()) * math.hypot(*its.values())
            penalty = math.exp(-((len(tokens) - len(reference)) ** 2) / (2 * sigma**2))
            total += penalty * product / norms / len(pictures[picture]) if norms else 0
    return 10 * total / longest


def test_as_by_the_paper():
    cider = CiderD(PICTURES)
    for number, tokens in enumerate(CAPTIONS):
        assert cider.score(tokens, number) == pytest.approx(by_the_paper(tokens, number, PICTURES))


def test_the_only_reference_scores_ten_and_a_stranger_nothing():
    pictures = [[["a", "b", number // 2, "d", number]] for number in range(6)]
    cider = CiderD(pictures)
    assert cider.score(pictures[2][0], 2) == pytest.approx(10)
    assert cider.score(["x", "y"], 2) == cider.score([], 2) == 0
    assert 0 < cider.score(pictures[3][0], 2) < 10


def test_what_all_pictures_have_counts_nothing():
    assert CiderD([[["a"]], [["a"]]]).score(["a"], 0) == 0
    assert CiderD([[["a", "b"]]]).score(["a", "b"], 0) == 0


def test_values_do_not_depend_on_the_batch_nor_on_what_a_token_is():
    cider = CiderD(PICTURES)
    numbers = list(range(len(CAPTIONS)))
    together = cider.scores(CAPTIONS, numbers)
    assert together == [cider.score(tokens, number) for tokens, number in zip(CAPTIONS, numbers, strict=True)]
    assert cider.scores(CAPTIONS[::-1], numbers[::-1]) == together[::-1]
    ids = CiderD([[list(map(ord, reference)) for reference in references] for references in PICTURES])
    assert ids.scores([list(map(ord, tokens)) for tokens in CAPTIONS], numbers) == together
    assert pickle.loads(pickle.dumps(cider)).scores(CAPTIONS, numbers) == together


@pytest.mark.parametrize("kind", [CiderD, BleuReward])
def test_quick_enough_for_self_critical_training(kind):
    words = [f"w{number}" for number in range(2000)]
    pictures = [[chance.choices(words, k=12) for _ in range(5)] for _ in range(1000)]
    reward = kind(pictures)
    numbers = [chance.randrange(1000) for _ in range(64) for _ in range(5)]
    captions = [chance.choice(pictures[number]) for number in numbers]
    durations = []
    for _ in range(3):
        started = time.thread_time()
        reward.scores(captions, numbers)
        durations.append(time.thread_time() - started)
    assert min(durations) < 1  # 0.03 s on an idle core
