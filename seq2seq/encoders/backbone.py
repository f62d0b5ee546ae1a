"""A network that was made to classify pictures, cut where it still sees a grid."""

import copy
import hashlib
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

import torch
from torch import Tensor, fx, nn

from seq2seq.data.transform import ImageTransform
from seq2seq.encoders.centres import cell_shift
from seq2seq.encoders.graph import LayerGraph, to_cells
from seq2seq.encoders.small_cnn import SmallCNN
from seq2seq.encoders.tensorflow import compute_as_tensorflow
from seq2seq.encoders.weights import DEFAULT, download, find_weights, load_file
from seq2seq.errors import UserError, suggest

AUTO, NONE, ALL = "auto", "none", "all"
SMALL_CNN = "small_cnn"
# What torchvision's networks were trained with.
IMAGENET_MEAN, IMAGENET_STD, IMAGENET_SIZE = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225), 224
# These read pixels from -1 to 1, which torchvision's networks make of ImageNet's scale themselves where they come with
# weights; here the pixels are made so at once.
_OTHER_SCALE = ("googlenet", "inception_v3")
# Pictures that a CPU computes on at once in use. Room for more than 32 MB, which an early layer of MobileNetV2 needs
# for seven pictures of 224 pixels, glibc takes from the system anew each time, and clearing it costs about half as much
# time as the computing. More threads need more pictures to share out, and clear them together.
_AT_ONCE, _AT_ONCE_A_THREAD = 4, 2


class Backbone(nn.Module):
    """A classifier of torchvision, or `SmallCNN`, up to one of its layers.

    Args:
        name: "resnet50", "vgg16", "mobilenet_v2" … (`torchvision.models.list_models`), or "small_cnn".
        weights: "default" for torchvision's best ones, the name of others ("IMAGENET1K_V1"), a file
            (see `seq2seq.encoders.weights.load_file`), or "none" for random ones. On the meta device none are read.
        layer: the layer whose output is taken: a path ("layer3", "features.29"), or "auto" for the last grid before
            pooling. A layer that gives a vector ("classifier.4" of VGG-16) is taken as a grid of one cell.
        fine_tune: the layer from which on the weights are trained; "all", "none", or "auto": all if they begin at
            random, else none.
        image_size: width and height of the pictures in pixels; 0 for that of the weights, or 224.
        mean: of red, green and blue, taken off; empty for that of the weights, or ImageNet's.
        std: likewise, divided by.
        resize: "squash" or "crop"; see `ImageTransform`.
        trained_in: "torch", or "tensorflow" for a file of weights that were converted from there: they want its padding
            and batch norm (see `seq2seq.encoders.tensorflow`).

    Attributes:
        transform: makes a picture the pixels that the network reads.
        grid: rows and columns of the cells.
        size: C, features of a cell.
        cell_shift: how far a cell looks beside the middle of its part of the picture (see `centres.cell_shift`).
        frozen: no weight is trained, so that the features of a picture never change.

    Raises:
        UserError: an unknown name, layer or kind of weights; weights that cannot be had or do not fit; a picture size
            that the network cannot read.

    >>> backbone = Backbone("small_cnn", weights="none", image_size=96)
    >>> backbone(torch.zeros(2, 3, 96, 96)).shape, backbone.grid
    (torch.Size([2, 36, 128]), (6, 6))
    """

    def __init__(
        self,
        name: str = "mobilenet_v2",
        weights: str = DEFAULT,
        layer: str = AUTO,
        fine_tune: str = AUTO,
        image_size: int = 0,
        mean: Sequence[float] = (),
        std: Sequence[float] = (),
        resize: Literal["squash", "crop"] = "squash",
        trained_in: Literal["torch", "tensorflow"] = "torch",
    ) -> None:
        super().__init__()
        _check_name(name)
        source = find_weights(name, weights)
        if trained_in == "tensorflow" and source is not None and not isinstance(source, Path):
            raise UserError(f"trained_in: 'tensorflow', but torchvision trained its weights {weights!r} in torch")
        self.name, self.weights, self.trained_in = name, weights, trained_in
        self.transform = _transform(name, source, image_size, mean, std, resize)
        graph = LayerGraph(_build(name, source), name, self.transform.size)
        cut = graph.last_grid() if layer == AUTO else graph.layer(layer, "layer")[-1]
        if cut.output is None:
            raise UserError(f"layer {layer!r}: gives neither a grid of features nor a vector; choose another")
        graph.end_at(cut)
        self.layer, self._layout = cut.name, cut.output.layout
        self.grid, self.size = (cut.output.rows, cut.output.rows), cut.output.features
        self.body = graph.module
        self._only_used = False
        self._note = weights
        if isinstance(source, Path) and not _on_meta():
            self._note = f"{weights} ({load_file(self.body, source, name)})"
        if trained_in == "tensorflow":
            compute_as_tensorflow(self.body)
        self.cell_shift = cell_shift(self.body, self.transform.size, cut.output.rows)
        if fine_tune == AUTO:
            fine_tune = ALL if source is None else NONE
        self._freeze(graph, fine_tune)
        self.train()

    def forward(self, pixels: Tensor) -> Tensor:
        """(B, 3, H, W) pixels, as `transform` makes them -> (B, P, C) features of P cells, row by row."""
        pixels = pixels.contiguous(memory_format=torch.channels_last)
        if self._only_used and pixels.device.type == "cpu":
            parts = pixels.split(max(_AT_ONCE, _AT_ONCE_A_THREAD * torch.get_num_threads()))
            return to_cells(torch.cat([self.body(part) for part in parts]), self._layout)
        return to_cells(self.body(pixels), self._layout)

    def train(self, mode: bool = True) -> "Backbone":
        """Set the mode of what is trained; the frozen layers stay in eval mode, so that batch norm stays as it is."""
        super().train(False)
        self.training = mode
        for name in self._trained_layers:
            self.body.get_submodule(name).train(mode)
        return self

    @property
    def frozen(self) -> bool:
        """Whether no weight is trained."""
        return not self._trained

    @property
    def device(self) -> torch.device:
        """Where it computes."""
        return next(self.body.parameters()).device

    def trained_parameters(self) -> list[nn.Parameter]:
        """Those that are trained, for an optimiser's group of their own."""
        return [self.body.get_parameter(name) for name in self._trained]

    def fused(self) -> "Backbone":
        """A copy for use only, never for training, that takes less than half the time on a CPU.

        There it computes on a few pictures at a time, however many it is given. Each batch norm that follows a
        convolution becomes part of it (`torch.nn.utils.fuse_conv_bn_eval`), so that the weights have other names and
        the features differ in the last digits.
        """
        twin = copy.deepcopy(self).eval().requires_grad_(False).to(memory_format=torch.channels_last)
        twin._trained, twin._trained_layers, twin._only_used = [], [], True
        body = twin.body
        for node in list(body.graph.nodes):
            before = node.args[0] if node.args else None
            if not isinstance(before, fx.Node) or len(before.users) > 1:
                continue
            convolution, norm = (_layer(body, each) for each in (before, node))
            if isinstance(convolution, nn.Conv2d) and isinstance(norm, nn.BatchNorm2d):
                body.set_submodule(str(before.target), nn.utils.fuse_conv_bn_eval(convolution, norm))
                node.replace_all_uses_with(before)
                body.graph.erase_node(node)
        body.delete_all_unused_submodules()
        body.recompile()
        return twin

    def fingerprint(self) -> str:
        """A hash of the network up to the cut, of how it computes and of its weights."""
        digest = hashlib.sha256(f"{self.name} {self.layer} {self.trained_in}".encode())
        for name, tensor in sorted(self.body.state_dict().items()):
            digest.update(f"{name} {tensor.dtype} {tuple(tensor.shape)}".encode())
            digest.update(tensor.detach().cpu().contiguous().flatten().view(torch.uint8).numpy())
        return digest.hexdigest()

    def describe(self) -> str:
        """Where it was cut, what it gives, what it reads, its weights, and how many of them are trained."""
        rows, columns = self.grid
        transform = self.transform
        mean, std = (" ".join(f"{value:g}" for value in values) for values in (transform.mean, transform.std))
        trained = sum(parameter.numel() for parameter in self.trained_parameters())
        frozen = sum(parameter.numel() for parameter in self.parameters()) - trained
        return (
            f"{self.name}, cut at {self.layer}: {rows} x {columns} cells of {self.size:,} features\n"
            f"reads {transform.size} x {transform.size} pixels ({transform.resize}), mean {mean}, std {std}\n"
            f"weights: {self._note}{', trained in TensorFlow' if self.trained_in == 'tensorflow' else ''}\n"
            f"{frozen:,} weights frozen, {trained:,} trained"
        )

    def _freeze(self, graph: LayerGraph, fine_tune: str) -> None:
        """Note what is trained: all that runs from the first step of the layer `fine_tune` on."""
        self._trained_layers: list[str] = []
        self._trained: list[str] = []
        steps = [] if fine_tune == NONE else graph.steps
        if fine_tune not in (NONE, ALL):
            steps = steps[steps.index(graph.layer(fine_tune, "fine_tune")[0]) :]
        for step in steps:
            target = str(step.node.target)
            if step.node.op == "call_module":
                layer = self.body.get_submodule(target)
                self._trained_layers.append(target)
                self._trained += [f"{target}.{name}" for name, _ in layer.named_parameters()]
            elif step.node.op == "get_attr":
                self._trained.append(target)
        parameters = dict(self.body.named_parameters())
        self._trained = [name for name in dict.fromkeys(self._trained) if name in parameters]
        for name, parameter in parameters.items():
            parameter.requires_grad_(name in self._trained)


def _layer(body: fx.GraphModule, node: fx.Node) -> nn.Module | None:
    return body.get_submodule(str(node.target)) if node.op == "call_module" else None


def _check_name(name: str) -> None:
    import torchvision

    known = [*torchvision.models.list_models(module=torchvision.models), SMALL_CNN]
    if name not in known:
        families = dict.fromkeys(re.split(r"\d|_", each)[0] for each in known if each != SMALL_CNN)
        raise UserError(
            f"backbone {name!r}: neither {SMALL_CNN} nor a classifier of torchvision "
            f"({', '.join(families)}){suggest(name, known)}"
        )


def _transform(
    name: str, source: Any, size: int, mean: Sequence[float], std: Sequence[float], resize: Any
) -> ImageTransform:
    if bool(mean) != bool(std):
        raise UserError("mean, std: set both, or neither to have those of the weights")
    due = IMAGENET_SIZE, IMAGENET_MEAN, IMAGENET_STD
    if source is not None and not isinstance(source, Path):
        preset = source.transforms()
        due = preset.crop_size[0], preset.mean, preset.std
        if name in _OTHER_SCALE:
            due = preset.crop_size[0], (0.5, 0.5, 0.5), (0.5, 0.5, 0.5)
    try:
        return ImageTransform(size or due[0], tuple(mean or due[1]), tuple(std or due[2]), resize)  # type: ignore[arg-type]
    except ValueError as error:
        raise UserError(f"image_{error}" if str(error).startswith("size") else str(error)) from error


def _build(name: str, source: Any) -> nn.Module:
    """The whole network, with random weights or torchvision's."""
    if name == SMALL_CNN:
        return SmallCNN()
    from torchvision.models import get_model

    if source is not None and not isinstance(source, Path) and not _on_meta():
        download(source)
        model = get_model(name, weights=source)
        if name in _OTHER_SCALE:
            model.transform_input = False
        return model
    if name.startswith("regnet"):  # works its sizes out with tensors, which needs memory
        with torch.device("cpu"):
            model = get_model(name, weights=None)
        return model.to("meta") if _on_meta() else model
    options = {"aux_logits": False, "init_weights": not _on_meta()} if name in _OTHER_SCALE else {}
    return get_model(name, weights=None, **options)


def _on_meta() -> bool:
    """Whether what is made now has no memory, because it is filled from a model folder later."""
    return torch.empty(0).is_meta
