"""Runs of words that are right, and what brevity costs: the parts of BLEU."""

import math

import numpy as np

from seq2seq.evaluation.captions.bleu import LONGEST
from seq2seq.report.analysis.estimates import share
from seq2seq.report.analysis.material import Material
from seq2seq.report.content import Cell, Chart, Section, Series, Table


def by_order(material: Material) -> Section | str:
    """The precision of n-grams for n = 1 to 4, and BLEU's brevity penalty."""
    series: list[Series] = []
    rows: list[tuple[Cell, ...]] = []
    told: list[str] = []
    for name, counts in material.bleu_statistics.items():
        shares = [share(counts[:, order], counts[:, LONGEST + order]) for order in range(LONGEST)]
        series.append(Series(name, tuple(value.point(str(n)) for n, value in enumerate(shares, start=1))))
        length, due = counts[:, -2].sum(), counts[:, -1].sum()
        penalty = brevity_penalty(length, due)
        values = [value.value for value in shares]
        if not all(values):  # sacrebleu's BLEU makes something of nothing here, which is no share of anything
            rows.append((name, _percent(length, due), round(penalty, 3), None, None))
            continue
        full = math.exp(np.mean([math.log(value) for value in values if value]))
        rows.append((name, _percent(length, due), round(penalty, 3), round(full, 1), round(full * penalty, 1)))
        cost = full * (1 - penalty)
        brevity = f"being too short costs {cost:.1f} BLEU" if cost >= 0.05 else "nothing is lost by being too short"
        told.append(
            f"{name}: {values[0]:.0f} % of the single words are right and {values[-1]:.0f} % of the runs of {LONGEST}; "
            f"{brevity}."
        )
    charts = (
        Chart(
            "ngram-precision",
            "Runs of words that are right",
            "Of all runs of one to four words that were written, how many a reference has too. High at 1 and low at 4: "
            "the right words in the wrong order or form.",
            "bar",
            "words in a row",
            "right, %",
            tuple(series),
        ),
        Table(
            "brevity",
            "What length costs",
            "BLEU is the geometric mean of the four shares above, times the brevity penalty where the outputs are "
            "together shorter than the references.",
            ("system", "length, % of the references", "brevity penalty", "BLEU without it", "BLEU"),
            tuple(rows),
        ),
    )
    return Section("order", "Are the phrases right, or only the words?", " ".join(told), charts)


def brevity_penalty(length: float, due: float) -> float:
    """BLEU's factor, from 0 to 1, for outputs of this length in all against references of that.

    >>> brevity_penalty(100, 90), round(brevity_penalty(90, 100), 3), brevity_penalty(0, 100)
    (1.0, 0.895, 0.0)
    """
    if length >= due:
        return 1.0
    return math.exp(1 - due / length) if length else 0.0


def _percent(part: float, whole: float) -> Cell:
    return round(100 * float(part / whole), 1) if whole else None
