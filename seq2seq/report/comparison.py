"""Which system is better, in plain words."""

from collections.abc import Mapping, Sequence
from itertools import pairwise

from seq2seq.evaluation import PairedTest, Score, TestSet
from seq2seq.evaluation.metrics import HIGHER_IS_BETTER, signed
from seq2seq.report.content import Finding
from seq2seq.report.document import main_metric
from seq2seq.report.system import System

SIGNIFICANT = 0.05
NOT_SHOWN = "not shown"
"""Stands in tables where a better system would, if there were one (see `better`)."""
BESIDE = {"CIDEr-D": "BLEU-4"}  # what is told beside a main metric


def is_significant(test: PairedTest) -> bool:
    """Whether both tests say that chance makes so large a difference in less than one case of twenty."""
    return test.p < SIGNIFICANT


def better(test: PairedTest) -> str | None:
    """The name of the better of the two systems; None where chance may have made the difference.

    >>> better(PairedTest("A", "B", "TER", 1.8, 0.004, 0.003)), better(PairedTest("A", "B", "BLEU", 0.3, 0.41, 0.38))
    ('A', None)
    """
    if not is_significant(test):
        return None
    return test.second if _gain(test) > 0 else test.first


def judge(
    test: TestSet,
    systems: Sequence[System],
    scores: Mapping[str, Mapping[str, Score]],
    comparisons: Sequence[PairedTest],
) -> tuple[Finding, ...]:
    """A sentence for each two systems on the main metric, in the order of the comparisons; one of a lone system.

    Before those of three systems and more stands one that ranks them.

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
        claim, end = f"{name} has {score.value:.1f} {metric}", "; there is no other system to compare it with."
        if score.interval is None:
            return (Finding(claim + end),)
        return (Finding(claim, f"(95 % interval {score.interval[0]:.1f} to {score.interval[1]:.1f}){end}"),)
    outputs = {system.name: list(system.outputs) for system in systems}
    tests = [found for found in comparisons if found.metric == metric]
    verdicts = [rank({name: scores[name][metric].value for name in outputs}, tests)] if len(systems) > 2 else []
    for found in tests:
        if outputs[found.first] == outputs[found.second]:
            verdicts.append(Finding(f"{found.second} and {found.first} gave the same outputs."))
        else:
            verdicts.append(verdict(found, comparisons))
    return tuple(verdicts)


def rank(values: Mapping[str, float], tests: Sequence[PairedTest]) -> Finding:
    """Systems by their values of a metric whose higher values are better, and what is known of neighbours.

    Args:
        values: by system.
        tests: of every two systems on that metric.

    >>> tests = [PairedTest("A", "B", "BLEU", 2.0, 0.01, 0.01), PairedTest("B", "C", "BLEU", -0.2, 0.6, 0.7)]
    >>> print(rank({"A": 20.0, "B": 22.0, "C": 21.8}, [*tests, PairedTest("A", "C", "BLEU", 1.8, 0.2, 0.01)]))
    From best to worst by BLEU: B 22.0, C 21.8, A 20.0; no difference that this test set can show between B and C, C \
and A.
    """
    names = sorted(values, key=lambda name: -values[name])
    told = f"From best to worst by {tests[0].metric}: {', '.join(f'{name} {values[name]:.1f}' for name in names)}"
    shown = {frozenset((test.first, test.second)) for test in tests if is_significant(test)}
    alike = [f"{one} and {other}" for one, other in pairwise(names) if frozenset((one, other)) not in shown]
    if alike:
        return Finding(f"{told}; no difference that this test set can show between {', '.join(alike)}.")
    return Finding(f"{told}; each is better than the next beyond chance.")


def verdict(found: PairedTest, others: Sequence[PairedTest] = (), earlier: str | None = None) -> Finding:
    """What the paired tests of two systems say.

    Args:
        found: the test on the main metric, whose higher values are better.
        others: tests on other metrics, of these two systems or of any: one is told in brackets (see `BESIDE`), and
            those that contradict the first, each being significant and more than nothing when rounded.
        earlier: what is said in place of the first system's name.

    >>> print(verdict(PairedTest("A", "B", "BLEU", 1.83, 0.004, 0.003)))
    B is better than A: +1.8 BLEU, p = 0.004.
    >>> print(verdict(PairedTest("A", "B", "BLEU", 0.3, 0.41, 0.38)))
    No difference between B and A that this test set can show: +0.3 BLEU, p = 0.41.
    >>> print(verdict(PairedTest("A", "B", "BLEU", 0.0, 1.0, 1.0), [PairedTest("A", "B", "chrF", 16.0, 0.001, 0.0001)]))
    No difference in BLEU between B and A that this test set can show (0.0, p = 1.00); chrF differs: +16.0, p = 0.001.
    """
    first = earlier or found.first
    others = [one for one in others if (one.first, one.second) == (found.first, found.second) and one != found]
    telling = [one for one in others if is_significant(one) and round(one.difference, 1)]
    turned = earlier is None and is_significant(found) and found.difference < 0
    told = f"{_value(found, turned)} {found.metric}, {p_text(found.p)}"
    for one in others:
        if one.metric == BESIDE.get(found.metric):
            told += f" ({_value(one, turned)} {one.metric}, {p_text(one.p)})"
    if not is_significant(found):
        if not telling:
            return Finding(f"No difference between {found.second} and {first} that this test set can show:", f"{told}.")
        return Finding(
            f"No difference in {found.metric} between {found.second} and {first} that this test set can show",
            f"({_value(found)}, {p_text(found.p)}); {_listed(telling, 'differs')}.",
        )
    against = [one for one in telling if (_gain(one) > 0) != (found.difference > 0)]
    told += f"; but {_listed(against, 'says otherwise', turned)}" if against else ""
    if turned:
        return Finding(f"{first} is better than {found.second}:", f"{told}.")
    return Finding(f"{found.second} is {'better' if found.difference > 0 else 'worse'} than {first}:", f"{told}.")


def p_text(p: float) -> str:
    """A p-value as people read it.

    >>> p_text(0.00012), p_text(0.0042), p_text(0.412)
    ('p < 0.001', 'p = 0.004', 'p = 0.41')
    """
    if p < 0.001:
        return "p < 0.001"
    return f"p = {p:.3f}" if p < 0.1 else f"p = {p:.2f}"


def _value(test: PairedTest, turned: bool = False) -> str:
    value = -test.difference if turned else test.difference
    return signed(value) if round(value, 1) or not round(value, 2) else signed(value, 2)


def _gain(test: PairedTest) -> float:
    return test.difference if HIGHER_IS_BETTER.get(test.metric, True) else -test.difference


def _listed(tests: Sequence[PairedTest], what: str, turned: bool = False) -> str:
    """Of each metric what it says, and by how much: "chrF differs: +16.0, p < 0.001"."""
    return ", ".join(f"{one.metric} {what}: {_value(one, turned)}, {p_text(one.p)}" for one in tests)
