"""What every use of a model that writes shares: one model or several as one, searching."""

from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import Any

import torch

from seq2seq.data.tokenizer import EOS_ID
from seq2seq.errors import UserError, suggest
from seq2seq.folder import LoadedModel
from seq2seq.inference.predictor import Predictor
from seq2seq.inference.translation import Candidate
from seq2seq.search import Ensemble, Hypothesis, SearchOptions


class Generator(Predictor):
    """One model, or an ensemble of models with one vocabulary, that writes.

    Attributes:
        target: the language that they write.
    """

    def __init__(self, models: Sequence[LoadedModel], device: torch.device, dtype: torch.dtype) -> None:
        super().__init__(models, device, dtype)
        self.target = models[0].target
        self._network: Any = self.networks[0] if len(self.networks) == 1 else Ensemble(self.networks)

    def _candidate(self, hypothesis: Hypothesis, positions: int) -> Candidate:
        """What a hypothesis says, with its attention, if it has any, to the first `positions` of the source."""
        ids = [*hypothesis.tokens, *([EOS_ID] if hypothesis.finished else [])]
        attention = hypothesis.attention
        return Candidate(
            text=self.target.tokenizer.decode(hypothesis.tokens),
            score=hypothesis.score,
            tokens=tuple(self.target.tokenizer.pieces(ids)),
            log_probs=hypothesis.log_probs,
            alignment=None if attention is None else attention[:, :positions].float().cpu(),
            cut=hypothesis.cut,
        )


def search_options(**options: Any) -> SearchOptions:
    """`SearchOptions(**options)`, with a suggestion for a misspelt name.

    Raises:
        UserError: an unknown option or a value that it does not allow.
    """
    known = [field.name for field in fields(SearchOptions)]
    for name in options:
        if name not in known:
            raise UserError(f"unknown option {name!r}: use {', '.join(known)}{suggest(name, known)}")
    return SearchOptions(**options)


def check_best_only(method: str, options: Mapping[str, Any]) -> None:
    """Refuse what a method that gives nothing but the best text would leave out.

    Raises:
        UserError: more than the best is asked for.
    """
    for name in ("n_best", "samples", "alignments"):
        value = options.get(name)
        if value is True or (isinstance(value, int) and value > 1):
            raise UserError(f"{name}={value}: {method} gives the best text only; use {method}_detailed")
