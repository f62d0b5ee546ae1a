"""A network as named steps, in the order in which they run, that can be made to end at any of them."""

import math
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

import torch
from torch import Tensor, fx, nn

from seq2seq.errors import UserError, suggest

Layout = Literal["channels_first", "channels_last", "cells", "class_and_cells", "vector"]
_HEADS = ("classifier", "fc", "head", "heads")  # what torchvision calls the parts that turn features into classes


class Output(NamedTuple):
    """What a step gives for one picture: its shape read as a square grid of `rows` x `rows` cells of features.

    A vector is a grid of one cell.
    """

    layout: Layout
    rows: int
    features: int


@dataclass(frozen=True)
class Step:
    """One step of a network.

    Attributes:
        name: path of the layer that takes it, and the operation where it is no layer of its own: "layer4.1.relu_1".
        node: the same in the graph.
        output: what it gives; None where that is no grid (a number, a tensor on the way).
    """

    name: str
    node: fx.Node
    output: Output | None


class LayerGraph:
    """The steps of a network.

    Args:
        model: the network; it is put into eval mode.
        name: what messages call it.
        image_size: width and height of the pictures that it is to read.

    Attributes:
        module: all steps as a module, which shares the layers of `model` and has their names.
        steps: in the order in which they run.

    Raises:
        UserError: it cannot read pictures of this size.
    """

    def __init__(self, model: nn.Module, name: str, image_size: int) -> None:
        import torchvision
        from torchvision.models.feature_extraction import NodePathTracer

        # The graph of eval mode serves training as well: what differs there (batch norm, dropout, stochastic depth) are
        # layers that look at their own mode, and the extra classifiers of some networks are left out.
        tracer = NodePathTracer(
            leaf_modules=[torchvision.ops.StochasticDepth], autowrap_modules=(math, torchvision.ops)
        )
        graph = tracer.trace(model.eval())
        self.name = name
        self.module = fx.GraphModule(model, graph).eval()
        recorder = _Shapes(self.module)
        blank = torch.zeros(1, 3, image_size, image_size, device=next(model.parameters()).device)
        try:
            with torch.no_grad():
                recorder.run(blank)
        except (RuntimeError, AssertionError, ValueError) as error:
            reason = str(error).strip().partition("\n")[0].partition(" but got")[0]
            raise UserError(
                f"backbone {name!r}: cannot read pictures of {image_size} x {image_size} pixels ({reason}); "
                "set another image_size"
            ) from error
        self.steps = [
            Step(path, node, read_shape(recorder.shapes.get(node)))
            for node, path in tracer.node_to_qualname.items()
            if node.op != "placeholder"
        ]

    def last_grid(self) -> Step:
        """The last step before pooling and classifier that gives more than one cell.

        Raises:
            UserError: there is none.
        """
        for step in reversed(self.steps):
            head = step.name.partition(".")[0] in _HEADS
            if step.output and step.output.rows > 1 and not head and not self._pools(step.node):
                return step
        raise UserError(f"backbone {self.name!r}: no grid of more than one cell; make image_size larger")

    def layer(self, name: str, option: str) -> list[Step]:
        """The steps that a layer, or a group of layers, consists of; a step is a layer of one.

        Args:
            name: its path.
            option: what is being set by it, for the message.

        Raises:
            UserError: there is no such layer.
        """
        steps = [step for step in self.steps if step.name == name or step.name.startswith(f"{name}.")]
        if not steps:
            paths = [step.name.split(".") for step in self.steps]
            known = {".".join(path[:depth]) for path in paths for depth in range(1, len(path) + 1)}
            top = dict.fromkeys(path[0] for path in paths)
            raise UserError(
                f"{option} {name!r}: no layer of {self.name}, which has {', '.join(top)} and layers within them"
                f"{suggest(name, known)}"
            )
        return steps

    def end_at(self, step: Step) -> None:
        """Drop what comes after a step, its layers included; `module` then gives what the step gives."""
        graph = self.module.graph
        for node in reversed(graph.nodes):
            if node.op == "output":
                graph.erase_node(node)
                break
        with graph.inserting_after(step.node):
            graph.output(step.node)
        graph.eliminate_dead_code()
        left = set(graph.nodes)
        self.steps = [each for each in self.steps if each.node in left]
        self.module.delete_all_unused_submodules()
        self.module.recompile()

    def _pools(self, node: fx.Node) -> bool:
        taken = self.module.get_submodule(str(node.target)) if node.op == "call_module" else node.target
        return "pool" in getattr(taken, "__name__", type(taken).__name__).lower()


def read_shape(shape: tuple[int, ...] | None) -> Output | None:
    """What a tensor of this shape, for one picture, is as a square grid; None where it is none.

    >>> read_shape((1, 512, 14, 14)), read_shape((1, 197, 768))
    (Output(layout='channels_first', rows=14, features=512), Output(layout='class_and_cells', rows=14, features=768))
    """
    match shape:
        case (1, features, rows, columns) if rows == columns:
            return Output("channels_first", rows, features)
        case (1, rows, columns, features) if rows == columns:
            return Output("channels_last", rows, features)
        case (1, count, features) if count == math.isqrt(count) ** 2:
            return Output("cells", math.isqrt(count), features)
        case (1, count, features) if count - 1 == math.isqrt(count - 1) ** 2:
            return Output("class_and_cells", math.isqrt(count - 1), features)
        case (1, features):
            return Output("vector", 1, features)
    return None


def to_cells(features: Tensor, layout: Layout) -> Tensor:
    """(B, P, C) cells row by row, of a step's output for B pictures."""
    match layout:
        case "channels_first":
            return features.flatten(2).transpose(1, 2)
        case "channels_last":
            return features.flatten(1, 2)
        case "cells":
            return features
        case "class_and_cells":
            return features[:, 1:]
        case "vector":
            return features[:, None]


class _Shapes(fx.Interpreter):
    """Runs a graph and notes the shape of every tensor in it."""

    def __init__(self, module: fx.GraphModule) -> None:
        super().__init__(module)
        self.shapes: dict[fx.Node, tuple[int, ...]] = {}

    def run_node(self, n: fx.Node) -> Any:
        result = super().run_node(n)
        if isinstance(result, Tensor):
            self.shapes[n] = tuple(result.shape)
        return result
