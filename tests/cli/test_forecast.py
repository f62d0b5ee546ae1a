import csv
import io

import pytest
from matplotlib.figure import Figure
from PIL import Image
from toy_series import save_forecaster, write_series

from seq2seq.folder import SCORES

RETURNS = {"date": "day", "value": "price", "transformation": "log_returns", "date_format": ""}


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    return save_forecaster(tmp_path_factory.mktemp("models") / "model", window=4, hidden_size=6, series=RETURNS)


@pytest.fixture
def prices(tmp_path):
    rows = [f"2024-{month:02}-01,9,{100 + month}" for month in range(1, 11)]
    (tmp_path / "prices.csv").write_text("\n".join(["day,other,price", *rows]) + "\n")
    return tmp_path / "prices.csv"


def read(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text)))


def test_each_step_gives_a_line_with_its_date_and_interval(seq2seq, model, prices):
    done = seq2seq("forecast", model, prices, "--steps", 4)
    assert (done.code, done.err) == (0, "")
    header, *rows = read(done.out)
    assert header == ["day", "mean", "low", "high"]
    assert [date for date, *_ in rows] == ["2024-11-01", "2024-12-01", "2025-01-01", "2025-02-01"]
    for _, *numbers in rows:
        mean, low, high = map(float, numbers)
        assert 0 < low < mean < high, "prices, not returns"
    assert seq2seq("forecast", model, prices, "--steps", 4).out == done.out
    assert seq2seq("forecast", model, prices, "--steps", 4, "--seed", 2).out != done.out
    wide = [float(row[3]) - float(row[2]) for row in rows]
    narrow = read(seq2seq("forecast", model, prices, "--steps", 4, "--level", 0.5).out)[1:]
    assert all(float(row[3]) - float(row[2]) < width for row, width in zip(narrow, wide, strict=True))


def test_the_forecast_goes_to_a_file_and_into_a_picture(seq2seq, model, prices, tmp_path):
    output, picture = tmp_path / "out.csv", tmp_path / "out.png"
    done = seq2seq("forecast", model, prices, "--steps", 3, "--output", output, "--picture", picture)
    assert (done.code, done.out) == (0, "")
    assert len(read(output.read_text())) == 4
    with Image.open(picture) as image:
        assert image.format == "PNG"
        assert min(image.size) > 200


def test_values_beyond_all_measure_are_told(seq2seq, tmp_path):
    model = save_forecaster(tmp_path / "model", window=4, hidden_size=6)
    (tmp_path / "a.csv").write_text("1e300\n" * 5)
    assert "more than 1,000,000 times as far" in seq2seq("forecast", model, tmp_path / "a.csv").err


def test_one_file_for_both_is_refused(seq2seq, model, prices, tmp_path):
    done = seq2seq("forecast", model, prices, "--output", tmp_path / "a.png", "--picture", tmp_path / "a.png")
    assert done.code == 2
    assert "--output and --picture are both" in done.err
    assert not (tmp_path / "a.png").exists()


def test_columns_of_other_names_and_tables_without_dates(seq2seq, model, tmp_path):
    (tmp_path / "a.csv").write_text("when;what\n" + "".join(f"{n};{n + 5}\n" for n in range(9)))
    done = seq2seq("forecast", model, tmp_path / "a.csv", "--date", "when", "--value", "what", "--steps", 2)
    assert [row[0] for row in read(done.out)] == ["when", "9", "10"]
    (tmp_path / "b.csv").write_text("".join(f"{n + 5}\n" for n in range(9)))
    done = seq2seq("forecast", model, tmp_path / "b.csv", "--date", "", "--value", "", "--steps", 2)
    assert [row[0] for row in read(done.out)] == ["step", "10", "11"]
    (tmp_path / "c.csv").write_text("".join(f"{n},{n + 5}\n" for n in range(9)))
    done = seq2seq("forecast", model, tmp_path / "c.csv", "--date", "1", "--value", "2", "--steps", 2)
    assert [row[0] for row in read(done.out)] == ["date", "9", "10"], "a column's number is no name"


def test_the_picture_names_what_it_shows(seq2seq, model, prices, tmp_path, monkeypatch):
    drawn = []
    monkeypatch.setattr(Figure, "savefig", lambda figure, *_args, **_options: drawn.append(figure.axes[0]))
    assert seq2seq("forecast", model, prices, "--picture", tmp_path / "out.png").code == 0
    (axes,) = drawn
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("day", "price")


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--steps", "0"], "--steps: '0' is too small; use 1 or more"),
        (["--level", "0.999"], "error: --paths 500: too few for the ends of a 0.999 interval; draw 1,000 or more"),
        (["--level", "1.5"], "--level 1.5: must be between 0 and 1"),
        (["--value", "prize"], "--value 'prize': "),
        (["--delimiter", "xx"], "--delimiter 'xx': one character is wanted"),
        (["--picture", "out.pdf"], "--picture out.pdf: a PNG is drawn"),
        (["--output", "nowhere/out.csv"], "cannot be written: there is no folder"),
        (["--step", "3"], "unknown option --step; did you mean '--steps'?"),
        (["--device", "gpu"], "--device 'gpu': must be"),
    ],
)
def test_mistakes_are_told_in_one_line(seq2seq, model, prices, options, told):
    done = seq2seq("forecast", model, prices, *options)
    assert (done.code, done.out) == (2, "")
    assert told in done.err
    assert len(done.err.splitlines()) == 1


def test_a_series_of_another_kind_is_told(seq2seq, tmp_path):
    folder = save_forecaster(tmp_path / "model", window=4, hidden_size=6, series={**RETURNS, "transformation": "none"})
    for level, told in ((1, 0), (100, 1)):
        (tmp_path / "a.csv").write_text("day,price\n" + "".join(f"{n},{level + 0.01 * n}\n" for n in range(9)))
        done = seq2seq("forecast", folder, tmp_path / "a.csv")
        assert (done.code, len(read(done.out)), done.err.count("\n")) == (0, 2, told)
    assert "a.csv: the last values lie, or change, 100 times as far as those that" in done.err


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("day,price\n1,2\n2,3\n", "2 values, but the model looks back over 5"),
        ("day,price\n1,2\n1,3\n", "line 3: 1 is in line 2 already"),
        ("day,price\n1,2\n2,\n", "line 3: no value for 2"),
        ("day,price\n" + "".join(f"{n},{n - 6}\n" for n in range(9)), "is not above zero, and so has no logarithm"),
    ],
)
def test_what_is_wrong_with_the_table_is_told(seq2seq, model, tmp_path, text, told):
    (tmp_path / "a.csv").write_text(text)
    done = seq2seq("forecast", model, tmp_path / "a.csv")
    assert (done.code, done.out) == (2, "")
    assert told in done.err
    assert len(done.err.splitlines()) == 1


def test_a_model_or_a_file_in_the_wrong_place_is_told(seq2seq, model, prices, random_models):
    assert "is a translator; use it with `seq2seq translate`" in seq2seq("forecast", random_models[0], prices).err
    assert "no such file" in seq2seq("forecast", model, "nowhere.csv").err
    assert "is the input, which would be lost" in seq2seq("forecast", model, prices, "--output", prices).err


def test_evaluate_scores_a_forecaster_beside_persistence(seq2seq, tmp_path, monkeypatch):
    from seq2seq.evaluation import forecasting

    monkeypatch.setattr(forecasting, "_autoregression", lambda *_: {})  # of statsmodels, whose import takes seconds
    folder = save_forecaster(tmp_path / "model", window=4, hidden_size=6)
    values = [float(n % 7) for n in range(60)]
    prepared = write_series(tmp_path / "prepared", {"train": values[:30], "dev": values[30:]})
    done = seq2seq("evaluate", folder, "--data", prepared, "--split", "dev", "--translations", tmp_path / "out.tsv")
    assert done.code == 0, done.err
    for wanted in ("MAE ↓", "coverage → 95", "free-running MAE ↓", "MAE - persistence ↓", "persistence"):
        assert wanted in done.out
    assert len((tmp_path / "out.tsv").read_text().splitlines()) == 30
    assert "persistence" in (folder / SCORES).read_text()


def test_what_goes_beyond_the_calendar_is_told_before_anything_is_drawn(seq2seq, model, tmp_path):
    (tmp_path / "days.csv").write_text("day,price\n" + "".join(f"2024-01-{n:02},{n}\n" for n in range(1, 20)))
    done = seq2seq("forecast", model, tmp_path / "days.csv", "--steps", 10_000_000)
    assert (done.code, done.out) == (2, "")
    assert "--steps 10000000: so many dates after 2024-01-19 go beyond the year 9999" in done.err


def test_rows_that_are_passed_over_are_told(seq2seq, model, tmp_path):
    (tmp_path / "gaps.csv").write_text("day,price\n" + "".join(f"{n},{n if n != 5 else ''}\n\n" for n in range(1, 20)))
    done = seq2seq("forecast", model, tmp_path / "gaps.csv", "--drop-missing")
    assert done.code == 0
    assert "1 row(s) passed over (no value)" in done.err
    assert "19 row(s) passed over (blank line)" in done.err
