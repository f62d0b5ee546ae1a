"""`seq2seq forecast`: a series in, what comes next out, a line a step."""

import argparse
import csv
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from seq2seq.cli.arguments import at_least, number
from seq2seq.cli.decoding import MODEL_HELP, load
from seq2seq.cli.lines import check_output, open_output
from seq2seq.data.dates import following
from seq2seq.data.series import Series, read_series
from seq2seq.errors import UserError

if TYPE_CHECKING:  # what takes seconds to import is imported when the options are known to be right
    from seq2seq.inference import Forecaster

DESCRIPTION = """\
Foresee the next values of a series with a trained model. FILE is a table like the one that the model was trained on, a
row for each date, in their order; the last rows are what the forecast is made of. Each step gives a line of CSV: its
date, the mean, and the low and the high end of the interval that holds the value with a probability of 95 %.

  seq2seq forecast models/sp500 data.csv --steps 12
  seq2seq forecast models/sp500 data.csv --steps 12 --output next_year.csv --picture next_year.png
  seq2seq forecast models/mine sales.csv --date day --value sold            (columns of other names than in training)

Values are those of FILE, whatever transformation (log returns, differences) the model sees them in. More steps than one
are forecast by running free: paths are drawn, each feeding back the values that it drew as if they had been.
"""

_STRANGE, _BEYOND = 5.0, 1_000_000  # standard deviations


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's options to `parser`."""
    parser.description = DESCRIPTION
    parser.usage = "%(prog)s MODEL FILE [options]"
    parser.add_argument("model", metavar="MODEL", help=MODEL_HELP.partition(";")[0])
    parser.add_argument("file", metavar="FILE", help="the series: CSV, UTF-8, plain or gzip")
    parser.add_argument("--with-model", action="append", default=[], metavar="MODEL", help="one more, for an ensemble")
    parser.add_argument("--steps", type=at_least(1), default=1, metavar="N", help="how many (default: %(default)s)")
    table = parser.add_argument_group("the table")
    table.add_argument("--date", metavar="COLUMN", help="of the dates: its name or number (default: as in training)")
    table.add_argument("--value", metavar="COLUMN", help="of the values (default: as in training)")
    table.add_argument("--date-format", metavar="FORMAT", help="how dates are written, for instance %%d/%%m/%%Y")
    table.add_argument("--delimiter", metavar="CHAR", help="between cells, if not what the first line shows")
    table.add_argument("--drop-missing", action="store_true", help="pass over rows without a value")
    result = parser.add_argument_group("the forecast")
    result.add_argument("--output", metavar="FILE", help="where the lines go (default: standard output)")
    result.add_argument("--picture", metavar="FILE.png", help="draw the end of the series and the forecast there")
    result.add_argument(
        "--level",
        type=number,
        default=0.95,
        metavar="P",
        help="of the interval, between 0 and 1 (default: %(default)s)",
    )
    result.add_argument("--paths", type=at_least(2), default=500, metavar="N", help="drawn (default: %(default)s)")
    result.add_argument("--seed", type=at_least(0), default=1, metavar="N", help="of the paths (default: %(default)s)")
    run = parser.add_argument_group("speed and memory")
    run.add_argument("--device", default="auto", metavar="NAME", help="auto, cpu, cuda, cuda:N or mps (default: auto)")
    run.add_argument("--threads", type=at_least(1), metavar="N", help="threads on the CPU (default: as many as cores)")
    parser.set_defaults(precision="auto")


def run(arguments: argparse.Namespace) -> None:
    """Forecast as `arguments` say."""
    for path in filter(None, (arguments.output, arguments.picture)):
        check_output(path, [arguments.file])
    if arguments.picture and arguments.output and Path(arguments.picture).resolve() == Path(arguments.output).resolve():
        raise UserError(f"--output and --picture are both {arguments.picture}; name two files")
    if arguments.picture and Path(arguments.picture).suffix.lower() != ".png":
        raise UserError(f"--picture {arguments.picture}: a PNG is drawn; name a file *.png")
    if arguments.delimiter is not None and len(arguments.delimiter) != 1:
        raise UserError(f"--delimiter {arguments.delimiter!r}: one character is wanted")
    if not 0 < arguments.level < 1:
        raise UserError(f"--level {arguments.level}: must be between 0 and 1, as 0.95")

    from seq2seq.inference import Forecaster

    arguments.model = [arguments.model, *arguments.with_model]
    forecaster = load(Forecaster, arguments)
    series = _read(forecaster, arguments)
    if len(series.values) < forecaster.enough:
        raise UserError(
            f"{arguments.file}: {len(series.values)} values, but the model looks back over {forecaster.enough}"
        )
    for reason, count in series.dropped.items():
        print(f"note: {arguments.file}: {count} row(s) passed over ({reason})", file=sys.stderr)
    try:
        dates = following(series.dates, arguments.steps, series.facts.date_format)
    except UserError as error:
        raise UserError(f"--steps {arguments.steps}: {error}") from error
    try:
        forecast = forecaster.forecast(
            series.values, arguments.steps, level=arguments.level, paths=arguments.paths, seed=arguments.seed
        )
    except UserError as error:  # of an option by the name of its argument, or of the values
        told = str(error)
        raise UserError(f"--{told}" if told.startswith("paths ") else f"{arguments.file}: {told}") from error
    strangeness = forecaster.strangeness(series.values)
    if strangeness > _STRANGE:
        times = f"{strangeness:,.0f}" if strangeness < _BEYOND else f"more than {_BEYOND:,}"
        print(
            f"note: {arguments.file}: the last values lie, or change, {times} times as far as those that "
            "the model was trained on, so the forecast means little; is it the same series, in the same units?",
            file=sys.stderr,
        )
    date_name, value_name = _named(series.facts.date, "date") or "step", _named(series.facts.value, "value")
    with open_output(arguments.output) as output:
        writer = csv.writer(output, lineterminator="\n")
        writer.writerow((date_name, "mean", "low", "high"))
        for date, *numbers in zip(dates, forecast.mean, forecast.low, forecast.high, strict=True):
            writer.writerow((date, *(f"{value:.7g}" for value in numbers)))
    if arguments.picture:
        from seq2seq.inference.forecast_picture import draw_forecast

        all_dates = [*series.dates, *dates]
        draw_forecast(
            arguments.picture, all_dates, series.values, forecast, arguments.level, names=(date_name, value_name)
        )


def _named(column: str, otherwise: str) -> str:
    """What people call a column: a number, of a table without a header, is no name."""
    return otherwise if column.isdecimal() else column


def _read(forecaster: "Forecaster", arguments: argparse.Namespace) -> Series:
    """The series in FILE, in the columns that were said, or those of training."""
    facts = forecaster.facts
    return read_series(
        arguments.file,
        facts.date if arguments.date is None else arguments.date,
        facts.value if arguments.value is None else arguments.value,
        facts.date_format if arguments.date_format is None else arguments.date_format,
        arguments.delimiter or "",
        arguments.drop_missing,
    )
