"""The text of docs/gradients.md, filled with what was measured."""

import math
import statistics
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import jinja2
import numpy as np

from benchmarks.gradients.experiments import BATCH, CLIP, POOL, RATE, WIDE, Effort, Inside, Trained
from benchmarks.gradients.nets import EMBEDDING, HIDDEN, NETS
from data_prep.agreement import sentences
from seq2seq.inspection.look import OPEN

RIGHT, GUESSING = 0.9, 0.6
"""From the one on a training has found the noun; below the other it guesses."""

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
    environment.filters |= {"median": statistics.median, "named": named, "fold": fold}
    environment.filters |= {"sci": sci, "percent": percent, "fixed": lambda value, digits: f"{value:.{digits}f}"}
    environment.tests["above"] = lambda bias, ideal, found: found[bias][50] > ideal[bias][50]
    template = environment.from_string(TEMPLATE.read_text(encoding="utf-8"))
    means = {
        name: {distance: sum(values) / len(values) for distance, values in by_distance.items()}
        for name, by_distance in accuracies(found["trained"], effort).items()
    }
    looked_at = {trained.net: trained for trained in found["trained"] if trained.after}
    right = [name for name, one in looked_at.items() if one.accuracy >= RIGHT]
    wrong = [name for name in looked_at if name not in right]
    at_noun = {
        name: [norms[effort.looked_at] / norms[0] for norms in (one.before, one.after)]
        for name, one in looked_at.items()
    }
    rise = {name: after / before for name, (before, after) in at_noun.items()}
    one, other = (np.array(inside.memory) for inside in found["inside"])
    apart = np.abs(other - one).max(1).tolist()
    shown = sentences(effort.distances[0], 8, seed=3)
    return template.render(
        **found,
        facts=facts,
        names=[net.name for net in NETS],
        accuracies=means,
        looked_at=looked_at,
        right=right,
        wrong=wrong,
        right_above=right
        and wrong
        and min(at_noun[name][1] for name in right) > max(at_noun[name][1] for name in wrong),
        span=lambda names, which: " to ".join(sci(end(at_noun[name][which] for name in names)) for end in (min, max)),
        rise=rise,
        most_risen=max(rise, key=lambda name: rise[name]),
        outcomes=outcomes([one.accuracy for one in found["trained"]]),
        foretold=rank_correlation(
            [found["start"][name][50] for name in means], [sum(line.values()) for line in means.values()]
        ),
        cells=[inside_facts(one) for one in found["inside"]],
        noun_apart=apart[1],
        verb_apart=apart[-1],
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


def outcomes(accuracies: Sequence[float]) -> tuple[int, int, int]:
    """How many trainings found what there is to find, how many guess, and how many are in between."""
    right, guessing = sum(value >= RIGHT for value in accuracies), sum(value < GUESSING for value in accuracies)
    return right, guessing, len(accuracies) - right - guessing


def rank_correlation(one: Sequence[float], other: Sequence[float]) -> float:
    """Spearman's, from -1 to 1, of numbers without ties.

    >>> rank_correlation([1, 10, 100], [2, 3, 4]), rank_correlation([1, 2, 3], [9, 8, 7])
    (1.0, -1.0)
    """
    ranks = [np.argsort(np.argsort(values)) for values in (one, other)]
    return round(float(np.corrcoef(ranks[0], ranks[1])[0, 1]), 10)


def inside_facts(inside: Inside) -> dict[str, Any]:
    """What the page says of an LSTM over a sentence: forget gates after the noun, and the greatest cell state.

    The cell state is that at the noun, halfway to the verb, and before the verb.
    """
    forget = np.array(inside.gates["forget"])[2:]
    peaks = np.abs(inside.memory).max(1)
    return {
        "noun": inside.words[1],
        "log_odds": inside.log_odds,
        "forget": float(forget.mean()),
        "open": float((forget > OPEN).mean()),
        "peaks": [float(peaks[place]) for place in (1, len(peaks) // 2, -1)],
    }


def named(names: Sequence[str]) -> str:
    """Names in a sentence.

    >>> named(["GRU"]), named(["RNN", "GRU", "LSTM"]), named([])
    ('GRU', 'RNN, GRU and LSTM', 'none')
    """
    shown = [f'"{name}"' if "," in name else name for name in names]
    return " and ".join(filter(None, (", ".join(shown[:-1]), *shown[-1:]))) or "none"


def fold(value: float) -> str:
    """How many times as much, to two digits.

    >>> fold(17919.3), fold(13.6), fold(0.034)
    ('18,000', '14', '0.034')
    """
    rounded = float(f"{value:.2g}")
    return f"{rounded:,.0f}" if rounded >= 10 else f"{rounded:g}"


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
