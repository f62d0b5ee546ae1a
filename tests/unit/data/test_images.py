import io
import os
import struct
import subprocess
import sys
import threading
import warnings
import zlib

import numpy as np
import pytest
from PIL import Image, ImageOps

from seq2seq.data import images
from seq2seq.data.images import MAX_PIXELS, ImageError, load_image, picture_suffixes
from seq2seq.data.transform import ImageTransform
from seq2seq.errors import UserError

RED, BLUE, WHITE, BLACK = (255, 0, 0), (0, 0, 255), (255, 255, 255), (0, 0, 0)


@pytest.fixture(autouse=True)
def _no_warnings():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        yield


def _two_colours(left=RED, right=BLUE, size=(16, 8), mode="RGB") -> Image.Image:
    image = Image.new(mode, size, left)
    image.paste(right, (size[0] // 2, 0, *size))
    return image


def _saved(image: Image.Image, kind: str, **options) -> bytes:
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def _values(image: Image.Image) -> np.ndarray:
    return np.asarray(image).astype(int)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "GIF", "WEBP", "TIFF", "BMP", "PPM", "TGA"])
def test_every_kind_of_file_is_read_from_its_path_and_its_bytes(tmp_path, kind):
    data = _saved(_two_colours(), kind)
    (tmp_path / "picture").write_bytes(data)
    for source in (tmp_path / "picture", str(tmp_path / "picture"), data):
        image = load_image(source)
        assert (image.mode, image.size) == ("RGB", (16, 8))
        assert np.abs(_values(image) - _values(_two_colours())).mean() < 12


def test_a_picture_of_pillow_stays_as_it_is():
    image = _two_colours()
    loaded = load_image(image)
    assert loaded is not image
    loaded.putpixel((0, 0), WHITE)
    assert image.getpixel((0, 0)) == RED


def _palette(transparent: int) -> Image.Image:
    image = Image.new("P", (2, 1))
    image.putpalette([*RED, *BLUE])
    image.putpixel((1, 0), 1)
    image.info["transparency"] = transparent
    return image


TRANSPARENT = [
    (_palette(0), ["PNG", "GIF"], [WHITE, BLUE]),
    (_palette(1), ["PNG", "GIF"], [RED, WHITE]),
    (_two_colours((255, 0, 0, 0), (0, 0, 255, 255), (2, 1), "RGBA"), ["PNG", "WEBP", "TIFF"], [WHITE, BLUE]),
    (_two_colours((0, 0, 0, 51), (0, 0, 0, 255), (2, 1), "RGBA"), ["PNG"], [(204, 204, 204), BLACK]),
    (_two_colours((0, 0), (0, 255), (2, 1), "LA"), ["PNG"], [WHITE, BLACK]),
    (_two_colours((0, 0), (0, 255), (2, 1), "La"), [], [WHITE, BLACK]),
    (_two_colours((0, 0, 0, 0), (0, 0, 0, 255), (2, 1), "RGBa"), [], [WHITE, BLACK]),
]


@pytest.mark.parametrize(("image", "kinds", "due"), TRANSPARENT)
def test_what_is_transparent_shows_white(image, kinds, due):
    for source in (image, *(_saved(image, kind, lossless=True) for kind in kinds)):
        assert [load_image(source).getpixel((x, 0)) for x in (0, 1)] == due


@pytest.mark.parametrize(
    ("image", "colour"),
    [
        (_two_colours(0, 255, (2, 1), "L"), 0),
        (_two_colours(BLACK, WHITE, (2, 1)), BLACK),
        (_two_colours(0, 1, (2, 1), "1"), 0),
    ],
)
def test_a_colour_that_stands_for_transparent_shows_white(image, colour):
    loaded = load_image(_saved(image, "PNG", transparency=colour))
    assert [loaded.getpixel((x, 0)) for x in (0, 1)] == [WHITE, WHITE]


def test_black_and_white_and_print_colours():
    assert [load_image(_two_colours(0, 1, (2, 1), "1")).getpixel((x, 0)) for x in (0, 1)] == [BLACK, WHITE]
    cmyk = Image.new("CMYK", (8, 8), (0, 255, 255, 0))
    for source in (cmyk, _saved(cmyk, "JPEG"), _saved(cmyk, "TIFF")):
        assert np.abs(_values(load_image(source)) - RED).max() < 12


RAMP = np.linspace(0, 65535, 256).round().astype(np.uint16).reshape(1, 256)
GREY = [
    (RAMP, np.arange(256)),
    (RAMP // 256, np.arange(256) / 257),  # dark, and of 16 bits all the same
    (RAMP.astype(np.int32), np.arange(256)),
    (np.arange(256, dtype=np.int32)[None], np.arange(256)),
    (np.linspace(-(2**31), 2**31 - 1, 256).astype(np.int32)[None], np.arange(256)),
    (np.linspace(0, 1, 256, dtype=np.float32)[None], np.arange(256)),
    (np.arange(256, dtype=np.float32)[None], np.arange(256)),
    (np.linspace(-3e38, 3e38, 256, dtype=np.float32)[None], np.arange(256)),
    (np.full((1, 4), -7.0, np.float32), np.zeros(4)),
    (np.array([[np.nan, np.inf, -np.inf, 1]], np.float32), np.array([0, 0, 0, 255])),
]


@pytest.mark.parametrize(("grey", "due"), GREY)
def test_grey_of_more_than_eight_bits_is_scaled_and_not_clipped(grey, due):
    image = Image.fromarray(grey)
    sources = [image, _saved(image, "TIFF"), *([_saved(image, "PNG")] if grey.dtype == np.uint16 else [])]
    for source in sources:
        loaded = _values(load_image(source))
        assert (loaded == loaded[..., :1]).all()
        assert np.abs(loaded[0, :, 0] - due).max() <= 1


@pytest.mark.parametrize("mode", ["I", "F", "I;16", "RGBA", "LA", "La", "RGBa", "PA", "P"])
def test_strip_by_strip_it_is_the_same_picture(monkeypatch, mode):
    values = np.random.default_rng(1).integers(0, 256, (13, 7, 4), dtype=np.uint8)
    image = Image.fromarray(values).convert({"I;16": "I"}.get(mode, "RGBA" if mode != "PA" else "P")).convert(mode)
    if mode == "P":
        image.info["transparency"] = 3
    whole = load_image(image)
    for pixels in (1, 20, 50):
        monkeypatch.setattr(images, "_STRIP", pixels)
        assert load_image(image) == whole


def test_sixteen_bits_in_the_other_byte_order():
    image = Image.frombytes("I;16B", (256, 1), RAMP.astype(">u2").tobytes())
    for source in (image, _saved(image, "TIFF")):
        assert np.abs(_values(load_image(source))[0, :, 0] - np.arange(256)).max() <= 1


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_the_rotation_that_exif_asks_for_is_done(kind, orientation):
    image = _two_colours(size=(64, 32))
    image.paste(WHITE, (0, 0, 16, 16))
    exif = Image.Exif()
    exif[0x0112] = orientation
    shown = load_image(_saved(image, kind, exif=exif))
    image.getexif()[0x0112] = orientation
    upright = ImageOps.exif_transpose(image)
    assert shown.size == upright.size == ((64, 32) if orientation < 5 else (32, 64))
    assert np.abs(_values(shown) - _values(upright)).mean() < 12


@pytest.mark.parametrize("kind", ["JPEG", "MPO"])
@pytest.mark.parametrize("orientation", [1, 3, 6])
def test_a_large_jpeg_is_decoded_at_a_part_of_its_size(kind, orientation):
    image = _two_colours(size=(1000, 600))
    exif = Image.Exif()
    exif[0x0112] = orientation
    data = _saved(image, kind, exif=exif)
    whole = load_image(data)
    for enough, part in ((600, 1), (301, 1), (300, 2), (100, 4), (10, 8)):
        shown = load_image(data, enough)
        assert shown.size == tuple(side // part for side in whole.size)
    for transform in (ImageTransform(32, (0, 0, 0), (1, 1, 1)), ImageTransform(32, (0, 0, 0), (1, 1, 1), "crop")):
        for crop in (None, (0.2, 0.3, 0.9, 1.0)):
            full, part = (transform.pixels(each, crop=crop) for each in (whole, load_image(data, transform.enough)))
            assert (full - part).abs().mean() < 0.01


def test_only_files_of_jpeg_are_decoded_at_a_part_of_their_size():
    image = Image.open(io.BytesIO(_saved(_two_colours(size=(64, 64)), "JPEG")))
    assert load_image(image, 8).size == image.size == (64, 64), "a picture of Pillow stays as it is"
    assert load_image(_saved(_two_colours(size=(64, 64)), "PNG"), 8).size == (64, 64)


def test_the_names_of_pictures_are_those_of_the_kinds_that_are_read(tmp_path):
    suffixes = picture_suffixes()
    assert {".jpg", ".jpeg", ".jfif", ".png", ".webp", ".tif", ".bmp", ".avif", ".jp2"} <= set(suffixes)
    assert not {".eps", ".pdf", ".mpg"} & set(suffixes), "Pillow knows them, but they are not read"


def test_damaged_exif_data_is_no_reason_to_refuse():
    assert load_image(_saved(_two_colours(), "JPEG", exif=b"Exif\0\0MM\0*nonsense")).size == (16, 8)


def _with_a_tag_beyond_its_end() -> bytes:
    """A TIFF of which Pillow says that the data of a tag is larger than the file."""
    data = bytearray(_saved(_two_colours(), "TIFF", description="x" * 50))
    entry = data.index(struct.pack("<HHI", 270, 2, 51))
    data[entry + 4 : entry + 8] = struct.pack("<I", 1 << 20)
    return bytes(data)


def test_warnings_of_pillow_stay_within_and_others_do_not():
    damaged = _with_a_tag_beyond_its_end()
    with pytest.warns(UserWarning, match="larger than file"):
        Image.open(io.BytesIO(damaged)).load()
    before = list(warnings.filters)
    threads = [threading.Thread(target=lambda: [load_image(damaged) for _ in range(200)]) for _ in range(4)]
    failed = []
    hook, threading.excepthook = threading.excepthook, failed.append
    for thread in threads:
        thread.start()
    with pytest.raises(UserWarning, match="mine"):
        warnings.warn("mine", stacklevel=1)
    for thread in threads:
        thread.join()
    threading.excepthook = hook
    assert not failed
    assert warnings.filters == before


def test_what_pillow_logs_is_not_written(tmp_path):
    (tmp_path / "damaged.tif").write_bytes(_with_a_tag_beyond_its_end())
    program = "import sys, logging; from seq2seq.data.images import load_image; load_image(sys.argv[1]); "
    program += "logging.getLogger('PIL.TiffImagePlugin').error('logged')"
    done = subprocess.run([sys.executable, "-c", program, tmp_path / "damaged.tif"], capture_output=True, check=True)
    assert done.stderr == b""


@pytest.mark.parametrize("kind", ["GIF", "PNG", "WEBP", "TIFF"])
def test_of_an_animation_the_first_frame_is_taken(kind):
    frames = [Image.new("RGB", (8, 8), colour) for colour in (RED, BLUE, WHITE)]
    options = {"lossless": True} if kind == "WEBP" else {}
    data = _saved(frames[0], kind, save_all=True, append_images=frames[1:], **options)
    assert load_image(data).getpixel((3, 3)) == RED


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def _bomb(width: int, height: int, before: bytes = b"") -> bytes:
    """A small PNG that says it is large, with chunks `before` its pixels."""
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    rows = zlib.compress(bytes(1000))
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + before + _chunk(b"IDAT", rows) + _chunk(b"IEND", b"")


@pytest.mark.parametrize(
    ("width", "height", "told"),
    [
        (9000, 9000, "9,000 x 9,000: 81,000,000 pixels"),
        (12_000, 10_000, "12,000 x 10,000: 120,000,000 pixels"),  # where Pillow only warns
        (20_000, 20_000, "400,000,000 pixels"),  # where Pillow refuses
        (2**31 - 1, 1, "2,147,483,647 pixels"),
    ],
)
def test_a_bomb_is_refused_before_its_pixels_are_read(monkeypatch, width, height, told):
    monkeypatch.setattr(Image.Image, "load", lambda *_: pytest.fail("pixels were read"))
    with pytest.raises(ImageError, match=f"{told} are over the limit of {MAX_PIXELS:,}") as refused:
        load_image(_bomb(width, height))
    assert refused.value.fault == "over-large"


@pytest.mark.parametrize("chunk", [b"zTXtComment\0\0", b"iTXtComment\0\1\0\0\0", b"iCCPProfile\0\0"])
@pytest.mark.parametrize("megabytes", [0.1, 4])
def test_over_large_text_beside_a_picture_is_told(chunk, megabytes):
    data = _bomb(2, 2, _chunk(chunk[:4], chunk[4:] + zlib.compress(bytes(int(megabytes * 2**20)))))
    if megabytes < 1:
        assert load_image(data).size == (2, 2)
        return
    with pytest.raises(ImageError, match=r"text or colour profile in the file, .*, is over-large; save it without"):
        load_image(data)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF", "BMP"])
def test_a_truncated_file_is_refused(kind):
    noise = Image.fromarray(np.random.default_rng(1).integers(0, 256, (64, 64, 3), dtype=np.uint8))
    data = _saved(noise, kind)
    for kept in (0.95, 0.5):
        with pytest.raises(ImageError) as refused:
            load_image(data[: int(len(data) * kept)])
        assert refused.value.fault in ("truncated", "broken")
        assert "\n" not in str(refused.value)
    if kind in ("JPEG", "PNG"):
        assert refused.value.fault == "truncated"


def _not_pictures(folder):
    (folder / "empty.jpg").touch()
    (folder / "text.jpg").write_text("a dog runs\n" * 100)
    (folder / "folder.jpg").mkdir()
    (folder / "page.eps").write_text("%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\nshowpage\n")
    os.mkfifo(folder / "pipe.jpg")
    return [
        ("empty.jpg", "broken", "an empty file"),
        ("text.jpg", "broken", "not a picture"),
        ("folder.jpg", "broken", "a folder"),
        ("page.eps", "broken", "of a kind that is not read"),
        ("pipe.jpg", "broken", "not an ordinary file"),
        ("none.jpg", "missing", "no such file"),
        ("none/none.jpg", "missing", "no such file"),
        ("nul\0.jpg", "missing", "no such file"),
        ("x" * 5000, "broken", "cannot be read"),
    ]


def test_what_is_no_picture_is_told_in_one_line_with_its_name(tmp_path):
    for name, fault, told in _not_pictures(tmp_path):
        with pytest.raises(ImageError, match=told) as refused:
            load_image(tmp_path / name)
        assert isinstance(refused.value, UserError)
        assert refused.value.fault == fault
        assert "\n" not in str(refused.value)
        assert name.rpartition("/")[2][:3] in str(refused.value)
    with pytest.raises(ImageError, match="an empty file"):
        load_image(b"")
    with pytest.raises(ImageError, match="0 x 5 pixels"):
        load_image(Image.new("RGB", (0, 5)))
