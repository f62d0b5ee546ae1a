"""The LSTM, with a gradient of its own on a CPU."""

import torch
from torch import Tensor, nn
from torch.autograd.function import once_differentiable

from seq2seq.recurrent.cell import Gates, State, held_rows
from seq2seq.recurrent.fused import FusedCell


class LSTM(FusedCell, nn.LSTM):
    """Long short-term memory: Hochreiter & Schmidhuber 1997 with the forget gate of Gers et al. 2000.

    i_t = sigmoid(W_i x_t + U_i h_{t-1} + b_i)                                   input gate
    f_t = sigmoid(W_f x_t + U_f h_{t-1} + b_f)                                   forget gate
    g_t = tanh(W_g x_t + U_g h_{t-1} + b_g)                                      candidate
    o_t = sigmoid(W_o x_t + U_o h_{t-1} + b_o)                                   output gate
    c_t = f_t * c_{t-1} + i_t * g_t
    h_t = o_t * tanh(c_t)

    b_f begins at 1 (Jozefowicz et al. 2015), the other biases at 0. Its state is (h, c). The weights are those of
    `torch.nn.LSTM`, which splits each bias in two, and so is every number that comes out.
    """

    state_size = 2

    def initialise(self) -> None:
        """As every fused cell, but for the forget gate's bias."""
        super().initialise()
        with torch.no_grad():
            self.weights()[2][self.hidden_size : 2 * self.hidden_size] = 1.0

    def run(self, inputs: Tensor, state: State, lengths: Tensor | None, reverse: bool) -> tuple[Tensor, State]:
        """See `RecurrentLayer.forward`."""
        if inputs.device.type != "cpu":
            return super().run(inputs, state, lengths, reverse)
        weight_ih, weight_hh, bias_ih, bias_hh = self.weights()
        tensors = (inputs, *state, weight_ih, weight_hh, bias_ih + bias_hh)
        if torch.is_autocast_enabled("cpu"):
            dtype = torch.get_autocast_dtype("cpu")
            tensors = tuple(tensor.to(dtype) for tensor in tensors)
        outputs, hidden, memory = LSTMFunction.apply(*tensors, lengths, reverse)
        return outputs, (hidden, memory)

    def step(self, inputs: Tensor, state: State) -> State:
        """See `RecurrentLayer.step`."""
        return tuple(torch.lstm_cell(inputs, list(state), *self.weights()))

    def read(self, inputs: Tensor, state: State) -> tuple[Gates, State]:
        """See `RecurrentLayer.read`: what torch's call computes, written out, since it does not tell its gates."""
        hidden, memory = state
        weight_ih, weight_hh, bias_ih, bias_hh = self.weights()
        products = nn.functional.linear(inputs, weight_ih, bias_ih) + nn.functional.linear(hidden, weight_hh, bias_hh)
        input_gate, forget_gate, candidate, output_gate = products.chunk(4, 1)
        gates = {"input": input_gate, "forget": forget_gate, "output": output_gate}
        gates = {name: torch.sigmoid(gate) for name, gate in gates.items()}
        memory = gates["forget"] * memory + gates["input"] * torch.tanh(candidate)
        return gates, (gates["output"] * torch.tanh(memory), memory)


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
