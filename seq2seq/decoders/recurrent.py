"""The recurrent decoder: a context and a prefix in, scores of the next token out."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Literal, get_args

import torch
from torch import Tensor, nn

from seq2seq.context import Context
from seq2seq.decoders.attention import Attention, AttentionName
from seq2seq.decoders.state import DecoderState
from seq2seq.dropout import LockedDropout, WordDropout
from seq2seq.embedding import Embedding
from seq2seq.errors import suggest
from seq2seq.recurrent import CellName, RecurrentLayer, State

Injection = Literal["initial_state", "first_step", "every_step", "attention"]
INJECTIONS: tuple[str, ...] = get_args(Injection)


class RecurrentDecoder(nn.Module):
    """A deep recurrent net that writes, with the context entering by name. Without any it is a language model.

    The arrangement is that of RNMT+ (Chen et al. 2018, arXiv 1804.09849): layer 1 reads the prefix, its outputs ask
    the attention, and the upper layers and the read-out see [output of the layer below; attention's context]. So in
    training every layer runs over the whole prefix in one call, and attention is one product for all positions.

    Injections, alone or together:

    - "initial_state": a learned bridge from the summary to h and c of every layer;
    - "first_step": the summary as a word before the first (Vinyals et al. 2015, arXiv 1411.4555);
    - "every_step": the summary into every gate at every step (Donahue et al. 2015, arXiv 1411.4389);
    - "attention": over the memory, see `Attention`.

    Args:
        vocab_size: V.
        memory_size: F of the context's memory.
        summary_size: G of the context's summary.
        embedding_size: E, also the size of the read-out, so that input and output embeddings can be one matrix.
        hidden_size: H.
        layers: depth, at least 1.
        cell: a name of `seq2seq.recurrent.CELLS`.
        injections: how the context enters, see above.
        attention: "additive", "general" or "dot".
        heads: attention heads.
        attention_gate: let the query say, from 0 to 1, how much of the attention's context enters (the scalar beta of
            Xu et al. 2015, arXiv 1502.03044, section 4.2.1).
        input_feeding: give the last read-out to the first layer beside the word (Luong et al. 2015); training then
            takes one step after the other.
        tied_embeddings: the output matrix is the input embedding (Press & Wolf 2017).
        dropout: share of features dropped, with one mask for all steps of a sentence (input feeding: a new one at
            each step but for the embeddings), of the embeddings, of what each layer gives and of the read-out.
        word_dropout: share of whole words of the prefix dropped.
        residual: add a layer's input (below the context) to its output, from the second layer up.
        layer_norm: normalise what each layer gives.

    Raises:
        ValueError: an unknown injection, cell or attention, or sizes that do not fit the attention.
    """

    layers: Sequence[RecurrentLayer]

    def __init__(
        self,
        vocab_size: int,
        memory_size: int,
        summary_size: int,
        embedding_size: int = 256,
        hidden_size: int = 512,
        layers: int = 2,
        cell: CellName = "lstm",
        injections: list[Injection] | tuple[Injection, ...] = ("initial_state", "attention"),
        attention: AttentionName = "general",
        heads: int = 1,
        attention_gate: bool = False,
        input_feeding: bool = False,
        tied_embeddings: bool = True,
        dropout: float = 0.2,
        word_dropout: float = 0.0,
        residual: bool = False,
        layer_norm: bool = False,
    ) -> None:
        super().__init__()
        for name in injections:
            if name not in INJECTIONS:
                raise ValueError(f"injection {name!r} is not one of {', '.join(INJECTIONS)}{suggest(name, INJECTIONS)}")
        self.injections = frozenset(injections)
        self.input_feeding, self.residual = input_feeding, residual
        self.embedding = Embedding(vocab_size, embedding_size)
        self.output = nn.Linear(embedding_size, vocab_size)
        nn.init.normal_(self.output.weight, std=embedding_size**-0.5)
        nn.init.zeros_(self.output.bias)
        if tied_embeddings:
            self.output.weight = self.embedding.weight

        attends = "attention" in self.injections
        seen = memory_size if attends else 0
        everywhere = summary_size if "every_step" in self.injections else 0
        first = embedding_size + everywhere + (embedding_size if input_feeding else 0)
        sizes = [first] + [hidden_size + seen + everywhere] * (layers - 1)
        recurrent = (RecurrentLayer(size, hidden_size, cell) for size in sizes)
        self.layers = nn.ModuleList(recurrent)  # type: ignore[assignment]
        self.norms = nn.ModuleList(nn.LayerNorm(hidden_size) if layer_norm else nn.Identity() for _ in sizes)
        self.attention = Attention(hidden_size, memory_size, attention, heads) if attends else None
        self.gate = nn.Linear(hidden_size, 1) if attends and attention_gate else None
        if "initial_state" in self.injections:
            self.bridge = nn.Linear(summary_size, sum(layer.state_size for layer in self.layers) * hidden_size)
        if "first_step" in self.injections:
            self.first_word = nn.Linear(summary_size, embedding_size)
        self.readout = nn.Linear(hidden_size + seen, embedding_size)
        self.dropout = LockedDropout(dropout)
        self.word_dropout = WordDropout(word_dropout)

    def start(self, context: Context) -> DecoderState:
        """The state before the first token, one row a sentence."""
        rows = len(context)
        summary = context.summary
        if "initial_state" in self.injections:
            parts = iter(self.bridge(summary).chunk(sum(layer.state_size for layer in self.layers), 1))
            # An output begins within (-1, 1), where most cells keep theirs by their own equations; c is free.
            layers = tuple(
                (torch.tanh(next(parts)), *(next(parts) for _ in range(layer.state_size - 1))) for layer in self.layers
            )
        else:
            layers = tuple(layer.zero_state(rows) for layer in self.layers)
        state = DecoderState(
            layers=layers,
            keys=context.memory if self.attention is None else self.attention.keys(context.memory),
            memory=context.memory,
            mask=context.mask,
            injected=summary if "every_step" in self.injections else None,
            feed=summary.new_zeros(rows, self.embedding.embedding_dim) if self.input_feeding else None,
        )
        if "first_step" in self.injections:
            _, _, state = self._run(self.first_word(summary)[None], state)
        return state

    def step(self, tokens: Tensor, state: DecoderState) -> tuple[Tensor, DecoderState]:
        """Scores of the next token after one more token.

        Args:
            tokens: (R,) the last token of each hypothesis.
            state: from `start` or an earlier step, with R rows.

        Returns:
            logits (R, V) and the new state; the old one is unchanged.
        """
        features, _, state = self._run(self.embedding(tokens)[None], state)
        return self.output(features[0]), state

    def forward(self, prefix: Tensor, context: Context) -> Tensor:
        """Logits (B, T, V) after every token of the prefixes (B, T), with teacher forcing."""
        return self.output(self.teach(prefix, context)[0])

    def teach(self, prefix: Tensor, context: Context) -> tuple[Tensor, Tensor | None]:
        """All that a loss needs of prefixes (B, T).

        Returns:
            What the output matrix multiplies, (B, T, E), for a loss that never holds all logits; and the attention's
            weights (B, T, S), or None without attention.
        """
        return self.read(prefix, self.start(context))[:2]

    def read(self, prefix: Tensor, state: DecoderState) -> tuple[Tensor, Tensor | None, DecoderState]:
        """As `teach`, of prefixes that go on from a state with one row a sentence; and the state after them."""
        words = self.dropout(self.word_dropout(self.embedding(prefix.t())))
        if not self.input_feeding:
            features, weights, state = self._run(words, state)
            return features.transpose(0, 1), None if weights is None else weights.transpose(0, 1), state
        outputs, looks = [], []
        for word in words:
            features, weights, state = self._run(word[None], state)
            outputs.append(features[0])
            looks += [] if weights is None else [weights[0]]
        return torch.stack(outputs, 1), torch.stack(looks, 1) if looks else None, state

    def _run(self, words: Tensor, state: DecoderState) -> tuple[Tensor, Tensor | None, DecoderState]:
        """Read-outs (T, R, E) and attention (T, R, S) of `words` (T, R, E): T steps in training, one in search."""
        length, rows = words.shape[:2]
        everywhere = []
        if state.injected is not None:
            injected = state.injected.repeat_interleave(rows // len(state.injected), 0)
            everywhere = [injected.to(words.dtype).expand(length, -1, -1)]
        seen: list[Tensor] = []
        weights = None
        finals: list[State] = []
        x = words if state.feed is None else torch.cat([words, state.feed[None].to(words.dtype)], 2)
        for depth, (layer, norm) in enumerate(zip(self.layers, self.norms, strict=True)):
            inputs = torch.cat([x, *seen, *everywhere], 2) if seen or everywhere else x
            if length == 1:
                final = layer.step(inputs[0], state.layers[depth])
                y = final[0][None]
            else:
                y, final = layer(inputs, state.layers[depth])
            finals.append(final)
            y = norm(y)
            x = self.dropout(y + x if self.residual and depth else y)
            if depth == 0 and self.attention is not None:
                context, weights = self._attend(x, state)
                seen = [self.dropout(context)]
        features = self.dropout(torch.tanh(self.readout(torch.cat([x, *seen], 2))))
        state = replace(
            state,
            layers=tuple(finals),
            feed=None if state.feed is None else features[-1],
            attention=None if weights is None else weights[-1],
        )
        return features, weights, state

    def _attend(self, x: Tensor, state: DecoderState) -> tuple[Tensor, Tensor]:
        """Attention for queries (T, R, H): context vectors (T, R, F) and weights (T, R, S)."""
        assert self.attention is not None
        length, rows = x.shape[:2]
        sentences = len(state.mask)
        # All rows of a sentence ask at once: (T, B*K, H) -> (B, K*T, H).
        queries = x.view(length, sentences, -1, x.shape[2]).permute(1, 2, 0, 3).reshape(sentences, -1, x.shape[2])
        context, weights = self.attention(queries, state.keys, state.memory, state.mask)

        def back(tensor: Tensor) -> Tensor:
            return tensor.reshape(sentences, -1, length, tensor.shape[2]).permute(2, 0, 1, 3).reshape(length, rows, -1)

        found = back(context)
        return found if self.gate is None else found * torch.sigmoid(self.gate(x)), back(weights)
