from collections import Counter, defaultdict
from random import Random

import numpy as np
import pytest

from data_prep.frames.draw import draw_strip
from data_prep.frames.motion import BACK, LABELS, STILL, Clip, draw_clip

CLIPS = [draw_clip(Random(seed), 12) for seed in range(200)]


def made(**changes) -> Clip:
    settings = {
        "shape": "circle",
        "colour": (250, 250, 250),
        "paper": (20, 20, 20),
        "radius": 0.15,
        "axis": "x",
        "across": 0.5,
        "steps": 7,
        "start": 4,
        "sign": 1,
        "frames": 12,
        "texture": 1,
    }
    return Clip(**{**settings, **changes})


@pytest.mark.parametrize("clip", CLIPS[:50], ids=range(50))
def test_the_labels_say_how_the_shape_came_there(clip):
    places, labels = clip.places(), clip.labels()
    assert len(places) == len(labels) == 12
    assert labels[0] == STILL
    turned, before = False, None
    for (x, y), (to_x, to_y), label in zip(places, places[1:], labels[1:], strict=False):
        moved = (round(to_x - x, 9), round(to_y - y, 9))
        way = {(1, 0): "right", (-1, 0): "left", (0, 1): "down", (0, -1): "up"}[tuple(map(int, np.sign(moved)))]
        turned = turned or (before is not None and way != before)
        before = way
        assert label == (BACK if turned else "") + way
        assert clip.radius - 1e-9 <= min(to_x, to_y)
        assert max(to_x, to_y) <= 1 - clip.radius + 1e-9
        assert max(map(abs, moved)) == pytest.approx((1 - 2 * clip.radius) / clip.steps), "always as fast"


def test_a_shape_turns_at_the_wall_that_it_touches():
    assert made().labels()[:6] == ["still", "right", "right", "right", "back-left", "back-left"]
    assert made().places()[3][0] == pytest.approx(0.85)
    assert made(start=7, sign=-1, axis="y", frames=9).labels() == ["still", *["up"] * 7, "back-down"]


def test_one_frame_does_not_tell_its_label():
    """The same place is reached with many labels, and none of them is nearly always right."""
    by_place = defaultdict(Counter)
    for seed in range(3000):
        clip = draw_clip(Random(seed), 12)
        for (x, y), label in zip(clip.places(), clip.labels(), strict=True):
            by_place[round(4 * x), round(4 * y)][label] += 1
    most = sum(counts.most_common(1)[0][1] for counts in by_place.values())
    assert most / sum(counts.total() for counts in by_place.values()) < 0.4


def test_all_labels_come_often():
    counts = Counter(label for seed in range(1000) for label in draw_clip(Random(seed), 12).labels())
    assert set(counts) == set(LABELS)
    assert min(counts.values()) > 0.04 * counts.total()


def test_drawing_the_same_clip_gives_the_same_picture_and_another_one_another():
    first, again, other = (draw_strip(clip, 16) for clip in (CLIPS[0], CLIPS[0], CLIPS[1]))
    assert (first.size, first.mode) == ((192, 16), "RGB")
    assert first.tobytes() == again.tobytes() != other.tobytes()


@pytest.mark.parametrize("shape", ["circle", "square", "triangle", "diamond"])
def test_the_shape_is_where_the_description_says(shape):
    clip = made(shape=shape)
    strip = np.asarray(draw_strip(clip, 40).convert("L"), dtype=float)
    for number, (x, y) in enumerate(clip.places()):
        frame = strip[:, 40 * number : 40 * (number + 1)] > 128
        rows, columns = frame.nonzero()
        assert (columns.mean() + 0.5) / 40 == pytest.approx(x, abs=0.02)
        assert (rows.mean() + 0.5) / 40 == pytest.approx(y, abs=0.05), "a triangle's middle is not its centre"
