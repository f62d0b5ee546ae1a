"""Forecasters: the last values of a series in, the next one out, as a mean and a variance."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, NamedTuple

import torch
from torch import Tensor, nn

from seq2seq.errors import UserError
from seq2seq.models.encoder_decoder import check_config
from seq2seq.recurrent import CellName, RecurrentStack

Kind = Literal["autoregression", "window", "recurrent"]
_LARGEST_WINDOW = 100_000
_LOG_VARIANCES = -14.0, 6.0  # of standardised values: beyond these a step of the optimiser would throw all over


@dataclass
class ForecasterConfig:
    """All that is needed to build a forecaster but its scale.

    Attributes:
        kind: what reads the window; see `ForecastModel`.
        window: W, how many of the last values a forecast is made of.
        hidden_size: features of a layer; not of "autoregression", which has none, like the next three.
        layers: depth.
        cell: of "recurrent": a name of `seq2seq.recurrent.CELLS`.
        dropout: share of the features of each layer dropped.
    """

    kind: Kind = "recurrent"
    window: int = 24
    hidden_size: int = 32
    layers: int = 1
    cell: CellName = "lstm"
    dropout: float = 0.0


class Prediction(NamedTuple):
    """Of the value after each window: its mean and its variance, (B,) each, on the scale of the values."""

    mean: Tensor
    variance: Tensor

    def nll(self, values: Tensor) -> Tensor:
        """The negative logarithm of the Gaussian density at `values` (B,), in nats; below zero where that is over 1."""
        squares = (values - self.mean).square() / self.variance
        return (squares + self.variance.log() + math.log(2 * math.pi)) / 2


class ForecastModel(nn.Module):
    """Says how the next value of a series is distributed, given the last ones: a Gaussian.

    The three kinds, of which each sees the last W values and nothing else:

    - "autoregression": AR(W), the mean a linear function of the window, the variance a constant (Yule 1927);
    - "window": a feed-forward net of the window (time delays as inputs: Lapedes & Farber 1987);
    - "recurrent": a recurrent net that reads the window value by value, from a state of zeros.

    Values are standardised before and brought back after; mean and deviation are buffers, so that they are part of
    the weights. Trained by the negative log-likelihood (Nix & Weigend 1994), the last two say how sure they are, too.

    Args:
        net: of windows (B, W) of standardised values: the mean (B,) and the logarithm of the variance (B,) of the next.
        window: W.
        mean: of the training values.
        deviation: their standard deviation, above zero.

    >>> model = build_forecaster(ForecasterConfig(window=5), mean=10.0, deviation=2.0)
    >>> prediction = model(torch.full((3, 5), 11.0))
    >>> prediction.mean.shape, bool((prediction.variance > 0).all())
    (torch.Size([3]), True)
    """

    mean: Tensor
    deviation: Tensor

    def __init__(self, net: nn.Module, window: int, mean: float = 0.0, deviation: float = 1.0) -> None:
        super().__init__()
        self.net, self.window = net, window
        self.register_buffer("mean", torch.tensor(float(mean)))
        self.register_buffer("deviation", torch.tensor(float(deviation)))

    def forward(self, values: Tensor) -> Prediction:
        """The prediction after each window of `values` (B, W)."""
        mean, log_variance = self.net((values - self.mean) / self.deviation)
        variance = log_variance.clamp(*_LOG_VARIANCES).exp()
        return Prediction(mean * self.deviation + self.mean, variance * self.deviation.square())


class Autoregression(nn.Module):
    """AR(W): x_t = c + a_1 x_{t-1} + ... + a_W x_{t-W} + e_t, with e_t of one variance.

    Args:
        window: W; `linear.weight` holds a_W first and a_1 last.
    """

    def __init__(self, window: int) -> None:
        super().__init__()
        self.linear = nn.Linear(window, 1)
        self.log_variance = nn.Parameter(torch.zeros(()))

    def forward(self, values: Tensor) -> tuple[Tensor, Tensor]:
        """See `ForecastModel`."""
        mean = self.linear(values)[:, 0]
        return mean, self.log_variance.expand_as(mean)


class WindowNet(nn.Module):
    """A feed-forward net of the window, with tanh.

    Args:
        window: W.
        hidden_size: features of each layer.
        layers: how many.
        dropout: share of the features of each dropped.
    """

    def __init__(self, window: int, hidden_size: int, layers: int, dropout: float) -> None:
        super().__init__()
        self.net = nn.Sequential(*self._steps(window, hidden_size, layers, dropout), nn.Linear(hidden_size, 2))

    @staticmethod
    def _steps(inputs: int, size: int, layers: int, dropout: float) -> Iterator[nn.Module]:
        for _ in range(layers):
            yield from (nn.Linear(inputs, size), nn.Tanh(), nn.Dropout(dropout))
            inputs = size

    def forward(self, values: Tensor) -> tuple[Tensor, Tensor]:
        """See `ForecastModel`."""
        mean, log_variance = self.net(values).unbind(1)
        return mean, log_variance


class RecurrentNet(nn.Module):
    """A recurrent net that reads the window value by value; its last output says the next one.

    Args:
        hidden_size: features of each layer.
        layers: how many.
        cell: a name of `seq2seq.recurrent.CELLS`.
        dropout: share of the features of each dropped.
    """

    def __init__(self, hidden_size: int, layers: int, cell: CellName, dropout: float) -> None:
        super().__init__()
        self.stack = RecurrentStack(1, hidden_size, layers, cell, dropout=dropout)
        self.output = nn.Linear(self.stack.memory_size, 2)

    def forward(self, values: Tensor) -> tuple[Tensor, Tensor]:
        """See `ForecastModel`."""
        outputs, _ = self.stack(values.t()[:, :, None])
        mean, log_variance = self.output(outputs[-1]).unbind(1)
        return mean, log_variance


def build_forecaster(config: ForecasterConfig, mean: float = 0.0, deviation: float = 1.0) -> ForecastModel:
    """Build the forecaster that `config` describes, on the scale of values of this mean and standard deviation.

    Raises:
        UserError: sizes or choices that do not go together.
    """
    check_config(config)
    if not 1 <= config.window <= _LARGEST_WINDOW:
        raise UserError(f"model.window: {config.window} is not from 1 to {_LARGEST_WINDOW}")
    net: nn.Module
    if config.kind == "autoregression":
        net = Autoregression(config.window)
    elif config.kind == "window":
        net = WindowNet(config.window, config.hidden_size, config.layers, config.dropout)
    else:
        net = RecurrentNet(config.hidden_size, config.layers, config.cell, config.dropout)
    return ForecastModel(net, config.window, mean, deviation)
