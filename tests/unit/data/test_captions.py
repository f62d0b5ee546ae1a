"""Pictures and captions in batches."""

import numpy as np
import pytest
import torch
from toy_captions import captions_of, write_pictures

from seq2seq.data.batching import BatchLoader, BatchPlan, TokenBatchSampler
from seq2seq.data.captions import CaptionDataset, Features, PictureCaptions, Pixels
from seq2seq.data.corpus import ParallelCorpus
from seq2seq.data.features import FeatureCache
from seq2seq.data.prepared import PreparedFolder
from seq2seq.encoders.backbone import Backbone
from seq2seq.errors import UserError


@pytest.fixture(scope="module")
def prepared(tmp_path_factory):
    return PreparedFolder.open(write_pictures(tmp_path_factory.mktemp("toy") / "prepared", {"train": 8, "dev": 3}))


@pytest.fixture(scope="module")
def backbone():
    torch.manual_seed(1)
    return Backbone("small_cnn", weights="none", fine_tune="none", image_size=32)


def split(prepared, name="train"):
    return PictureCaptions(ParallelCorpus.open(prepared, name, ("image", "en")))


def dataset(prepared, backbone, captions=2, views=("plain",), name="train"):
    return CaptionDataset(split(prepared, name), Pixels(prepared, backbone.transform, views), captions, len(views))


def plan(*indices, seed=7):
    return BatchPlan(np.array(indices), seed)


def test_every_picture_has_its_captions(prepared):
    train = split(prepared)
    texts = prepared.column("train", "en")
    assert len(train) == 8
    colours = ["red", "green", "blue", "white"] * 2
    assert train.group(texts) == [captions_of(colour) for colour in colours]
    tokenizer = prepared.tokenizer("en")
    assert [tokenizer.decode(train.captions[row]) for row in range(len(texts))] == texts


def test_the_pictures_of_dev_are_not_those_of_train(prepared):
    assert not set(split(prepared).pictures) & set(split(prepared, "dev").pictures)


def test_a_batch_has_pictures_and_captions_that_belong_to_them(prepared, backbone):
    data = dataset(prepared, backbone)
    batch = data[plan(5, 0, 2)]
    assert batch.source.shape == (3, 3, 32, 32)
    assert batch.indices.tolist() == [5, 0, 2]
    assert batch.rows.tolist() == [0, 0, 1, 1, 2, 2]
    tokenizer = prepared.tokenizer("en")
    texts = [tokenizer.decode(row.tolist()) for row in batch.goal]
    for row, text in zip(batch.rows.tolist(), texts, strict=True):
        assert text in captions_of(["green", "red", "blue"][row])
    assert len(set(texts[:2])) == 2
    assert torch.equal(batch.prefix[:, 1:][batch.goal[:, :-1] > 3], batch.goal[:, :-1][batch.goal[:, :-1] > 3])


def test_a_picture_with_few_captions_gives_all_of_them(prepared, backbone):
    batch = dataset(prepared, backbone, captions=99)[plan(1)]
    assert len(batch.goal) == 3


def test_the_seed_decides_what_is_drawn(prepared, backbone):
    data = dataset(prepared, backbone, captions=1, views=("plain", "crop"))
    batches = [data[plan(0, 1, 2, 3, seed=seed)] for seed in (1, 1, 2)]
    assert torch.equal(batches[0].source, batches[1].source)
    assert torch.equal(batches[0].goal, batches[1].goal)
    assert not torch.equal(batches[0].goal, batches[2].goal)


def test_features_of_the_cache_are_what_the_backbone_sees(prepared, backbone):
    pixels = dataset(prepared, backbone, name="dev")[plan(2, 0)]
    cache = FeatureCache.open(prepared, backbone, half=False)
    features = CaptionDataset(split(prepared, "dev"), Features(prepared, cache), 2)[plan(2, 0)]
    torch.testing.assert_close(features.source, backbone(pixels.source))
    assert torch.equal(features.goal, pixels.goal)


def test_twice_keeps_captions_with_their_pictures(prepared, backbone):
    batch = dataset(prepared, backbone)[plan(3, 4)].twice()
    assert batch.rows.tolist() == [0, 0, 1, 1, 2, 2, 3, 3]
    assert torch.equal(batch.source[:2], batch.source[2:])
    assert torch.equal(batch.goal[:4], batch.goal[4:])


@pytest.mark.parametrize("copies", [1, 2])
def test_targets_come_in_groups_of_like_length(prepared, backbone, copies):
    batch = dataset(prepared, backbone, captions=3)[plan(0, 1, 2, 3)]
    batch = batch.twice() if copies == 2 else batch
    groups = batch.targets(copies)
    assert sum(len(group.goal) for group in groups) == len(batch.goal)
    rows = []
    for group in groups:
        assert (group.goal != 0).any(0).all()
        first, *second = group.goal.chunk(copies)
        assert all(torch.equal(first, copy) for copy in second)
        rows += [(row, tuple(ids[ids != 0].tolist())) for row, ids in zip(group.rows.tolist(), group.goal, strict=True)]
    whole = zip(batch.rows.tolist(), batch.goal, strict=True)
    assert sorted(rows) == sorted((row, tuple(ids[ids != 0].tolist())) for row, ids in whole)


def test_a_worker_keeps_the_pictures_that_it_has_read(tmp_path, backbone):
    own = PreparedFolder.open(write_pictures(tmp_path / "prepared", {"train": 4}))
    alike = np.ones(4, dtype=np.int64)
    loader = BatchLoader(dataset(own, backbone), TokenBatchSampler(alike, alike, 2, by_tokens=False), workers=1)
    first = torch.cat([batch.source for batch in loader])
    for name in own.images():
        own.image_path(name).unlink()
    assert torch.cat([batch.source for batch in loader]).shape == first.shape


def test_a_picture_that_a_worker_cannot_read_is_told_in_one_line(tmp_path, backbone):
    own = PreparedFolder.open(write_pictures(tmp_path / "prepared", {"train": 2}))
    for name in own.images():
        own.image_path(name).write_bytes(b"no picture")
    alike = np.ones(2, dtype=np.int64)
    loader = BatchLoader(dataset(own, backbone), TokenBatchSampler(alike, alike, 2, by_tokens=False), workers=1)
    with pytest.raises(UserError) as caught:
        list(loader)
    assert str(caught.value).startswith(str(own.path))
    assert len(str(caught.value).splitlines()) == 1
