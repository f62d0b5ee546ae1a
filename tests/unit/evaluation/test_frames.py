import pytest
from toy_clips import draw_prepared, save_tagger

from seq2seq.data.prepared import PreparedFolder
from seq2seq.errors import UserError
from seq2seq.evaluation.frames import measure_frames, score_frames
from seq2seq.inference import FrameClassifier


def test_frames_and_whole_clips_are_counted():
    expected = [["a", "b"], ["a", "a", "a"], ["b"]]
    found = [["a", "a"], ["a", "a", "a"], ["b"]]
    scores = score_frames(expected, found)
    assert scores["accuracy"].value == pytest.approx(100 * 5 / 6)
    assert scores["whole clips"].value == pytest.approx(100 * 2 / 3)
    for score in scores.values():
        low, high = score.interval
        assert 0 <= low <= score.value <= high <= 100
        assert "clips:3|bs:1000|unit:clip" in score.signature
    assert score_frames(expected[:1], found[:1])["accuracy"].interval is None


@pytest.mark.parametrize("found", [[], [["a"]], [["a", "b"], ["a"]]])
def test_unequal_numbers_are_refused(found):
    with pytest.raises(UserError, match="as many labels as frames"):
        score_frames([["a", "b"]], found)


def test_a_model_is_measured_beside_the_commonest_label(tmp_path):
    prepared = PreparedFolder.open(draw_prepared(tmp_path / "frames"))
    model = FrameClassifier.load(save_tagger(tmp_path / "model"))
    found = measure_frames(model, prepared, "dev", 3)
    expected = [tags.split() for tags in prepared.column("dev", "tags")]
    assert found.count == len(expected) == 4
    assert found.scores == score_frames(expected, [line.split() for line in found.outputs])
    ((name, baseline),) = found.baselines.items()
    label = name.removeprefix("always ").strip("'")
    share = sum(labels.count(label) for labels in expected) / 20
    assert baseline["accuracy"].value == pytest.approx(100 * share)
    counts = found.findings["confusion"]["expected_by_found"]
    assert sum(map(sum, counts)) == 20
