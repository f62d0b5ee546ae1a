"""Looking on while a model reads: every recurrent layer step by step, with its gates."""

import contextlib
from collections.abc import Iterator, Sequence

import torch
from torch import Tensor, nn

from seq2seq.recurrent import Cell, Gates, RecurrentLayer, State, run_steps


class Trace:
    """What one recurrent layer did. Letters: T steps, B rows, F features of an input, H of a state.

    Attributes:
        name: of the layer within the model, such as "encoder.layers.0.1".
        cell: that it runs.
        inputs: what it read, in the order in which it was called: (t, B, F) for t steps at once, (B, F) for one.
    """

    def __init__(self, name: str, cell: Cell) -> None:
        self.name, self.cell = name, cell
        self.inputs: list[Tensor] = []
        self._steps: list[tuple[Gates, State]] = []

    def __len__(self) -> int:
        return len(self._steps)

    @property
    def gates(self) -> dict[str, Tensor]:
        """Each gate by its name at every step, (T, B, H) from 0 to 1, in the order of the positions."""
        names = self._steps[0][0] if self._steps else {}
        return {name: torch.stack([gates[name].detach() for gates, _ in self._steps]) for name in names}

    @property
    def hidden(self) -> Tensor:
        """The outputs (T, B, H)."""
        return torch.stack([state[0].detach() for _, state in self._steps])

    @property
    def memory(self) -> Tensor | None:
        """The cell states (T, B, H) of the LSTMs; None for the other cells."""
        if not self._steps or len(self._steps[0][1]) < 2:
            return None
        return torch.stack([state[1].detach() for _, state in self._steps])

    def add(self, inputs: Tensor, steps: Sequence[tuple[Gates, State]]) -> None:
        """Keep what was read and what became of it, in the order of the positions."""
        self.inputs.append(inputs)
        self._steps += steps


@contextlib.contextmanager
def watching(model: nn.Module) -> Iterator[list[Trace]]:
    """Within the block every recurrent layer of the model runs step by step and keeps what its cell tells.

    The numbers are those of the fused run, to rounding; it is slower. Where gradients are recorded, what a layer reads
    takes part, though it be raw data, so that `gradient_norms` can be asked for.

    Yields:
        a trace for each layer, in the model's order; one that was not called has length 0.

    >>> from seq2seq.recurrent import RecurrentStack
    >>> stack = RecurrentStack(3, hidden_size=5, cell="gru")
    >>> with watching(stack) as traces:
    ...     _ = stack(torch.zeros(7, 1, 3))
    >>> traces[0].name, len(traces[0]), list(traces[0].gates), traces[0].gates["reset"].shape
    ('layers.0.0', 7, ['reset', 'keep'], torch.Size([7, 1, 5]))
    """
    layers = {name: module for name, module in model.named_modules() if isinstance(module, RecurrentLayer)}
    cells = [layer.cell for layer in layers.values()]
    traces = [Trace(name, cell) for name, cell in zip(layers, cells, strict=True)]
    try:
        for layer, trace in zip(layers.values(), traces, strict=True):
            layer.cell = _WatchedCell(layer.cell, trace)
        yield traces
    finally:
        for layer, cell in zip(layers.values(), cells, strict=True):
            layer.cell = cell


def gradient_norms(score: Tensor, traces: Sequence[Trace]) -> list[Tensor]:
    """Norms (T, B) of a score's gradient with respect to what each layer read at each step; zero where it has no part.

    Args:
        score: a number that was computed within `watching`, with gradients recorded.
        traces: of that block.
    """
    pieces = [piece for trace in traces for piece in trace.inputs]
    found = torch.autograd.grad(score, pieces, allow_unused=True, retain_graph=True) if pieces else ()
    gradients = iter(zip(pieces, found, strict=True))
    norms = []
    for trace in traces:
        own = [next(gradients) for _ in trace.inputs]
        whole = [(torch.zeros_like(piece) if gradient is None else gradient).detach() for piece, gradient in own]
        norms.append(torch.cat([part.norm(dim=-1).reshape(-1, part.shape[-2]) for part in whole]))
    return norms


class _WatchedCell(Cell):
    """A cell that runs step by step through `Cell.read` and hands what it finds to a trace."""

    def __init__(self, cell: Cell, trace: Trace) -> None:
        super().__init__()
        self.cell, self.state_size = cell, cell.state_size
        self._trace = trace

    def initialise(self) -> None:
        self.cell.initialise()

    def run(self, inputs: Tensor, state: State, lengths: Tensor | None, reverse: bool) -> tuple[Tensor, State]:
        seen: list[tuple[Gates, State]] = []

        def advance(step: Tensor, before: State) -> State:
            seen.append(self.cell.read(step, before))
            return seen[-1][1]

        outputs, final = run_steps(advance, _with_gradient(inputs), state, lengths, reverse)
        self._trace.add(inputs, seen[::-1] if reverse else seen)
        return outputs, final

    def step(self, inputs: Tensor, state: State) -> State:
        seen = self.cell.read(_with_gradient(inputs), state)
        self._trace.add(inputs, [seen])
        return seen[1]


def _with_gradient(inputs: Tensor) -> Tensor:
    """The very tensor, for both directions read it; raw data and frozen embeddings have no gradient of themselves."""
    if torch.is_grad_enabled() and not inputs.requires_grad:
        inputs.requires_grad_()
    return inputs
