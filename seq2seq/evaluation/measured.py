"""What measuring a model gives."""

from dataclasses import dataclass, field
from typing import Any

from seq2seq.evaluation.results import Score


@dataclass(frozen=True)
class Measured:
    """What a model did on a split.

    Attributes:
        scores: by metric.
        outputs: what it said, a line a row of the split; none of a language model.
        count: rows of the split.
        settings: whatever else its scores depend on, as plain values.
        baselines: scores, by metric, of what is simpler than the model, by its name.
        findings: what else there is to tell, as plain values.
    """

    scores: dict[str, Score]
    outputs: list[str]
    count: int
    settings: dict[str, Any]
    baselines: dict[str, dict[str, Score]] = field(default_factory=dict)
    findings: dict[str, Any] = field(default_factory=dict)
