"""The last values of a series in, the next ones out: a trained forecaster, ready for use."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple, Self

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from seq2seq.config import parse_options
from seq2seq.data.prepared import FORECASTING
from seq2seq.data.series import SeriesFacts, restore, transform
from seq2seq.errors import UserError
from seq2seq.folder import CONFIG, LoadedModel
from seq2seq.inference.defaults import BATCH_SIZE
from seq2seq.inference.predictor import Predictor, check_size
from seq2seq.models.forecaster import Prediction

PATHS = 500
LEVEL = 0.95
_ROWS = 4096  # windows of all paths that are worked on at once: what they become still fits a processor's cache


@dataclass(frozen=True)
class Forecast:
    """What comes next, step by step; each of these has as many numbers as steps.

    Attributes:
        mean: what is expected.
        low: below it the value is with half of what the level leaves: with 2.5 % where the level is 0.95.
        high: above it likewise.
    """

    mean: list[float]
    low: list[float]
    high: list[float]


class FreeRun(NamedTuple):
    """As `Forecast`, of many windows: (N, steps) each, as the model sees the values."""

    mean: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]


class Forecaster(Predictor):
    """One model, or several whose predictions are mixed, that foresees a series.

    Further steps than one are forecast by running free: paths are drawn, each feeding the values that it drew back as
    if they had been. Mean and interval are those of the paths, so that the interval grows as what is known fades.

    Make one with `Forecaster.load`.

    ```python
    forecaster = Forecaster.load("models/sp500")
    forecast = forecaster.forecast(prices, steps=12)
    forecast.mean, forecast.low, forecast.high
    ```

    Attributes:
        facts: of the table that it was trained on; `transformation` is done to what it is given, and undone.
        window: how many values it looks back over, after that.
    """

    task = FORECASTING

    def __init__(self, models: Sequence[LoadedModel], device: torch.device, dtype: torch.dtype) -> None:
        super().__init__(models, device, dtype)
        found = [
            parse_options(SeriesFacts, loaded.settings["extra"].get("series", {}), Path(CONFIG)) for loaded in models
        ]
        if len({facts.transformation for facts in found}) > 1:
            raise UserError("the models of an ensemble must be trained on values of one transformation")
        self.facts = found[0]
        self.window = max(network.window for network in self.networks)

    @classmethod
    def load(cls, folders: str | Path | Sequence[str | Path], device: str = "auto", precision: str = "auto") -> Self:
        """See `Predictor.load`; the numbers of a series have more digits than bf16, so that precision is fp32.

        Raises:
            UserError: as there; or another precision is asked for.
        """
        if precision not in ("auto", "fp32"):
            raise UserError(f"--precision {precision}: a forecaster computes in fp32; leave the option out")
        return super().load(folders, device, "fp32")

    @property
    def enough(self) -> int:
        """How many values of its own scale a series must have."""
        return self.window + (self.facts.transformation != "none")

    def forecast(
        self, values: Sequence[float], steps: int = 1, *, level: float = LEVEL, paths: int = PATHS, seed: int = 1
    ) -> Forecast:
        """The values that follow.

        Args:
            values: of the series up to now, as they are; the last `enough` of them count.
            steps: how many to foresee.
            level: share of the values that the interval shall hold, between 0 and 1.
            paths: how many are drawn; with more the ends of the interval are surer.
            seed: the same one draws the same paths.

        Raises:
            UserError: too few values, one that is not finite or has no logarithm where it needs one, or an option out
                of range.
        """
        check_size("steps", steps)
        check_size("paths", paths)
        if not 0 < level < 1:
            raise UserError(f"level {level!r}: must be between 0 and 1")
        if paths * (1 - level) < 1 - 1e-9:
            least = math.ceil(1 / (1 - level) - 1e-9)
            raise UserError(f"paths {paths}: too few for the ends of a {level:g} interval; draw {least:,} or more")
        if len(values) < self.enough:
            raise UserError(
                f"{len(values)} values, but the model looks back over {self.enough}; give more of the series"
            )
        last = [float(value) for value in values[-self.enough :]]
        for place, value in enumerate(last, start=len(values) - self.enough):
            if not math.isfinite(value):
                raise UserError(f"values[{place}]: {value} is no finite number")
        try:
            window = torch.tensor(transform(last, self.facts.transformation))[None]
        except ValueError as error:
            raise UserError(f"values: {error}; the model was trained on log returns") from error
        noise = stratified_noise(paths, steps, seed)
        drawn = restore(self._paths(window, noise)[0].double().numpy(), last[-1], self.facts.transformation)
        low, high = _interval(drawn, level)
        return Forecast(drawn.mean(0).tolist(), low.tolist(), high.tolist())

    def strangeness(self, values: Sequence[float]) -> float:
        """How far the last `enough` values, as the model sees them, lie from those of training.

        Args:
            values: as in `forecast`.

        Returns:
            The root of their mean squared distance from the mean of training, in standard deviations of training: about
            1 where nothing is strange, whatever the transformation.
        """
        last = torch.tensor(transform(values[-self.enough :], self.facts.transformation), device=self.device)
        distances = [((last - network.mean) / network.deviation).square().mean().sqrt() for network in self.networks]
        return max(map(float, distances))

    @torch.inference_mode()
    def predict(self, windows: Tensor) -> Prediction:
        """The next value after each of the windows (N, W or more), as the model sees values: mean and variance (N,).

        Of several models' predictions the mixture is taken, which varies as each does and as they differ.
        """
        windows = windows.to(self.device)
        found = [network(windows[:, -network.window :]) for network in self.networks]
        means = torch.stack([prediction.mean for prediction in found])
        mean = means.mean(0)
        variance = torch.stack([prediction.variance for prediction in found]).mean(0) + (means - mean).square().mean(0)
        return Prediction(mean, variance)

    def free_run(
        self, windows: Tensor, steps: int, batch_size: int = BATCH_SIZE, level: float = LEVEL, paths: int = PATHS
    ) -> FreeRun:
        """Forecasts from each of the windows (N, W or more), as the model sees values; arguments as in `forecast`.

        A window's forecast does not depend on the others.
        """
        noise = stratified_noise(paths, steps)
        found = []
        for batch in windows.split(max(1, min(batch_size, _ROWS // paths))):
            drawn = self._paths(batch, noise).double().numpy()
            found.append((drawn.mean(1), *_interval(drawn.swapaxes(0, 1), level)))
        return FreeRun(*(np.concatenate(parts) for parts in zip(*found, strict=True)))

    @torch.inference_mode()
    def _paths(self, windows: Tensor, noise: Tensor) -> Tensor:
        """(N, P, steps) values drawn after each of N windows, by noise (P, steps), on the host."""
        count, paths = len(windows), len(noise)
        held = windows.to(self.device).repeat_interleave(paths, 0)
        noise = noise.to(self.device).repeat(count, 1)
        drawn = []
        for step in range(noise.shape[1]):
            prediction = self.predict(held)
            value = prediction.mean + prediction.variance.sqrt() * noise[:, step]
            drawn.append(value)
            held = torch.cat([held[:, 1:], value[:, None]], 1)
        return torch.stack(drawn, 1).unflatten(0, (count, paths)).cpu()


def stratified_noise(paths: int, steps: int, seed: int = 1) -> Tensor:
    """(paths, steps) standard normal numbers, of which each step has one from every one of `paths` likely parts.

    So their mean is 0 at each step, the first step's interval is that of the normal distribution but for its grain, and
    fewer paths are needed than with independent ones (McKay et al. 1979).

    >>> bool(stratified_noise(100, 3).mean(0).abs().max() < 1e-6)
    True
    """
    generator = torch.Generator().manual_seed(seed)
    values = torch.special.ndtri((torch.arange(paths, dtype=torch.float64) + 0.5) / paths)
    orders = [torch.randperm(paths, generator=generator) for _ in range(steps)]
    return torch.stack([values[order] for order in orders], 1).float()


def _interval(drawn: NDArray[np.float64], level: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Of paths (P, ...) the ends of the interval at each place."""
    rest = (1 - level) / 2
    low, high = np.quantile(drawn, [rest, 1 - rest], axis=0, method="hazen")
    return low, high
