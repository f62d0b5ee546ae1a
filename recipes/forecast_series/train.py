"""Train a forecaster on a series of numbers, export it and score it beside persistence and AR(p).

What happens here, in order:

1. `config.yaml` beside this file is read, then any `--config` file, then the options on the command line. A later one
   changes only what it names; a misspelt name stops the run with a suggestion.
2. The prepared series (made by `data_prep.series`) is cut into windows, each with the value that came next
   (`seq2seq.training.forecasting`). The windows of dev reach back into train: what has been is known.
3. The model sees a window and says the next value as a mean and a variance, by one of three nets
   (`seq2seq.models.forecaster`), all trained by the likelihood of what came, so that all say how sure they are:

       config.yaml           a recurrent net that reads the window value by value
       window.yaml           a feed-forward net of the window
       autoregression.yaml   the classic AR(p), a linear function of the window
       sine.yaml             the recurrent net on the noisy sine that lectures use

4. Now and then dev is forecast one step ahead with the average of the weights. The best weights so far and the last
   ones are kept as checkpoints, curves.png is drawn anew.
5. At the end the best weights become a model folder, which is scored on dev and test: one step ahead and running free
   over 12 steps (the model's own draws fed back), beside persistence and, where statsmodels is installed, its AR(p),
   with intervals of the differences (`seq2seq evaluate` does the same at any time).

Ctrl-C and SIGTERM leave a checkpoint; the same command with `--ckpt_path last` goes on as if nothing had happened.

Examples:

    python recipes/forecast_series/train.py --tiny
    python recipes/forecast_series/train.py
    python recipes/forecast_series/train.py --config recipes/forecast_series/autoregression.yaml
    python recipes/forecast_series/train.py --data.prepared prepared/mine --model.model.cell gru --output runs/mine
"""

from pathlib import Path

from seq2seq.errors import run_command
from seq2seq.training.cli import train
from seq2seq.training.forecasting import ForecastingData, ForecastingTask
from seq2seq.training.tiny import prepare_tiny

CONFIG = Path(__file__).with_name("config.yaml")


def main() -> None:
    """Train; for `--tiny` on a noisy sine."""
    prepare_tiny("prepared/tiny_sine", "data_prep.series", "--sine", "--length", "1000")
    train(CONFIG, __doc__, task=ForecastingTask, data=ForecastingData)


if __name__ == "__main__":
    run_command(main)
