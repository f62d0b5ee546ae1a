"""A report as one page of HTML that needs neither network nor server."""

import base64
import hashlib
import re
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from seq2seq.report.content import Cell, Chart, Finding, Section, Table
from seq2seq.report.document import Report
from seq2seq.report.page import head, numbers
from seq2seq.report.page.budget import PAGE_BYTES, packed_samples
from seq2seq.report.page.charts import draw, x_text
from seq2seq.report.page.learning import learning_charts
from seq2seq.report.page.looks import COLOURS, Look, looks
from seq2seq.report.page.texts import harmless

__all__ = ["render"]

_FOLDER = Path(__file__).parent
_SENTENCE = 40  # letters: a cell of more is read, not looked up
_SHORT = {
    "against": "Earlier",
    "length": "Length",
    "frequency": "Rare words",
    "order": "Phrases",
    "position": "Place",
    "omissions": "Left out",
    "keepsakes": "Names, numbers",
    "health": "Search",
    "objects": "Objects",
    "variety": "Variety",
    "confidence": "Confidence",
    "learning": "Learning",
    "left-out": "Missing",
}
"""Names of sections in the line of links, which holds them all on a wide screen."""
_NARROW = 58  # letters of a table's row that fit into half the page


def render(report: Report) -> str:
    """The report as a page: a document of HTML that holds all it needs and asks for nothing else.

    All texts of the report are shown as they are, whatever signs they hold; the page's security policy allows no script
    but its own. Pictures that cannot be read are shown as a sentence that says why.
    """
    script, style = _file("script.js"), _file("style.css")
    names = [system.name for system in report.systems]
    sections = [_section(section, names) for section in [*report.sections, *_learning(report)]]
    parts = {
        "title": report.title,
        "lead": head.lead(report),
        "contents": [("scores", "Scores"), *((part["id"], part["short"]) for part in sections)],
        "verdicts": [_parted(verdict) for verdict in report.verdicts],
        "systems": [{"name": name, "look": Look(place % COLOURS + 1)} for place, name in enumerate(names)],
        "scores": head.score_rows(report),
        "intervals": any(score.interval for scores in report.scores.values() for score in scores.values()),
        "tests": _table(head.paired_tests(report), "scores"),
        "facts": head.facts(report),
        "system_facts": _table(head.system_facts(report), "scores"),
        "sections": sections,
        "metric": report.sentence_metric,
        "made": head.date(report),
        "script": Markup(script),
        "style": Markup(style),
        "script_hash": _hash(script),
        "style_hash": _hash(style),
    }
    bare = len(_template().render(parts, data="").encode("utf-8", "replace"))
    page = _template().render(parts, data=Markup(packed_samples(report, PAGE_BYTES - 1000 - bare)))
    return page.encode("utf-8", "replace").decode("utf-8")  # half a surrogate pair cannot be written


@cache
def _template() -> Any:
    environment = Environment(
        loader=FileSystemLoader(_FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=lambda value: harmless(value) if type(value) is str else value,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("template.html")


def _file(name: str) -> str:
    return (_FOLDER / name).read_text(encoding="utf-8")


def _hash(text: str) -> str:
    """As a content security policy names a script or a style."""
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode("ascii")


def _parted(verdict: Finding) -> tuple[str, str]:
    """Claim and proof as the page writes them."""
    return numbers.unbroken(verdict.claim), numbers.unbroken(re.sub(r"(?<![\w.])-(?=\d)", "−", verdict.proof))


def _learning(report: Report) -> list[Section]:
    charts = learning_charts(report.systems)
    if not charts:
        return []
    silent = [system.name for system in report.systems if not system.curves]
    text = f"Not known of {', '.join(silent)}." if silent else ""
    return [Section("learning", "How did it learn?", text, tuple(charts))]


def _section(section: Section, systems: Sequence[str]) -> dict[str, Any]:
    items = [
        _table(item, section.key) if isinstance(item, Table) else _chart(item, section.key, systems)
        for item in section.items
    ]
    return {
        "id": f"section-{section.key}",
        "title": section.title,
        "short": _SHORT.get(section.key, section.title),
        "lines": _lines(section.text, [*systems, *_series(section)]).splitlines(),
        "items": items,
    }


def _series(section: Section) -> list[str]:
    charts = (item for item in section.items if isinstance(item, Chart))
    return list(dict.fromkeys(series.name for chart in charts for series in chart.series))


def _lines(text: str, names: Sequence[str] = ()) -> str:
    """The text with a line for each sentence that begins with one of the names, and signs of percent kept close."""
    alternatives = "|".join(map(re.escape, names))
    parted = re.sub(rf"(?<=[.!?]) (?=(?:{alternatives})(?!\w))", "\n", text) if names else text
    return numbers.unbroken(parted)


def _table(table: Table | None, section: str) -> dict[str, Any] | None:
    if table is None:
        return None
    longest = [max(len(str(cell)) for cell in column) for column in zip(table.columns, *table.rows, strict=True)]
    return {
        "id": f"{section}-{table.key}",
        "title": table.title,
        "text": _lines(table.text),
        "wide": sum(longest) + 2 * len(longest) > _NARROW,
        **_cells(table.columns, table.rows),
    }


def _cells(columns: Sequence[str], rows: Sequence[Sequence[Cell]]) -> dict[str, Any]:
    """Headings, each with whether it stands to the right, as numbers do; cells, each with what it is."""
    shown = numbers.cells(rows)
    right = [all(is_number for _, is_number in column) for column in zip(*shown, strict=True)] or [False] * len(columns)
    kinds = [[(text, _kind(text, is_number)) for text, is_number in row] for row in shown]
    sentences = any(kind == "sentence" for row in kinds for _, kind in row[1:])
    return {"columns": list(zip(columns, right, strict=True)), "rows": kinds, "sentences": sentences}


def _kind(text: str, is_number: bool) -> str:
    return "number" if is_number else "sentence" if len(text) > _SENTENCE else ""


def _chart(chart: Chart, section: str, systems: Sequence[str]) -> dict[str, Any]:
    key = f"{section}-{chart.key}"
    names = [series.name for series in chart.series]
    return {
        "id": key,
        "title": chart.title,
        "text": _lines(chart.text),
        "legend": list(zip(looks(names, systems), names, strict=True)),
        "svg": Markup(draw(chart, systems, key)),
        "table": _cells(*_numbers(chart)),
    }


def _numbers(chart: Chart) -> tuple[list[str], list[list[Cell]]]:
    """The numbers of a chart as a table, a row a place of the x axis."""
    heights = (point.y for series in chart.series for point in series.points if point.y is not None)
    places = numbers.decimals(heights)
    found: dict[str, dict[str, str]] = {}
    for series in chart.series:
        for point in series.points:
            bounds = numbers.interval(point.low, point.high, places)
            text = numbers.number(point.y, places) + (f" ({bounds})" if bounds else "")
            text += f", n = {point.count:,}" if point.count is not None else ""
            found.setdefault(x_text(point.x), {})[series.name] = text
    rows: list[list[Cell]] = [[x, *(row.get(series.name) for series in chart.series)] for x, row in found.items()]
    return [chart.x, *(series.name for series in chart.series)], rows
