"""Beam search."""

import torch
from torch.nn.functional import pad

from seq2seq.search.scoring import top_k
from seq2seq.search.strategy import Choice, Frontier


class Beam:
    """The `width` likeliest hypotheses a sentence, finished ones included.

    A hypothesis that ends takes its place with it, so the beam narrows (Sutskever et al. 2014): the search of a
    sentence ends at the latest when as many hypotheses have finished as the beam is wide, and a beam of one is greedy
    search.
    """

    def __init__(self, width: int) -> None:
        self.width = width

    def choose(self, frontier: Frontier) -> Choice:
        """The best continuations of each sentence's hypotheses, best first; equal ones by parent, then by token rank.

        With a width of 2 and the log-probabilities of the first hypothesis' two best tokens -1, -3 and those of the
        second's -1, -2, and scores so far -1, -2, the candidates are numbered

            0: -1-1   1: -1-3   2: -2-1   3: -2-2      and chosen are 0 and 2, that is parents 0 // 2 and 2 // 2.
        """
        per_row = min(self.width, frontier.log_probs.shape[-1])
        log_probs, tokens = top_k(frontier.log_probs, per_row)
        candidates = (frontier.scores[..., None] + log_probs).flatten(1).nan_to_num(nan=-torch.inf, neginf=-torch.inf)
        missing = self.width - candidates.shape[1]
        if missing > 0:  # a beam wider than all there is to choose from
            candidates = pad(candidates, (0, missing), value=-torch.inf)
            log_probs = pad(log_probs.flatten(1), (0, missing), value=-torch.inf)
            tokens = pad(tokens.flatten(1), (0, missing))
        _, chosen = top_k(candidates, self.width)
        rank = torch.arange(self.width, device=chosen.device)
        return Choice(
            tokens.flatten(1).gather(1, chosen),
            log_probs.flatten(1).gather(1, chosen).masked_fill(rank >= frontier.places[:, None], -torch.inf),
            # A padded candidate's number lies beyond the last parent; it is dead and may continue anyone.
            (chosen // per_row).clamp(max=frontier.scores.shape[1] - 1) if frontier.scores.shape[1] > 1 else None,
        )
