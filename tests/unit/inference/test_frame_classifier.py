import numpy as np
import pytest
from PIL import Image
from toy_clips import save_tagger

from data_prep.frames.motion import LABELS
from seq2seq.errors import UserError
from seq2seq.inference import FrameClassifier


def strip(frames: int, seed: int, size: int = 16) -> Image.Image:
    noise = np.random.default_rng(seed).integers(0, 256, (size, size * frames, 3), dtype=np.uint8)
    return Image.fromarray(noise)


@pytest.fixture
def classifier(tmp_path) -> FrameClassifier:
    return FrameClassifier.load(save_tagger(tmp_path / "model"), precision="fp32")


def test_clips_of_any_length_and_kind_get_a_label_for_each_frame(classifier, tmp_path):
    strip(4, 1).save(tmp_path / "clip.png")
    given = [str(tmp_path / "clip.png"), tmp_path / "clip.png", (tmp_path / "clip.png").read_bytes(), strip(4, 1)]
    found = classifier.classify([*given, strip(1, 2), strip(7, 3, size=20)])
    assert [len(labels) for labels in found] == [4, 4, 4, 4, 1, 7]
    assert found[0] == found[1] == found[2] == found[3]
    assert {label for labels in found for label in labels} <= set(LABELS)


def test_a_clip_does_not_depend_on_the_others(classifier):
    given = [strip(frames, frames) for frames in (3, 1, 6, 2, 5)]
    together = classifier.classify_detailed(given)
    for size in (1, 2):
        for one, other in zip(classifier.classify_detailed(given, batch_size=size), together, strict=True):
            assert one.labels == other.labels
            for here, there in zip(one.probabilities, other.probabilities, strict=True):
                assert here == pytest.approx(there, abs=1e-5)
    assert all(sum(each.values()) == pytest.approx(1) for found in together for each in found.probabilities)


def test_clips_that_cannot_be_read_are_told_each(classifier, tmp_path):
    (tmp_path / "text.png").write_text("no picture")
    wide = Image.new("RGB", (17, 16))
    found = classifier.classify_detailed([strip(2, 1), tmp_path / "text.png", tmp_path / "nowhere.png", wide])
    assert [bool(each.problem) for each in found] == [False, True, True, True]
    assert found[0].labels == classifier.classify([strip(2, 1)])[0]
    assert "not a picture" in found[1].problem
    assert "no such file" in found[2].problem
    assert "17 x 16 pixels are no strip" in found[3].problem
    with pytest.raises(UserError, match="no such file"):
        classifier.classify([tmp_path / "nowhere.png"])
    with pytest.raises(TypeError, match="a single str"):
        classifier.classify("clip.png")
    assert classifier.classify([]) == []


def test_an_ensemble_takes_the_mean_of_the_probabilities(tmp_path):
    folders = [save_tagger(tmp_path / str(seed), seed) for seed in (1, 2)]
    both, *each = (FrameClassifier.load(folder, precision="fp32") for folder in (folders, *folders))
    (found,), *parts = (one.classify_detailed([strip(3, 1)]) for one in (both, *each))
    for frame in range(3):
        for label in LABELS:
            mean = sum(part[0].probabilities[frame][label] for part in parts) / 2
            assert found.probabilities[frame][label] == pytest.approx(mean, abs=1e-6)


def test_a_model_for_something_else_is_refused(tmp_path):
    from toy_series import save_forecaster

    with pytest.raises(UserError, match="is a forecaster; use it with `seq2seq forecast`"):
        FrameClassifier.load(save_forecaster(tmp_path / "model"))
