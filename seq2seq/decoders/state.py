"""The decoder's state: all that one step needs of the past, as tensors."""

from dataclasses import dataclass, replace

from torch import Tensor

from seq2seq.recurrent import State


@dataclass(frozen=True)
class DecoderState:
    """Letters: B sentences, K hypotheses a sentence, R = B * K rows (row r belongs to sentence r // K), S positions.

    What belongs to a sentence is held once, however many hypotheses look at it.

    Attributes:
        layers: the recurrent state of each layer, every tensor (R, H).
        keys: (B, S, A) the attention's keys; the memory itself for "dot", or without attention.
        memory: (B, S, F).
        mask: (B, S), True at real positions.
        injected: (B, G) what enters at every step, or None.
        feed: (R, E) the last read-out when it is fed back (input feeding), or None.
        attention: (R, S) weights of the last step, zero at padding; None without attention or before anything was read.
    """

    layers: tuple[State, ...]
    keys: Tensor
    memory: Tensor
    mask: Tensor
    injected: Tensor | None = None
    feed: Tensor | None = None
    attention: Tensor | None = None

    def expand(self, hypotheses: int) -> "DecoderState":
        """From one row a sentence to `hypotheses` equal rows a sentence."""
        return self._rows(lambda tensor: tensor.repeat_interleave(hypotheses, 0))

    def select(self, rows: Tensor, sentences: Tensor | None = None) -> "DecoderState":
        """Choose hypotheses, and sentences too when finished ones leave the batch.

        Args:
            rows: (R',) numbers of the rows that go on, sentence by sentence.
            sentences: (B',) numbers of the sentences that stay, R' / B' rows each; None keeps all.
        """
        chosen = self._rows(lambda tensor: tensor[rows])
        if sentences is None:
            return chosen
        memory = self.memory[sentences]
        return replace(
            chosen,
            keys=memory if self.keys is self.memory else self.keys[sentences],
            memory=memory,
            mask=self.mask[sentences],
            injected=None if self.injected is None else self.injected[sentences],
        )

    def detach(self) -> "DecoderState":
        """The same state, through which no gradient goes back: what truncated backpropagation carries on."""
        return self._rows(lambda tensor: tensor.detach())

    def restart(self, rows: Tensor) -> "DecoderState":
        """The same state, but zero in the `rows` (R,) that are True: where a decoder without context begins anew."""
        return self._rows(lambda tensor: tensor.masked_fill(rows.to(tensor.device)[:, None], 0))

    def _rows(self, change) -> "DecoderState":  # type: ignore[no-untyped-def]
        """Apply `change` to every tensor that has a row for each hypothesis."""
        return replace(
            self,
            layers=tuple(tuple(change(part) for part in layer) for layer in self.layers),
            feed=None if self.feed is None else change(self.feed),
            attention=None if self.attention is None else change(self.attention),
        )
