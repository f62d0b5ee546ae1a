"""Greedy search, beam search and sampling over any model that can start and step."""

from typing import TYPE_CHECKING

from seq2seq.lazy import lazily
from seq2seq.search.options import SearchOptions

if TYPE_CHECKING:
    from seq2seq.search.batch import search
    from seq2seq.search.ensemble import Ensemble, EnsembleContext
    from seq2seq.search.hypothesis import Hypothesis
else:
    __getattr__ = lazily(
        __name__,
        {"Ensemble": "ensemble", "EnsembleContext": "ensemble", "Hypothesis": "hypothesis", "search": "batch"},
    )

__all__ = ["Ensemble", "EnsembleContext", "Hypothesis", "SearchOptions", "search"]
