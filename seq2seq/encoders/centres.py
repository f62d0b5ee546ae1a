"""Where the cells of a network's grid look, which is not always where an even grid over the picture has them."""

from typing import cast

import torch
from torch import Tensor, fx, nn

from seq2seq.encoders.tensorflow import missing_zeros, pad_same


def cell_shift(body: fx.GraphModule, image_size: int, rows: int) -> float:
    """How far a cell's view is centred right of and below the middle of its part of the picture, in cells.

    The first output of a 3 x 3 convolution of stride 2 that is padded on all sides looks at the picture's corner. With
    five of them one upon the other the views are centred at the upper left corners of the cells: -0.5. With the padding
    of TensorFlow it is 0.5, and 0 in networks that cut the picture into patches.

    Args:
        body: a network whose output is a grid.
        image_size: width and height of its pictures.
        rows: of the grid.

    Returns:
        0 where there is one cell, or where other steps than convolutions and pooling move them, so that nobody knows.
    """
    # The first view's centre and the way from one to the next, in pixels, and how many there are.
    centre, stride, size = 0.0, 1, image_size
    for step in _way(body):
        if isinstance(step, fx.Node):
            kernel, gap, spread = (_first(cast(tuple[int, ...], lengths)) for lengths in step.args[1:])
            missing = missing_zeros(size, kernel, gap, spread)
            before, behind, reach, pace = missing // 2, missing - missing // 2, 1, 1
        else:
            before = behind = _first(step.padding)
            reach = _first(getattr(step, "dilation", 1)) * (_first(step.kernel_size) - 1) + 1
            pace = _first(step.stride)
        centre += stride * ((reach - 1) / 2 - before)
        steps = size + before + behind - reach
        size = (-(-steps // pace) if getattr(step, "ceil_mode", False) else steps // pace) + 1
        stride *= pace
    if size != rows or rows == 1:
        return 0.0
    middle = centre + 0.5 + stride * (rows - 1) / 2
    return (middle - image_size / 2) * rows / image_size


def _way(body: fx.GraphModule) -> list[nn.Conv2d | nn.MaxPool2d | nn.AvgPool2d | fx.Node]:
    """The layers from the pixels to the output that make cells of cells; other branches look at the same places."""
    seeing: dict[fx.Node, fx.Node | None] = {}  # the steps that see pixels, each with one that it sees them by
    for node in body.graph.nodes:
        before = next((each for each in node.all_input_nodes if each in seeing), None)
        if before is not None or node.op == "placeholder":
            seeing[node] = before
    node = next(reversed(seeing))
    way: list[nn.Conv2d | nn.MaxPool2d | nn.AvgPool2d | fx.Node] = []
    while node is not None:
        layer = body.get_submodule(str(node.target)) if node.op == "call_module" else None
        if isinstance(layer, nn.Conv2d | nn.MaxPool2d | nn.AvgPool2d):
            way.append(layer)
        elif node.target is pad_same:
            way.append(node)
        node = seeing[node]
    return way[::-1]


def _first(lengths: int | tuple[int, ...] | str) -> int:
    assert not isinstance(lengths, str)
    return lengths if isinstance(lengths, int) else lengths[0]


def move(weights: Tensor, shift: float) -> Tensor:
    """Weights (T, rows, columns) of cells moved right and down by a part of a cell, those at the edge kept.

    >>> move(torch.tensor([[[0.0, 4.0], [0.0, 4.0]]]), -0.5)
    tensor([[[2., 4.],
             [2., 4.]]])
    """
    for dimension in (1, 2):
        last = weights.shape[dimension] - 1
        places = (torch.arange(last + 1) - shift).clamp(0, last)
        below = places.floor().long()
        share = (places - below).view(-1, 1) if dimension == 1 else places - below
        above = (below + 1).clamp(max=last)
        weights = weights.index_select(dimension, below) * (1 - share) + weights.index_select(dimension, above) * share
    return weights
