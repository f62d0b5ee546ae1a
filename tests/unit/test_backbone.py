import copy

import pytest
import torch
from torch import nn

from seq2seq.encoders.backbone import Backbone
from seq2seq.errors import UserError

SIZE = 64
# name, where it is cut, rows of the grid at 224 pixels, features
NETWORKS = [
    ("vgg16", "features.29", 14, 512),
    ("alexnet", "features.11", 13, 256),
    ("resnet18", "layer4.1.relu_1", 7, 512),
    ("wide_resnet50_2", "layer4.2.relu_2", 7, 2048),
    ("mobilenet_v2", "features.18.2", 7, 1280),
    ("mobilenet_v3_small", "features.12.2", 7, 576),
    ("efficientnet_b0", "features.8.2", 7, 1280),
    ("convnext_tiny", "features.7.2.add", 7, 768),
    ("densenet121", "relu", 7, 1024),
    ("regnet_y_400mf", "trunk_output.block4.block4-5.activation", 7, 440),
    ("shufflenet_v2_x0_5", "conv5.2", 7, 1024),
    ("squeezenet1_1", "features.12.cat", 13, 512),
    ("googlenet", "inception5b.cat", 7, 1024),
    ("swin_t", "permute.permute", 7, 768),
    ("vit_b_32", "encoder.ln", 7, 768),
    ("small_cnn", "features.4.2", 14, 128),
]


def random(name, **options):
    """A backbone with weights drawn at once, which is faster than torchvision's own drawing of them."""
    options = {"weights": "none", "image_size": SIZE} | options
    if name.startswith("swin"):  # has tables that are no weights
        return Backbone(name, **options).eval()
    with torch.device("meta"):
        backbone = Backbone(name, **options)
    backbone.to_empty(device="cpu")
    generator = torch.Generator().manual_seed(1)
    for key, tensor in backbone.state_dict().items():
        if key.endswith(("running_var", "running_mean", "num_batches_tracked")):
            tensor.fill_(key.endswith("running_var"))
        elif tensor.is_floating_point():
            spread = tensor[0].numel() ** -0.5 if tensor.ndim > 1 else 0.1
            tensor.normal_(tensor.ndim == 1 and key.endswith("weight"), spread, generator=generator)
    return backbone.eval()


def as_in_tensorflow(x, layer):
    """A convolution with padding "SAME" by its definition: as many outputs as strides fit in, rounded up; zeros that
    are missing for them half before and half behind, the odd one behind."""
    kernel, stride = layer.kernel_size[0], layer.stride[0]
    rows = -(-x.shape[2] // stride)
    missing = max((rows - 1) * stride + kernel - x.shape[2], 0)
    wide = torch.zeros(*x.shape[:2], x.shape[2] + missing, x.shape[3] + missing)
    begin = missing // 2
    wide[:, :, begin : begin + x.shape[2], begin : begin + x.shape[3]] = x
    return nn.functional.conv2d(wide, layer.weight, layer.bias, stride, 0, layer.dilation, layer.groups)


def pixels(count, size=SIZE, seed=0):
    return torch.randn(count, 3, size, size, generator=torch.Generator().manual_seed(seed))


@pytest.mark.parametrize(("name", "layer", "rows", "features"), NETWORKS)
def test_every_family_is_cut_at_its_last_grid(name, layer, rows, features):
    with torch.device("meta"):
        backbone = Backbone(name, weights="none")
        cells = backbone(torch.zeros(2, 3, 224, 224))
    assert (backbone.layer, backbone.grid, backbone.size) == (layer, (rows, rows), features)
    assert cells.shape == (2, rows * rows, features)


@pytest.mark.parametrize("name", ["resnet18", "mobilenet_v3_small", "squeezenet1_1", "shufflenet_v2_x0_5", "small_cnn"])
def test_a_batch_is_its_pictures_one_by_one(name):
    backbone, batch = random(name).double(), pixels(3).double()
    with torch.no_grad():
        together = backbone(batch)
        for row in range(3):
            torch.testing.assert_close(backbone(batch[row : row + 1])[0], together[row])
    assert together.std() > 1e-3, "the weights say something"


def test_cells_lie_where_they_are_in_the_picture():
    backbone = random("small_cnn", layer="features.1")
    blank = torch.zeros(1, 3, SIZE, SIZE)
    spot = blank.clone()
    spot[:, :, :4, -4:] = 5.0
    with torch.no_grad():
        change = (backbone(spot) - backbone(blank)).abs().sum(2).view(16, 16)
    assert change[0, 15] > 0
    assert change[2:].sum() == 0 == change[:, :13].sum()


def test_channels_last_and_tokens_are_read_row_by_row():
    """Swin's own order of axes and ViT's rows of patches give the grid that the picture has."""
    for name, layer, size in (("swin_t", "features.0", 64), ("vit_b_32", "encoder.dropout", 224)):
        backbone = random(name, layer=layer, image_size=size)
        rows, columns = backbone.grid
        blank = torch.zeros(1, 3, size, size)
        spot = blank.clone()
        spot[:, :, : size // rows, -size // columns :] = 5.0
        with torch.no_grad():
            changed = (backbone(spot) - backbone(blank)).abs().sum(2)[0] > 1e-6
        assert changed.nonzero().flatten().tolist() == [columns - 1], name


def test_a_layer_may_be_a_group_a_layer_or_a_step():
    group, step = (random("resnet18", layer=layer) for layer in ("layer2", "layer2.1.relu_1"))
    assert group.layer == step.layer == "layer2.1.relu_1"
    assert group.grid == (8, 8)
    assert group.size == 128
    assert not any(name.startswith(("layer3", "fc")) for name, _ in group.body.named_parameters())


def test_a_layer_that_gives_a_vector_is_one_cell():
    with torch.device("meta"):
        backbone = Backbone("vgg16", weights="none", layer="classifier.4")
    assert backbone.grid == (1, 1)
    assert backbone.size == 4096
    assert random("resnet18", layer="avgpool").grid == (1, 1)


def test_equals_torchvisions_own_layers():
    from torchvision.models import resnet18

    backbone = random("resnet18")
    theirs = resnet18(weights=None).eval()
    theirs.load_state_dict(backbone.body.state_dict(), strict=False)
    seen = []
    theirs.layer4.register_forward_hook(lambda _module, _inputs, output: seen.append(output) or None)
    with torch.no_grad():
        theirs(pixels(2))
        torch.testing.assert_close(backbone(pixels(2)), seen[0].flatten(2).transpose(1, 2))


WHAT_IS_TRAINED = [
    ("none", set()),
    ("layer4", {"layer4"}),
    ("layer3", {"layer3", "layer4"}),
    ("all", {"conv1", "bn1", "layer1", "layer2", "layer3", "layer4"}),
    ("auto", {"conv1", "bn1", "layer1", "layer2", "layer3", "layer4"}),
]


@pytest.mark.parametrize(("fine_tune", "layers"), WHAT_IS_TRAINED)
def test_fine_tuning_from_a_layer_up(fine_tune, layers):
    backbone = random("resnet18", fine_tune=fine_tune).train()
    before = copy.deepcopy(backbone.state_dict())
    trained = backbone.trained_parameters()
    assert backbone.frozen == (not layers)
    if layers:
        optimiser = torch.optim.SGD(trained, lr=0.1)
        backbone(pixels(2)).square().mean().backward()
        optimiser.step()
    else:
        assert not backbone(pixels(2)).requires_grad
    for name, tensor in backbone.state_dict().items():
        is_trained = name.split(".")[1] in layers
        assert torch.equal(tensor, before[name]) != is_trained, name
    for name, parameter in backbone.named_parameters():
        assert (parameter.grad is not None) == (name.split(".")[1] in layers), name
    assert sum(p.numel() for p in trained) == sum(p.numel() for p in backbone.parameters() if p.requires_grad)


def test_weights_outside_of_layers_are_trained_as_well():
    with torch.device("meta"):
        backbone = Backbone("vit_b_32", weights="none")
        upper = Backbone("vit_b_32", weights="none", fine_tune="encoder.layers.encoder_layer_11")
    assert {id(p) for p in backbone.trained_parameters()} == {id(p) for p in backbone.parameters()}
    assert not upper.body.get_parameter("class_token").requires_grad
    assert upper.body.get_parameter("encoder.ln.weight").requires_grad


def test_frozen_batch_norm_stays_as_it_is_in_training():
    backbone = random("resnet18", fine_tune="layer4").train()
    modes = {name: m.training for name, m in backbone.body.named_modules() if isinstance(m, nn.BatchNorm2d)}
    assert {name.partition(".")[0] for name, training in modes.items() if training} == {"layer4"}
    backbone.eval()
    assert not any(module.training for module in backbone.modules())


def test_a_frozen_backbone_gives_the_same_in_training():
    backbone = random("efficientnet_b0", fine_tune="none")
    with torch.no_grad():
        torch.testing.assert_close(backbone.train()(pixels(2)), backbone.eval()(pixels(2)))


def test_stochastic_depth_acts_where_it_is_trained():
    backbone = random("efficientnet_b0", fine_tune="all").train()
    torch.manual_seed(0)
    with torch.no_grad():
        assert not torch.equal(backbone(pixels(2)), backbone(pixels(2)))


FUSED = ["resnet18", "mobilenet_v2", "densenet121", "shufflenet_v2_x0_5", "efficientnet_b0", "googlenet", "swin_t"]


@pytest.mark.parametrize("name", FUSED)
def test_fused_it_gives_the_same(name):
    backbone = random(name, fine_tune="all", image_size=75).double().eval()
    norms = [module for module in backbone.modules() if isinstance(module, nn.BatchNorm2d)]
    for number, norm in enumerate(norms):
        norm.running_mean.fill_(0.1 * number % 1)
        norm.running_var.fill_(0.5 + 0.1 * number % 1)
    fused, batch = backbone.fused(), pixels(2, 75).double()
    with torch.no_grad():
        torch.testing.assert_close(fused(batch), backbone(batch))
    left = sum(isinstance(module, nn.BatchNorm2d) for module in fused.modules())
    assert left < len(norms) or not norms
    assert fused.frozen
    assert not backbone.frozen
    assert fused.grid == backbone.grid


def test_fused_it_sees_few_pictures_at_a_time_and_gives_them_all_in_their_order():
    fused, batch = random("small_cnn").fused(), pixels(9, 96)
    sizes = []
    fused.body.register_forward_pre_hook(lambda _module, inputs: sizes.append(len(inputs[0])))
    together = fused(batch)
    assert len(sizes) > 1
    assert max(sizes) <= 4
    torch.testing.assert_close(together, torch.cat([fused(picture[None]) for picture in batch]))


def test_fused_it_loses_nothing_in_the_number_formats_of_use():
    """In float32 the features are equal to 1e-4; in bf16 they are no farther from these than without fusing."""
    backbone = random("small_cnn").eval()
    batch = pixels(8, 96)
    for norm in (module for module in backbone.modules() if isinstance(module, nn.BatchNorm2d)):
        norm.momentum = None  # the statistics of the batch, as after training
        norm.train()
    with torch.no_grad():
        backbone.body(batch)
        exact = backbone.eval()(batch)
        fused = backbone.fused()
        torch.testing.assert_close(fused(batch), exact, rtol=1e-4, atol=1e-4)
        errors = [
            (net.bfloat16()(batch.bfloat16()).float() - exact).square().mean().sqrt()
            for net in (fused, copy.deepcopy(backbone))
        ]
    scale = exact.square().mean().sqrt()
    assert 0 < errors[0] < 1.2 * errors[1]
    assert errors[0] < 0.02 * scale


def test_the_fingerprint_is_of_weights_and_cut():
    first, second = random("small_cnn"), random("small_cnn")
    assert first.fingerprint() == second.fingerprint()
    assert first.fingerprint() != random("small_cnn", layer="features.3").fingerprint()
    with torch.no_grad():
        second.body.get_parameter("features.2.0.weight")[0, 0, 0, 0] += 1e-3
    assert first.fingerprint() != second.fingerprint()


def test_size_and_scale_follow_the_weights_or_are_set():
    with torch.device("meta"):
        theirs = Backbone("mobilenet_v2", weights="IMAGENET1K_V1").transform
        small = Backbone("mobilenet_v2", weights="default", image_size=160, resize="crop").transform
        own = Backbone("mobilenet_v2", weights="none", mean=[0.5] * 3, std=[0.25] * 3).transform
    assert (theirs.size, theirs.mean, theirs.std) == (224, (0.485, 0.456, 0.406), (0.229, 0.224, 0.225))
    assert (small.size, small.resize, small.mean) == (160, "crop", theirs.mean)
    assert (own.size, own.mean, own.std) == (224, (0.5, 0.5, 0.5), (0.25, 0.25, 0.25))


def test_describes_cut_grid_pixels_weights_and_counts():
    text = random("resnet18", fine_tune="layer4", mean=[0.5] * 3, std=[0.5] * 3).describe()
    assert text.splitlines() == [
        "resnet18, cut at layer4.1.relu_1: 2 x 2 cells of 512 features",
        "reads 64 x 64 pixels (squash), mean 0.5 0.5 0.5, std 0.5 0.5 0.5",
        "weights: none",
        "2,782,784 weights frozen, 8,393,728 trained",
    ]


MISTAKES = [
    ({"name": "resnet19"}, r"^backbone 'resnet19': neither small_cnn nor .*, swin, .*\); did you mean 'resnet18'\?$"),
    (
        {"name": "maskrcnn_resnet50_fpn"},
        "^backbone 'maskrcnn_resnet50_fpn': neither small_cnn nor a classifier of torch",
    ),
    ({"layer": "layer5"}, r"^layer 'layer5': no layer of resnet18, which has conv1, .*; did you mean 'layer4'\?$"),
    ({"layer": "layer"}, "^layer 'layer': no layer of resnet18"),
    ({"fine_tune": "layer4.9"}, r"^fine_tune 'layer4.9': no layer of resnet18, which has .*; did you mean 'layer4.\d'"),
    ({"fine_tune": "layer4", "layer": "layer3"}, "^fine_tune 'layer4': no layer of resnet18"),
    ({"name": "inception_v3", "image_size": 32}, "^backbone 'inception_v3': cannot read pictures of 32 x 32 pixels"),
    ({"name": "vit_b_32", "image_size": 96}, r"^backbone 'vit_b_32': cannot read pictures of 96 x 96 .*Expected 224\)"),
    ({"image_size": -3}, "^image_size -3: must be 1 or more"),
    ({"mean": [0.5] * 3}, "^mean, std: set both"),
    ({"mean": [0.5], "std": [0.5]}, "three numbers"),
    ({"resize": "stretch"}, "^resize 'stretch': must be squash or crop"),
    ({"weights": "IMAGENET1K_V3"}, "^weights 'IMAGENET1K_V3': neither a file nor known for resnet18, which has IMAGE"),
    ({"weights": "nowhere/model.pth"}, "^weights nowhere/model.pth: cannot be read"),
    ({"name": "small_cnn", "weights": "default"}, "^weights 'default': neither a file nor known for small_cnn"),
    ({"name": "swin_t", "layer": "features.1.0.attn.getattr"}, "no layer of swin_t"),
]


@pytest.mark.parametrize(("options", "message"), MISTAKES)
def test_a_mistake_is_told_in_one_line(options, message):
    with pytest.raises(UserError, match=message) as error:
        Backbone(**({"name": "resnet18", "weights": "none", "image_size": SIZE} | options))
    assert "\n" not in str(error.value)


def test_a_step_that_gives_no_grid_is_refused():
    with torch.device("meta"), pytest.raises(UserError, match="neither a grid of features nor a vector"):
        Backbone("shufflenet_v2_x0_5", weights="none", layer="stage2.0.view")


@pytest.mark.parametrize("size", [64, 63, 33])
@torch.no_grad()
def test_weights_of_tensorflow_are_computed_as_there(size):
    ours = random("mobilenet_v2", image_size=size, trained_in="tensorflow", mean=[0.5] * 3, std=[0.5] * 3)
    theirs = random("mobilenet_v2", image_size=size, mean=[0.5] * 3, std=[0.5] * 3)
    assert ours.grid == theirs.grid
    assert ours.state_dict().keys() == theirs.state_dict().keys()
    assert ours.fingerprint() != theirs.fingerprint()
    picture = pixels(2, size)
    for layer in theirs.body.modules():
        if isinstance(layer, nn.Conv2d):
            layer.forward = lambda x, layer=layer: as_in_tensorflow(x, layer)
        elif isinstance(layer, nn.BatchNorm2d):
            layer.eps = 1e-3
    expected = theirs(picture)
    torch.testing.assert_close(ours(picture), expected, rtol=1e-4, atol=1e-4)
    torch.testing.assert_close(ours.fused()(picture), expected, rtol=1e-3, atol=1e-3)
    assert "trained in TensorFlow" in ours.describe()


def test_weights_of_torchvision_were_not_trained_in_tensorflow():
    with pytest.raises(UserError, match="trained_in: 'tensorflow', but torchvision trained its weights 'default'"):
        Backbone("mobilenet_v2", "default", trained_in="tensorflow")


@pytest.mark.parametrize(
    ("name", "options", "expected"),
    [
        ("mobilenet_v2", {}, -0.48),
        ("mobilenet_v2", {"trained_in": "tensorflow"}, 0.48),
        ("resnet18", {}, -0.48),
        ("alexnet", {}, None),
        ("vgg16", {}, 0.0),
        ("small_cnn", {}, -0.47),
    ],
)
def test_a_cells_view_is_centred_where_it_is_told(name, options, expected):
    """By the gradient of a cell in the middle, through a network all of whose convolutions are means."""
    size = 448
    backbone = random(name, image_size=size, **options)
    with torch.no_grad():
        for key, weight in backbone.named_parameters():
            weight.fill_(1 / weight[0].numel() if weight.ndim > 1 else float(key.endswith("weight")))
    rows, columns = backbone.grid
    picture = (1e-3 * (1 + 0.01 * pixels(1, size).abs())).requires_grad_()
    cell = backbone(picture)[0, rows // 2 * columns + columns // 2]
    (gradient,) = torch.autograd.grad(cell @ torch.arange(1.0, len(cell) + 1), picture)
    mass = gradient.abs().sum((0, 1))
    found = (mass.sum(0) @ (torch.arange(size) + 0.5)) / mass.sum() * columns / size - (columns // 2 + 0.5)
    assert backbone.cell_shift == pytest.approx(float(found), abs=0.1)
    if expected is not None:
        assert backbone.cell_shift == pytest.approx(expected, abs=0.01)


def test_a_grid_of_one_cell_or_of_patches_is_not_moved():
    assert random("vgg16", layer="classifier.4").cell_shift == 0
    assert random("swin_t").cell_shift == 0
    assert random("convnext_tiny").cell_shift == 0
