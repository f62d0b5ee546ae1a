"""Where systems fail, and whether their confidence can be trusted: sections of a report, from outputs alone."""

from collections.abc import Callable, Sequence

from seq2seq.evaluation.results import Scorer
from seq2seq.report.analysis.frequency import by_frequency
from seq2seq.report.analysis.health import check_search
from seq2seq.report.analysis.keepsakes import find_keepsakes
from seq2seq.report.analysis.lengths import by_length
from seq2seq.report.analysis.material import Material
from seq2seq.report.analysis.objects import find_objects
from seq2seq.report.analysis.omissions import find_omissions
from seq2seq.report.analysis.phrases import by_order
from seq2seq.report.analysis.positions import by_position
from seq2seq.report.analysis.trust import judge_confidence
from seq2seq.report.analysis.variety import find_variety
from seq2seq.report.content import Section
from seq2seq.report.system import System, TestSet

__all__ = ["analyse"]

Analysis = Callable[[Material], Section | str]

_OF_TEXT: tuple[Analysis, ...] = (
    by_length,
    by_frequency,
    by_order,
    by_position,
    find_omissions,
    find_keepsakes,
    check_search,
    judge_confidence,
)
_OF_CAPTIONS: tuple[Analysis, ...] = (
    find_objects,
    find_variety,
    by_frequency,
    by_order,
    by_position,
    find_omissions,
    check_search,
    judge_confidence,
)


def analyse(test: TestSet, systems: Sequence[System], scorer: Scorer | None = None) -> list[Section]:
    """Where the systems fail and whether their confidence can be trusted; nothing is decoded.

    Scores are by the scorer's rules, and by sacrebleu's own where there is none.

    What cannot be told (no training data, no details, an unknown language) is left out, and a last section says why.
    """
    material = Material(test, list(systems), scorer)
    found = [analysis(material) for analysis in (_OF_CAPTIONS if test.captions else _OF_TEXT)]
    sections = [section for section in found if isinstance(section, Section)]
    reasons = [reason for reason in found if isinstance(reason, str)]
    if reasons:
        text = f"Left out: {'; '.join(reasons)}."
        sections.append(Section("left-out", "What is not in this report", text, ()))
    return sections
