"""What the upper part of the page says: scores side by side, paired tests, and what is needed to repeat them."""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from seq2seq.evaluation.metrics import arrow, p_shown, signed
from seq2seq.evaluation.results import PairedTest, Score
from seq2seq.report.comparison import NOT_SHOWN, better
from seq2seq.report.content import Cell, Table
from seq2seq.report.document import Report
from seq2seq.report.page.charts import draw_strip
from seq2seq.report.page.numbers import interval, number
from seq2seq.report.surroundings import machine, settings

_MEANINGS = {
    "BLEU": "words and phrases shared with the reference",
    "chrF": "letter sequences shared with the reference",
    "TER": "edits that it takes to reach the reference, in percent of its words",
    "BLEU-1": "single words shared with a reference",
    "BLEU-2": "sequences of up to two words shared with a reference",
    "BLEU-3": "sequences of up to three words shared with a reference",
    "BLEU-4": "sequences of up to four words shared with a reference",
    "CIDEr-D": "phrases shared with the references, rare ones counting more; up to 1000",
    "METEOR": "words shared with the references, word forms and synonyms too",
    "ROUGE-L": "longest sequence of words shared with a reference",
}
_HASH = 12  # characters shown of a SHA-256


@dataclass(frozen=True)
class ScoreRow:
    """A metric's scores of all systems.

    Attributes:
        metric: its name, with an arrow to where better values lie.
        meaning: half a sentence on what it measures.
        main: whether verdicts are about it.
        values: of each system the score and its 95 % interval, as text.
        strip: the same as a drawing.
        signatures: by what rules each was computed; all systems' together where they agree.
    """

    metric: str
    meaning: str
    main: bool
    values: list[tuple[str, str]]
    strip: Markup
    signatures: list[str]


def score_rows(report: Report) -> list[ScoreRow]:
    """The metrics that all systems have, the main one first, and how fast they are."""
    names = [system.name for system in report.systems]
    metrics = [metric for metric in report.scores[names[0]] if all(metric in report.scores[name] for name in names)]
    metrics.sort(key=lambda metric: metric != report.main_metric)
    rows = [_row(report, metric, [report.scores[name][metric] for name in names]) for metric in metrics]
    return rows + _speed(report)


def _row(report: Report, metric: str, scores: Sequence[Score]) -> ScoreRow:
    shown = []
    for score in scores:
        low, high = score.interval or (None, None)
        shown.append((number(score.value, 1), interval(low, high, 1)))
    told = ", ".join(
        f"{system.name} {value} ({bounds})" for system, (value, bounds) in zip(report.systems, shown, strict=True)
    )
    strip = draw_strip([(score.value, score.interval) for score in scores], f"strip-{metric}", f"{metric}: {told}")
    return ScoreRow(
        f"{metric} {arrow(metric)}",
        _MEANINGS.get(metric, ""),
        metric == report.main_metric,
        shown,
        Markup(strip),
        list(dict.fromkeys(score.signature for score in scores)),
    )


def _speed(report: Report) -> list[ScoreRow]:
    known = [report.facts.get("systems", {}).get(system.name, {}) for system in report.systems]
    if not any(facts.get("sentences_per_second") for facts in known):
        return []
    meaning = f"{_unit(report)} and tokens a second, on {machine(report.facts.get('hardware'))}"
    values = []
    for facts in known:
        tokens = facts.get("tokens_per_second")
        values.append((number(facts.get("sentences_per_second"), 1), "" if tokens is None else f"{tokens:,.0f} tokens"))
    return [ScoreRow("Speed ↑", meaning, False, values, Markup(""), [])]


def paired_tests(report: Report) -> Table | None:
    """Every two systems compared on every metric; None where there is one system only."""
    if not report.comparisons:
        return None
    tests = report.facts.get("tests", 2 * len(report.comparisons))
    metrics = [report.main_metric, *dict.fromkeys(test.metric for test in report.comparisons)]
    rows: list[tuple[Cell, ...]] = [
        (
            f"{test.metric} {arrow(test.metric)}",
            f"{test.second} − {test.first}",
            _signed(test),
            better(test) or NOT_SHOWN,
            p_shown(test.p_bootstrap),
            p_shown(test.p_randomisation),
        )
        for test in sorted(report.comparisons, key=lambda test: metrics.index(test.metric))
    ]
    return Table(
        "paired-tests",
        "All paired tests",
        "How likely so large a difference is between two systems that are equally good, on these sentences: below 0.05 "
        f"it is hardly chance. Where both are, the better system is named: that with the lower value where ↓ stands. "
        f"{tests:,} tests were made; of so many, one in twenty falls below 0.05 by chance alone.",
        ("metric", "systems", "difference", "better", "p (bootstrap)", "p (randomisation)"),
        tuple(rows),
    )


def system_facts(report: Report) -> Table:
    """What each system is, how it decoded and how fast."""
    rows = []
    for system in report.systems:
        facts = report.facts.get("systems", {}).get(system.name, {})
        files = facts.get("models") or [facts.get("file")]
        rows.append(
            (
                system.name,
                {"file": "output file"}.get(facts.get("kind", ""), facts.get("kind")),
                ", ".join(f"{file['name']} ({file['sha256'][:_HASH]})" for file in files if file) or None,
                ", ".join(f"{key.replace('_', ' ')} {value}" for key, value in settings(facts.get("decoding")).items())
                or None,
                facts.get("device"),
                facts.get("sentences_per_second"),
                facts.get("tokens_per_second"),
            )
        )
    headings = (
        "system",
        "kind",
        "from (SHA-256)",
        "decoding",
        "device",
        f"{_unit(report)} a second",
        "tokens a second",
    )
    return Table("systems", "The systems", "", headings, tuple(rows))


def facts(report: Report) -> list[tuple[str, str]]:
    """What was evaluated, when, with what and on what, by name."""
    data, hardware = report.test.record, report.facts.get("hardware") or {}
    files = ", ".join(f"{file['name']} ({file['sha256'][:_HASH]})" for file in data.get("files", ()))
    found = {
        "Data": " · ".join(str(part) for part in (data.get("name"), data.get("split")) if part),
        "Size": size(report),
        "Files (SHA-256)": files,
        "Date": date(report),
        "Hardware": ", ".join(filter(None, (machine(hardware), hardware.get("system")))),
        "Versions": ", ".join(f"{name} {version}" for name, version in (report.facts.get("versions") or {}).items()),
    }
    return [(name, value) for name, value in found.items() if value]


def lead(report: Report) -> str:
    """What, with what and when, in a line below the title."""
    systems = f"{len(report.systems)} systems" if len(report.systems) > 1 else report.systems[0].name
    return " · ".join((systems, size(report), date(report)))


def size(report: Report) -> str:
    """How much was evaluated, in words."""
    counts = sorted({len(references) for references in report.test.references})
    many = f"{counts[0]}" if len(counts) == 1 else f"{counts[0]} to {counts[-1]}"
    unit = "picture" if report.test.captions else "sentence"
    plural = "" if len(report.test) == 1 else "s"
    return f"{len(report.test):,} {unit}{plural}, {many} reference{'' if many == '1' else 's'} each"


def date(report: Report) -> str:
    """When the report was made, to the minute."""
    return str(report.facts.get("date", ""))[:16].replace("T", " ") + " UTC"


def _unit(report: Report) -> str:
    return "pictures" if report.test.captions else "sentences"


def _signed(test: PairedTest) -> str:
    return signed(test.difference).replace("-", "−")
