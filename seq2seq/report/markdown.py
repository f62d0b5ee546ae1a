"""A report as Markdown, short enough for a pull request."""

import re
from collections.abc import Iterable, Sequence

from seq2seq.evaluation.metrics import arrow, signed
from seq2seq.report.comparison import NOT_SHOWN, better, p_text
from seq2seq.report.content import Cell, Chart, Section, Table
from seq2seq.report.document import Report
from seq2seq.report.surroundings import machine, settings

LONGEST = 60_000  # characters; GitHub takes 65,536 of a comment
_ROWS = 40  # of a table
_CELL = 200  # characters

_SPECIAL = re.compile(r"([\\`*_\[\]|<>&~#$])")


def to_markdown(report: Report) -> str:
    """Head, verdicts, scores, and the sections' tables, charts being told as tables; at most `LONGEST` characters.

    Long tables are cut, and sections that are too much left out; the text says so.
    """
    parts = [_head(report), _scores(report), _comparisons(report)]
    left = LONGEST - 200 - sum(len(part) + 2 for part in parts)
    omitted = []
    for section in report.sections:
        text = _section(section)
        if len(text) + 2 <= left:
            parts.append(text)
            left -= len(text) + 2
        else:
            omitted.append(escape(section.title))
    if omitted:
        parts.append(f"Left out here, since it is long: {'; '.join(omitted)}. It is on the page."[:200])
    return "\n\n".join(filter(None, parts))[: LONGEST - 1] + "\n"


def escape(text: object) -> str:
    """Text that Markdown shows as it is, on one line, cut where it is too long.

    >>> escape("a|b <script>\\n*c*")
    'a\\\\|b \\\\<script\\\\> \\\\*c\\\\*'
    """
    line = " ".join(str(text).split())
    return _SPECIAL.sub(r"\\\1", line if len(line) <= _CELL else line[: _CELL - 1] + "…")


def _head(report: Report) -> str:
    facts = report.facts
    lines = [f"# {escape(report.title)}", "", *(f"- **{escape(text)}**" for text in report.verdicts), ""]
    if facts["tests"]:
        lines += [f"{facts['tests']:,} paired tests were made; by chance alone one in twenty shows p < 0.05.", ""]
    files = ", ".join(
        f"{escape(file['name'])} (SHA-256 {escape(file['sha256'][:12])}…)" for file in facts["data"]["files"]
    )
    hardware, versions = facts["hardware"], facts["versions"]
    what = "pictures" if report.test.captions else "sentences"
    lines += [
        f"- data: {len(report.test):,} {what}, {files}",
        f"- made: {escape(facts['date'])} on {escape(machine(hardware))}, by "
        + ", ".join(f"{escape(name)} {escape(version)}" for name, version in versions.items()),
    ]
    for name, its in facts["systems"].items():
        lines.append(f"- {escape(name)}: {_described(its, what)}")
    return "\n".join(lines)


def _described(its: dict, sources: str) -> str:
    if its["kind"] == "file":
        return f"outputs in {escape(its['file']['name'])}" if its["file"] else "outputs in a file"
    what = " + ".join(f"{escape(model['name'])} (SHA-256 {escape(model['sha256'][:12])}…)" for model in its["models"])
    how = settings(its["decoding"])
    chosen = [f"{name} {how[name]}" for name in ("method", "beam", "precision") if name in how]
    speed = f"{its['sentences_per_second']:,.0f} {sources} and {its['tokens_per_second']:,.0f} tokens a second"
    return f"{its['kind']} {what}; {escape(', '.join(chosen))}; {speed} on {escape(its['device'])}"


def _scores(report: Report) -> str:
    metrics = list(next(iter(report.scores.values())))
    rows = []
    for name, scores in report.scores.items():
        cells = [
            f"{score.value:.1f}" + (f" ({score.interval[0]:.1f} to {score.interval[1]:.1f})" if score.interval else "")
            for score in scores.values()
        ]
        rows.append([escape(name), *cells])
    table = _grid(["system", *(f"{escape(metric)} {arrow(metric)}" for metric in metrics)], rows)
    signatures = "\n".join(
        f"- {escape(name)}: `{score.signature}`" for name, score in next(iter(report.scores.values())).items()
    )
    return f"## Scores\n\nWith the 95 % interval of a bootstrap.\n\n{table}\n\n{signatures}"


def _comparisons(report: Report) -> str:
    if not report.comparisons:
        return ""
    rows = [
        [
            escape(f"{test.second} − {test.first}"),
            escape(f"{test.metric} {arrow(test.metric)}"),
            signed(test.difference, 2),
            escape(better(test) or NOT_SHOWN),
            p_text(test.p_bootstrap),
            p_text(test.p_randomisation),
        ]
        for test in report.comparisons
    ]
    header = ["systems", "metric", "difference", "better", "bootstrap", "randomisation"]
    return f"## Differences\n\n{_grid(header, _shortened(rows, len(header)))}"


def _section(section: Section) -> str:
    parts = [f"## {escape(section.title)}", _words(section.text)]
    for item in section.items:
        parts.append(f"### {escape(item.title)}")
        parts.append(_words(item.text))
        parts.append(_chart(item) if isinstance(item, Chart) else _table(item))
    return "\n\n".join(filter(None, parts))


def _words(text: str) -> str:
    return _SPECIAL.sub(r"\\\1", " ".join(text.split()))


def _table(table: Table) -> str:
    rows = [[_cell(cell) for cell in row] for row in table.rows]
    return _grid([escape(name) for name in table.columns], _shortened(rows, len(table.columns)))


def _chart(chart: Chart) -> str:
    """A row for each place on the x axis, a column for each system."""
    places = list(dict.fromkeys(point.x for series in chart.series for point in series.points))
    known = [{point.x: point for point in series.points} for series in chart.series]
    rows = [
        [_cell(place), *(_cell(points[place].y if place in points else None) for points in known)] for place in places
    ]
    header = [escape(chart.x), *(escape(f"{series.name}: {chart.y}") for series in chart.series)]
    return _grid(header, _shortened(rows, len(header)))


def _cell(cell: Cell) -> str:
    if cell is None:
        return "–"
    return _number(cell) if isinstance(cell, float) else escape(cell)


def _number(value: float) -> str:
    """Three digits, more where they are whole.

    >>> _number(0.28391), _number(97.38), _number(12345.6)
    ('0.284', '97.4', '12,346')
    """
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"


def _shortened(rows: Sequence[Sequence[str]], columns: int) -> list[Sequence[str]]:
    if len(rows) <= _ROWS:
        return list(rows)
    return [*rows[:_ROWS], [f"… {len(rows) - _ROWS:,} more", *[""] * (columns - 1)]]


def _grid(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
