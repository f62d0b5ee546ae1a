import csv
import math
from pathlib import Path

import pytest
from matplotlib.figure import Figure

from seq2seq.training.curves import draw, read_curves, smooth
from seq2seq.training.metrics import METRICS


def write_log(folder: Path, rows: list[dict[str, float]]) -> None:
    names = sorted({name for row in rows for name in row})
    folder.mkdir(parents=True)
    with (folder / "metrics.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, names)
        writer.writeheader()
        writer.writerows(rows)


def test_curves_hold_each_metric_where_it_was_logged(tmp_path):
    write_log(tmp_path / "version_0", [{"step": 9, "train_nll": 3.0}, {"step": 9, "dev_bleu": 1.5, "epoch": 0}])
    assert read_curves(tmp_path) == {"train_nll": {9: 3.0}, "dev_bleu": {9: 1.5}}


def test_what_came_after_the_point_of_resuming_counts(tmp_path):
    write_log(tmp_path / "version_0", [{"step": step, "train_nll": 5.0} for step in (10, 20, 30)])
    write_log(tmp_path / "version_1", [{"step": step, "train_nll": 4.0} for step in (20, 25)])
    assert read_curves(tmp_path) == {"train_nll": {10: 5.0, 20: 4.0, 25: 4.0}}


def test_logs_are_read_in_the_order_of_their_numbers(tmp_path):
    write_log(tmp_path / "version_10", [{"step": 5, "train_nll": 2.0}])
    write_log(tmp_path / "version_9", [{"step": 5, "train_nll": 9.0}])
    assert read_curves(tmp_path) == {"train_nll": {5: 2.0}}


def test_nothing_logged_gives_no_curves(tmp_path):
    assert read_curves(tmp_path) == {}


def test_the_smoothed_curve_neither_lags_nor_leaves_the_level():
    assert smooth([4.0] * 9, 0.8) == pytest.approx([4.0] * 9)
    falling = [10.0 - step for step in range(101)]
    assert smooth(falling, 0.8)[50] == pytest.approx(falling[50])
    wild = [4.0, 1.0, 5.0, 9.0, 2.0, 6.0]
    assert smooth(wild[::-1], 0.8) == pytest.approx(smooth(wild, 0.8)[::-1])
    assert smooth([], 0.8) == []


LOSSES = {"train_nll": {1: 4.0, 2: 3.0}, "dev_nll": {2: 3.5}}
SCORED = {**LOSSES, "dev_bleu": {2: 7.0}}
GRADIENTS = {"gradient_norm": {1: 30.0, 2: 0.5}, "clipped": {1: 1.0, 2: 0.0}, "learning_rate": {1: 1e-3, 2: 2e-3}}


@pytest.mark.parametrize("metric", ["dev_bleu", "dev_nll"])
@pytest.mark.parametrize("curves", [{}, LOSSES, SCORED, SCORED | GRADIENTS, {"dev_nll": {1: math.nan, 2: 3.5}}])
def test_a_picture_is_drawn(tmp_path, curves, metric):
    draw(curves, tmp_path / "curves.png", METRICS[metric])
    assert (tmp_path / "curves.png").read_bytes().startswith(b"\x89PNG")


def test_every_panel_tells_its_numbers_whole(tmp_path, monkeypatch):
    """Two scores that differ in the sixth digit are ticks like 0.090492, not small numbers on a large offset."""
    close = LOSSES | GRADIENTS | {"dev_mae": {1: 0.0904999, 2: 0.0904923}}
    drawn = []
    monkeypatch.setattr(Figure, "savefig", lambda figure, *_args, **_options: drawn.append(figure))
    draw(close, tmp_path / "curves.png", METRICS["dev_mae"])
    (figure,) = drawn
    figure.draw_without_rendering()
    assert [axes.yaxis.get_offset_text().get_text() for axes in figure.axes] == [""] * 5


def test_the_share_of_clipped_steps_is_drawn(tmp_path, monkeypatch):
    drawn = []
    monkeypatch.setattr(Figure, "savefig", lambda figure, *_args, **_options: drawn.append(figure))
    draw(SCORED | GRADIENTS, tmp_path / "curves.png")
    (figure,) = drawn
    panels = {axes.get_title("left"): axes for axes in figure.axes}
    clipped = panels["share of the steps whose gradient was clipped"]
    assert clipped.lines[0].get_ydata().tolist() == [1.0, 0.0]
    assert clipped.get_title("right") == "50% of all steps"
    assert panels["length of the gradient before clipping"].get_yscale() == "log"


def test_the_first_step_is_1_in_every_panel_as_in_what_is_told(tmp_path, monkeypatch):
    drawn = []
    monkeypatch.setattr(Figure, "savefig", lambda figure, *_args, **_options: drawn.append(figure))
    draw({"train_nll": {9: 1.5, 19: 1.0}, "dev_bleu": {19: 3.0}}, tmp_path / "curves.png")
    (figure,) = drawn
    losses, scores, *_ = figure.axes
    assert {tuple(line.get_xdata()) for line in losses.lines} == {(10, 20), ()}
    assert [list(line.get_xdata()) for line in scores.lines] == [[20]]
    assert "at step 20" in scores.get_title(loc="right")
