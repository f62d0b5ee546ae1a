"""Every step's choices, and the way back through them from a hypothesis' end to its beginning."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from seq2seq.search.hypothesis import Hypothesis
from seq2seq.search.strategy import Choice


@dataclass(frozen=True)
class Ends:
    """Where N hypotheses end; each a vector (N,).

    Attributes:
        sentences: the sentence's number in the caller's batch.
        steps: the step of the last token; -1 when there is none.
        slots: which of the sentence's K hypotheses it was at that step.
        scores: what it is ranked by.
    """

    sentences: Tensor
    steps: Tensor
    slots: Tensor
    scores: Tensor


@dataclass(frozen=True)
class _Record:
    sentences: Tensor
    choice: Choice
    attention: Tensor | None


class History:
    """Backpointers, tokens, log-probabilities and attention, kept as tensors step by step."""

    def __init__(self) -> None:
        self._records: list[_Record] = []

    def record(self, sentences: Tensor, choice: Choice, attention: Tensor | None) -> None:
        """Keeps one step.

        Args:
            sentences: (B,) the numbers, in the caller's batch, of the sentences still searched.
            choice: what was chosen, (B, K).
            attention: (B, J, S) of the hypotheses that were continued, or None.
        """
        self._records.append(_Record(sentences, choice, attention))

    def hypotheses(
        self, ends: Ends, memory_lengths: Tensor, max_lengths: Sequence[int], eos_id: int
    ) -> list[Hypothesis]:
        """The hypotheses that end where `ends` says, N of them.

        Args:
            memory_lengths: (batch,) real source positions of every sentence of the caller's batch.
            max_lengths: the most tokens each of those sentences may get, the end not counted.
            eos_id: the token by which a finished hypothesis is known.
        """
        tokens, log_probs, attention = self._trace_back(ends, len(memory_lengths))
        lengths = (ends.steps + 1).tolist()
        widths = memory_lengths[ends.sentences].tolist()
        longest = [max_lengths[sentence] for sentence in ends.sentences.tolist()]
        found = []
        for row, (length, score) in enumerate(zip(lengths, ends.scores.tolist(), strict=True)):
            written = tokens[row][:length]
            finished = length > 0 and written[-1] == eos_id
            found.append(
                Hypothesis(
                    tokens=tuple(written[:-1] if finished else written),
                    log_probs=tuple(log_probs[row][:length]),
                    score=score,
                    attention=None if attention is None else attention[row, :length, : widths[row]].clone(),
                    finished=finished,
                    cut=finished and length > longest[row],
                )
            )
        return found

    def _trace_back(self, ends: Ends, batch: int) -> tuple[list[list[int]], list[list[float]], Tensor | None]:
        """Tokens and log-probabilities (N, T) and attention (N, T, S), with garbage after each hypothesis' end."""
        slots = ends.slots
        tokens, log_probs, attention = [], [], []
        for step in reversed(range(int(ends.steps.max()) + 1)):
            record = self._records[step]
            # Where each sentence stood in the batch of this step. One that had left it gets a wrong row, but all its
            # hypotheses had ended before.
            place = torch.zeros(batch, dtype=torch.long, device=slots.device)
            place[record.sentences] = torch.arange(len(record.sentences), device=slots.device)
            rows = place[ends.sentences]
            tokens.append(record.choice.tokens[rows, slots])
            log_probs.append(record.choice.log_probs[rows, slots])
            parents = slots if record.choice.parents is None else record.choice.parents[rows, slots]
            if record.attention is not None:
                # At the first step a sentence has one hypothesis, which all K continue.
                attention.append(record.attention[rows, parents.clamp(max=record.attention.shape[1] - 1)])
            slots = torch.where(ends.steps >= step, parents, slots)
        if not tokens:
            return [[]] * len(slots), [[]] * len(slots), None
        return (
            torch.stack(tokens[::-1], 1).tolist(),
            torch.stack(log_probs[::-1], 1).tolist(),
            torch.stack(attention[::-1], 1).float().cpu() if attention else None,
        )
