"""Greedy search: the likeliest token each time."""

from seq2seq.search.scoring import top_k
from seq2seq.search.strategy import Choice, Frontier


class Greedy:
    """One hypothesis a sentence; among equally likely tokens the one with the lowest id."""

    def choose(self, frontier: Frontier) -> Choice:
        """The likeliest token of every sentence."""
        log_probs, tokens = top_k(frontier.log_probs[:, 0], 1)
        return Choice(tokens, log_probs)
