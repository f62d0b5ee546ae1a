"""Which system is better, in plain words."""

from collections.abc import Mapping, Sequence

from seq2seq.evaluation import PairedTest, Score, TestSet
from seq2seq.evaluation.metrics import signed
from seq2seq.report.document import main_metric
from seq2seq.report.system import System

SIGNIFICANT = 0.05
BESIDE = {"CIDEr-D": "BLEU-4"}  # what is told beside a main metric


def is_significant(test: PairedTest) -> bool:
    """Whether both tests say that chance makes so large a difference in less than one case of twenty."""
    return test.p < SIGNIFICANT


def judge(
    test: TestSet,
    systems: Sequence[System],
    scores: Mapping[str, Mapping[str, Score]],
    comparisons: Sequence[PairedTest],
) -> tuple[str, ...]:
    """A sentence for each two systems on the main metric, in the order of the comparisons; one of a lone system.

    Args:
        test: what they were tested on.
        systems: one or more.
        scores: of each, by its name, then by metric.
        comparisons: of every two systems on every metric.
    """
    metric = main_metric(test)
    if len(systems) == 1:
        name = systems[0].name
        score = scores[name][metric]
        told = "" if score.interval is None else f" (95 % interval {score.interval[0]:.1f} to {score.interval[1]:.1f})"
        return (f"{name} has {score.value:.1f} {metric}{told}; there is no other system to compare it with.",)
    outputs = {system.name: list(system.outputs) for system in systems}
    verdicts = []
    for found in comparisons:
        if found.metric != metric:
            continue
        if outputs[found.first] == outputs[found.second]:
            verdicts.append(f"{found.second} and {found.first} gave the same outputs.")
        else:
            verdicts.append(verdict(found, beside(found, comparisons)))
    return tuple(verdicts)


def verdict(found: PairedTest, second: PairedTest | None = None, earlier: str | None = None) -> str:
    """What a paired test of two systems says.

    Args:
        found: the test on the main metric, whose higher values are better.
        second: that on another metric, told in brackets.
        earlier: what is said in place of the first system's name.

    >>> verdict(PairedTest("A", "B", "BLEU", 1.83, 0.004, 0.003))
    'B is better than A: +1.8 BLEU, p = 0.004.'
    >>> verdict(PairedTest("A", "B", "BLEU", 0.3, 0.41, 0.38))
    'No difference between B and A that this test set can show: +0.3 BLEU, p = 0.41.'
    """
    first = earlier or found.first
    told = _measured(found) + (f" ({_measured(second)})" if second else "")
    if not is_significant(found):
        return f"No difference between {found.second} and {first} that this test set can show: {told}."
    if found.difference > 0:
        return f"{found.second} is better than {first}: {told}."
    if earlier is None:
        told = _measured(found, turned=True) + (f" ({_measured(second, turned=True)})" if second else "")
        return f"{first} is better than {found.second}: {told}."
    return f"{found.second} is worse than {first}: {told}."


def beside(found: PairedTest, comparisons: Sequence[PairedTest]) -> PairedTest | None:
    """The test of the same two systems that is told beside that on the main metric, if there is one."""
    metric = BESIDE.get(found.metric)
    pair = (found.first, found.second)
    return next((test for test in comparisons if (test.first, test.second) == pair and test.metric == metric), None)


def p_text(p: float) -> str:
    """A p-value as people read it.

    >>> p_text(0.00012), p_text(0.0042), p_text(0.412)
    ('p < 0.001', 'p = 0.004', 'p = 0.41')
    """
    if p < 0.001:
        return "p < 0.001"
    return f"p = {p:.3f}" if p < 0.1 else f"p = {p:.2f}"


def _measured(test: PairedTest, turned: bool = False) -> str:
    difference = -test.difference if turned else test.difference
    return f"{signed(difference)} {test.metric}, {p_text(test.p)}"
