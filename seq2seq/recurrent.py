"""Recurrent layers: one direction of one layer, over a whole sequence or one step at a time.

Everything here is time-major: (T, B, F) with T steps, B rows, F features, so that a step is one contiguous slice.
"""

from typing import Any, Literal

import torch
from torch import Tensor, nn
from torch.autograd.function import once_differentiable
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from seq2seq.errors import suggest

CellName = Literal["lstm", "gru", "rnn"]
CELLS: dict[str, type[nn.LSTM] | type[nn.GRU] | type[nn.RNN]] = {"lstm": nn.LSTM, "gru": nn.GRU, "rnn": nn.RNN}

State = tuple[Tensor, ...]
"""The state of one layer: (h,) or, for an LSTM, (h, c), each (B, H)."""


class RecurrentLayer(nn.Module):
    """One layer of one direction of an LSTM, a GRU or an Elman RNN (tanh).

    LSTM: Hochreiter & Schmidhuber 1997 with the forget gate of Gers et al. 2000, its bias starting at 1 (Jozefowicz et
    al. 2015); GRU: Cho et al. 2014 in the form of `torch.nn.GRU`; RNN: Elman 1990. The weights are those of the torch
    module of the same name, and so is every number that comes out.

    Args:
        input_size: features of an input.
        hidden_size: H, features of a hidden state.
        cell: "lstm", "gru" or "rnn".

    Raises:
        ValueError: an unknown cell.

    >>> layer = RecurrentLayer(3, 5)
    >>> outputs, state = layer(torch.zeros(7, 2, 3), layer.zero_state(2), torch.tensor([7, 4]))
    >>> outputs.shape, len(state)
    (torch.Size([7, 2, 5]), 2)
    """

    def __init__(self, input_size: int, hidden_size: int, cell: CellName = "lstm") -> None:
        super().__init__()
        if cell not in CELLS:
            raise ValueError(f"cell {cell!r} is not one of {', '.join(CELLS)}{suggest(cell, CELLS)}")
        self.kind = cell
        self.hidden_size = hidden_size
        self.cell = CELLS[cell](input_size, hidden_size)
        self.state_size = 2 if cell == "lstm" else 1
        for name, parameter in self.cell.named_parameters():
            if "bias" in name:
                nn.init.zeros_(parameter)
            else:
                initialise = nn.init.orthogonal_ if "weight_hh" in name else nn.init.xavier_uniform_
                for gate in parameter.chunk(parameter.shape[0] // hidden_size):
                    initialise(gate)
        if cell == "lstm":
            with torch.no_grad():
                self.weights()[2][hidden_size : 2 * hidden_size] = 1.0

    def weights(self) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """Input and recurrent weights, input and recurrent biases."""
        cell: Any = self.cell
        return cell.weight_ih_l0, cell.weight_hh_l0, cell.bias_ih_l0, cell.bias_hh_l0

    def zero_state(self, rows: int) -> State:
        """The state before the first step: zeros."""
        zeros = self.weights()[1].new_zeros(rows, self.hidden_size)
        return (zeros,) * self.state_size

    def forward(
        self, inputs: Tensor, state: State, lengths: Tensor | None = None, reverse: bool = False
    ) -> tuple[Tensor, State]:
        """Run over a whole sequence.

        Args:
            inputs: (T, B, input_size).
            state: the state before the first step, each (B, H).
            lengths: (B,) steps of each row, at least 1; None when padding needs no care, as in a decoder that is
                trained left to right, where padding comes after everything that counts.
            reverse: read each row from its own last step to its first.

        Returns:
            outputs (T, B, H), in the order of the inputs (what stands at padding has no meaning), and the state after
            each row's own last step read.
        """
        if self.kind == "lstm" and inputs.device.type == "cpu":
            return self._lstm(inputs, state, lengths, reverse)
        if reverse:
            order = _reversal(inputs.shape[0], inputs.shape[1], lengths, inputs.device)
            outputs, final = self._torch(inputs[order], state, lengths)
            return outputs[order], final
        return self._torch(inputs, state, lengths)

    def step(self, inputs: Tensor, state: State) -> State:
        """The state (each (B, H); its first part is the output) after one more input (B, input_size)."""
        weights = self.weights()
        if self.kind == "lstm":
            return tuple(torch.lstm_cell(inputs, list(state), *weights))
        if self.kind == "gru":
            return (torch.gru_cell(inputs, state[0], *weights),)
        return (torch.rnn_tanh_cell(inputs, state[0], *weights),)

    def _lstm(self, inputs: Tensor, state: State, lengths: Tensor | None, reverse: bool) -> tuple[Tensor, State]:
        weight_ih, weight_hh, bias_ih, bias_hh = self.weights()
        tensors = (inputs, *state, weight_ih, weight_hh, bias_ih + bias_hh)
        if torch.is_autocast_enabled("cpu"):
            dtype = torch.get_autocast_dtype("cpu")
            tensors = tuple(tensor.to(dtype) for tensor in tensors)
        outputs, hidden, memory = LSTMFunction.apply(*tensors, lengths, reverse)
        return outputs, (hidden, memory)

    def _torch(self, inputs: Tensor, state: State, lengths: Tensor | None) -> tuple[Tensor, State]:
        """Torch's own fused cell: cuDNN on a GPU, the native loop on a CPU."""
        first = tuple(part.to(inputs.dtype)[None].contiguous() for part in state)
        hidden = first if self.kind == "lstm" else first[0]
        if lengths is None:
            outputs, final = self.cell(inputs, hidden)
        else:
            packed = pack_padded_sequence(inputs, lengths.cpu(), enforce_sorted=False)
            outputs, final = self.cell(packed, hidden)
            outputs, _ = pad_packed_sequence(outputs, total_length=inputs.shape[0])
        return outputs, tuple(part[0] for part in (final if self.kind == "lstm" else (final,)))


def _reversal(steps: int, rows: int, lengths: Tensor | None, device: torch.device) -> tuple[Tensor, Tensor]:
    """Indices (T, B) that turn each row's real steps round and leave its padding; their own inverse."""
    positions = torch.arange(steps, device=device)[:, None].expand(steps, rows)
    ends = torch.full((rows,), steps, device=device) if lengths is None else lengths.to(device)
    turned = torch.where(positions < ends, ends - 1 - positions, positions)
    return turned, torch.arange(rows, device=device).expand(steps, rows)


class LSTMFunction(torch.autograd.Function):
    """An LSTM layer over a padded batch, with its gradient written out.

    Same equations and gate order (input, forget, cell, output) as `torch.nn.LSTM`. It is here for three reasons: torch
    runs packed sequences on a CPU step by step under autograd, which adds the whole weight gradient at every step;
    without packing it cannot give the cell state at the end of each sentence, nor read a padded batch from right to
    left; and products of all steps at once run at the machine's full rate. Steps beyond a row's length leave its
    state as it was.

    The tests hold it against `torch.nn.LSTM` on packed sequences and against finite differences.
    """

    @staticmethod
    def forward(  # type: ignore[override]
        ctx: torch.autograd.function.FunctionCtx,
        inputs: Tensor,
        hidden: Tensor,
        memory: Tensor,
        weight_ih: Tensor,
        weight_hh: Tensor,
        bias: Tensor,
        lengths: Tensor | None,
        reverse: bool,
    ) -> tuple[Tensor, Tensor, Tensor]:
        """Args as in `RecurrentLayer.forward`; returns outputs (T, B, H) and the final h and c (B, H)."""
        steps, rows, features = inputs.shape
        size = hidden.shape[1]
        gates = torch.addmm(bias, inputs.reshape(steps * rows, features), weight_ih.t()).view(steps, rows, 4 * size)
        # Entry t of `hiddens` and `memories` is the state before the t-th step taken (not the t-th position).
        hiddens = inputs.new_empty(steps + 1, rows, size)
        memories = torch.empty_like(hiddens)
        squashed = inputs.new_empty(steps, rows, size)
        hiddens[0], memories[0] = hidden, memory
        recurrent = weight_hh.t()
        padding = held_rows(lengths, steps, reverse)
        for t in range(steps):
            gate = gates[steps - 1 - t if reverse else t]
            gate.addmm_(hiddens[t], recurrent)
            gate[:, : 2 * size].sigmoid_()
            gate[:, 2 * size : 3 * size].tanh_()
            gate[:, 3 * size :].sigmoid_()
            input_gate, forget_gate, candidate, output_gate = gate.chunk(4, 1)
            torch.mul(forget_gate, memories[t], out=memories[t + 1])
            memories[t + 1].addcmul_(input_gate, candidate)
            torch.tanh(memories[t + 1], out=squashed[t])
            torch.mul(output_gate, squashed[t], out=hiddens[t + 1])
            held = padding[t]
            if held is not None:
                torch.where(held, hiddens[t], hiddens[t + 1], out=hiddens[t + 1])
                torch.where(held, memories[t], memories[t + 1], out=memories[t + 1])
        ctx.save_for_backward(inputs, weight_ih, weight_hh, gates, hiddens, memories, squashed)
        ctx.padding, ctx.reverse = padding, reverse  # type: ignore[attr-defined]
        outputs = hiddens[1:].flip(0) if reverse else hiddens[1:]
        # Copies, because a view of what backward needs could be changed in place by the caller.
        return outputs.clone() if not reverse else outputs, hiddens[-1].clone(), memories[-1].clone()

    @staticmethod
    @once_differentiable
    def backward(ctx, grad_outputs, grad_hidden, grad_memory):  # type: ignore[no-untyped-def, override]
        """Backpropagation through time: the loop finds the gates' gradients, one product each the weights'."""
        inputs, weight_ih, weight_hh, gates, hiddens, memories, squashed = ctx.saved_tensors
        steps, rows, features = inputs.shape
        size = weight_hh.shape[1]
        grads = torch.empty_like(gates)
        grad_hidden, grad_memory = grad_hidden.clone(), grad_memory.clone()
        for t in range(steps - 1, -1, -1):
            place = steps - 1 - t if ctx.reverse else t
            input_gate, forget_gate, candidate, output_gate = gates[place].chunk(4, 1)
            grad_gate = grads[place]
            grad_input, grad_forget, grad_candidate, grad_output = grad_gate.chunk(4, 1)
            grad_hidden.add_(grad_outputs[place])
            held = ctx.padding[t]
            if held is not None:
                kept_hidden, kept_memory = grad_hidden * held, grad_memory * held
                grad_hidden = grad_hidden.masked_fill(held, 0)
                grad_memory = grad_memory.masked_fill(held, 0)
            torch.mul(grad_hidden, squashed[t], out=grad_output)
            grad_memory.add_(torch.ops.aten.tanh_backward(grad_hidden * output_gate, squashed[t]))
            torch.mul(grad_memory, candidate, out=grad_input)
            torch.mul(grad_memory, memories[t], out=grad_forget)
            torch.mul(grad_memory, input_gate, out=grad_candidate)
            for part in (slice(0, 2 * size), slice(3 * size, 4 * size)):
                squash = grad_gate[:, part]
                torch.ops.aten.sigmoid_backward.grad_input(squash, gates[place][:, part], grad_input=squash)
            torch.ops.aten.tanh_backward.grad_input(grad_candidate, candidate, grad_input=grad_candidate)
            grad_memory = grad_memory * forget_gate
            grad_hidden = grad_gate @ weight_hh
            if held is not None:
                grad_hidden.add_(kept_hidden)
                grad_memory.add_(kept_memory)
        flat = grads.view(steps * rows, 4 * size)
        before = hiddens[:-1].flip(0) if ctx.reverse else hiddens[:-1]
        return (
            (flat @ weight_ih).view(steps, rows, features) if ctx.needs_input_grad[0] else None,
            grad_hidden,
            grad_memory,
            flat.t() @ inputs.reshape(steps * rows, features),
            flat.t() @ before.reshape(steps * rows, size),
            flat.sum(0),
            None,
            None,
        )


def held_rows(lengths: Tensor | None, steps: int, reverse: bool) -> list[Tensor | None]:
    """For each step taken: which rows (B, 1) are past their end there, or None where no row is."""
    if lengths is None:
        return [None] * steps
    shortest = int(lengths.min())
    places = range(steps - 1, -1, -1) if reverse else range(steps)
    return [(lengths <= place)[:, None] if place >= shortest else None for place in places]
