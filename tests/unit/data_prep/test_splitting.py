import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data_prep.splitting import components, draw_splits, matching_key, shared_keys

WORDS = st.sampled_from(["uno", "Dos", "¡dos!", "tres", "cua tro", "cuatro", "...", "?!"])
PAIRS = st.lists(st.tuples(WORDS, st.integers(0, 12).map(str)), max_size=25)

SAME = [
    ("¿Qué tal?", "qué   TAL"),
    ("Straße", "STRASSE"),
    ("it's", "Its!"),
    ("ｆｕｌｌ", "full"),
    ("caf\u00e9", "cafe\u0301"),
]
DIFFERENT = [("él", "el"), ("5 €", "5 $"), ("...", "?!"), ("a", ""), ("सेब", "सब")]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_keys_ignore_case_punctuation_and_form(one, other):
    assert matching_key(one) == matching_key(other) != ""


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_keys_tell_words_apart(one, other):
    assert matching_key(one) != matching_key(other)


@settings(deadline=None)
@given(pairs=PAIRS)
def test_components_are_the_transitive_closure_of_sharing_a_side(pairs):
    keys = [(matching_key(first), matching_key(second)) for first, second in pairs]
    reach = [
        {i} | {j for j in range(len(pairs)) if keys[i][0] == keys[j][0] or keys[i][1] == keys[j][1]}
        for i in range(len(pairs))
    ]
    for _ in pairs:
        reach = [set().union(*(reach[j] for j in near)) for near in reach]
    assert {frozenset(group) for group in components(pairs)} == {frozenset(near) for near in reach}
    assert sorted(itertools.chain(*components(pairs))) == list(range(len(pairs)))


@settings(deadline=None)
@given(pairs=PAIRS, dev=st.integers(0, 6), test=st.integers(0, 6), seed=st.integers(0, 3))
def test_no_sentence_is_in_two_splits_and_no_pair_is_lost(pairs, dev, test, seed):
    drawn = draw_splits(components(pairs), {"dev": dev, "test": test}, seed)
    assert sorted(itertools.chain(*drawn.values())) == list(range(len(pairs)))
    assert len(drawn["dev"]) <= dev
    assert len(drawn["test"]) <= test
    tables = [[pairs[index] for index in indices] for indices in drawn.values()]
    assert all(shared_keys(one, other) == 0 for one, other in itertools.combinations(tables, 2))


def test_single_pairs_give_exact_sizes_by_the_seed():
    groups = [[index] for index in range(1000)]
    sizes = {"dev": 100, "test": 200}
    drawn = draw_splits(groups, sizes, seed=1)
    assert {split: len(indices) for split, indices in drawn.items()} == {"dev": 100, "test": 200, "train": 700}
    assert drawn == draw_splits(groups, sizes, seed=1)
    assert drawn != draw_splits(groups, sizes, seed=2)


def test_shared_keys_counts_each_side_by_its_key():
    train = [("hola", "hello"), ("adiós", "bye"), ("sí", "yes")]
    assert shared_keys(train, [("¡Hola!", "hi"), ("no", "Yes."), ("bye", "adiós")]) == 2
    assert shared_keys(train, []) == 0
