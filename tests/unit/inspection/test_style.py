from itertools import pairwise

import pytest
from matplotlib.text import Text

from seq2seq.inspection.style import label_lines, label_words, new_figure, write_numbers


def labels(axis) -> list[str]:
    return [tick.label1.get_text() for tick in (*axis.get_major_ticks(), *axis.get_minor_ticks())]


def draw(values, scale="linear"):
    figure = new_figure(4.0)
    axes = figure.subplots()
    axes.plot([1_000_000 * place for place in range(len(values))], values)
    axes.set_yscale(scale)
    write_numbers(axes)
    figure.draw_without_rendering()
    return axes


@pytest.mark.parametrize("values", [[0, 4e-6], [0.090491, 0.090493], [3e7, 9e7]])
def test_no_number_in_the_corner_multiplies_or_moves_the_others(values):
    axes = draw(values)
    for axis in (axes.xaxis, axes.yaxis):
        assert axis.get_offset_text().get_text() == ""
        shown = [float(label.replace("−", "-")) for label in labels(axis) if label]
        assert shown == pytest.approx(list(axis.get_ticklocs()), abs=0.02 * (max(shown) - min(shown)))


def test_a_short_log_scale_has_plain_numbers():
    shown = [label for label in labels(draw([0.31, 1.2], "log").yaxis) if label]
    assert {"0.4", "1"} <= set(shown)
    assert not any("^" in label for label in shown)


def test_a_long_log_scale_has_powers_of_ten():
    shown = [label for label in labels(draw([1e-12, 100.0], "log").yaxis) if label]
    assert any("10^{-11}" in label or "10^{-10}" in label for label in shown)
    assert "1" in shown or "10" in shown


@pytest.mark.parametrize("scale", ["linear", "log"])
def test_words_along_an_axis_stay(scale):
    figure = new_figure(4.0)
    axes = figure.subplots()
    axes.plot([1, 2], [1, 2])
    axes.set_xscale(scale)
    axes.set_xticks([1, 2], ["un", "gato"])
    axes.minorticks_off()
    write_numbers(axes)
    assert labels(axes.xaxis) == ["un", "gato"]


def words_along(words):
    axes = new_figure(4.0).subplots()
    axes.set_xlim(-0.5, len(words) - 0.5)
    label_words(axes, words)
    return {label.get_text(): label.get_rotation() for label in axes.get_xticklabels()}


def test_short_words_stand_upright_and_long_ones_are_turned():
    assert set(words_along([chr(97 + number % 26) for number in range(80)]).values()) == {0}
    turned = words_along(["<source>", *"abcdefghijklmnopqrstuvwxyz", *"ABCDEFGHIJ"])
    assert turned.pop("<source>") == 90
    assert set(turned.values()) == {0}
    assert 0 not in words_along([f"{number}word-of-some-length" for number in range(20)]).values()


def test_of_many_numbers_round_ones_show():
    assert list(words_along([str(number) for number in range(-60, 0)])) == [str(n) for n in range(-60, 0, 5)]


def test_names_stand_beside_the_axes_and_none_touches_another():
    figure = new_figure(4.0)
    axes = figure.subplots()
    axes.plot([0, 1], [0, 1])
    axes.set_xlim(0, 1)
    label_lines(axes, [(1.0, 1.0, "one", "black"), (1.0, 0.999, "two", "black"), (1.0, 0.998, "three", "black")])
    figure.draw_without_rendering()
    boxes = sorted((Text.get_window_extent(text) for text in axes.texts), key=lambda box: box.y0)
    assert len(boxes) == 3
    for box in boxes:
        assert axes.bbox.x1 < box.x0 < box.x1 <= figure.bbox.x1
    assert all(lower.y1 <= upper.y0 for lower, upper in pairwise(boxes))
