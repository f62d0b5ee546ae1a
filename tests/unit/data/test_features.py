import errno
import itertools
import json
import pickle
import signal
import subprocess
import sys
import time

import numpy as np
import pytest
import torch
import toy_pictures
from toy_pictures import ToyNet, draw

from seq2seq import progress
from seq2seq.data import features
from seq2seq.data.features import FeatureCache
from seq2seq.data.images import load_image
from seq2seq.data.prepared import PreparedFolder
from seq2seq.data.views import view_square
from seq2seq.encoders.backbone import Backbone
from seq2seq.errors import UserError

NEVER = 250.0  # seconds within which anything here has happened


@pytest.fixture
def files(tmp_path):
    return draw(tmp_path / "pictures", 7)


def expected(path, view="plain"):
    square = view_square(ToyNet.transform, load_image(path), view)
    return ToyNet()(ToyNet.transform.normalise(square[None]))[0]


def kept(cache_folder):
    (folder,) = (path for path in cache_folder.iterdir() if path.is_dir())
    return folder


@pytest.mark.parametrize("batch_size", [1, 3, 100])
@pytest.mark.parametrize(("half", "dtype", "tolerance"), [(True, torch.float16, 1e-3), (False, torch.float32, 0.0)])
def test_features_of_each_picture(tmp_path, files, batch_size, half, dtype, tolerance):
    cache = FeatureCache.of_files(tmp_path / "cache", files, ToyNet(), ["plain", "flip"], batch_size, half)
    assert len(cache) == 7
    assert (cache.views, cache.grid) == (2, (2, 2))
    for name, path in files.items():
        for number, view in enumerate(["plain", "flip"]):
            assert cache[name, number].dtype == dtype
            torch.testing.assert_close(cache[name, number].float(), expected(path, view), rtol=tolerance, atol=0)


def test_batches_in_any_order_with_one_view_or_one_each(tmp_path, files):
    cache = FeatureCache.of_files(tmp_path / "cache", files, ToyNet(), ["plain", "flip"])
    names = ["5.png", "0.png", "5.png"]
    rows = cache.rows(names)
    assert torch.equal(cache.batch(rows), torch.stack([cache[name, 0] for name in names]))
    views = np.array([1, 0, 0])
    each = torch.stack([cache[name, view] for name, view in zip(names, views, strict=True)])
    assert torch.equal(cache.batch(rows, views), each)
    assert cache.batch(rows[:0]).shape == (0, 4, 3)


def test_what_is_there_is_not_computed_again(tmp_path, files):
    FeatureCache.of_files(tmp_path / "cache", dict(list(files.items())[:4]), ToyNet())
    net = ToyNet()
    cache = FeatureCache.of_files(tmp_path / "cache", files, net)
    assert net.seen == 3
    for name, path in files.items():
        torch.testing.assert_close(cache[name, 0].float(), expected(path), rtol=1e-3, atol=0)


@pytest.mark.parametrize(
    "change",
    [
        {"weights": "other"},
        {"name": "tot"},
        {"layer": "halves"},
        {"transform": toy_pictures.ImageTransform(4, (0.5,) * 3, (1.0,) * 3)},
    ],
)
def test_another_backbone_or_transform_has_features_of_its_own(tmp_path, files, change):
    FeatureCache.of_files(tmp_path / "cache", files, ToyNet())
    net = ToyNet()
    for attribute, value in change.items():
        setattr(net, attribute, value)
    FeatureCache.of_files(tmp_path / "cache", files, net)
    assert net.seen == 7


def test_a_changed_picture_is_computed_anew(tmp_path, files):
    FeatureCache.of_files(tmp_path / "cache", files, ToyNet())
    files["2.png"].write_bytes(draw(tmp_path / "others", 1, first=99)["99.png"].read_bytes())
    net = ToyNet()
    cache = FeatureCache.of_files(tmp_path / "cache", files, net)
    assert net.seen == 1
    for name in ("1.png", "2.png", "3.png"):
        torch.testing.assert_close(cache[name, 0].float(), expected(files[name]), rtol=1e-3, atol=0)


def test_how_far_the_work_has_come_is_shown(tmp_path, files, monkeypatch, capsys):
    monkeypatch.setattr(progress, "_SECONDS_BETWEEN_LINES", -1.0)
    FeatureCache.of_files(tmp_path / "cache", dict(list(files.items())[:2]), ToyNet(), batch_size=1)
    capsys.readouterr()
    FeatureCache.of_files(tmp_path / "cache", files, ToyNet(), batch_size=2)
    told = [line for line in capsys.readouterr().err.splitlines() if line.startswith("computing features")]
    assert [line.partition(" pictures")[0] for line in told] == [
        f"computing features: {done} of 7" for done in (4, 6, 7)
    ]


def test_pictures_with_the_same_bytes_share(tmp_path, files):
    files["4.png"].write_bytes(files["1.png"].read_bytes())
    net = ToyNet()
    cache = FeatureCache.of_files(tmp_path / "cache", files, net)
    assert net.seen == 6
    assert len(set(cache.rows(list(files)).tolist())) == 6
    assert torch.equal(cache["4.png", 0], cache["1.png", 0])


def test_crops_do_not_depend_on_the_run(tmp_path, files):
    views = ["plain", "crop", "crop", "flip_crop"]
    cache = FeatureCache.of_files(tmp_path / "one", files, ToyNet(), views, batch_size=5)
    other = FeatureCache.of_files(tmp_path / "two", dict(reversed(files.items())), ToyNet(), views)
    for name, (first, second) in itertools.product(files, itertools.combinations(range(4), 2)):
        assert torch.equal(cache[name, first], other[name, first])
        assert not torch.equal(cache[name, first], cache[name, second])


def test_of_a_prepared_folder(tmp_path, files):
    manifest = {"task": "captions", "languages": ["en"], "images": {"folder": str(tmp_path / "pictures")}}
    table = "".join(f"{name}\t{'0' * 64}\t8\t8\n" for name in files)
    (tmp_path / "images.tsv").write_text(f"image\tsha256\twidth\theight\n{table}")
    cache = FeatureCache.open(PreparedFolder(tmp_path, manifest), ToyNet())
    assert (tmp_path / ".features" / "contents.json").exists()
    torch.testing.assert_close(cache["3.png", 0].float(), expected(files["3.png"]), rtol=1e-3, atol=0)


def test_another_process_maps_the_file(tmp_path, files):
    cache = FeatureCache.of_files(tmp_path / "cache", files, ToyNet())
    sent = pickle.dumps(cache)
    assert len(sent) < 1500
    assert torch.equal(pickle.loads(sent)["6.png", 0], cache["6.png", 0])


def start(tmp_path, count=40):
    script = [sys.executable, toy_pictures.__file__, tmp_path / "cache", tmp_path / "pictures", str(count)]
    process = subprocess.Popen(script, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    deadline = time.monotonic() + NEVER
    while time.monotonic() < deadline and process.poll() is None:
        lines = [path.read_text().count("\n") for path in (tmp_path / "cache").glob("*/pictures.txt")]
        if lines and 3 <= lines[0] < count:
            return process
        time.sleep(0.01)
    process.kill()
    raise AssertionError(process.communicate()[1])


def test_a_killed_run_goes_on_where_it_was(tmp_path):
    process = start(tmp_path)
    process.send_signal(signal.SIGKILL)
    process.wait()
    done = (kept(tmp_path / "cache") / "pictures.txt").read_text().count("\n")
    with (kept(tmp_path / "cache") / "features.bin").open("ab") as half_written:
        half_written.write(b"\x7f" * 11)
    with (kept(tmp_path / "cache") / "pictures.txt").open("a") as half_written:
        half_written.write("0123456789abcdef")
    net, files = ToyNet(), draw(tmp_path / "pictures", 40)
    cache = FeatureCache.of_files(tmp_path / "cache", files, net)
    assert 3 <= done < 40
    assert net.seen == 40 - done
    for name, path in files.items():
        torch.testing.assert_close(cache[name, 0].float(), expected(path), rtol=1e-3, atol=0)


def test_a_second_process_waits_and_computes_nothing(tmp_path, capsys):
    process = start(tmp_path)
    net, files = ToyNet(), draw(tmp_path / "elsewhere", 40)
    cache = FeatureCache.of_files(tmp_path / "cache", files, net)
    assert process.communicate(timeout=NEVER)[0] == "40\n"
    assert "another process computes these features; waiting for it" in capsys.readouterr().err
    assert net.seen == 0
    assert len(cache) == 40


def test_an_error_keeps_what_was_computed(tmp_path, files):
    files["5.png"].write_bytes(b"no picture")
    with pytest.raises(UserError, match=r"5\.png: not a picture"):
        FeatureCache.of_files(tmp_path / "cache", files, ToyNet(), batch_size=1)
    del files["5.png"]
    net = ToyNet()
    FeatureCache.of_files(tmp_path / "cache", files, net)
    assert net.seen < 6


def test_a_missing_picture_is_named(tmp_path, files):
    files["5.png"].unlink()
    with pytest.raises(UserError, match=r"5\.png: cannot be read"):
        FeatureCache.of_files(tmp_path / "cache", files, ToyNet())


def test_features_beyond_half_precision_are_refused(tmp_path, files):
    class Huge(ToyNet):
        def __call__(self, pixels):
            return super().__call__(pixels) * 1e6

    with pytest.raises(UserError, match=r"features from \S+ to \S+ cannot be kept as float16, which ends at 6.55e\+04"):
        FeatureCache.of_files(tmp_path / "cache", files, Huge())
    assert len(FeatureCache.of_files(tmp_path / "cache", files, Huge(), half=False)) == 7

    class Broken(ToyNet):
        def __call__(self, pixels):
            return super().__call__(pixels) * float("nan")

    with pytest.raises(UserError, match="features from nan to nan cannot be kept"):
        FeatureCache.of_files(tmp_path / "cache", files, Broken(weights="broken"))


def test_too_little_room_is_told_before_the_work(tmp_path, files, monkeypatch):
    monkeypatch.setattr(features.shutil, "disk_usage", lambda _folder: features.shutil._ntuple_diskusage(100, 99, 1))
    net = ToyNet()
    with pytest.raises(UserError, match=r"the features of 7 pictures take 0.0 GB, but only 0.0 GB are free; make room"):
        FeatureCache.of_files(tmp_path / "cache", files, net)
    assert net.seen == 0


def test_a_full_disk_is_told_in_one_line(tmp_path, files, monkeypatch):
    def full(_descriptor):
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(features.os, "fsync", full)
        with pytest.raises(UserError, match=r"cannot be written \(No space left on device\)"):
            FeatureCache.of_files(tmp_path / "cache", files, ToyNet())
    net = ToyNet()
    FeatureCache.of_files(tmp_path / "cache", files, net)
    assert net.seen == 7


def test_a_folder_that_cannot_be_written_is_told_in_one_line(tmp_path, files):
    (tmp_path / "file").write_text("")
    with pytest.raises(UserError, match=r"/file/\w+.*: cannot be (read|written) \(Not a directory\)"):
        FeatureCache.of_files(tmp_path / "file", files, ToyNet())


def test_a_trained_backbone_is_refused(tmp_path, files):
    net = ToyNet()
    net.frozen = False
    with pytest.raises(ValueError, match="only a frozen one's can be kept"):
        FeatureCache.of_files(tmp_path / "cache", files, net)


def test_wrong_views_are_told(tmp_path, files):
    with pytest.raises(UserError, match=r"^views: the first must be 'plain'"):
        FeatureCache.of_files(tmp_path / "cache", files, ToyNet(), ["flip"])


def test_the_folder_says_what_is_in_it(tmp_path, files):
    FeatureCache.of_files(tmp_path / "cache", files, ToyNet())
    about = json.loads((kept(tmp_path / "cache") / "about.json").read_text())
    assert about["backbone"] == "toy"
    assert about["shape"] == [1, 4, 3]
    array = np.fromfile(kept(tmp_path / "cache") / "features.bin", about["dtype"]).reshape(-1, *about["shape"])
    assert len(array) == 7


def test_a_backbone_gives_what_it_gives_without_the_cache(tmp_path, files):
    torch.manual_seed(1)
    backbone = Backbone("small_cnn", weights="none", fine_tune="none", image_size=32)
    cache = FeatureCache.of_files(tmp_path / "cache", files, backbone, batch_size=3, half=False)
    pixels = torch.stack([backbone.transform.pixels(load_image(path)) for path in files.values()])
    torch.testing.assert_close(cache.batch(cache.rows(list(files))), backbone(pixels), rtol=1e-4, atol=1e-5)
    halved = FeatureCache.of_files(tmp_path / "cache", files, backbone)
    torch.testing.assert_close(halved.batch(halved.rows(list(files))).float(), backbone(pixels), rtol=1e-3, atol=1e-3)
