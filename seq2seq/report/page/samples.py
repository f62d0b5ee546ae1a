"""The samples of the page: what its script shows, sorts and searches, as plain JSON values."""

import math
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from seq2seq.data.transform import Region
from seq2seq.report.document import Report
from seq2seq.report.page.attention import looked_at, sure_of
from seq2seq.report.page.differences import compare
from seq2seq.report.page.texts import shown
from seq2seq.report.system import System

Show = Callable[[str], str]


def chosen_rows(report: Report, most: int) -> list[int]:
    """The places in the test set of what is shown: all, or an even selection."""
    whole = len(report.test)
    return [place * whole // min(whole, most) for place in range(min(whole, most))]


def sample_texts(report: Report, rows: Sequence[int], cut: int) -> list[str]:
    """All texts of these rows, cut: what most of the bytes of a page without pictures are made of."""
    texts = [system.outputs[row][:cut] for row in rows for system in report.systems]
    texts += [text[:cut] for row in rows for text in report.test.references[row]]
    sources = [] if report.test.captions or not report.test.sources else [report.test.sources[row] for row in rows]
    return texts + [text[:cut] for text in sources]


def sample_data(report: Report, rows: Sequence[int], cut: int) -> dict[str, Any]:
    """All that the page's script knows of the samples in these rows, texts cut after so many characters.

    Whatever is a list has one value a row, but for `systems` and `grid`:

    ```
    metric, captions  what the scores are; whether the sources are pictures
    language          code of the references' language, or null
    whole             sentences or pictures of the test set, of which the rows are all or an even selection
    left_out          how many outputs' alignments are left out to keep the page small
    numbers           place in the test set, from 1
    sources           texts, or names of pictures; empty where only references are known
    pictures          {uri, problem, width, height} (`pictures.Thumbnail`); empty for texts
    references        texts of each
    systems           [{name, outputs, marks, missing, scores, confidences, words, looked, grid, seen}]:
      marks, missing  as in `differences.Difference`; missing words are parted by spaces
      words           confidence of each word, a digit each (`attention.sure_of`); null where unknown
      looked          what each word attended to (`attention.looked_at`); null where unknown
      grid            rows and columns of a picture's cells, or null
      seen            left, top, right and bottom of what the cells cover, as fractions of the picture; null for all
    ```
    """
    test = report.test

    def show(text: str) -> str:
        return shown(text, cut)

    sources = [_source(report, row, show) for row in rows]
    references = [[show(text) for text in test.references[row]] for row in rows]
    systems = [_system(report, system, rows, sources, references, show) for system in report.systems]
    return {
        "metric": report.sentence_metric,
        "captions": test.captions,
        "language": test.language,
        "whole": len(test),
        "left_out": 0,
        "numbers": [row + 1 for row in rows],
        "sources": sources,
        "pictures": [],
        "references": references,
        "systems": systems,
    }


def lighten(systems: Iterable[dict[str, Any]], share: float) -> int:
    """Of what all outputs looked at leave out the longest, until this share of it is left; tells of how many."""
    looked = [(len(text), row, system) for system in systems for row, text in enumerate(system["looked"] or ()) if text]
    excess, left_out = (1 - share) * sum(size for size, _, _ in looked), 0
    for size, row, system in sorted(looked, key=lambda item: -item[0]):
        if excess <= 0:
            break
        system["looked"][row] = None
        excess -= size
        left_out += 1
    return left_out


def _system(
    report: Report,
    system: System,
    rows: Sequence[int],
    sources: Sequence[str],
    references: Sequence[Sequence[str]],
    show: Show,
) -> dict[str, Any]:
    outputs = [show(system.outputs[row]) for row in rows]
    differences = [compare(*pair) for pair in zip(outputs, references, strict=True)]
    details = system.details
    confidences = report.confidences.get(system.name)
    words = report.word_confidences.get(system.name)
    grids = [one.grid for one in details or () if one.grid is not None]
    return {
        "name": shown(system.name, 200),
        "outputs": outputs,
        "marks": [difference.marks for difference in differences],
        "missing": [" ".join(difference.missing) for difference in differences],
        "scores": _rounded((report.sentence_scores[system.name][row] for row in rows), 1),
        "confidences": None if confidences is None else _rounded((confidences[row] for row in rows), 3),
        "words": None
        if words is None or details is None
        else [sure_of(details[row], words[row], output) for row, output in zip(rows, outputs, strict=True)],
        "looked": None
        if details is None
        else [
            looked_at(details[row], source, output) for row, source, output in zip(rows, sources, outputs, strict=True)
        ],
        "grid": grids[0] if len(set(grids)) == 1 else None,
        "seen": None if details is None else [_part(details[row].seen) for row in rows],
    }


def _part(seen: Region | None) -> list[float] | None:
    return None if seen is None or seen == (0, 0, 1, 1) else [round(edge, 4) for edge in seen]


def _rounded(values: Iterable[float], places: int) -> list[float | None]:
    return [round(value, places) if math.isfinite(value) else None for value in values]


def _source(report: Report, row: int, show: Show) -> str:
    """A text, or a picture's name; empty where only references are known."""
    if not report.test.sources:
        return ""
    source = report.test.sources[row]
    return shown(Path(source).name, 200) if report.test.captions else show(source)
