"""The whole of a report, ready to be written as a page, as JSON and as Markdown."""

from dataclasses import dataclass
from typing import Any

from seq2seq.evaluation.results import PairedTest, Score
from seq2seq.report.content import Finding, Section
from seq2seq.report.system import System, TestSet

__all__ = ["PairedTest", "Report", "Score", "main_metric"]


@dataclass(frozen=True)
class Report:
    """What a report tells; whatever is keyed by system is in the order of `systems`.

    Attributes:
        title: what was evaluated, in a few words.
        test: the test set.
        systems: what was evaluated, in the order in which it was named.
        facts: plain values, as JSON has them:
            date      when it was made, UTC, ISO 8601
            versions  {package: version}
            hardware  {system, processor, cores, threads, device} of the machine that made the report
            data      `test.record`
            tests     how many paired tests were made: of so many, one in twenty is below p = 0.05 by chance alone
            systems   {name: {kind: "model", "ensemble" or "file"; models: [{name, sha256}] or null; file: {name,
                      sha256} or null; decoding: {...} or null; device, seconds, sentences_per_second,
                      tokens_per_second: null for a file}}
        scores: by system, each metric's score with its 95 % interval and its signature.
        comparisons: of every two systems on every metric.
        verdicts: one sentence for each two systems, or one in all where there is one system only; before those of three
            and more one that ranks them.
        sections: charts and tables.
        sentence_scores: by system, one number a sentence: chrF of texts, CIDEr-D of captions (see `sentence_metric`).
        confidences: by system, how sure it is of each output, from 0 to 1; None for a system that cannot tell.
        word_confidences: the same of each word of each output; None for a system that cannot tell.
    """

    title: str
    test: TestSet
    systems: tuple[System, ...]
    facts: dict[str, Any]
    scores: dict[str, dict[str, Score]]
    comparisons: tuple[PairedTest, ...]
    verdicts: tuple[Finding, ...]
    sections: tuple[Section, ...]
    sentence_scores: dict[str, list[float]]
    confidences: dict[str, list[float] | None]
    word_confidences: dict[str, list[list[float]] | None]

    @property
    def main_metric(self) -> str:
        """The score that verdicts are about."""
        return main_metric(self.test)

    @property
    def sentence_metric(self) -> str:
        """The score that `sentence_scores` holds: from 0 to 100, CIDEr-D to 1000; higher is better."""
        return "CIDEr-D" if self.test.captions else "chrF"


def main_metric(test: TestSet) -> str:
    """The score that decides which system is better: BLEU of texts, CIDEr-D of captions."""
    return "CIDEr-D" if test.captions else "BLEU"
