"""What a report is about: a test set, and what each system made of it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from torch import Tensor


@dataclass(frozen=True)
class TestSet:
    """Sources with their references.

    Attributes:
        captions: whether the sources are pictures.
        sources: N lines of text, or N paths of pictures.
        references: of each source one or more.
        language: code of the references' language, where it is known.
        record: name, split, and name and SHA-256 of each file, as in `scores.json`.
        training: the training sentences (captions) in that language, where they are known.
    """

    __test__ = False  # pytest shall not take it for tests

    captions: bool
    sources: Sequence[str]
    references: Sequence[Sequence[str]]
    language: str | None
    record: dict[str, Any]
    training: Sequence[str] | None = None

    def __len__(self) -> int:
        return len(self.references)


@dataclass(frozen=True)
class Details:
    """What a model tells of one output beyond its text; an output file of another system tells nothing.

    Attributes:
        tokens: the T pieces of the output, "▁" standing for a space, "</s>" last where it was ended.
        log_probs: natural logarithm of each piece's probability, T numbers.
        source_tokens: the S pieces that the encoder read; none of a picture.
        alignment: (T, S) attention, rows summing to 1; of a picture S is the number of cells of `grid`.
        grid: rows and columns of a picture's cells.
        finished: the model ended the output by itself.
        parts: in how many parts a long line was translated; 0 where there was nothing to translate.
        problem: why a picture could not be read.
    """

    tokens: tuple[str, ...] = ()
    log_probs: tuple[float, ...] = ()
    source_tokens: tuple[str, ...] = ()
    alignment: Tensor | None = None
    grid: tuple[int, int] | None = None
    finished: bool = True
    parts: int = 1
    problem: str | None = None


@dataclass(frozen=True)
class System:
    """A model, an ensemble or an output file, with what it made of the test set.

    Attributes:
        name: what the report calls it.
        outputs: N texts, one a source.
        details: N of them for a model; None for an output file.
        facts: what `seq2seq.evaluation.make_record` is given beside the scores: models, decoding, seconds, device; for
            an output file its name and SHA-256.
        curves: the training run's metrics by name, each {step: value}; empty where the model folder has none.
    """

    name: str
    outputs: Sequence[str]
    details: Sequence[Details] | None = None
    facts: dict[str, Any] = field(default_factory=dict)
    curves: dict[str, dict[int, float]] = field(default_factory=dict)
