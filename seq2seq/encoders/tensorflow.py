"""Networks whose weights were trained in TensorFlow, made to compute as they did there."""

import math

from torch import Tensor, fx, nn
from torch.nn.functional import pad

EPSILON = 1e-3  # of batch norm, in Keras and TF-slim


def compute_as_tensorflow(body: fx.GraphModule) -> None:
    """Give a network TensorFlow's padding and batch norm, in place; names of layers and shapes stay as they are.

    Where a convolution's stride is above 1, TensorFlow's padding "SAME" fills up at the right and below first, torch's
    networks on all sides alike. Weights moved from the one to the other look a pixel beside what they learned at every
    such layer, and at a border that they never saw: the features still mean something, but less.
    """
    for node in list(body.graph.nodes):
        layer = body.get_submodule(str(node.target)) if node.op == "call_module" else None
        if isinstance(layer, nn.BatchNorm2d):
            layer.eps = EPSILON
        elif isinstance(layer, nn.Conv2d) and max(layer.stride) > 1 and any(layer.padding):
            layer.padding = (0, 0)
            with body.graph.inserting_before(node):
                padded = body.graph.call_function(
                    pad_same, (node.args[0], layer.kernel_size, layer.stride, layer.dilation)
                )
            node.replace_input_with(node.args[0], padded)
    body.recompile()


def pad_same(pixels: Tensor, kernel: tuple[int, int], stride: tuple[int, int], dilation: tuple[int, int]) -> Tensor:
    """(B, C, H, W) with zeros around it, so that a convolution without padding gives (H, W) / stride, rounded up.

    The odd zero is put at the right and below, as TensorFlow's padding "SAME" has it.

    >>> import torch
    >>> pad_same(torch.ones(1, 1, 2, 3), (3, 3), (2, 2), (1, 1))[0, 0]
    tensor([[0., 1., 1., 1., 0.],
            [0., 1., 1., 1., 0.],
            [0., 0., 0., 0., 0.]])
    """
    widths: list[int] = []
    for each in zip(pixels.shape[2:], kernel, stride, dilation, strict=True):
        missing = missing_zeros(*each)
        widths = [missing // 2, missing - missing // 2, *widths]  # `pad` wants the last dimension first
    return pad(pixels, widths)


def missing_zeros(size: int, kernel: int, stride: int, dilation: int) -> int:
    """How many zeros a row of `size` wants so that a convolution over it gives size / stride numbers, rounded up."""
    reach = (math.ceil(size / stride) - 1) * stride + dilation * (kernel - 1) + 1
    return max(reach - size, 0)
