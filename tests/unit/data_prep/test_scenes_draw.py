import io
import math

import numpy as np
import pytest

from data_prep.scenes.draw import draw_scene
from data_prep.scenes.paint import COLOURS as PAINTED
from data_prep.scenes.paint import PAPERS
from data_prep.scenes.shapes import PARTS
from data_prep.scenes.splits import draw_scenes
from data_prep.scenes.world import BACKGROUNDS, CLASHES, COLOURS, SHAPES, Description, Group, Item, Scene


def _alone(shape="star", colour="red", background="grey", texture=1, **item):
    group = Group(1, "big", colour, shape)
    return Scene(
        Description(background, "alone", (group,)),
        ((Item(**{"x": 0.5, "y": 0.5, "radius": 0.3} | item),),),
        (),
        texture,
    )


def _pixels(scene, size=64):
    return np.asarray(draw_scene(scene, size)).astype(int)


def _png(scene):
    file = io.BytesIO()
    draw_scene(scene, 64).save(file, "PNG")
    return file.getvalue()


@pytest.fixture(scope="module")
def scenes():
    return [scene for _, _, scene in draw_scenes({"train": 40, "dev": 0, "test": 0}, seed=4)]


def test_everything_in_the_world_can_be_drawn():
    assert set(PARTS) == set(SHAPES)
    assert set(PAINTED) == set(COLOURS)
    assert set(PAPERS) == set(BACKGROUNDS)


@pytest.mark.parametrize("shape", SHAPES)
def test_shapes_keep_to_their_circle_and_fill_it(shape):
    reach = [math.hypot(*point) for part in PARTS[shape] for point in part.polygon]
    assert max(reach) <= 1.12
    empty, drawn = _pixels(_alone(shape, radius=0.0001)), _pixels(_alone(shape))
    changed = np.abs(drawn - empty).max(axis=2) > 12
    rows, columns = np.nonzero(changed)
    assert (np.hypot(rows - 31.5, columns - 31.5) <= 0.3 * 64 * 1.3 + 1).all()
    assert changed.sum() > 0.3 * math.pi * (0.3 * 64) ** 2


@pytest.mark.parametrize("background", BACKGROUNDS)
@pytest.mark.parametrize("colour", COLOURS)
def test_every_colour_stands_out_from_every_background(colour, background):
    if (colour, background) in CLASHES:
        return
    empty = _pixels(_alone("square", colour, background, radius=0.0001))
    drawn = _pixels(_alone("square", colour, background))
    inside = np.s_[26:38, 26:38]
    assert np.abs(drawn[inside] - empty[inside]).max(axis=2).min() > 25
    assert np.abs(drawn[inside].mean(axis=(0, 1)) - PAINTED[colour]).max() < 20


def test_colours_are_told_apart():
    values = np.array([PAINTED[colour] for colour in COLOURS])
    distances = np.abs(values[:, None] - values[None]).max(axis=2) + 1000 * np.eye(len(values))
    assert distances.min() >= 60


def test_the_same_scene_gives_the_same_bytes_and_no_two_are_alike(scenes):
    files = [_png(scene) for scene in scenes]
    assert [_png(scene) for scene in scenes] == files
    assert len(set(files)) == len(files)


def test_two_pictures_of_one_description_differ_in_texture_place_turn_and_shade():
    first = _pixels(_alone())
    for other in (_alone(texture=2), _alone(x=0.48), _alone(degrees=10), _alone(shade=1)):
        assert (_pixels(other) != first).any()


@pytest.mark.parametrize("size", [32, 96, 130])
def test_a_picture_has_the_size_asked_for_and_shows_the_same(scenes, size):
    picture = draw_scene(scenes[0], size)
    assert (picture.size, picture.mode) == ((size, size), "RGB")
    small, reference = (np.asarray(draw_scene(scenes[0], s).resize((16, 16))).astype(int) for s in (size, 64))
    assert np.abs(small - reference).mean() < 6


def test_edges_are_smooth():
    """Halfway between body and background there are many pixels in between."""
    row = _pixels(_alone("circle", "white", "black"), 96)[:, :, 0]
    assert len(np.unique(row)) > 60
