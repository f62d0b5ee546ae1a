"""Forecasting as Lightning trains it: windows of a prepared series, and the task."""

import numpy as np
import torch
from torch import Tensor

from seq2seq.data.batching import BatchLoader
from seq2seq.data.prepared import FORECASTING
from seq2seq.data.windows import WindowDataset, Windows, before, series_of
from seq2seq.errors import UserError
from seq2seq.models.forecaster import ForecasterConfig, ForecastModel, build_forecaster
from seq2seq.training.data import RecipeData, check_minimum, open_prepared
from seq2seq.training.task import Losses, OptimizerConfig, RecipeTask

EVALUATION_WINDOWS = 1024


class ForecastingData(RecipeData):
    """Windows of a prepared series, each with the value that came next.

    The windows of dev reach back into train: what has been is known. A forecaster of window W begins with the value
    after the first W.

    Args:
        prepared: folder that a `data_prep` command wrote.
        batch_size: windows in a training batch.
        seed: decides the order of the windows.

    Attributes:
        value_mean: of train.
        value_deviation: the standard deviation of train.

    Raises:
        UserError: a folder that is not there or holds something else, or a value out of range.
    """

    scores = ("dev_mae",)

    def __init__(self, prepared: str, batch_size: int = 64, seed: int = 1) -> None:
        super().__init__()
        check_minimum("batch_size", batch_size, 1)
        self.prepared = open_prepared(prepared, FORECASTING, "series")
        self.columns = self.prepared.columns
        self.batch_size, self.seed = batch_size, seed
        values = series_of(self.prepared, "train").astype(np.float64)
        if not len(values) or values.std() == 0:
            raise UserError(
                f"data.prepared: {prepared}: the values of train are all the same; there is nothing to learn"
            )
        self.value_mean, self.value_deviation = float(values.mean()), float(values.std())

    def setup(self, stage: str) -> None:
        """Cut the windows, as long as the model's."""
        model = self.trainer.lightning_module.model  # type: ignore[union-attr]
        assert isinstance(model, ForecastModel)
        self.train, self.dev = (self._windows(split, model.window) for split in ("train", "dev"))
        self.dev_rows = self.prepared.rows("dev")

    def train_dataloader(self) -> BatchLoader:
        """Shuffled batches, this process's share of them; all windows have one length."""
        return self.training_batches(self.train, np.ones(len(self.train), dtype=np.int64))

    def val_dataloader(self) -> BatchLoader:
        """The whole dev split, for every process."""
        return self.dev_batches(self.dev, np.ones(len(self.dev), dtype=np.int64), EVALUATION_WINDOWS)

    def score(self, outputs: dict[int, str]) -> dict[str, float]:
        """`dev_mae`: the mean absolute error of the predicted means, one step ahead."""
        errors = [abs(float(self.dev_rows[index][1]) - float(output.split()[0])) for index, output in outputs.items()]
        return {"dev_mae": sum(errors) / len(errors)}

    def describe(self, index: int) -> dict[str, str]:
        """The date and its value."""
        return dict(zip(("date", "value"), self.dev_rows[index], strict=True))

    def _windows(self, split: str, window: int) -> WindowDataset:
        values = series_of(self.prepared, split)
        dataset = WindowDataset(before(self.prepared, split), values, window)
        if not len(dataset):
            raise UserError(
                f"model.model.window: {window} is more than there is before the last of the {len(values)} values of "
                f"{split} in {self.prepared.path}; use a smaller one"
            )
        return dataset


class ForecastingTask(RecipeTask[Windows]):
    """Trains a forecaster by the likelihood of the next value.

    `train_nll` and `dev_nll` are of the density of a value on its own scale, and so may be below zero.

    Args:
        value_mean: of the training values; taken from the data.
        value_deviation: their standard deviation; taken from the data.
        model: the model's sizes and choices.
        optimizer: how it is trained.

    Raises:
        UserError: a value out of range.
    """

    unit = "values"
    model: ForecastModel

    def __init__(
        self, value_mean: float, value_deviation: float, model: ForecasterConfig, optimizer: OptimizerConfig
    ) -> None:
        super().__init__(build_forecaster(model, value_mean, value_deviation), model, optimizer)

    def training_losses(self, batch: Windows) -> Losses:
        """The likelihood of the next values."""
        nll = self.model(batch.values).nll(batch.goal).mean()
        return Losses(nll.detach(), torch.zeros_like(nll.detach()), nll)

    def dev_losses(self, batch: Windows) -> Losses:
        """The same: there is nothing but the likelihood in it."""
        return self.training_losses(batch)

    def count(self, batch: Windows) -> Tensor:
        """Values to be found."""
        return batch.goal.new_tensor(len(batch.goal))

    def outputs(self, batch: Windows) -> dict[int, str]:
        """Mean and standard deviation of each value's prediction."""
        prediction = self.model(batch.values)
        pairs = zip(prediction.mean.tolist(), prediction.variance.sqrt().tolist(), strict=True)
        texts = (f"{mean:.9g} ± {deviation:.3g}" for mean, deviation in pairs)
        return dict(zip(batch.indices.tolist(), texts, strict=True))
