"""Captioners in use: pictures of any form in, captions out, each by itself."""

import random
from dataclasses import replace

import numpy as np
import pytest
import torch
from PIL import Image
from toy_captions import COLOURS, paint, write_pictures

from seq2seq.data.prepared import PreparedFolder
from seq2seq.data.transform import ImageTransform
from seq2seq.errors import UserError
from seq2seq.folder import save_model
from seq2seq.inference import Captioner, Translator
from seq2seq.inference import captioner as module
from seq2seq.models.encoder_decoder import CaptionerConfig, DecoderConfig, ImageEncoderConfig, build_captioner
from seq2seq.search import search

CONFIG = CaptionerConfig(
    embedding_size=16,
    encoder=ImageEncoderConfig(
        backbone="small_cnn", weights="none", image_size=32, mean=[0.5] * 3, std=[0.5] * 3, projection_size=24
    ),
    decoder=DecoderConfig(hidden_size=24, layers=2, attention="dot"),
)


@pytest.fixture(scope="module")
def prepared(tmp_path_factory):
    return PreparedFolder.open(write_pictures(tmp_path_factory.mktemp("toy") / "prepared", {"train": 4}))


def save(folder, prepared, config, seed):
    torch.manual_seed(seed)
    model = build_captioner(config, len(prepared.tokenizer("en")))
    for name, buffer in model.named_buffers():  # as after training
        if name.endswith("running_mean"):
            buffer.normal_()
    save_model(folder, model, config, None, ("en", prepared.tokenizer_path("en")), card="")
    return folder


@pytest.fixture(scope="module")
def folders(tmp_path_factory, prepared):
    """Two captioners of one vocabulary."""
    path = tmp_path_factory.mktemp("captioners")
    return [save(path / str(seed), prepared, CONFIG, seed) for seed in (1, 2)]


@pytest.fixture(scope="module")
def other_grid(tmp_path_factory, prepared):
    """A captioner that sees more cells."""
    config = replace(CONFIG, encoder=replace(CONFIG.encoder, image_size=64))
    return save(tmp_path_factory.mktemp("captioner") / "3", prepared, config, seed=3)


@pytest.fixture(scope="module")
def captioner(folders):
    return Captioner.load(folders[0], device="cpu", precision="fp32")


@pytest.fixture
def pictures(tmp_path):
    paths = []
    for number, colour in enumerate([*COLOURS] * 2):
        paths.append(tmp_path / f"{number}.png")
        paint(colour, random.Random(number)).save(paths[-1])
    return paths


def test_captions_do_not_depend_on_the_batch_or_the_order(captioner, pictures):
    one_by_one = captioner.caption_detailed(pictures, batch_size=1, n_best=3)
    for size in (3, 32):
        for alone, together in zip(
            one_by_one, captioner.caption_detailed(pictures, batch_size=size, n_best=3), strict=True
        ):
            assert [candidate.text for candidate in alone.candidates] == [item.text for item in together.candidates]
            for first, second in zip(alone.candidates, together.candidates, strict=True):
                assert first.log_probs == pytest.approx(second.log_probs, abs=1e-4)
    assert captioner.caption(pictures[::-1]) == captioner.caption(pictures)[::-1]


def test_a_picture_may_come_as_path_text_bytes_or_image(captioner, pictures):
    path = pictures[2]
    forms = [path, str(path), path.read_bytes(), Image.open(path)]
    assert len(set(captioner.caption(forms))) == 1


def test_what_cannot_be_read_is_told_in_its_place(captioner, pictures, tmp_path):
    (tmp_path / "text.jpg").write_text("no picture")
    found = captioner.caption_detailed(
        [pictures[0], tmp_path / "text.jpg", tmp_path / "none.png", pictures[1]], batch_size=2
    )
    assert [caption.problem is None for caption in found] == [True, False, False, True]
    assert [bool(caption.candidates) for caption in found] == [True, False, False, True]
    assert found[2].problem == f"{tmp_path / 'none.png'}: no such file"
    assert found[1].text == ""
    with pytest.raises(UserError, match=r"none\.png: no such file"):
        captioner.caption([pictures[0], tmp_path / "none.png"])


def test_all_unreadable_and_none_at_all(captioner):
    assert captioner.caption([]) == []
    (only,) = captioner.caption_detailed([b"nothing"])
    assert only.problem


def test_attention_covers_the_grid(captioner, pictures):
    (caption,) = captioner.caption_detailed(pictures[:1], alignments=True)
    assert caption.grid == (2, 2)
    alignment = caption.candidates[0].alignment
    assert alignment.shape == (len(caption.candidates[0].tokens), 4)
    torch.testing.assert_close(alignment.sum(1), torch.ones(len(alignment)))
    assert captioner.caption_detailed(pictures[:1])[0].candidates[0].alignment is None


@pytest.mark.parametrize(("resize", "seen"), [("squash", (0, 0, 1, 1)), ("crop", (0.25, 0, 0.75, 1))])
def test_a_caption_tells_what_part_of_the_picture_the_cells_cover(prepared, tmp_path, resize, seen):
    folder = save(tmp_path / "m", prepared, replace(CONFIG, encoder=replace(CONFIG.encoder, resize=resize)), seed=5)
    wide, turned = (paint("red", random.Random(1)).resize(size) for size in ((80, 40), (40, 80)))
    exif = turned.getexif()
    exif[0x0112] = 6  # a viewer shows it turned, 80 wide and 40 high
    turned.save(tmp_path / "turned.jpg", exif=exif)
    found = Captioner.load(folder, device="cpu", precision="fp32").caption_detailed(
        [wide, tmp_path / "turned.jpg", b""]
    )
    assert [caption.seen for caption in found] == [seen, seen, None]


def test_an_ensemble_of_one_model_twice_is_that_model(folders, captioner, pictures):
    twice = Captioner.load([folders[0], folders[0]], device="cpu", precision="fp32")
    mixed = Captioner.load(folders, device="cpu", precision="fp32")
    single = captioner.caption_detailed(pictures)
    for one, two in zip(single, twice.caption_detailed(pictures), strict=True):
        assert one.candidates[0].log_probs == pytest.approx(two.candidates[0].log_probs, abs=1e-4)
    assert any(
        one.candidates[0].score != two.candidates[0].score
        for one, two in zip(single, mixed.caption_detailed(pictures), strict=True)
    )


def test_sampling_does_not_depend_on_how_the_list_is_cut(captioner, pictures):
    options = {"method": "sample", "seed": 3}
    whole = captioner.caption(pictures, **options)
    second = captioner.caption_detailed(pictures[4:], first_number=4, **options)
    assert [caption.text for caption in second] == whole[4:]


@pytest.mark.parametrize("precision", ["bf16", "int8"])
def test_captions_do_not_depend_on_the_batch_in_any_precision(prepared, pictures, tmp_path, precision):
    encoder = replace(CONFIG.encoder, backbone="mobilenet_v2", image_size=64)
    folder = save(tmp_path / "captioner", prepared, replace(CONFIG, encoder=encoder), seed=4)
    captioner = Captioner.load(folder, device="cpu", precision=precision)
    one_by_one = captioner.caption_detailed(pictures, batch_size=1, max_length=5)
    for size in (3, 32):
        for alone, together in zip(
            one_by_one, captioner.caption_detailed(pictures, batch_size=size, max_length=5), strict=True
        ):
            assert alone.text == together.text
            assert alone.candidates[0].log_probs == pytest.approx(together.candidates[0].log_probs, abs=0.05)


def test_many_pictures_are_seen_in_parts_and_searched_for_together(captioner, pictures, monkeypatch):
    expected = captioner.caption(pictures, batch_size=1)
    monkeypatch.setattr(module, "PICTURES_AT_ONCE", 2)
    searched = []
    monkeypatch.setattr(
        module, "search", lambda *given, **options: searched.append(len(given[1])) or search(*given, **options)
    )
    assert captioner.caption(pictures, batch_size=5) == expected
    assert sum(searched) == len(pictures)
    assert searched[0] == 4, "as many parts as go into a batch"


@pytest.mark.parametrize("precision", ["bf16", "int8"])
def test_any_precision_captions(folders, pictures, precision):
    exact = Captioner.load(folders[0], device="cpu", precision="fp32").caption_detailed(pictures, method="greedy")
    found = Captioner.load(folders[0], device="cpu", precision=precision).caption_detailed(pictures, method="greedy")
    for ours, theirs in zip(found, exact, strict=True):
        assert ours.candidates[0].log_probs[0] == pytest.approx(theirs.candidates[0].log_probs[0], abs=0.1)


def test_a_model_for_another_task_is_refused(folders, random_models):
    with pytest.raises(UserError, match="is a captioner; use it with `seq2seq caption`"):
        Translator.load(folders[0])
    with pytest.raises(UserError, match="is a translator; use it with `seq2seq translate`"):
        Captioner.load(random_models[0])


def test_misspelt_options_and_sizes(captioner, pictures):
    with pytest.raises(UserError, match="did you mean 'beam'"):
        captioner.caption(pictures, baem=3)
    with pytest.raises(UserError, match="batch_size 0: must be 1 or more"):
        captioner.caption(pictures, batch_size=0)


def test_a_single_picture_is_not_taken_for_a_list(captioner, pictures):
    for single in (str(pictures[0]), pictures[0], pictures[0].read_bytes(), Image.open(pictures[0])):
        with pytest.raises(TypeError, match="give a list of pictures"):
            captioner.caption(single)
    for wrong in (None, 3, [pictures[0], None], [3]):
        with pytest.raises(TypeError, match=r"pictures(\[\d\])?: .*; give "):
            captioner.caption(wrong)
    with pytest.raises(TypeError, match="is of type ndarray; give pictures") as refused:
        captioner.caption([np.zeros((9, 9, 3))])
    assert "\n" not in str(refused.value)
    with pytest.raises(UserError, match="caption gives the best text only; use caption_detailed"):
        captioner.caption(pictures, n_best=2)


def test_an_ensemble_of_models_with_other_grids(folders, other_grid, pictures):
    """The probabilities of both count; the attention is that to the first one's cells."""
    mixed = Captioner.load([folders[0], other_grid], device="cpu", precision="fp32")
    for caption in mixed.caption_detailed(pictures, alignments=True, coverage_penalty=0.1):
        assert caption.grid == (2, 2)
        alignment = caption.candidates[0].alignment
        torch.testing.assert_close(alignment.sum(1), torch.ones(len(alignment)))


def test_a_photograph_is_read_at_a_part_of_its_size(captioner, tmp_path, monkeypatch):
    sizes = []
    shown = ImageTransform.shown
    monkeypatch.setattr(ImageTransform, "shown", lambda self, *size: sizes.append(size) or shown(self, *size))
    paint("red", random.Random(1)).resize((1024, 768)).save(tmp_path / "photo.jpg")
    captioner.caption([tmp_path / "photo.jpg"])
    assert set(sizes) == {(128, 96)}


@pytest.mark.parametrize("precision", ["fp32", "bf16", "int8"])
def test_the_network_that_sees_computes_in_fp32(folders, pictures, precision):
    captioner = Captioner.load(folders[0], device="cpu", precision=precision)
    assert {parameter.dtype for parameter in captioner.models[0].model.encoder.backbone.parameters()} == {torch.float32}


def test_a_candidate_says_whether_the_greatest_length_ended_it(captioner, pictures):
    cut, free = (captioner.caption_detailed(pictures[:1], max_length=most)[0].candidates[0] for most in (1, 60))
    assert cut.cut
    assert len(cut.tokens) == 2
    assert free.cut == (len(free.tokens) == 51)  # the picture counts for so many


def test_what_was_looked_at_lies_where_the_cells_look(captioner, pictures):
    (caption,) = captioner.caption_detailed(pictures[:1], alignments=True)
    assert caption.cell_shift == captioner.models[0].model.encoder.backbone.cell_shift != 0
    alignment = torch.tensor([[0.1, 0.2, 0.3, 0.4]])
    (best,) = caption.candidates
    found = replace(caption, candidates=(replace(best, alignment=alignment),), cell_shift=-0.5).looked()
    torch.testing.assert_close(found, torch.tensor([[[0.25, 0.3], [0.35, 0.4]]]))
    still = replace(caption, candidates=(replace(best, alignment=alignment),), cell_shift=0.0).looked()
    torch.testing.assert_close(still, alignment.view(1, 2, 2))
    assert replace(caption, candidates=(replace(best, alignment=None),)).looked() is None
