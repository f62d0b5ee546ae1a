import base64
import io

import numpy as np
import pytest
from PIL import Image

from seq2seq.report.page.pictures import SIDES, likely_side, thumbnails


@pytest.fixture
def folder(tmp_path):
    noise = np.random.default_rng(1).integers(0, 256, (300, 400, 3), dtype=np.uint8)
    for number in range(3):
        Image.fromarray(noise).save(tmp_path / f"{number}.png")
    (tmp_path / "broken.jpg").write_bytes(b"\xff\xd8 this is no picture")
    return tmp_path


def decoded(uri: str) -> Image.Image:
    head, _, data = uri.partition(",")
    assert head == "data:image/webp;base64"
    return Image.open(io.BytesIO(base64.b64decode(data)))


def test_thumbnails_keep_the_shape(folder):
    (found,) = thumbnails([str(folder / "0.png")], 320)
    assert decoded(found.uri).size == (found.width, found.height)
    assert found.width / found.height == pytest.approx(4 / 3, abs=0.02)


def test_many_pictures_are_smaller(folder):
    paths = [str(folder / f"{number}.png") for number in range(3)]
    assert likely_side(paths, 3_000_000) == SIDES[0]
    assert likely_side(paths * 1000, 1) == SIDES[-1]
    side = likely_side(paths * 40, 600_000)
    many = thumbnails(paths * 40, side)
    assert many[0].width == side
    assert 300_000 < sum(len(one.uri) for one in many) <= 600_000


def test_unreadable_pictures_say_why(folder):
    good, broken, missing = thumbnails([str(folder / name) for name in ("1.png", "broken.jpg", "missing.jpg")], 64)
    assert good.uri
    assert not broken.uri
    assert "broken.jpg" in broken.problem
    assert "no such file" in missing.problem
    assert str(folder) not in broken.problem + missing.problem


def test_no_pictures_at_all():
    assert thumbnails([], likely_side([], 1000)) == []
