"""What every recurrent cell answers to, and how a batch with padding is read one step after the other."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Literal

import torch
from torch import Tensor, nn

State = tuple[Tensor, ...]
"""The state of one layer: (h,) or, for the LSTMs, (h, c), each (B, H). Its first part is the layer's output."""

Gates = dict[str, Tensor]
"""The gates of a step by their names, each (B, H), from 0 (shut) to 1 (open)."""


class Cell(nn.Module, ABC):
    """The equations of a layer, over a whole sequence and for one step; built as `cell(input_size, hidden_size)`.

    Attributes:
        state_size: how many parts its state has.
        squashing: what bounds its hidden state: "tanh" to -1 ... 1, "relu" from below by 0; "" where nothing does.
    """

    state_size = 1
    squashing: Literal["tanh", "relu", ""] = "tanh"

    @abstractmethod
    def initialise(self) -> None:
        """Set the weights with which training begins."""

    @abstractmethod
    def run(self, inputs: Tensor, state: State, lengths: Tensor | None, reverse: bool) -> tuple[Tensor, State]:
        """See `RecurrentLayer.forward`."""

    @abstractmethod
    def step(self, inputs: Tensor, state: State) -> State:
        """See `RecurrentLayer.step`."""

    def read(self, inputs: Tensor, state: State) -> tuple[Gates, State]:
        """See `RecurrentLayer.read`; a cell without gates need not say more than this."""
        return {}, self.step(inputs, state)


class SteppedCell(Cell):
    """A cell that torch does not fuse: one step after the other, but for the products of the inputs."""

    @abstractmethod
    def project(self, inputs: Tensor) -> Tensor:
        """What of the equations needs no state: (..., input_size) -> (..., G)."""

    @abstractmethod
    def advance(self, projected: Tensor, state: State) -> State:
        """The state after a step whose inputs became `projected` (B, G)."""

    def run(self, inputs: Tensor, state: State, lengths: Tensor | None, reverse: bool) -> tuple[Tensor, State]:
        """See `RecurrentLayer.forward`."""
        return run_steps(self.advance, self.project(inputs), state, lengths, reverse)

    def step(self, inputs: Tensor, state: State) -> State:
        """See `RecurrentLayer.step`."""
        return self.advance(self.project(inputs), state)


def run_steps(
    advance: Callable[[Tensor, State], State],
    projected: Tensor,
    state: State,
    lengths: Tensor | None,
    reverse: bool,
) -> tuple[Tensor, State]:
    """Run over a whole sequence, step by step; steps beyond a row's length leave its state as it was.

    Args:
        advance: the state after one more step.
        projected: (T, B, G) what `advance` is given of each step.
        state: before the first step.
        lengths: (B,) or None, as in `RecurrentLayer.forward`.
        reverse: likewise.

    Returns:
        outputs (T, B, H), the first part of the states, and the last state.
    """
    steps = projected.unbind(0)
    outputs: list[Tensor] = [projected] * len(steps)
    lengths = None if lengths is None else lengths.to(projected.device)
    for t, held in enumerate(held_rows(lengths, len(steps), reverse)):
        place = len(steps) - 1 - t if reverse else t
        before, state = state, advance(steps[place], state)
        if held is not None:
            state = tuple(torch.where(held, old, new) for old, new in zip(before, state, strict=True))
        outputs[place] = state[0]
    return torch.stack(outputs).to(projected.dtype), state


def held_rows(lengths: Tensor | None, steps: int, reverse: bool) -> list[Tensor | None]:
    """For each step taken: which rows (B, 1) are past their end there, or None where no row is."""
    if lengths is None:
        return [None] * steps
    shortest = int(lengths.min())
    places = range(steps - 1, -1, -1) if reverse else range(steps)
    return [(lengths <= place)[:, None] if place >= shortest else None for place in places]


def start_weight(weight: Tensor, hidden_size: int, recurrent: bool = False) -> None:
    """First values of a matrix (gates * H, ...), gate by gate: orthogonal where it is recurrent, else by Xavier."""
    initialise = nn.init.orthogonal_ if recurrent else nn.init.xavier_uniform_
    for gate in weight.chunk(len(weight) // hidden_size):
        initialise(gate)
