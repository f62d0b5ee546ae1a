import json
import math
from functools import partial
from pathlib import Path

import pytest

from data_prep import series
from seq2seq.data.prepared import PreparedFolder

SP500 = Path(__file__).parents[3] / "shared" / "data" / "sp500" / "data.csv"


@pytest.fixture
def command(command):
    return partial(command, series)


def table(tmp_path, rows: int = 40, name: str = "data.csv") -> Path:
    lines = ["day,other,price", *(f"2024-{1 + n // 28:02}-{1 + n % 28:02},x,{100 + n * n}" for n in range(rows))]
    (tmp_path / name).write_text("\n".join(lines) + "\n", encoding="utf-8")
    return tmp_path / name


def test_a_table_is_split_by_time(command, tmp_path):
    path = table(tmp_path)
    options = ["--value", "price", "--dev-share", "0.2", "--test-share", "0.1", "--output", tmp_path / "out"]
    code, out, err = command(path, *options)
    assert (code, err) == (0, "")
    prepared = PreparedFolder.open(tmp_path / "out")
    assert (prepared.task, prepared.columns) == ("forecasting", ("date", "value"))
    rows = [row for split in prepared.splits for row in prepared.rows(split)]
    assert [len(prepared.rows(split)) for split in prepared.splits] == [28, 8, 4]
    assert [date for date, _ in rows] == sorted(date for date, _ in rows)
    assert [float(value) for _, value in rows] == [100 + n * n for n in range(40)]
    manifest = prepared.manifest
    assert manifest["series"] == {"date": "day", "value": "price", "transformation": "none", "date_format": ""}
    assert manifest["splits"]["dev"] == {"pairs": 8, "from": "2024-02-01", "to": "2024-02-08"}
    assert "40 rows in = 40 kept" in out
    assert f"prepared folder: {tmp_path / 'out'}" in out


def test_rows_that_seem_to_be_missing_are_told(command, tmp_path):
    lines = table(tmp_path).read_text().splitlines()
    (tmp_path / "gap.csv").write_text("\n".join(lines[:6] + lines[16:]) + "\n")
    code, _, err = command(tmp_path / "gap.csv", "--value", "price", "--output", tmp_path / "out")
    assert code == 0
    assert err.startswith(f"note: {tmp_path / 'gap.csv'}, line 7: 2024-01-16 comes 11 times as long after the date")
    assert err.count("\n") == 1


@pytest.mark.parametrize("transformation", ["difference", "log_returns"])
def test_changes_are_dated_by_where_they_lead(command, tmp_path, transformation):
    path = table(tmp_path)
    code, out, _ = command(path, "--value", "price", "--transformation", transformation, "--output", tmp_path / "out")
    assert code == 0
    prepared = PreparedFolder.open(tmp_path / "out")
    date, value = prepared.rows("train")[0]
    assert date == "2024-01-02"
    assert float(value) == pytest.approx(1.0 if transformation == "difference" else math.log(101 / 100))
    assert prepared.manifest["lines_in"] == 40
    assert prepared.manifest["kept"] == 39
    assert "1 the first value, which has no change before it" in out


def test_rows_without_a_value_are_counted(command, tmp_path):
    (tmp_path / "data.csv").write_text("day,x\n1,1\n2,\n3,NA\n" + "".join(f"{n},{n}\n" for n in range(4, 20)))
    assert command(tmp_path / "data.csv", "--output", tmp_path / "out")[0] == 2
    code, out, _ = command(tmp_path / "data.csv", "--drop-missing", "--output", tmp_path / "out")
    assert code == 0
    assert PreparedFolder.open(tmp_path / "out").manifest["dropped"] == {"no value": 2}
    assert "19 rows in = 17 kept + dropped: 2 no value" in out


def test_a_sine_is_made_from_its_seed(command, tmp_path):
    tables = {}
    for name, more in (("a", []), ("b", []), ("c", ["--seed", "2"]), ("d", ["--noise", "0"])):
        code, _, err = command("--sine", "--length", "200", "--period", "20", "--output", tmp_path / name, *more)
        assert (code, err) == (0, "")
        tables[name] = [
            row for split in ("train", "dev", "test") for row in PreparedFolder.open(tmp_path / name).rows(split)
        ]
    assert tables["a"] == tables["b"] != tables["c"]
    assert len(tables["a"]) == 200
    clean, noisy = ([float(value) for _, value in tables[name]] for name in ("d", "a"))
    assert clean == pytest.approx([math.sin(2 * math.pi * step / 20) for step in range(200)])
    deviation = math.sqrt(sum((one - other) ** 2 for one, other in zip(clean, noisy, strict=True)) / 200)
    assert deviation == pytest.approx(0.1, rel=0.2)


@pytest.mark.skipif(not SP500.exists(), reason="the S&P 500 table is not beside the repository")
def test_the_sp500_table_is_read(command, tmp_path):
    options = ["--date", "Date", "--value", "SP500", "--transformation", "log_returns", "--output", tmp_path / "out"]
    code, _, err = command(SP500, *options)
    assert (code, err) == (0, "")
    prepared = PreparedFolder.open(tmp_path / "out")
    assert prepared.manifest["kept"] == prepared.manifest["lines_in"] - 1 > 1800
    assert prepared.rows("train")[0][0] == "1871-02-01"
    assert abs(float(prepared.rows("train")[0][1]) - math.log(4.5 / 4.44)) < 1e-9


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ([], "give either a FILE with the series or --sine"),
        (["data.csv", "--sine"], "give either a FILE with the series or --sine"),
        (["--sine", "--licence", "x"], "--licence: has no part in --sine"),
        (["data.csv", "--period", "7"], "--period: has a part in --sine only"),
        (["--sine", "--value", "x"], "--value: has no part in --sine"),
        (["nowhere.csv"], "nowhere.csv: cannot be read (No such file or directory)"),
        (["data.csv", "--value", "prize"], "did you mean 'price'?"),
        (["data.csv"], "data.csv, line 2: 'x' in column 'other' is no finite number"),
        (["data.csv", "--value", "price", "--delimiter", "::"], "--delimiter '::': one character is wanted"),
        (["data.csv", "--value", "price", "--dev-share", "0.6"], "at least half of them, and 2, must be left"),
        (["data.csv", "--value", "price", "--dev-share", "0.001"], "--dev-share 0.001: leaves no value of 40 for dev"),
        (["data.csv", "--value", "price", "--dev-share", "2"], "--dev-share: '2' is not from 0 to 1"),
        (["data.csv", "--value", "price", "--transformation", "log"], "'log' is none of none, difference, log_returns"),
        (["zero.csv", "--transformation", "log_returns"], "zero.csv, line 3: 0.0 has no logarithm"),
        (["--sine", "--transformation", "log_returns"], "--sine, line 1: 0.0 has no logarithm"),
        (["--sine", "--noise", "0", "--period", "1"], "--period 1.0: must be 2 or more"),
        (["--sine", "--noise", "nan"], "--noise nan: must be 0 or more"),
        (["--sine", "--length", "2"], "--length: '2' is too small; use 3 or more"),
    ],
)
def test_mistakes_are_told_in_one_line(command, tmp_path, monkeypatch, options, told):
    monkeypatch.chdir(tmp_path)
    table(tmp_path)
    (tmp_path / "zero.csv").write_text("day,x\n1,5\n2,0\n3,4\n")
    if "log_returns" in options and "--sine" in options:
        options = [*options, "--noise", "0"]
    code, out, err = command(*options, "--output", "out")
    assert (code, out) == (2, "")
    assert told in err
    assert len(err.splitlines()) == 1
    assert not Path("out").exists()


def test_what_is_there_is_not_overwritten_unless_asked(command, tmp_path):
    assert command("--sine", "--output", tmp_path / "out")[0] == 0
    code, _, err = command("--sine", "--output", tmp_path / "out")
    assert (code, "--force" in err) == (2, True)
    assert command("--sine", "--output", tmp_path / "out", "--force", "--seed", "5")[0] == 0
    assert json.loads((tmp_path / "out" / "manifest.json").read_text())["seed"] == 5


def test_help_teaches(command):
    code, out, _ = command("--help")
    assert code == 0
    assert "python -m data_prep.series data.csv --date Date --value SP500" in out
    assert "%d/%m/%Y" in out
