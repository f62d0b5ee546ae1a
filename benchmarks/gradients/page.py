"""The text of docs/gradients.md, filled with what was measured."""

import math
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import jinja2

from benchmarks.gradients.experiments import BATCH, CLIP, POOL, RATE, WIDE, Effort, Trained
from benchmarks.gradients.nets import EMBEDDING, HIDDEN, NETS
from data_prep.agreement import sentences

TEMPLATE = Path(__file__).with_name("gradients.md.jinja")


def write(facts: dict[str, Any], found: dict[str, Any]) -> str:
    """The page.

    Args:
        facts: how it was measured.
        found: everything that was.

    Raises:
        jinja2.UndefinedError: the template asks for something that was not measured.
    """
    effort: Effort = found["effort"]
    environment = jinja2.Environment(
        undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True
    )
    environment.filters |= {"sci": sci, "percent": percent, "fixed": lambda value, digits: f"{value:.{digits}f}"}
    environment.tests["above"] = lambda bias, ideal, found: found[bias][50] > ideal[bias][50]
    template = environment.from_string(TEMPLATE.read_text(encoding="utf-8"))
    shown = sentences(effort.distances[0], 8, seed=3)
    return template.render(
        **found,
        facts=facts,
        names=[net.name for net in NETS],
        accuracies={
            name: {distance: sum(values) / len(values) for distance, values in by_distance.items()}
            for name, by_distance in accuracies(found["trained"], effort).items()
        },
        looked_at={trained.net: trained for trained in found["trained"] if trained.after},
        clipped=clipped(found["trained"]),
        ideal=ideal(effort.length, found["biases"]),
        sigmoid=sigmoid,
        examples=[
            " ".join(next(sentence for sentence in shown if sentence.plural is plural).words)
            for plural in (False, True)
        ],
        batch=BATCH,
        pool=POOL,
        rate=RATE,
        clip=CLIP,
        wide=WIDE,
        embedding=EMBEDDING,
        hidden=HIDDEN,
    )


def accuracies(trained: Sequence[Trained], effort: Effort) -> dict[str, dict[int, list[float]]]:
    """Net -> distance -> the accuracy of each training."""
    found: dict[str, dict[int, list[float]]] = {net.name: {} for net in NETS}
    for one in trained:
        if one.distance in effort.distances:
            found[one.net].setdefault(one.distance, []).append(one.accuracy)
    return found


def clipped(trained: Iterable[Trained]) -> dict[str, float]:
    """Net -> the share of steps clipped, over all of its trainings."""
    shares: dict[str, list[float]] = {}
    for one in trained:
        shares.setdefault(one.net, []).append(one.clipped)
    return {net: sum(values) / len(values) for net, values in shares.items()}


def ideal(length: int, biases: Iterable[float]) -> dict[float, list[float]]:
    """By bias, what a forget gate that is open just so far would leave of a cell state's gradient: sigmoid(b)^k."""
    return {bias: [sigmoid(bias) ** step for step in range(length + 1)] for bias in biases}


def sigmoid(value: float) -> float:
    """1 / (1 + e^-x)."""
    return 1 / (1 + math.exp(-value))


def sci(value: float, digits: int = 2) -> str:
    """A number for people, whatever its size.

    >>> sci(0.0051537752), sci(117.3908528797), sci(3.2e-12), sci(0.0), sci(0.5, 1)
    ('0.0052', '117', '3.2 · 10⁻¹²', '0', '0.5')
    """
    if value == 0:
        return "0"
    power = math.floor(math.log10(abs(value)))
    if -4 <= power < 5:
        return f"{value:.{max(0, digits - 1 - power)}f}"
    raised = str(power).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))
    return f"{value / 10**power:.{digits - 1}f} · 10{raised}"


def percent(value: float) -> str:
    """A share for people.

    >>> percent(0.987)
    '99 %'
    """
    return f"{value:.0%}".replace("%", " %")
