import pytest
import torch
from toy_clips import config_of, make_tagger, save_tagger

from seq2seq.errors import UserError
from seq2seq.folder import load_model
from seq2seq.models.encoder_decoder import ImageEncoderConfig
from seq2seq.models.frame_tagger import FrameTaggerConfig, build_frame_tagger
from seq2seq.recurrent import CELLS


def clips(*lengths: int) -> list[torch.Tensor]:
    chance = torch.Generator().manual_seed(3)
    return [torch.randn(length, 3, 16, 16, generator=chance) for length in lengths]


def label(model, given: list[torch.Tensor]) -> list[torch.Tensor]:
    lengths = torch.tensor([len(clip) for clip in given])
    return list(model(torch.cat(given), lengths).split(lengths.tolist()))


@pytest.mark.parametrize("choices", [{"cell": cell} for cell in CELLS] + [{"memory": False}, {"bidirectional": True}])
def test_a_clip_alone_is_labelled_as_in_a_batch(choices):
    model, given = make_tagger(**choices), clips(3, 1, 6, 2)
    for clip, together in zip(given, label(model, given), strict=True):
        assert together.shape == (len(clip), 9)
        torch.testing.assert_close(label(model, [clip])[0], together, rtol=1e-4, atol=1e-5)


def changed(model, place: int) -> list[bool]:
    """At which frames the logits change when that at `place` does."""
    (clip,) = clips(6)
    other = clip.clone()
    other[place] += 1
    difference = (label(model, [clip])[0] - label(model, [other])[0]).abs().amax(1)
    return (difference > 1e-6).tolist()


def test_frames_are_remembered_and_not_foreseen():
    assert changed(make_tagger(), 2) == [False, False, True, True, True, True]
    assert changed(make_tagger(memory=False), 2) == [False, False, True, False, False, False]
    assert changed(make_tagger(bidirectional=True), 2) == [True] * 6


def test_where_a_thing_is_counts():
    model = make_tagger(memory=False)
    frame = torch.zeros(1, 3, 16, 16)
    left, right = frame.clone(), frame.clone()
    left[..., :4, :4], right[..., -4:, -4:] = 2, 2
    assert not torch.allclose(label(model, [left])[0], label(model, [right])[0], atol=1e-3)


def test_every_trained_weight_gets_a_gradient():
    model = make_tagger(layers=2).train()
    torch.cat(label(model, clips(3, 4))).square().sum().backward()
    trained = {name: parameter for name, parameter in model.named_parameters() if parameter.requires_grad}
    assert not any("to_summary" in name for name in trained)
    assert all(parameter.grad is not None for parameter in trained.values())


def test_the_folder_gives_the_same_labels(tmp_path):
    save_tagger(tmp_path / "model", cell="gru")
    loaded = load_model(tmp_path / "model")
    given = clips(4, 2)
    for one, other in zip(label(loaded.model, given), label(make_tagger(cell="gru"), given), strict=True):
        assert torch.equal(one, other)
    assert (loaded.task, len(loaded.labels), loaded.sides) == ("frames", 9, {})


@pytest.mark.parametrize(
    ("config", "told"),
    [
        (FrameTaggerConfig(encoder=ImageEncoderConfig(backbone="small_cnm")), "did you mean 'small_cnn'"),
        (config_of(cell="gruu"), "did you mean 'gru'"),
        (config_of(layers=0), "model.layers: 0 is not from 1"),
        (config_of(dropout=-0.5), "model.dropout: -0.5 is not a rate"),
    ],
)
def test_values_out_of_range_are_told(config, told):
    with pytest.raises(UserError) as caught:
        build_frame_tagger(config, 3)
    assert told in str(caught.value)
    assert str(caught.value).startswith("model")
