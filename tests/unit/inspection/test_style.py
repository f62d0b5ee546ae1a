import pytest

from seq2seq.inspection.style import new_figure, write_numbers


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
