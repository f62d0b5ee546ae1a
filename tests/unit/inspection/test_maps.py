import numpy as np
import pytest
import torch

from seq2seq.inspection.figures import draw_saturation
from seq2seq.inspection.look import Saturation
from seq2seq.inspection.maps import Panel, draw_maps
from seq2seq.inspection.style import new_figure


def bars_of(*panels):
    figure = new_figure(4.0)
    maps = draw_maps(figure, panels)
    return [(axes.images[0].get_clim(), axes.images[0].colorbar.extend) for axes in maps]


def test_an_outlier_does_not_take_the_colours_from_the_others():
    values = (torch.arange(300) % 2 * 4.0 - 2).reshape(100, 3)
    values[50, 1] = 70.0
    ((limits, extend),) = bars_of(Panel("state", values))
    assert (limits, extend) == ((-2.0, 2.0), "max")


def test_states_that_are_never_negative_use_the_whole_bar():
    assert bars_of(Panel("state", torch.rand(20, 3).fill_diagonal_(3.0)))[0] == ((0.0, 3.0), "neither")
    assert bars_of(Panel("gate", torch.full((5, 3), 0.25), gate=True))[0] == ((0.0, 1.0), "neither")


@pytest.mark.parametrize("positions", [1, 2, 5])
def test_units_lie_within_the_triangle(positions):
    high = torch.randint(0, positions + 1, (200,), generator=torch.Generator().manual_seed(1)).double() / positions
    figure = draw_saturation("net", {"net, layer 1": {"input": Saturation(1 - high, high, 0.5)}})
    x, y = figure.axes[0].lines[0].get_data()
    assert min(x.min(), y.min()) >= 0
    assert (x + y).max() <= 1 + 1e-9
    assert len(np.unique(x)) == 200, "none hides another"
    assert max(abs(x - high.numpy()).max(), abs(y - 1 + high.numpy()).max()) <= 0.05, "as inspect --help says"


def test_units_that_are_always_0_are_counted_as_dead():
    shares = Saturation(torch.tensor([1.0, 1.0, 0.25]), None, 0.5)
    assert "2 of 3 are at every position (dead)" in draw_saturation("net", {"net": {"hidden": shares}}).get_suptitle()
