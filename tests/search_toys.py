"""Two models small enough to know everything about: one that follows a script, one that is random but recurrent."""

import math
from dataclasses import dataclass, replace
from itertools import chain

import torch
from torch import Tensor

from seq2seq.context import Context
from seq2seq.search import Hypothesis

PAD, UNK, BOS, EOS = 0, 1, 2, 3
Script = dict[tuple[int, ...], dict[int, float]]


@dataclass(frozen=True)
class ScriptState:
    """The sentence and the tokens so far of every row."""

    rows: list[tuple[int, tuple[int, ...]]]
    attention: Tensor | None = None

    def expand(self, k: int) -> "ScriptState":
        return replace(self, rows=[row for row in self.rows for _ in range(k)])

    def select(self, rows: Tensor, sentences: Tensor | None = None) -> "ScriptState":
        return replace(self, rows=[self.rows[row] for row in rows.tolist()])


class ScriptedModel:
    """Gives each prefix of each sentence the probabilities that its script says; what is unknown ends at once."""

    def __init__(self, scripts: list[Script], vocabulary: int) -> None:
        self.scripts, self.vocabulary = scripts, vocabulary

    def context(self) -> Context:
        batch = len(self.scripts)
        return Context(torch.zeros(batch, 2, 1), torch.ones(batch, 2, dtype=torch.bool), torch.zeros(batch, 1))

    def start(self, context: Context) -> ScriptState:
        return ScriptState([(sentence, ()) for sentence in range(len(self.scripts))])

    def step(self, tokens: Tensor, state: ScriptState) -> tuple[Tensor, ScriptState]:
        rows = [
            (sentence, prefix if token == BOS else (*prefix, token))
            for (sentence, prefix), token in zip(state.rows, tokens.tolist(), strict=True)
        ]
        logits = torch.full((len(rows), self.vocabulary), -torch.inf)
        for row, (sentence, prefix) in enumerate(rows):
            for token, probability in self.scripts[sentence].get(prefix, {EOS: 1.0}).items():
                logits[row, token] = math.log(probability)
        return logits, replace(state, rows=rows)


@dataclass(frozen=True)
class ToyState:
    """`hidden` and `attention` have a row for each hypothesis, `memory` and `mask` one for each sentence."""

    hidden: Tensor
    memory: Tensor
    mask: Tensor
    attention: Tensor | None = None

    def expand(self, k: int) -> "ToyState":
        return replace(self, hidden=self.hidden.repeat_interleave(k, 0), attention=None)

    def select(self, rows: Tensor, sentences: Tensor | None = None) -> "ToyState":
        kept = self if sentences is None else replace(self, memory=self.memory[sentences], mask=self.mask[sentences])
        return replace(kept, hidden=self.hidden[rows], attention=None)


class ToyModel:
    """A random recurrent decoder with dot attention, in float64 so that batching hardly changes its numbers."""

    def __init__(
        self, vocabulary: int, seed: int = 0, size: int = 6, attends: bool = True, sharpness: float = 1.5
    ) -> None:
        generator = torch.Generator().manual_seed(seed)

        def random(*shape: int) -> Tensor:
            return torch.randn(*shape, generator=generator, dtype=torch.float64)

        self.source, self.embedding = random(50, size), random(vocabulary, size)
        self.recurrent, self.output = random(size, size) / size**0.5, random(size, vocabulary) * sharpness
        self.attends, self.steps, self.rows = attends, 0, 0

    def encode(self, sources: list[list[int]], extra_padding: int = 0) -> Context:
        width = max(map(len, sources)) + extra_padding
        memory = torch.stack([self.source[torch.tensor(s + [49] * (width - len(s)))] for s in sources])
        mask = torch.tensor([[True] * len(s) + [False] * (width - len(s)) for s in sources])
        summary = torch.stack([self.source[torch.tensor(s)].mean(0) for s in sources])
        return Context(memory, mask, summary)

    def start(self, context: Context) -> ToyState:
        return ToyState(context.summary, context.memory, context.mask)

    def step(self, tokens: Tensor, state: ToyState) -> tuple[Tensor, ToyState]:
        self.steps, self.rows = self.steps + 1, self.rows + len(tokens)
        hidden = torch.tanh(self.embedding[tokens] + state.hidden @ self.recurrent)
        if not self.attends:
            return hidden @ self.output, replace(state, hidden=hidden)
        queries = hidden.unflatten(0, (len(state.mask), -1))
        scores = (queries @ state.memory.mT).masked_fill(~state.mask[:, None], -torch.inf)
        weights = scores.softmax(-1)
        hidden = torch.tanh(queries + weights @ state.memory).flatten(0, 1)
        return hidden @ self.output, replace(state, hidden=hidden, attention=weights.flatten(0, 1))

    def token_log_probs(self, source: list[int], tokens: list[int]) -> list[float]:
        """The log-probability of each of `tokens`, fed in one after the other."""
        state, found = self.start(self.encode([source])), []
        for previous, token in zip([BOS, *tokens], tokens, strict=False):
            logits, state = self.step(torch.tensor([previous]), state)
            found.append(float(logits.log_softmax(-1)[0, token]))
        return found

    def attention_of(self, source: list[int], tokens: list[int]) -> Tensor:
        """(len(tokens), S) attention while writing each of `tokens`."""
        state, found = self.start(self.encode([source])), []
        for previous in [BOS, *tokens[:-1]]:
            _, state = self.step(torch.tensor([previous]), state)
            found.append(state.attention[0])
        return torch.stack(found)


SOURCES = [[4, 8, 15], [16], [23, 42, 7, 9, 11], [5, 6], [10, 20, 30, 40], [1, 2, 3], [44, 43], [12] * 7, [13, 31], [2]]


def lengths(sources: list[list[int]]) -> list[int]:
    return [len(source) for source in sources]


def same(one: list[list[Hypothesis]], other: list[list[Hypothesis]]) -> bool:
    """Equal but for rounding."""
    if [[h.tokens for h in row] for row in one] != [[h.tokens for h in row] for row in other]:
        return False
    for a, b in zip(chain(*one), chain(*other), strict=True):
        if a.finished != b.finished or not math.isclose(a.score, b.score, abs_tol=1e-5):
            return False
        if not torch.allclose(torch.tensor(a.log_probs), torch.tensor(b.log_probs), atol=1e-5):
            return False
        if (a.attention is None) != (b.attention is None):
            return False
        if a.attention is not None and not torch.allclose(a.attention, b.attention, atol=1e-5):
            return False
    return True
