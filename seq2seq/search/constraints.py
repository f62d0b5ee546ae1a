"""Which tokens may come next: length bounds, forced prefixes and blocked n-grams, as -inf among log-probabilities.

The functions whose names end in `_` change their first argument in place: it is the search's own, and to copy (rows,
vocabulary) at every step would cost as much as a good part of the model. Letters: B sentences, K hypotheses each, V
tokens.
"""

from collections.abc import Sequence

import torch
from torch import Tensor

from seq2seq.errors import UserError
from seq2seq.search.options import SearchOptions

FREE = -1


def length_bounds(source_lengths: Sequence[int], options: SearchOptions) -> tuple[list[int], list[int]]:
    """The least and the most tokens, end-of-sentence not counted, of each sentence's hypotheses.

    >>> length_bounds([3, 500], SearchOptions(min_length_ratio=0.5))
    ([1, 250], [16, 256])
    """
    longest = [
        max(1, min(options.max_length, int(options.max_length_ratio * length + options.max_length_offset)))
        for length in source_lengths
    ]
    shortest = [
        min(most, max(options.min_length, int(options.min_length_ratio * length)))
        for length, most in zip(source_lengths, longest, strict=True)
    ]
    return shortest, longest


def force_(log_probs: Tensor, forced: Tensor, forced_log_probs: Tensor) -> None:
    """Leaves only the forced token where one is forced.

    Args:
        log_probs: (B, K, V).
        forced: (B,) the token each sentence must take now, or FREE.
        forced_log_probs: (B, K) what the model thought of it before anything was blocked.
    """
    rows = (forced != FREE).nonzero()[:, 0]
    log_probs[rows] = -torch.inf
    log_probs[rows, :, forced[rows]] = forced_log_probs[rows]


def block_repeated_ngrams_(log_probs: Tensor, sequences: Tensor, size: int) -> None:
    """Blocks every token that would complete a run of `size` tokens which the hypothesis already holds.

    Args:
        log_probs: (B, K, V).
        sequences: (B, K, T) the tokens so far.
        size: 1 or more; with 1 no token occurs twice.
    """
    if sequences.shape[-1] < size:
        return
    windows = sequences.unfold(-1, size, 1)  # (B, K, T - size + 1, size)
    current = sequences[..., sequences.shape[-1] - size + 1 :]  # the last size - 1 tokens
    repeats = (windows[..., :-1] == current[:, :, None]).all(-1)
    sentence, hypothesis, window = repeats.nonzero(as_tuple=True)
    log_probs[sentence, hypothesis, windows[sentence, hypothesis, window, -1]] = -torch.inf


class Constraints:
    """All that forbids or forces tokens for one batch; knows every sentence by its number in the caller's batch.

    Args:
        source_lengths: what the relative length bounds refer to.
        prefixes: tokens that each sentence's hypotheses must begin with; longer than the maximum length, it raises it.
        eos_id: ends a hypothesis.
        never: tokens that are never written: pad, unknown and begin of sentence.

    Raises:
        UserError: a prefix holds the end of sentence or one of `never`.
    """

    def __init__(
        self,
        source_lengths: Sequence[int],
        options: SearchOptions,
        prefixes: Sequence[Sequence[int]] | None,
        eos_id: int,
        never: Sequence[int],
        device: torch.device,
    ) -> None:
        prefixes = prefixes if prefixes is not None else [()] * len(source_lengths)
        shortest, longest = length_bounds(source_lengths, options)
        longest = [max(most, len(prefix)) for most, prefix in zip(longest, prefixes, strict=True)]
        _check_prefixes(prefixes, {*never, eos_id})
        self.eos_id = eos_id
        self.never = never
        self.no_repeat_ngram = options.no_repeat_ngram
        self.longest = longest
        self.max_lengths = torch.tensor(longest, device=device)
        self._min_lengths = torch.tensor(shortest, device=device)
        self._prefix_length = max(map(len, prefixes))
        padded = [[*prefix, *[FREE] * (self._prefix_length - len(prefix))] for prefix in prefixes]
        self._prefixes = torch.tensor(padded, device=device, dtype=torch.long)
        # The steps from which, or up to which, there is anything to do: known beforehand, so that a step asks nothing
        # of the device.
        self._first_end, self._last_minimum = min(longest), max(shortest)

    def apply_(self, log_probs: Tensor, step: int, sentences: Tensor, sequences: Tensor | None) -> None:
        """Blocks what may not come after `step` tokens.

        Args:
            log_probs: (B, K, V).
            sentences: (B,) their numbers in the caller's batch.
            sequences: (B, K, step) the tokens so far; needed only for n-gram blocking.

        Raises:
            UserError: a prefix holds a token that is not in the vocabulary.
        """
        if step == 0:
            self._check_vocabulary(log_probs.shape[-1])
        forced = self._forced(step, sentences)
        if forced is not None:
            index = forced.clamp(min=0)[:, None, None].expand(-1, log_probs.shape[1], 1)
            forced_log_probs = log_probs.gather(-1, index)[..., 0]
        for token in self.never:
            log_probs[..., token] = -torch.inf
        if step < self._last_minimum:
            log_probs[..., self.eos_id].masked_fill_((self._min_lengths[sentences] > step)[:, None], -torch.inf)
        if sequences is not None:
            block_repeated_ngrams_(log_probs, sequences, self.no_repeat_ngram)
        if forced is not None:
            force_(log_probs, forced, forced_log_probs)

    def _forced(self, step: int, sentences: Tensor) -> Tensor | None:
        in_prefix, at_end = step < self._prefix_length, step >= self._first_end
        if not in_prefix and not at_end:
            return None
        forced = self._prefixes[sentences, step] if in_prefix else torch.full_like(sentences, FREE)
        return forced.masked_fill(self.max_lengths[sentences] <= step, self.eos_id) if at_end else forced

    def _check_vocabulary(self, size: int) -> None:
        if self._prefix_length and (largest := int(self._prefixes.max())) >= size:
            raise UserError(f"prefixes: token {largest} is not in the model's vocabulary of {size} tokens")


def _check_prefixes(prefixes: Sequence[Sequence[int]], special: set[int]) -> None:
    for number, prefix in enumerate(prefixes):
        for token in prefix:
            if token < 0 or token in special:
                raise UserError(
                    f"prefixes: sentence {number} (from 0) has token {token}; a prefix holds words only, without "
                    "padding, unknown tokens and the begin and end of the sentence"
                )
