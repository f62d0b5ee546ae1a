"""Drawing the scenes of train, dev and test, so that dev and test ask for more than what training has shown."""

from collections.abc import Callable, Iterator, Mapping
from random import Random
from typing import Literal

from data_prep.scenes.layout import place
from data_prep.scenes.world import Description, Scene, draw_description
from seq2seq.data.prepared import SPLITS

Novelty = Literal["scene", "colour", "relation"]
NOVELTIES: tuple[Novelty, ...] = ("scene", "colour", "scene", "relation")  # dev and test take them in turn

# (colour, shape) and (shape, relation, shape) that no other split shows than the one named.
HELD_OUT: dict[str, dict[Novelty, tuple[tuple[str, ...], ...]]] = {
    "dev": {
        "colour": (
            ("green", "circle"),
            ("pink", "triangle"),
            ("orange", "moon"),
            ("blue", "tree"),
            ("purple", "fish"),
            ("yellow", "boat"),
        ),
        "relation": (
            ("house", "left", "tree"),
            ("circle", "left", "star"),
            ("moon", "above", "boat"),
            ("triangle", "above", "flower"),
            ("star", "inside", "circle"),
        ),
    },
    "test": {
        "colour": (
            ("orange", "square"),
            ("purple", "star"),
            ("blue", "heart"),
            ("pink", "house"),
            ("white", "flower"),
            ("red", "butterfly"),
        ),
        "relation": (
            ("fish", "left", "butterfly"),
            ("heart", "left", "square"),
            ("star", "above", "house"),
            ("tree", "above", "fish"),
            ("heart", "inside", "square"),
        ),
    },
}


def draw_scenes(sizes: Mapping[str, int], seed: int) -> Iterator[tuple[str, Novelty, Scene]]:
    """Yield (split, what is new about it, scene), the scenes of one split together.

    No description comes twice, and what a scene of one split shows, sizes and background apart, is in no other split.
    The same sizes and seed always give the same scenes.

    Args:
        sizes: scenes of each split.
        seed: of everything random.
    """
    described: set[Description] = set()
    owners: dict[tuple[object, ...], str] = {}
    for split in reversed(SPLITS):
        for index in range(sizes[split]):
            novelty = NOVELTIES[index % len(NOVELTIES)] if split in HELD_OUT else "scene"
            rng = Random(f"{seed} {split} {index}")
            scene = _draw(rng, _wanted(split, novelty), described, owners, split)
            described.add(scene.description)
            owners[scene.description.content] = split
            yield split, novelty, scene


def _draw(
    rng: Random,
    wanted: Callable[[Description], bool],
    described: set[Description],
    owners: Mapping[tuple[object, ...], str],
    split: str,
) -> Scene:
    while True:
        description = draw_description(rng)
        if not wanted(description) or description in described:
            continue
        if owners.get(description.content, split) == split and (scene := place(description, rng)):
            return scene


def _wanted(split: str, novelty: Novelty) -> Callable[[Description], bool]:
    """What a scene of a split must show, as a test of its description."""
    due = set(HELD_OUT.get(split, {}).get(novelty, ()))
    barred = {found for kinds in HELD_OUT.values() for group in kinds.values() for found in group} - due

    def fits(description: Description) -> bool:
        shown = description.combinations
        return barred.isdisjoint(shown) and (not due or not due.isdisjoint(shown))

    return fits
