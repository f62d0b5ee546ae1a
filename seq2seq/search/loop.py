"""The one loop over time that beam search, greedy search and sampling share.

Letters: B sentences still searched, K hypotheses each, R = B * K rows of the decoder, S source positions, V tokens. At
the first step every sentence has one hypothesis only, so the decoder runs on B rows; afterwards on B * K.
"""

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from seq2seq.errors import UserError
from seq2seq.search.constraints import Constraints
from seq2seq.search.history import History
from seq2seq.search.hypothesis import Hypothesis
from seq2seq.search.interface import SearchContext, StepModel
from seq2seq.search.options import SearchOptions
from seq2seq.search.pool import Pool
from seq2seq.search.scoring import best_possible, coverage_penalty, length_penalty
from seq2seq.search.strategy import Choice, Frontier, Strategy

# Sentences that are done leave the batch once at least this share of it is done: leaving copies state and memory.
_DROP_SHARE = 1 / 8


@dataclass
class Beams:
    """The B sentences still searched and their J hypotheses each.

    Attributes:
        sentences: (B,) numbers in the caller's batch.
        tokens: (B, J) the last token.
        scores: (B, J) sum of log-probabilities; -inf marks a dead hypothesis.
        sequences: (B, J, T) the tokens so far; None when nothing needs them.
        coverage: (B, J, S) attention received by each source position; None when nothing needs it.
    """

    sentences: Tensor
    tokens: Tensor
    scores: Tensor
    sequences: Tensor | None
    coverage: Tensor | None

    def follow(self, choice: Choice) -> None:
        """Becomes the K hypotheses chosen."""
        width = choice.tokens.shape[1]
        scores = _inherit(self.scores, choice.parents, width) + choice.log_probs
        self.scores = scores.nan_to_num(nan=-torch.inf, neginf=-torch.inf)
        self.tokens = choice.tokens
        if self.sequences is not None:
            history = _inherit(self.sequences, choice.parents, width)
            self.sequences = torch.cat([history, choice.tokens[..., None]], -1)
        if self.coverage is not None:
            self.coverage = _inherit(self.coverage, choice.parents, width)

    def keep(self, rows: Tensor) -> None:
        """Only the sentences at `rows` go on."""
        self.sentences, self.tokens, self.scores = self.sentences[rows], self.tokens[rows], self.scores[rows]
        self.sequences = None if self.sequences is None else self.sequences[rows]
        self.coverage = None if self.coverage is None else self.coverage[rows]


def decode(
    model: StepModel,
    context: SearchContext,
    strategy: Strategy,
    constraints: Constraints,
    options: SearchOptions,
    bos_id: int,
    eos_id: int,
    keep_attention: bool,
) -> list[list[Hypothesis]]:
    """Searches a batch of at least one sentence; see `seq2seq.search.search`."""
    mask = context.mask
    batch, device = len(context), mask.device
    kind, alpha = options.length_penalty, options.length_penalty_alpha
    pool, history = Pool(batch, options.wanted, device), History()
    beams = Beams(
        sentences=torch.arange(batch, device=device),
        tokens=torch.full((batch, 1), bos_id, device=device),
        scores=torch.zeros(batch, 1, device=device),
        sequences=torch.zeros(batch, 1, 0, dtype=torch.long, device=device) if options.no_repeat_ngram else None,
        coverage=torch.zeros(batch, 1, mask.shape[1], device=device) if options.coverage_penalty else None,
    )

    def rank(scores: Tensor, coverage: Tensor | None, length: int) -> Tensor:
        ranked = scores / length_penalty(float(length), kind, alpha)
        if coverage is not None:
            ranked = ranked + options.coverage_penalty * coverage_penalty(coverage, mask[beams.sentences])
        return ranked

    state = model.start(context)
    for step in range(max(constraints.longest) + 1):
        logits, state = model.step(beams.tokens.flatten(), state)
        if step == 0:
            # One home for all steps: new memory of this size at each costs as much as the sum over the vocabulary.
            memory = logits.new_empty(batch * options.width, logits.shape[-1], dtype=torch.float32)
        log_probs = torch.log_softmax(logits, -1, dtype=torch.float32, out=memory[: len(logits)])
        log_probs = log_probs.unflatten(0, beams.tokens.shape)
        wanted = keep_attention or beams.coverage is not None
        attention = _attention(state, beams.tokens.shape, options) if wanted else None
        constraints.apply_(log_probs, step, beams.sentences, beams.sequences)
        places = options.width - pool.count[beams.sentences]
        choice = strategy.choose(Frontier(log_probs, beams.scores, places, beams.sentences, step))
        history.record(beams.sentences, choice, attention if keep_attention else None)
        scores_before, coverage_before = beams.scores, beams.coverage
        if beams.coverage is not None and attention is not None:
            beams.coverage = beams.coverage + attention
        beams.follow(choice)

        ended = (choice.tokens == eos_id) & (beams.scores > -torch.inf)
        if ended.any():
            ranked = rank(beams.scores, beams.coverage, step + 1)
            pool.add(beams.sentences, ranked.masked_fill(~ended, -torch.inf), step)
            beams.scores = beams.scores.masked_fill(ended, -torch.inf)
        possible = best_possible(beams.scores.amax(1), constraints.max_lengths[beams.sentences], kind, alpha)
        done = possible <= pool.worst(beams.sentences)
        number_done = int(done.sum())
        if number_done:
            # No token was possible, although nothing had ended: what there was before is all there is.
            stuck = done & pool.is_empty(beams.sentences)
            if stuck.any():
                ranked = rank(scores_before, coverage_before, max(step, 1))
                pool.add(beams.sentences[stuck], ranked[stuck], step - 1)
            if number_done == len(done):
                break
            beams.scores = beams.scores.masked_fill(done[:, None], -torch.inf)
        kept = (~done).nonzero()[:, 0] if number_done >= _DROP_SHARE * len(done) else None
        state = _advance(state, choice, kept, is_first=step == 0)
        if kept is not None:
            beams.keep(kept)

    ends = pool.ends()
    found: list[list[Hypothesis]] = [[] for _ in range(batch)]
    hypotheses = history.hypotheses(ends, mask.sum(1), constraints.longest, eos_id)
    for sentence, hypothesis in zip(ends.sentences.tolist(), hypotheses, strict=True):
        found[sentence].append(hypothesis)
    return found


def _inherit(values: Tensor, parents: Tensor | None, width: int) -> Tensor:
    """What the K chosen hypotheses have from their parents: (B, J, ...) to (B, K, ...)."""
    if parents is None:
        return values.expand(-1, width, *values.shape[2:])
    return values[torch.arange(len(values), device=values.device)[:, None], parents]


def _attention(state: Any, shape: torch.Size, options: SearchOptions) -> Tensor | None:
    """(B, J, S) attention of the last step."""
    attention: Tensor | None = state.attention
    if attention is None:
        if options.coverage_penalty:
            raise UserError(
                f"coverage_penalty={options.coverage_penalty}: the model has no attention; set coverage_penalty to 0"
            )
        return None
    return attention.float().unflatten(0, shape)


def _advance(state: Any, choice: Choice, kept: Tensor | None, is_first: bool) -> Any:
    """The state of the chosen hypotheses, of the sentences at the rows `kept` or of all.

    With K = 3, sentence 1's hypotheses are the decoder's rows 3, 4 and 5; its parents [0, 0, 2] are rows 3, 3 and 5.
    """
    sentences, width = choice.tokens.shape
    if is_first and width > 1:
        state = state.expand(width)
    if choice.parents is None and kept is None:
        return state
    device = choice.tokens.device
    parents = torch.arange(width, device=device) if choice.parents is None else choice.parents
    rows = torch.arange(sentences, device=device)[:, None] * width + parents
    return state.select(rows.flatten()) if kept is None else state.select(rows[kept].flatten(), kept)
