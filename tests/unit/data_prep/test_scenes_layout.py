import math
from collections import Counter
from itertools import combinations
from random import Random

import pytest
from scene_reader import is_true

from data_prep.scenes.layout import MARGIN, RADII, place
from data_prep.scenes.world import BACKGROUNDS, CLASHES, COLOURS, LAYOUTS, SHAPES, Scene, draw_description


@pytest.fixture(scope="module")
def scenes() -> list[Scene]:
    rng = Random(3)
    placed = (place(draw_description(rng), rng) for _ in range(1500))
    return [scene for scene in placed if scene]


def test_nothing_touches_and_nothing_leaves_the_picture(scenes):
    for scene in scenes:
        inside = {(relation.subject, relation.others[0]) for relation in scene.relations if relation.kind == "inside"}
        numbered = [(group, item) for group, items in enumerate(scene.items) for item in items]
        for _, item in numbered:
            assert min(item.x, item.y) - item.radius >= MARGIN - 1e-3
            assert max(item.x, item.y) + item.radius <= 1 - MARGIN + 1e-3
        for (group, one), (other_group, other) in combinations(numbered, 2):
            if (group, other_group) not in inside:
                assert math.hypot(one.x - other.x, one.y - other.y) > one.radius + other.radius, scene


def test_relations_are_plain_to_see(scenes):
    kinds = Counter()
    for scene in scenes:
        for relation in scene.relations:
            kinds[relation.kind] += 1
            if relation.kind != "between":
                about = map(str, (relation.subject, *relation.others))
                assert is_true((relation.kind, *about), scene.as_json())
            else:
                assert is_true(("between", *map(str, (relation.subject, *relation.others))), scene.as_json())
    assert set(kinds) == {"left", "above", "inside", "between", "beside"}


def test_sizes_do_not_overlap(scenes):
    bounds = [bound for size in ("small", "medium", "big") for bound in RADII[size]]
    assert bounds == sorted(bounds)
    for scene in scenes:
        for group, items in zip(scene.description.groups, scene.items, strict=True):
            assert len(items) == group.count
            low, high = RADII[group.size]
            assert all(0.95 * low < item.radius for item in items)
            assert group.size == "big" or all(item.radius < 1.03 * high for item in items)


def test_groups_are_told_apart_and_can_be_seen(scenes):
    for scene in scenes:
        description = scene.description
        assert len({(group.colour, group.shape) for group in description.groups}) == len(description.groups)
        assert not {(group.colour, description.background) for group in description.groups} & CLASHES


def test_everything_occurs(scenes):
    groups = [group for scene in scenes for group in scene.description.groups]
    assert {group.shape for group in groups} == set(SHAPES)
    assert {group.colour for group in groups} == set(COLOURS)
    assert {group.count for group in groups} == {1, 2, 3, 4}
    assert {scene.description.background for scene in scenes} == set(BACKGROUNDS)
    assert {scene.description.layout for scene in scenes} == set(LAYOUTS)
    assert {group.count for scene in scenes if len(scene.items) > 1 for group in scene.description.groups} == {
        1,
        2,
        3,
        4,
    }
