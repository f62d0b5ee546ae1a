"""Prepare a series of numbers in time for a forecaster: your own table, or the noisy sine of lectures."""

import argparse
import math
import sys
from itertools import pairwise
from pathlib import Path
from random import Random
from typing import Any

from rich.console import Console
from rich.table import Table

from data_prep.corpus import describe_input, describe_text
from data_prep.folder import make_manifest, write_manifest, write_table
from data_prep.options import base_parser, command_line
from data_prep.output import check_output, output_folder
from data_prep.rights import add_rights, refuse_rights
from seq2seq.cli.arguments import Parser, at_least, number, probability
from seq2seq.data.gaps import gap_of
from seq2seq.data.prepared import FORECASTING, SPLITS, PreparedFolder
from seq2seq.data.series import TRANSFORMATIONS, Series, SeriesFacts, read_series, transform
from seq2seq.errors import UserError, run_command

COLUMNS = ("date", "value")
FIRST = "the first value, which has no change before it"
_LONGEST = 10_000_000
_SINE = {"length": 2000, "period": 25.0, "noise": 0.1}
_MEASURES = ("from", "to", "values", "mean", "standard deviation", "least", "largest", "mean change to the next")

DESCRIPTION = """\
Prepare a series for a forecaster: FILE is a CSV table with a row for each date, in their order, with a header or
without. Dates are ISO 8601 (2024, 2024-05, 2024-05-31, 2024-05-31T09:30), plain numbers, or as --date-format says.

The splits follow each other in time: the last share of the values is test, the share before it dev. What has no sense
as a level (prices, whose mean drifts away from that of training) is forecast better by its changes: --transformation
difference or log_returns. Training, scores and intervals are then of changes; `seq2seq forecast` gives levels again.

With --sine there is no FILE: a sine with noise is made, as lectures have it.

examples:
  python -m data_prep.series data.csv --date Date --value SP500 --transformation log_returns --output prepared/sp500
  python -m data_prep.series --sine --output prepared/sine
  python -m data_prep.series sales.csv --date 1 --value 3 --date-format %d/%m/%Y --drop-missing --output prepared/mine
"""


def main() -> None:
    """Read the arguments and write the folder."""
    arguments = _parser().parse_args()
    _check(arguments)
    check_output(arguments.output, arguments.force)
    if arguments.sine:
        series = make_sine(arguments.length, arguments.period, arguments.noise, arguments.seed)
        text = "".join(f"{date},{value!r}\n" for date, value in zip(series.dates, series.values, strict=True))
        name, licence, attribution = arguments.name or "sine", "MIT", "made by this toolkit"
        inputs = [describe_text("sine.csv", text)]
    else:
        inputs = [describe_input(arguments.file)]
        series = read_series(
            arguments.file,
            arguments.date or "",
            arguments.value or "",
            arguments.date_format or "",
            arguments.delimiter or "",
            arguments.drop_missing,
        )
        name = arguments.name or arguments.output.resolve().name
        licence, attribution = arguments.licence, arguments.attribution
    values = _changes(series, arguments)
    dates = series.dates[len(series.dates) - len(values) :]
    dropped = series.dropped | ({FIRST: 1} if len(values) < len(series.values) else {})
    sizes = split_sizes(len(values), arguments.dev_share, arguments.test_share)
    facts = series.facts
    with output_folder(arguments.output, arguments.force) as folder:
        splits: dict[str, Any] = {}
        begin = 0
        for split in filter(sizes.get, SPLITS):
            end = begin + sizes[split]
            rows = [(date, repr(value)) for date, value in zip(dates[begin:end], values[begin:end], strict=True)]
            write_table(folder / f"{split}.tsv", COLUMNS, rows)
            splits[split] = {"pairs": len(rows), "from": rows[0][0], "to": rows[-1][0]}
            begin = end
        manifest = make_manifest(
            task=FORECASTING,
            name=name,
            licence=licence,
            attribution=attribution,
            command=command_line("series"),
            seed=arguments.seed,
            inputs=inputs,
            lines_in=len(series.values) + sum(series.dropped.values()),
            dropped=dropped,
            splits=splits,
            series={
                "date": facts.date,
                "value": facts.value,
                "transformation": arguments.transformation,
                "date_format": facts.date_format,
            },
        )
        write_manifest(folder, manifest)
    _print_summary(PreparedFolder.open(arguments.output))
    if gap := gap_of(series):
        print(
            f"note: {arguments.file}, line {series.lines[gap.place]}: {series.dates[gap.place]} comes {gap.times:,.0f} "
            f"times as long after the {gap.steps} before it as most do; any step is one to a model, so fill in rows "
            "that are missing",
            file=sys.stderr,
        )


def make_sine(length: int, period: float, noise: float, seed: int) -> Series:
    """A sine of amplitude 1 with Gaussian noise on it; the same arguments always give the same one.

    Args:
        length: how many values.
        period: of the sine, in steps.
        noise: its standard deviation.
        seed: of the noise.
    """
    chance = Random(seed)
    values = [math.sin(2 * math.pi * step / period) + noise * chance.gauss(0, 1) for step in range(length)]
    dates = [str(step) for step in range(1, length + 1)]
    steps = range(1, length + 1)
    return Series(dates, values, list(steps), list(map(float, steps)), {}, SeriesFacts())


def split_sizes(count: int, dev_share: float, test_share: float) -> dict[str, int]:
    """How many of the values, in their order, each split has.

    Raises:
        UserError: too few for train, or none for a split that was asked for.

    >>> split_sizes(100, 0.2, 0.1)
    {'train': 70, 'dev': 20, 'test': 10}
    """
    sizes = {"dev": round(count * dev_share), "test": round(count * test_share)}
    train = count - sum(sizes.values())
    for split, share in (("dev", dev_share), ("test", test_share)):
        if share and not sizes[split]:
            raise UserError(f"--{split}-share {share}: leaves no value of {count} for {split}; ask for more, or for 0")
    if 2 * train < count or train < 2:
        raise UserError(
            f"--dev-share {dev_share} and --test-share {test_share}: leave {train} of {count} values for train; at "
            "least half of them, and 2, must be left"
        )
    return {"train": train, **sizes}


def _changes(series: Series, arguments: argparse.Namespace) -> list[float]:
    try:
        values = transform(series.values, arguments.transformation)
    except ValueError:
        place = next(place for place, value in enumerate(series.values) if value <= 0)
        raise UserError(
            f"{arguments.file or '--sine'}, line {series.lines[place]}: {series.values[place]} has no logarithm; "
            "--transformation log_returns is for values above zero, use difference or none"
        ) from None
    if len(values) < 2:
        raise UserError(f"{arguments.file}: {len(series.values)} value(s) are too few for a series")
    return values


def _parser() -> Parser:
    parser = base_parser("series", DESCRIPTION)
    parser.add_argument("file", nargs="?", type=Path, metavar="FILE", help="the table; none with --sine")
    table = parser.add_argument_group("the table")
    table.add_argument("--date", metavar="COLUMN", help="name or number of the dates' column; else the first")
    table.add_argument("--value", metavar="COLUMN", help="likewise, of the values; else the second")
    table.add_argument("--date-format", metavar="FORMAT", help="as %%d/%%m/%%Y; see Python's strptime")
    table.add_argument("--delimiter", metavar="CHAR", help="between cells; else what the first line shows")
    table.add_argument("--drop-missing", action="store_true", help="leave out rows without a value, and count them")
    add_rights(parser)
    values = parser.add_argument_group("values and splits")
    values.add_argument("--transformation", choices=TRANSFORMATIONS, default="none", help="what is done to the values")
    for split in ("dev", "test"):
        values.add_argument(
            f"--{split}-share",
            type=probability,
            default=0.15,
            metavar="X",
            help=f"of the values that are {split}; 0: none",
        )
    sine = parser.add_argument_group("the sine")
    sine.add_argument("--sine", action="store_true", help="make a noisy sine in place of reading FILE")
    sine.add_argument("--length", type=at_least(3), metavar="N", help="values of the sine")
    sine.add_argument("--period", type=number, metavar="X", help="steps of a turn")
    sine.add_argument("--noise", type=number, metavar="X", help="standard deviation of the noise")
    parser.set_defaults(**_SINE)
    return parser


def _check(arguments: argparse.Namespace) -> None:
    """Refuse what does not go together.

    Raises:
        UserError: as said.
    """
    if arguments.sine == (arguments.file is not None):
        raise UserError("give either a FILE with the series or --sine")
    given = [name for name in ("date", "value", "date_format", "delimiter", "drop_missing") if getattr(arguments, name)]
    if arguments.sine and given:
        raise UserError(f"--{given[0].replace('_', '-')}: has no part in --sine, which reads no table")
    if arguments.sine:
        refuse_rights(arguments, "--sine")
    elif changed := [name for name, value in _SINE.items() if getattr(arguments, name) != value]:
        raise UserError(f"--{changed[0]}: has a part in --sine only")
    if arguments.delimiter is not None and len(arguments.delimiter) != 1:
        raise UserError(f"--delimiter {arguments.delimiter!r}: one character is wanted")
    if not 2 <= arguments.period < math.inf:
        raise UserError(f"--period {arguments.period}: must be 2 or more")
    if not 0 <= arguments.noise < math.inf:
        raise UserError(f"--noise {arguments.noise}: must be 0 or more")
    if arguments.length > _LONGEST:
        raise UserError(f"--length {arguments.length}: at most {_LONGEST:,}")


def _print_summary(prepared: PreparedFolder) -> None:
    console = Console(highlight=False, markup=False)
    manifest = prepared.manifest
    told = ", ".join(f"{count:,} {reason}" for reason, count in manifest["dropped"].items())
    console.print(
        f"{manifest['name']}: {manifest['lines_in']:,} rows in = {manifest['kept']:,} kept + dropped: {told or 0}",
        soft_wrap=True,
    )
    console.print(f"transformation: {manifest['series']['transformation']}")
    table = Table("")
    columns = []
    for split in prepared.splits:
        table.add_column(split, justify="right")
        values = [float(value) for value in prepared.column(split, "value")]
        mean = sum(values) / len(values)
        deviation = math.sqrt(sum((value - mean) ** 2 for value in values) / len(values))
        changes = [abs(after - before) for before, after in pairwise(values)] or [math.nan]
        numbers = (mean, deviation, min(values), max(values), sum(changes) / len(changes))
        about = manifest["splits"][split]
        columns.append([about["from"], about["to"], f"{len(values):,}", *(f"{value:.4g}" for value in numbers)])
    for row in zip(_MEASURES, *columns, strict=True):
        table.add_row(*row)
    console.print(table)
    console.print(f"licence: {manifest['licence']}", soft_wrap=True)
    console.print(f"prepared folder: {prepared.path}", soft_wrap=True)


if __name__ == "__main__":
    run_command(main)
