import numpy as np
import pytest
import torch
from PIL import Image

from seq2seq.data.transform import ImageTransform

HALF = ImageTransform(8, (0.5, 0.5, 0.5), (0.5, 0.25, 0.5))


@pytest.mark.parametrize("resize", ["squash", "crop"])
@pytest.mark.parametrize("size", [(1, 1), (1, 3000), (3000, 1), (5, 7), (300, 200)])
def test_a_picture_of_any_size_becomes_a_square(size, resize):
    transform = ImageTransform(8, (0.5, 0.5, 0.5), (0.5, 0.25, 0.5), resize)
    for crop in (None, (0.1, 0.2, 0.9, 1.0)):
        pixels = transform.pixels(Image.new("RGB", size, (255, 0, 51)), crop=crop)
        assert pixels.shape == (3, 8, 8)
        assert pixels.dtype == torch.float32
        torch.testing.assert_close(pixels, torch.tensor([1.0, -2.0, -0.6]).view(3, 1, 1).expand(3, 8, 8))


def test_squash_shows_all_and_crop_the_middle():
    image = Image.new("RGB", (32, 8), "black")
    image.paste("white", (12, 0, 20, 8))
    assert (ImageTransform(8, (0, 0, 0), (1, 1, 1), "crop").pixels(image) == 1).all()
    squashed = ImageTransform(8, (0, 0, 0), (1, 1, 1)).pixels(image)
    assert squashed[:, :, [0, -1]].max() == 0
    assert squashed[:, :, 3:5].min() > 0.7


def test_flip_mirrors_and_crop_takes_a_part():
    image = Image.new("RGB", (32, 32), "red")
    image.paste("blue", (16, 0, 32, 32))
    torch.testing.assert_close(HALF.pixels(image, flip=True), HALF.pixels(image).flip(2))
    left = HALF.pixels(image, crop=(0, 0, 0.5, 1))
    red = HALF.pixels(Image.new("RGB", (9, 9), "red"))
    torch.testing.assert_close(left[..., :-1], red[..., :-1])  # beside the edge Pillow mixes in what is beyond it
    torch.testing.assert_close(HALF.pixels(image, flip=True, crop=(0, 0, 0.5, 1)), left.flip(2))
    torch.testing.assert_close(HALF.pixels(image, crop=(0, 0, 1, 1)), HALF.pixels(image))


def test_a_batch_of_squares_becomes_the_pixels_of_each():
    transform = ImageTransform(8, (0.485, 0.456, 0.406), (0.229, 0.224, 0.225))
    noise = np.random.default_rng(1).integers(0, 256, (3, 9, 7, 3), dtype=np.uint8)
    squares = torch.stack([transform.square(Image.fromarray(each)) for each in noise])
    assert squares.dtype == torch.uint8
    pixels = transform.normalise(squares)
    assert torch.equal(pixels, torch.stack([transform.pixels(Image.fromarray(each)) for each in noise]))
    mean, std = (torch.tensor(numbers).view(3, 1, 1) for numbers in (transform.mean, transform.std))
    torch.testing.assert_close(pixels, (squares.permute(0, 3, 1, 2) / 255 - mean) / std)


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ((0, (0, 0, 0), (1, 1, 1)), "size 0"),
        ((8, (0, 0), (1, 1, 1)), "three numbers"),
        ((8, (0, 0, 0), (1, 0, 1)), "std above 0"),
        ((8, (0, 0, 0), (1, 1, 1), "stretch"), "resize 'stretch'"),
    ],
)
def test_a_transform_of_nonsense_is_refused(values, told):
    with pytest.raises(ValueError, match=told):
        ImageTransform(*values)
