"""What a caller may ask of the search, checked at once."""

import math
from dataclasses import dataclass, fields
from typing import Any, Literal, get_args

from seq2seq.errors import UserError, suggest

Method = Literal["greedy", "beam", "sample"]
Ranking = Literal["score", "consensus"]
LengthPenalty = Literal["wu", "power", "none"]

_ONLY_SAMPLING = ("samples", "temperature", "top_k", "top_p", "seed")


@dataclass(frozen=True)
class SearchOptions:
    """How target sentences are searched for. Lengths count target tokens without the end-of-sentence token.

    Attributes:
        method: "greedy" takes the likeliest token each time, "beam" keeps several hypotheses, "sample" draws at random.
        beam: hypotheses kept a sentence (method "beam").
        n_best: hypotheses returned a sentence, 1 to `beam` (method "beam").
        ranking: "score" puts those of the highest score first, "consensus" those that are most like all that the beam
            found (see `seq2seq.search.consensus`; method "beam", with a beam of 2 or more).
        length_penalty: what a sum of log-probabilities is divided by, so that long hypotheses may win: "wu" is
            ((5 + length) / 6) ** alpha (Wu et al. 2016, eq. 14), "power" is length ** alpha, "none" is 1.
            The length here counts the end-of-sentence token.
        length_penalty_alpha: at least 0; more favours longer hypotheses.
        coverage_penalty: weight, at least 0, of the penalty for source positions that attention passed over (Wu et al.
            2016, eq. 14); it ranks the finished hypotheses. Needs a model with attention.
        min_length: a hypothesis ends no earlier than this many tokens,
        min_length_ratio: nor than this many times the source's length.
        max_length: a hypothesis is ended after this many tokens at the latest,
        max_length_ratio: or after this many times the source's length
        max_length_offset: and this many tokens more.
        no_repeat_ngram: no run of this many tokens occurs twice in a hypothesis; 0 allows repeats.
        samples: hypotheses drawn a sentence (method "sample"), as are the four below.
        temperature: above 0; the logits are divided by it: below 1 is safer, above 1 is wilder.
        top_k: draw from the k likeliest tokens only; 0 draws from all.
        top_p: draw from the likeliest tokens that together reach this probability; 1 draws from all.
        seed: at least 0; the same seed gives a sentence the same samples whatever else is in the batch.

    Raises:
        UserError: a value out of its range, or an option that has no effect with the chosen method.

    >>> SearchOptions(beam=0)
    Traceback (most recent call last):
    seq2seq.errors.UserError: beam=0: must be a whole number, at least 1
    """

    method: Method = "beam"
    beam: int = 5
    n_best: int = 1
    ranking: Ranking = "score"
    length_penalty: LengthPenalty = "wu"
    length_penalty_alpha: float = 0.6
    coverage_penalty: float = 0.0
    min_length: int = 1
    min_length_ratio: float = 0.0
    max_length: int = 256
    max_length_ratio: float = 2.0
    max_length_offset: int = 10
    no_repeat_ngram: int = 0
    samples: int = 1
    temperature: float = 1.0
    top_k: int = 0
    top_p: float = 1.0
    seed: int = 0

    def __post_init__(self) -> None:
        self._check_choice("method", get_args(Method))
        self._check_choice("ranking", get_args(Ranking))
        self._check_choice("length_penalty", get_args(LengthPenalty))
        for name in ("beam", "n_best", "max_length", "samples"):
            self._check_integer(name, 1)
        for name in ("min_length", "max_length_offset", "no_repeat_ngram", "top_k", "seed"):
            self._check_integer(name, 0)
        for name in ("length_penalty_alpha", "coverage_penalty", "min_length_ratio", "max_length_ratio"):
            self._check_number(name, "a number, at least 0", lambda value: value >= 0)
        self._check_number("temperature", "a number above 0", lambda value: value > 0)
        self._check_number("top_p", "above 0 and at most 1", lambda value: 0 < value <= 1)
        if self.min_length > self.max_length:
            raise UserError(f"min_length={self.min_length}: must be at most max_length, which is {self.max_length}")
        self._check_method_fits()

    @property
    def width(self) -> int:
        """Hypotheses that are followed at the same time for one sentence."""
        return {"greedy": 1, "beam": self.beam, "sample": self.samples}[self.method]

    @property
    def wanted(self) -> int:
        """Hypotheses that are kept for one sentence (fewer where the beam finds fewer)."""
        in_beam = self.beam if self.ranking == "consensus" else self.n_best
        return {"greedy": 1, "beam": in_beam, "sample": self.samples}[self.method]

    def _check_method_fits(self) -> None:
        if self.method == "beam" and self.n_best > self.beam:
            raise UserError(f"n_best={self.n_best}: must be at most beam, which is {self.beam}; set beam higher")
        if self.method != "beam" and self.n_best > 1:
            raise UserError(f"n_best={self.n_best}: has an effect only with method='beam', not {self.method!r}")
        if self.method != "beam" and self.beam != type(self).beam:
            raise UserError(f"beam={self.beam}: has an effect only with method='beam', not {self.method!r}")
        if self.ranking == "consensus" and (self.method != "beam" or self.beam < 2):
            raise UserError("ranking='consensus': has an effect only with method='beam' and a beam of 2 or more")
        if self.method != "sample":
            for field in fields(self):
                if field.name in _ONLY_SAMPLING and getattr(self, field.name) != field.default:
                    value = getattr(self, field.name)
                    raise UserError(
                        f"{field.name}={value}: has an effect only with method='sample', not {self.method!r}"
                    )

    def _check_choice(self, name: str, allowed: tuple[str, ...]) -> None:
        value = getattr(self, name)
        if value not in allowed:
            raise UserError(f"{name}={value!r}: must be one of {', '.join(allowed)}{suggest(str(value), allowed)}")

    def _check_integer(self, name: str, least: int) -> None:
        value = getattr(self, name)
        if not isinstance(value, int) or isinstance(value, bool) or value < least:
            raise UserError(f"{name}={value!r}: must be a whole number, at least {least}")

    def _check_number(self, name: str, allowed: str, is_allowed: Any) -> None:
        value = getattr(self, name)
        if not isinstance(value, int | float) or isinstance(value, bool):
            raise UserError(f"{name}={value!r}: must be {allowed}")
        if not math.isfinite(value) or not is_allowed(value):
            raise UserError(f"{name}={value!r}: must be {allowed}")
