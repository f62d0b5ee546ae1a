import numpy as np
import pytest
import torch
from PIL import Image
from toy_clips import draw_prepared

from data_prep.frames.motion import LABELS
from seq2seq.data.batching import BatchPlan
from seq2seq.data.clips import UNKNOWN, ClipDataset, cut_frames, joined, labels_of, read_clip
from seq2seq.data.images import ImageError
from seq2seq.data.prepared import PreparedFolder
from seq2seq.data.transform import ImageTransform
from seq2seq.errors import UserError

TRANSFORM = ImageTransform(16, (0.5, 0.5, 0.5), (0.5, 0.5, 0.5))


@pytest.fixture
def prepared(tmp_path) -> PreparedFolder:
    return PreparedFolder.open(draw_prepared(tmp_path / "frames"))


def test_a_strip_is_cut_into_its_frames():
    strip = Image.new("RGB", (12, 4))
    for number in range(3):
        strip.paste((number, 0, 0), (4 * number, 0, 4 * number + 4, 4))
    frames = cut_frames(strip, "clip")
    assert [frame.getpixel((0, 0))[0] for frame in frames] == [0, 1, 2]
    assert read_clip(strip, TRANSFORM).shape == (3, 16, 16, 3)
    with pytest.raises(ImageError, match="clip: 10 x 4 pixels are no strip of square frames"):
        cut_frames(Image.new("RGB", (10, 4)), "clip")


def test_a_batch_holds_the_frames_of_its_clips_one_after_another(prepared):
    numbers = {label: number for number, label in enumerate(LABELS)}
    dataset = ClipDataset(prepared, "dev", TRANSFORM, numbers)
    batch = dataset[BatchPlan(np.array([2, 0]), 0)]
    assert (batch.lengths.tolist(), batch.indices.tolist()) == ([5, 5], [2, 0])
    assert batch.frames.shape == (10, 3, 16, 16)
    first = read_clip(prepared.image_path(dataset.names[2]), TRANSFORM)
    torch.testing.assert_close(batch.frames[:5], TRANSFORM.normalise(first))
    assert [LABELS[number] for number in batch.goal[5:].tolist()] == dataset.tags[0]
    again = dataset[BatchPlan(np.array([0]), 0)]  # from memory
    torch.testing.assert_close(again.frames, batch.frames[5:])


def test_labels_are_those_of_train_in_the_manifest_s_order(prepared):
    labels = labels_of(prepared)
    seen = set(" ".join(prepared.column("train", "tags")).split())
    assert set(labels) == seen
    assert list(labels) == [label for label in LABELS if label in seen]
    del prepared.manifest["labels"]
    assert labels_of(prepared) == tuple(sorted(seen))
    dataset = ClipDataset(prepared, "train", TRANSFORM, {"still": 0})
    assert set(dataset[BatchPlan(np.array([0]), 0)].goal.tolist()) == {0, UNKNOWN}


def test_a_clip_that_does_not_fit_its_row_is_told(prepared):
    name = prepared.column("train", "image")[0]
    Image.new("RGB", (32, 16)).save(prepared.image_path(name))
    dataset = ClipDataset(prepared, "train", TRANSFORM, {})
    with pytest.raises(UserError, match=r"train-00001\.png: 2 frames, but 5 tags in the table"):
        dataset[BatchPlan(np.array([0]), 0)]
    prepared.image_path(name).unlink()
    with pytest.raises(UserError, match="no such file"):
        ClipDataset(prepared, "train", TRANSFORM, {})[BatchPlan(np.array([0]), 0)]


def test_labels_are_joined_clip_by_clip():
    assert joined(["a", "b", "c"], [1, 2]) == ["a", "b c"]
