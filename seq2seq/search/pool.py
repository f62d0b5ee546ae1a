"""The best finished hypotheses of every sentence."""

import torch
from torch import Tensor

from seq2seq.search.history import Ends
from seq2seq.search.scoring import top_k


class Pool:
    """The `wanted` best hypotheses that have ended, of each of `batch` sentences.

    Best first; of equals the one that ended earlier.

    Attributes:
        scores: (batch, wanted) what they are ranked by; -inf where there is none yet.
        count: (batch,) how many were ever added.
    """

    def __init__(self, batch: int, wanted: int, device: torch.device) -> None:
        self.scores = torch.full((batch, wanted), -torch.inf, device=device)
        self.count = torch.zeros(batch, dtype=torch.long, device=device)
        self._steps = torch.zeros(batch, wanted, dtype=torch.long, device=device)
        self._slots = torch.zeros(batch, wanted, dtype=torch.long, device=device)

    def add(self, sentences: Tensor, scores: Tensor, step: int) -> None:
        """Offers the K hypotheses that ended at `step`.

        Args:
            sentences: (B,) their sentences.
            scores: (B, K), -inf where a hypothesis did not end.
        """
        slots = torch.arange(scores.shape[1], device=scores.device).expand_as(scores)
        all_scores = torch.cat([self.scores[sentences], scores], 1)
        kept, chosen = top_k(all_scores, self.scores.shape[1])
        self.scores[sentences] = kept
        self._steps[sentences] = torch.cat([self._steps[sentences], torch.full_like(slots, step)], 1).gather(1, chosen)
        self._slots[sentences] = torch.cat([self._slots[sentences], slots], 1).gather(1, chosen)
        self.count[sentences] += (scores > -torch.inf).sum(1)

    def worst(self, sentences: Tensor) -> Tensor:
        """(B,) the score a hypothesis has to beat to come in: -inf as long as fewer than wanted are there."""
        return self.scores[sentences, -1]

    def is_empty(self, sentences: Tensor) -> Tensor:
        """(B,) bool: nothing has ended yet."""
        return self.count[sentences] == 0

    def ends(self) -> Ends:
        """All of them, sentence by sentence, best first."""
        sentences, ranks = (self.scores > -torch.inf).nonzero(as_tuple=True)
        at = sentences, ranks
        return Ends(sentences, self._steps[at], self._slots[at], self.scores[at])
