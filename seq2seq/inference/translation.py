"""What a translator gives back for one line."""

from collections.abc import Sequence
from dataclasses import dataclass

from torch import Tensor, block_diag

from seq2seq.data.tokenizer import END, UNKNOWN
from seq2seq.inference.splitting import join_parts


@dataclass(frozen=True)
class Candidate:
    """One translation of a line.

    Attributes:
        text: the translation, detokenised.
        score: what candidates are ranked by, higher is better (see `SearchOptions`).
        tokens: the T pieces of the target, "▁" standing for a space, "</s>" last where the sentence was ended.
        log_probs: natural logarithm of each piece's probability given those before, T numbers of at most 0.
        alignment: (T, S) how much each target piece attended to each source piece, rows summing to 1; None where it was
            not asked for or the model has no attention.
        cut: the greatest length forced its end, or that of one of its parts: the model did not choose it.
    """

    text: str
    score: float
    tokens: tuple[str, ...]
    log_probs: tuple[float, ...]
    alignment: Tensor | None = None
    cut: bool = False


@dataclass(frozen=True)
class Translation:
    """A line and its candidates, best first; a line without words has none.

    Attributes:
        source: the line as it was given.
        source_tokens: the S pieces that the encoder read.
        candidates: best first.
        parts: the number of parts in which the line was translated: 0 when it has no words, more than 1 when it is
            longer than the model reads at once.
    """

    source: str
    source_tokens: tuple[str, ...]
    candidates: tuple[Candidate, ...]
    parts: int

    @property
    def text(self) -> str:
        """The best translation; empty when the line has no words."""
        return self.candidates[0].text if self.candidates else ""

    @property
    def unread(self) -> bool:
        """The model knows no piece of its words, as in a script that it has never seen, and made the translation up."""
        known = "".join(piece for piece in self.source_tokens if piece not in (UNKNOWN, END))
        return UNKNOWN in self.source_tokens and not any(map(str.isalnum, known))


def join_candidates(parts: Sequence[Sequence[Candidate]]) -> tuple[Candidate, ...]:
    """The candidates of a line from those of its parts: the best of every part joined, then the second of every part...

    A part with fewer candidates repeats its last. Scores and log-probabilities are those of the parts, added up and put
    in a row; the alignment has one block a part.
    """
    if len(parts) == 1:
        return tuple(parts[0])
    ranks = range(max(map(len, parts)))
    return tuple(_join([part[min(rank, len(part) - 1)] for part in parts]) for rank in ranks)


def _join(chosen: list[Candidate]) -> Candidate:
    blocks = [candidate.alignment for candidate in chosen]
    return Candidate(
        text=join_parts([candidate.text for candidate in chosen]),
        score=sum(candidate.score for candidate in chosen),
        tokens=tuple(token for candidate in chosen for token in candidate.tokens),
        log_probs=tuple(value for candidate in chosen for value in candidate.log_probs),
        alignment=None if any(block is None for block in blocks) else block_diag(*blocks),
        cut=any(candidate.cut for candidate in chosen),
    )
