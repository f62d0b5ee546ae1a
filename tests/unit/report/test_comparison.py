import pytest
from toy_reports import make_test_set, output_file

from seq2seq.evaluation import PairedTest, Score
from seq2seq.report.comparison import is_significant, judge, p_text, rank, verdict


def paired(difference, p, metric="BLEU", second="B"):
    return PairedTest("A", second, metric, difference, p, p / 2)


@pytest.mark.parametrize(
    ("test", "earlier", "told"),
    [
        (paired(1.83, 0.004), None, "B is better than A: +1.8 BLEU, p = 0.004."),
        (paired(-1.83, 0.0004), None, "A is better than B: +1.8 BLEU, p < 0.001."),
        (paired(0.3, 0.41), None, "No difference between B and A that this test set can show: +0.3 BLEU, p = 0.41."),
        (paired(0.04, 0.01), None, "B is better than A: +0.04 BLEU, p = 0.010."),
        (paired(-2, 0.01), "the earlier A", "B is worse than the earlier A: -2.0 BLEU, p = 0.010."),
        (paired(2, 0.01), "the earlier A", "B is better than the earlier A: +2.0 BLEU, p = 0.010."),
    ],
)
def test_a_verdict_in_plain_words(test, earlier, told):
    assert str(verdict(test, earlier=earlier)) == told


@pytest.mark.parametrize(
    ("main", "other", "told"),
    [
        (
            paired(0.0, 1.0),
            paired(16.0, 0.0002, "chrF"),
            "No difference in BLEU between B and A that this test set can show (0.0, p = 1.00); "
            "chrF differs: +16.0, p < 0.001.",
        ),
        (
            paired(0.1, 0.7),
            paired(0.1, 0.7, "chrF"),
            "No difference between B and A that this test set can show: +0.1 BLEU, p = 0.70.",
        ),
        (paired(2, 0.01), paired(-1, 0.01, "TER"), "B is better than A: +2.0 BLEU, p = 0.010."),
        (
            paired(2, 0.01),
            paired(1, 0.01, "TER"),
            "B is better than A: +2.0 BLEU, p = 0.010; but TER says otherwise: +1.0, p = 0.010.",
        ),
        (
            paired(-2, 0.01),
            paired(3, 0.02, "chrF"),
            "A is better than B: +2.0 BLEU, p = 0.010; but chrF says otherwise: -3.0, p = 0.020.",
        ),
        (paired(2, 0.01), paired(-0.04, 0.01, "chrF"), "B is better than A: +2.0 BLEU, p = 0.010."),
        (paired(0.1, 0.7), paired(1e-9, 0.01, "chrF"), str(verdict(paired(0.1, 0.7)))),
        (paired(2, 0.01), paired(-3, 0.2, "chrF"), "B is better than A: +2.0 BLEU, p = 0.010."),
        (paired(0.1, 0.7), paired(9, 0.001, "chrF", "C"), str(verdict(paired(0.1, 0.7)))),
    ],
)
def test_another_metric_is_told_where_it_says_something_else(main, other, told):
    assert str(verdict(main, [main, other])) == told


def test_the_larger_p_decides():
    assert PairedTest("A", "B", "BLEU", 1.0, 0.01, 0.06).p == 0.06
    assert not is_significant(PairedTest("A", "B", "BLEU", 1.0, 0.01, 0.06))
    assert not is_significant(PairedTest("A", "B", "BLEU", 1.0, 0.06, 0.01))
    assert is_significant(PairedTest("A", "B", "BLEU", 1.0, 0.049, 0.01))


def test_p_never_reads_as_nought():
    assert [p_text(p) for p in (1e-9, 0.0004, 0.05, 0.0996, 1.0)] == [
        "p < 0.001",
        "p < 0.001",
        "p = 0.050",
        "p = 0.100",
        "p = 1.00",
    ]


def test_captions_are_judged_by_cider_with_bleu_4_beside_it():
    test = make_test_set(captions=True)
    systems = [output_file("A", test, seed=1), output_file("B", test, seed=2)]
    comparisons = [paired(0.5, 0.2, "BLEU-1"), paired(-0.5, 0.3, "BLEU-4"), paired(-6, 0.01, "CIDEr-D")]
    (told,) = judge(test, systems, {}, comparisons)
    assert str(told) == "A is better than B: +6.0 CIDEr-D, p = 0.010 (+0.5 BLEU-4, p = 0.30)."


def test_equal_outputs_and_a_lone_system():
    test = make_test_set()
    same = [output_file("A", test), output_file("B", test)]
    (told,) = judge(test, same, {}, [paired(0, 1), paired(0, 1, "TER")])
    assert str(told) == "B and A gave the same outputs."
    (told,) = judge(test, same[:1], {"A": {"BLEU": Score(31.24, (30, 32.5), "")}}, [])
    assert str(told) == "A has 31.2 BLEU (95 % interval 30.0 to 32.5); there is no other system to compare it with."


NAMES = ("model (2)", "7 (-1.5, p = 0.3)", "a: +3.5", "<b>x</b> & y")


@pytest.mark.parametrize("name", NAMES)
def test_names_are_of_the_claim_whatever_they_hold(name):
    others = [PairedTest("A", name, "BLEU", 2.0, 0.3, 0.3), PairedTest("A", name, "chrF", -16.0, 0.01, 0.01)]
    told = [verdict(PairedTest("A", name, "BLEU", by, p, p)) for by, p in ((2.0, 0.01), (-2.0, 0.01), (2.0, 0.5))]
    told += [verdict(others[0], others), rank({"A": 1.0, name: 2.0}, others[:1])]
    test = make_test_set()
    told += judge(test, [output_file(name, test)], {name: {"BLEU": Score(31.24, (30, 32.5), "")}}, [])
    for finding in told:
        assert name in finding.claim
        assert name not in finding.proof
    assert [finding.proof[:1] for finding in told] == ["+", "+", "+", "(", "", "("]
