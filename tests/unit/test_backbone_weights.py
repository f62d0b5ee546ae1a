import os
import urllib.error
from pathlib import Path

import pytest
import safetensors.torch
import torch
from PIL import Image

from seq2seq.data.images import load_image
from seq2seq.encoders import weights
from seq2seq.encoders.backbone import Backbone
from seq2seq.encoders.small_cnn import SmallCNN
from seq2seq.errors import UserError

DATA = Path(__file__).resolve().parents[2].parent / "shared" / "data"
MOBILENET = DATA / "weights" / "mobilenet_v2_imagenet.pth"
PICTURES = DATA / "flickr8k" / "images"


@pytest.fixture
def table():
    torch.manual_seed(1)
    return SmallCNN().state_dict()


def open_small(path, **options):
    return Backbone("small_cnn", weights=str(path), image_size=32, **options)


WAYS = {
    "bare.pth": lambda table, path: torch.save(table, path),
    "wrapped.pt": lambda table, path: torch.save({"state_dict": table, "epoch": 3}, path),
    "parallel.ckpt": lambda table, path: torch.save({"model": {f"module.{k}": v for k, v in table.items()}}, path),
    "model.safetensors": lambda table, path: safetensors.torch.save_file(table, path),
    "no counters.bin": lambda table, path: torch.save(
        {key: value for key, value in table.items() if "num_batches" not in key}, path
    ),
}


@pytest.mark.parametrize("name", WAYS)
def test_weights_of_a_file(tmp_path, table, name):
    WAYS[name](table, tmp_path / name)
    backbone = open_small(tmp_path / name)
    for key, tensor in backbone.body.state_dict().items():
        assert torch.equal(tensor, table[key]), key
    assert backbone.frozen, "what comes with weights is not trained unless that is asked for"


def test_what_lies_behind_the_cut_is_not_needed(tmp_path, table):
    extra = {"classifier.1.weight": torch.zeros(3), "classifier.1.bias": torch.zeros(3)}
    torch.save(table | extra, tmp_path / "a.pth")
    note = open_small(tmp_path / "a.pth").describe().splitlines()[2]
    assert note.endswith("a.pth (30 tensors, 2 not needed: 'classifier.1.weight', 'classifier.1.bias')")
    shorter = {key: value for key, value in table.items() if not key.startswith("features.4")}
    torch.save(shorter, tmp_path / "b.pth")
    assert open_small(tmp_path / "b.pth", layer="features.3").size == 128


class Malicious:
    def __reduce__(self):
        return os.system, ("touch was_run",)


def spoil(table, name):
    if name == "lacking":
        return {key: value for key, value in table.items() if not key.startswith("features.1.")}
    if name == "other shape":
        return table | {"features.0.0.weight": torch.zeros(8, 3, 3, 3)}
    return {"pickle": Malicious(), "no table": torch.zeros(3), "numbers": {"a": 3}, "empty": {}}[name]


SPOILT = {
    "lacking": r"5 of the 30 tensors of small_cnn are not in it, the first is 'features.1.0.weight' \(it holds 'feat",
    "other shape": r"'features.0.0.weight' has the shape \(8, 3, 3, 3\), but small_cnn needs \(32, 3, 3, 3\)",
    "pickle": "not a file of tensors that can be read without running its code",
    "no table": "holds no table of named tensors",
    "numbers": "holds no table of named tensors",
    "empty": "holds no table of named tensors",
}


@pytest.mark.parametrize("name", SPOILT)
def test_a_wrong_file_is_told_in_one_line(tmp_path, monkeypatch, table, name):
    monkeypatch.chdir(tmp_path)
    torch.save(spoil(table, name), "a.pth")
    with pytest.raises(UserError, match=f"^weights a.pth: {SPOILT[name]}") as error:
        open_small("a.pth")
    assert "\n" not in str(error.value)
    assert not Path("was_run").exists()


@pytest.mark.parametrize("name", ["a.pth", "a.safetensors"])
@pytest.mark.parametrize("content", [b"", b"<html>not found</html>", b"\x80\x02}q\x00", None])
def test_a_damaged_file_is_told_in_one_line(tmp_path, name, content):
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(UserError, match=f"^weights .*{name}: ") as error:
        open_small(tmp_path / name)
    assert "\n" not in str(error.value)


def test_a_folder_is_no_file(tmp_path):
    with pytest.raises(UserError, match="cannot be read"):
        open_small(tmp_path)


def test_without_a_network_one_line_says_what_to_do(monkeypatch, tmp_path):
    def refuse(*_args, **_kwargs):
        raise urllib.error.URLError("Name or service not known")

    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    monkeypatch.setattr("torch.hub.urlopen", refuse)
    expected = (
        r"^weights ResNet18_Weights.IMAGENET1K_V1: cannot be fetched \(.*not known.*\); fetch http.*resnet18.* else"
    )
    with pytest.raises(UserError, match=expected) as error:
        Backbone("resnet18")
    assert "\n" not in str(error.value)


def test_weights_are_found_by_any_of_their_names():
    members = {str(weights.find_weights("mobilenet_v2", name)) for name in ("default", "IMAGENET1K_V2")}
    assert members == {"MobileNet_V2_Weights.IMAGENET1K_V2"}
    assert weights.find_weights("mobilenet_v2", "MobileNet_V2_Weights.IMAGENET1K_V1").name == "IMAGENET1K_V1"
    assert weights.find_weights("mobilenet_v2", "none") is None
    assert weights.find_weights("mobilenet_v2", "runs/a.pth") == Path("runs/a.pth")


def test_no_file_is_read_for_a_model_that_brings_its_weights():
    with torch.device("meta"):
        assert Backbone("small_cnn", weights="no/such.pth").frozen
        assert Backbone("resnet18", weights="default").frozen


@pytest.mark.skipif(not MOBILENET.exists(), reason=f"{MOBILENET} is not there")
def test_pretrained_mobilenet_sees_what_photographs_show():
    backbone = Backbone("mobilenet_v2", weights=str(MOBILENET), mean=[0.5] * 3, std=[0.5] * 3).eval()
    assert "312 tensors)" in backbone.describe()
    if not PICTURES.exists():
        pytest.skip(f"{PICTURES} is not there")
    images = [load_image(path) for path in sorted(PICTURES.iterdir())[:6]]
    noise = [Image.effect_noise((224, 224), 80).convert("RGB")]
    # A network sees less of what it learned when the picture stands on its head, or is no picture.
    upright, turned, no_picture = (
        torch.stack([backbone.transform.pixels(image) for image in group])
        for group in (images, [image.rotate(180) for image in images], noise)
    )
    with torch.no_grad():
        upright, turned, no_picture = (backbone(group).mean(1) for group in (upright, turned, no_picture))
        mirrored = backbone(torch.stack([backbone.transform.pixels(image, flip=True) for image in images])).mean(1)
    alike = torch.nn.functional.cosine_similarity
    assert (alike(upright, mirrored) > alike(upright, turned)).float().mean() > 0.5
    assert alike(upright, mirrored).min() > alike(upright, no_picture).max()
