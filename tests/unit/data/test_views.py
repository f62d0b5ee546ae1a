import pytest
import torch
from PIL import Image

from seq2seq.data.transform import ImageTransform
from seq2seq.data.views import check_views, view_square
from seq2seq.errors import UserError

TRANSFORM = ImageTransform(16, (0.0,) * 3, (1.0,) * 3)
PICTURE = Image.merge("RGB", [Image.linear_gradient("L").rotate(angle) for angle in (0, 90, 180)])


def test_plain_is_the_transform_and_flip_its_mirror_image():
    plain, flip = (view_square(TRANSFORM, PICTURE, view, "x") for view in ("plain", "flip"))
    assert torch.equal(plain, TRANSFORM.square(PICTURE))
    assert torch.equal(flip, plain.flip(1))


def test_crops_are_decided_by_the_seed():
    first, again, other = (view_square(TRANSFORM, PICTURE, "crop", seed) for seed in ("1", "1", "2"))
    assert torch.equal(first, again)
    assert not torch.equal(first, other)
    assert torch.equal(view_square(TRANSFORM, PICTURE, "flip_crop", "1"), first.flip(1))


@pytest.mark.parametrize("seed", range(50))
def test_crops_show_most_of_the_picture(seed):
    red = view_square(TRANSFORM, PICTURE, "crop", str(seed))[..., 0]
    assert red.max().item() - red.min().item() > 0.6 * 255


@pytest.mark.parametrize(
    ("views", "message"),
    [
        ([], "^data.views: the first must be 'plain'"),
        (["flip"], "^data.views: the first must be 'plain'"),
        (["plain", "crops"], "^data.views: 'crops' is not one of plain, flip, crop, flip_crop; did you mean 'crop'"),
    ],
)
def test_wrong_views_are_told(views, message):
    with pytest.raises(UserError, match=message):
        check_views(views, "data.views")
