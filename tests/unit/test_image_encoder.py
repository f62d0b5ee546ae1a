import pytest
import torch

from seq2seq.encoders.image import ImageEncoder
from seq2seq.inference.placement import place

PIXELS = torch.randn(3, 3, 48, 48, generator=torch.Generator().manual_seed(3))


def make(**options):
    torch.manual_seed(1)
    options = {"backbone": "small_cnn", "weights": "none", "fine_tune": "none", "image_size": 48} | options
    return ImageEncoder(**options).eval()


@pytest.mark.parametrize("projection_size", [0, 20])
@pytest.mark.parametrize("layer_norm", [True, False])
def test_shapes_and_mask(projection_size, layer_norm):
    encoder = make(projection_size=projection_size, layer_norm=layer_norm)
    context = encoder(PIXELS, torch.tensor([1, 1, 1]))
    size = projection_size or 128
    assert encoder.memory_size == encoder.summary_size == size
    assert context.memory.shape == (3, 9, size)
    assert context.summary.shape == (3, size)
    assert context.grid == encoder.grid == (3, 3)
    assert context.mask.shape == (3, 9)
    assert context.mask.all()


def test_a_batch_is_its_pictures_one_by_one():
    encoder = make().double()
    context = encoder(PIXELS.double())
    for row in range(3):
        alone = encoder(PIXELS[row : row + 1].double())
        torch.testing.assert_close(alone.memory[0], context.memory[row])
        torch.testing.assert_close(alone.summary[0], context.summary[row])


@pytest.mark.parametrize(("dtype", "tolerance"), [(torch.float32, 0.0), (torch.float16, 2e-3)])
def test_features_made_beforehand_give_the_same(dtype, tolerance):
    encoder = make()
    with torch.no_grad():
        cells = encoder.backbone(PIXELS).to(dtype)
        fresh, cached = encoder(PIXELS), encoder(cells)
    torch.testing.assert_close(cached.memory, fresh.memory, rtol=tolerance, atol=tolerance)
    torch.testing.assert_close(cached.summary, fresh.summary, rtol=tolerance, atol=tolerance)


def test_without_projection_the_features_are_the_backbones():
    encoder = make(projection_size=0, layer_norm=False, dropout=0.5)
    context, cells = encoder(PIXELS), encoder.backbone(PIXELS)
    assert torch.equal(context.memory, cells)
    torch.testing.assert_close(context.summary, cells.mean(1))


def test_layer_norm_normalises():
    context = make()(PIXELS)
    for features in (context.memory, context.summary):
        torch.testing.assert_close(features.mean(-1), torch.zeros(features.shape[:-1]), atol=1e-5, rtol=0)


def test_dropout_acts_in_training_only():
    encoder = make(dropout=0.5)
    assert torch.equal(encoder(PIXELS).memory, encoder(PIXELS).memory)
    encoder.train()
    assert not torch.equal(encoder(PIXELS).memory, encoder(PIXELS).memory)


@pytest.mark.parametrize("fine_tune", ["none", "features.3", "all"])
def test_the_backbones_weights_are_told_from_the_others(fine_tune):
    encoder = make(fine_tune=fine_tune).train()
    context = encoder(PIXELS)
    (context.memory.square().sum() + context.summary.sin().sum()).backward()
    backbone = set(map(id, encoder.backbone_parameters()))
    assert bool(backbone) == (fine_tune != "none")
    for name, parameter in encoder.named_parameters():
        learns = not name.startswith("backbone.") or id(parameter) in backbone
        assert (parameter.grad is not None) == learns == parameter.requires_grad, name


def test_features_of_another_backbone_or_of_a_trained_one_are_refused():
    with pytest.raises(ValueError, match=r"shape \(2, 4, 128\) where the backbone gives \(B, 9, 128\)"):
        make()(torch.zeros(2, 4, 128))
    with pytest.raises(ValueError, match="the backbone is trained"):
        make(fine_tune="all")(torch.zeros(2, 9, 128))


PRECISIONS = [(torch.float32, 1e-4), (torch.bfloat16, 0.1), (torch.int8, 0.1)]


@pytest.mark.parametrize(("dtype", "tolerance"), PRECISIONS)
@pytest.mark.parametrize("name", ["small_cnn", "swin_t"])
def test_in_use_it_sees_what_it_saw_in_training(name, dtype, tolerance):
    layer = "auto" if name == "small_cnn" else "features.1"
    encoder = make(backbone=name, layer=layer, projection_size=20)
    expected = encoder(PIXELS)
    placed = place(torch.nn.Sequential(encoder), torch.device("cpu"), dtype)[0]
    context = placed(PIXELS)
    torch.testing.assert_close(context.memory.float(), expected.memory, rtol=tolerance, atol=tolerance)
    torch.testing.assert_close(context.summary.float(), expected.summary, rtol=tolerance, atol=tolerance)


def test_describes_the_backbone_and_its_own_part():
    text = make(projection_size=20).describe()
    assert text.startswith("small_cnn, cut at features.4.2: 3 x 3 cells of 128 features\n")
    assert text.endswith("\nmemory 9 x 20: 5,240 weights of its own")
