import pytest

from seq2seq.report.page.learning import learning_charts
from seq2seq.report.system import System


def system(name, **curves):
    return System(name, [], curves=curves)


def points(series):
    return [(point.x, point.y) for point in series.points]


def test_loss_and_scores_over_the_steps():
    first = system("A", train_nll={0: 5.0, 9: 4.0}, dev_nll={9: 4.5}, dev_bleu={9: 10.0, 19: 12.0})
    loss, bleu = learning_charts([first, system("B", dev_bleu={9: 11.0})])
    assert [series.name for series in loss.series] == ["A, training", "A, dev"]
    assert [points(series) for series in loss.series] == [[(1, 5.0), (10, 4.0)], [(10, 4.5)]]  # steps done, from 1
    assert bleu.title == "BLEU on dev during training"
    assert [series.name for series in bleu.series] == ["A", "B"]
    assert points(bleu.series[0]) == [(10, 10.0), (20, 12.0)]


def test_captioners_have_theirs():
    (chart,) = learning_charts([system("A", dev_cider={4: 50.0}, learning_rate={4: 0.1})])
    assert chart.title == "CIDEr-D on dev during training"
    assert chart.key == "learning-dev-cider"


@pytest.mark.parametrize("systems", [[], [system("A")], [system("A", learning_rate={0: 0.1})]])
def test_nothing_is_drawn_where_nothing_is_known(systems):
    assert learning_charts(systems) == []


@pytest.mark.parametrize("steps", [1, 59, 60, 61, 1000, 12_345])
def test_many_steps_become_few_points_with_the_same_mean(steps):
    curve = {step: float(step % 7) for step in range(steps)}
    (chart,) = learning_charts([system("A", train_nll=curve)])
    found = points(chart.series[0])
    assert len(found) <= 60
    assert found[-1][0] == steps
    size = -(-steps // 60)
    if steps % size == 0:
        assert sum(y for _, y in found) / len(found) == pytest.approx(sum(curve.values()) / steps)
    assert all(0 <= y <= 6 for _, y in found)
