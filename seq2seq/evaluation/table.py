"""Scores as a table on the terminal."""

from collections.abc import Mapping

from rich.console import Console
from rich.table import Table

from seq2seq.evaluation.captions import Diversity
from seq2seq.evaluation.metrics import arrow, p_shown, shown, signed
from seq2seq.evaluation.results import Comparison, Score


def print_scores(
    scores: dict[str, Score],
    sentences: int,
    seconds: float | None = None,
    comparisons: dict[str, Comparison] | None = None,
    baselines: Mapping[str, Mapping[str, Score]] | None = None,
) -> None:
    """Print one system's scores, their signatures and its speed.

    Args:
        scores: by metric.
        sentences: how many were scored.
        seconds: in which they were generated, if they were.
        comparisons: with a baseline, by metric, if there is one.
        baselines: scores, by metric, of what is simpler, by its name.
    """
    table = Table("metric", "score", "95 % interval")
    if comparisons is not None:
        for title in ("baseline", "difference", "p"):
            table.add_column(title)
    for title in baselines or ():
        table.add_column(title)
    for name, score in scores.items():
        low_high = [shown(name, end) for end in score.interval or ()]
        row = [f"{name} {arrow(name)}", shown(name, score.value), " to ".join(low_high) or "-"]
        if comparisons is not None:
            found = comparisons[name]
            row += [shown(name, found.baseline.value), signed(found.difference), p_shown(found.p)]
        for simpler in (baselines or {}).values():
            row.append(shown(name, simpler[name].value) if name in simpler else "-")
        table.add_row(*row)
    Console().print(table)
    for name, score in scores.items():
        print(f"{name}: {score.signature}")
    speed = "" if seconds is None else f" in {seconds:.1f} s ({sentences / seconds:,.1f} a second)"
    print(f"{sentences:,} outputs{speed}")


def print_diversity(found: Diversity) -> None:
    """Print how varied a system's captions are, and the signature of that."""
    new = "" if found.new is None else f", {found.new:.1%} of the captions not in training"
    print(
        f"diversity: {found.distinct:,} different captions of {found.captions:,}, {found.vocabulary:,} words in use, "
        f"{found.mean_length:.1f} a caption{new}; {found.repeated_word:.1%} say a word twice in a row, "
        f"{found.repeated_phrase:.1%} the same three words twice"
    )
    print(f"diversity: {found.signature}")
