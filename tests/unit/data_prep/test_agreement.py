import random

import pytest

from data_prep.agreement import LEAST_DISTANCE, PLURAL, SINGULAR, sentence, sentences, vocabulary


@pytest.mark.parametrize("distance", [LEAST_DISTANCE, LEAST_DISTANCE + 1, 9, 10, 11, 12, 13, 40, 81])
@pytest.mark.parametrize("plural", [False, True])
def test_the_verb_agrees_with_a_noun_just_so_far_back(distance, plural):
    for seed in range(20):
        found = sentence(distance, plural, random.Random(seed))
        assert found.words[1] in (PLURAL if plural else SINGULAR)
        assert found.words[found.verb] == ("were" if plural else "was")
        assert found.verb - 2 == distance
        assert found.words[2] == found.words[found.verb - 1] == ","
        assert found.plural is plural
        assert found.before == found.words[: found.verb]
        assert set(found.words) <= set(vocabulary())
        sight = found.words[6 : found.verb - 1]
        assert sight[0] == "the"
        assert sight[-1] not in ("the", "and")


def test_nothing_but_the_noun_tells_the_verb():
    """What stands in between is of both numbers, whatever the noun is."""
    for plural in (False, True):
        between = [word for seed in range(40) for word in sentence(30, plural, random.Random(seed)).before[2:]]
        assert any(word in SINGULAR for word in between)
        assert any(word in PLURAL for word in between)
    same = [sentence(30, plural, random.Random(5)) for plural in (False, True)]
    assert same[0].before[2:] == same[1].before[2:]


def test_half_of_the_sentences_are_plural_and_a_seed_gives_the_same():
    found = sentences(12, 100, seed=1)
    assert sum(one.plural for one in found) == 50
    assert found == sentences(12, 100, seed=1)
    assert found != sentences(12, 100, seed=2)
    assert len({one.words for one in found}) > 90


def test_too_small_a_distance_is_refused():
    with pytest.raises(ValueError, match=f"distance 3: must be {LEAST_DISTANCE} or more"):
        sentence(3, True, random.Random(1))


def test_every_word_is_once_in_the_vocabulary():
    assert len(set(vocabulary())) == len(vocabulary())
