import re
from collections import Counter

import pytest

from data_prep.scenes.splits import HELD_OUT, draw_scenes
from data_prep.scenes.world import COLOURS, CONTAINERS, SHAPES

SIZES = {"train": 600, "dev": 60, "test": 60}


@pytest.fixture(scope="module")
def drawn():
    return list(draw_scenes(SIZES, seed=2))


def _of(split):
    return {combination for group in HELD_OUT[split].values() for combination in group}


def test_every_split_has_its_number(drawn):
    assert Counter(split for split, _, _ in drawn) == SIZES


def test_no_description_comes_twice_and_no_content_is_in_two_splits(drawn):
    descriptions = [scene.description for _, _, scene in drawn]
    assert len(set(descriptions)) == len(descriptions)
    contents = {split: {scene.description.content for s, _, scene in drawn if s == split} for split in SIZES}
    assert sum(map(len, contents.values())) == len(set.union(*contents.values()))


def test_held_out_combinations_are_in_their_split_only(drawn):
    shown = {split: [scene.description.combinations for s, _, scene in drawn if s == split] for split in SIZES}
    for split, sets in shown.items():
        for other in HELD_OUT:
            if other != split:
                assert not set.union(*sets) & _of(other)
    assert _of("dev") <= set.union(*shown["dev"])
    assert _of("test") <= set.union(*shown["test"])


def test_half_of_dev_and_test_shows_something_new(drawn):
    for split in ("dev", "test"):
        of_split = [(novelty, scene.description.combinations) for s, novelty, scene in drawn if s == split]
        assert Counter(novelty for novelty, _ in of_split) == {"scene": 30, "colour": 15, "relation": 15}
        for novelty, combinations in of_split:
            new = {kind for kind, held in HELD_OUT[split].items() if combinations & set(held)}
            assert new == ({novelty} if novelty != "scene" else set())
    assert {novelty for split, novelty, _ in drawn if split == "train"} == {"scene"}


def test_training_shows_every_shape_colour_and_relation_of_what_is_held_out(drawn):
    """What is new in dev and test is the combination, never a part of it."""
    pairs = {pair for split, _, scene in drawn if split == "train" for pair in scene.description.combinations}
    for split in HELD_OUT:
        for colour, shape in HELD_OUT[split]["colour"]:
            assert any(pair[0] == colour for pair in pairs)
            assert any(pair[1] == shape for pair in pairs if len(pair) == 2)
        for first, kind, second in HELD_OUT[split]["relation"]:
            assert any(pair[:2] == (first, kind) for pair in pairs)
            assert any(pair[1:] == (kind, second) for pair in pairs)


def test_held_out_combinations_can_be_drawn_and_are_of_one_split():
    assert not _of("dev") & _of("test")
    for split in HELD_OUT:
        assert all(colour in COLOURS and shape in SHAPES for colour, shape in HELD_OUT[split]["colour"])
        for first, kind, second in HELD_OUT[split]["relation"]:
            assert {first, second} <= set(SHAPES)
            assert kind in ("left", "above") or (kind == "inside" and second in CONTAINERS)


def test_the_seed_decides(drawn):
    assert list(draw_scenes(SIZES, seed=2)) == drawn
    others = {scene.description for _, _, scene in draw_scenes(SIZES, seed=3)}
    assert len(others & {scene.description for _, _, scene in drawn}) < 30


def test_a_split_may_be_empty():
    assert {split for split, _, _ in draw_scenes({"train": 5, "dev": 0, "test": 0}, seed=1)} == {"train"}


def test_descriptions_are_plain_values_with_every_place(drawn):
    told = drawn[0][2].as_json()
    assert set(told) == {"background", "layout", "groups", "relations", "texture"}
    for group in told["groups"]:
        assert set(group) == {"count", "size", "colour", "shape", "items"}
        assert group["count"] == len(group["items"])
        assert all(re.fullmatch(r"-?\d+(\.\d{1,4})?", str(value)) for item in group["items"] for value in item.values())
