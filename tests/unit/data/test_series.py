import gzip

import numpy as np
import pytest

from seq2seq.data.dates import following
from seq2seq.data.series import TRANSFORMATIONS, read_series, restore, transform
from seq2seq.errors import UserError


def write(tmp_path, text, name="series.csv"):
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return path


TABLE = "Date,Open,Close\n2024-01-01,1,10\n2024-02-01,2,20.5\n2024-03-01,3,-3e1\n"


@pytest.mark.parametrize(
    ("text", "columns", "dates", "values"),
    [
        (TABLE, {}, ["2024-01-01", "2024-02-01", "2024-03-01"], [1, 2, 3]),
        (TABLE, {"date": "Date", "value": "Close"}, ["2024-01-01", "2024-02-01", "2024-03-01"], [10, 20.5, -30]),
        (TABLE, {"value": "3"}, ["2024-01-01", "2024-02-01", "2024-03-01"], [10, 20.5, -30]),
        ("1\n2\n4\n", {}, ["1", "2", "3"], [1, 2, 4]),
        ("sold\n1\n2\n", {}, ["1", "2"], [1, 2]),
        ("2023;1.5\n2024;2\n", {}, ["2023", "2024"], [1.5, 2]),
        ('"2024-05"\t"7"\n"2024-06"\t8\n', {}, ["2024-05", "2024-06"], [7, 8]),
        ("1.5,2024-05-31T09:30\n2,2024-05-31T09:31\n", {"date": "2", "value": "1"}, None, [1.5, 2]),
        ("31/01/2024,1\n01/02/2024,2\n", {"date_format": "%d/%m/%Y"}, ["31/01/2024", "01/02/2024"], [1, 2]),
        ("a,1\n", {"date_format": "a"}, ["a"], [1]),
    ],
)
def test_tables_of_many_kinds_are_read(tmp_path, text, columns, dates, values):
    series = read_series(write(tmp_path, text), **columns)
    assert series.values == values
    assert dates is None or series.dates == dates
    assert series.dropped == {}


def test_a_gzipped_table_with_windows_line_ends_and_a_mark_is_read(tmp_path):
    path = tmp_path / "series.csv.gz"
    path.write_bytes(gzip.compress(b"\xef\xbb\xbfdate,value\r\n2024-01-01,1\r\n2024-01-02,2\r\n"))
    series = read_series(path)
    assert (series.dates, series.values, series.lines) == (["2024-01-01", "2024-01-02"], [1, 2], [2, 3])
    assert (series.facts.date, series.facts.value) == ("date", "value")


def test_rows_without_a_value_are_left_out_and_counted_where_that_is_asked_for(tmp_path):
    path = write(tmp_path, "day,x\n1,5\n2,\n3,NaN\n\n5,.\n6,7\n")
    series = read_series(path, drop_missing=True)
    assert (series.dates, series.values, series.lines) == (["1", "6"], [5, 7], [2, 7])
    assert series.dropped == {"no value": 3, "blank line": 1}


@pytest.mark.parametrize(
    ("text", "options", "told"),
    [
        ("", {}, "series.csv: holds no rows"),
        ("date,value\n", {}, "series.csv: holds no values"),
        ("date,value\n1,\n", {}, "line 2: no value for 1 in column 'value' (''); fill it in, or leave such rows out"),
        ("date,value\n1,2\n2,many\n", {}, "line 3: 'many' in column 'value' is no finite number"),
        ("date,value\n1,2\n2,1_000\n", {}, "line 3: '1_000' in column 'value' is no finite number"),
        ("date,value\n1,inf\n", {}, "line 2: 'inf' in column 'value' is no finite number"),
        ("date,value\n1,2\n2\n", {}, "line 3: 1 column(s) where 2 are needed"),
        ("date,value\n2024-02-01,1\n2024-01-01,2\n", {}, "line 3: 2024-01-01 comes after 2024-02-01 in line 2; sort"),
        ("date,value\n2024-02-01,1\n2024-02-01,2\n", {}, "line 3: 2024-02-01 is in line 2 already"),
        ("date,value\n2024-02,1\n2024-02-01,2\n", {}, "line 3: 2024-02-01 is in line 2 already"),
        ("date,value\nmonday,1\n", {}, "line 2: date 'monday' is neither an ISO date nor a number; say how"),
        ("date,value\n2024-13-01,1\n", {}, "line 2: date '2024-13-01' is neither"),
        ("date,value\n2024-01-01,1\n", {"date_format": "%d/%m/%Y"}, "date '2024-01-01' is not written as '%d/%m/%Y'"),
        (
            TABLE,
            {"value": "Closed"},
            "--value 'Closed': series.csv has no such column; its first line holds 'Date', 'O",
        ),
        (TABLE, {"value": "Closed"}, "did you mean 'Close'?"),
        (TABLE, {"value": "4"}, "--value '4'"),
        (TABLE, {"date": "Open", "value": "2"}, "dates and values are both looked for in column 2"),
        ("date,value\n2024-W21,1\n", {}, "line 2: date '2024-W21' is neither an ISO date nor a number"),
        ("date,value\n20240530,1\n", {}, "line 2: 20240530 looks like a date, not a number; say so by --date-format"),
        ("date,value\n2024,1\n", {"date_format": "%Y-%Y"}, "line 2: date '2024' is not written as '%Y-%Y'"),
        ('date,value\n1,"2\n', {}, "line 2: not a row of a CSV table"),
    ],
)
def test_what_is_wrong_is_told_with_file_and_line(tmp_path, monkeypatch, text, options, told):
    monkeypatch.chdir(tmp_path)
    write(tmp_path, text)
    with pytest.raises(UserError) as caught:
        read_series("series.csv", **options)
    assert told in str(caught.value)
    assert "series.csv" in str(caught.value)
    assert len(str(caught.value).splitlines()) == 1


def test_what_is_no_text_or_not_there_is_told(tmp_path):
    (tmp_path / "latin.csv").write_bytes(b"date,value\n1,\xe9\n")
    with pytest.raises(UserError, match="line 2: byte 3 of the line is not UTF-8"):
        read_series(tmp_path / "latin.csv")
    with pytest.raises(UserError, match="no such file"):
        read_series(tmp_path / "nowhere.csv")


@pytest.mark.parametrize("transformation", TRANSFORMATIONS)
def test_restoring_undoes_the_transformation(transformation):
    values = np.random.default_rng(1).uniform(0.5, 9, 20)
    seen = transform(values.tolist(), transformation)
    assert len(seen) == 20 - (transformation != "none")
    known = 5
    begin = known - (transformation != "none")
    paths = np.stack([seen[begin:]] * 2)
    assert np.allclose(restore(paths, values[known - 1], transformation), values[known:])


def test_values_without_a_logarithm_are_refused():
    with pytest.raises(ValueError, match="0 is not above zero"):
        transform([1, 0, 2], "log_returns")


@pytest.mark.parametrize(
    ("dates", "expected"),
    [
        (["1", "2"], ["3", "4"]),
        (["0.5", "0.75"], ["1", "1.25"]),
        (["2020", "2022"], ["2024", "2026"]),
        (["2023-11", "2023-12"], ["2024-01", "2024-02"]),
        (["2023-12-31", "2024-01-31"], ["2024-02-29", "2024-03-31"]),
        (["2024-01-31", "2024-02-29"], ["2024-03-31", "2024-04-30"]),
        (["2023-10-15", "2024-01-15"], ["2024-04-15", "2024-07-15"]),
        (["2024-02-27", "2024-02-28"], ["2024-02-29", "2024-03-01"]),
        (["2024-05-31T23:00", "2024-05-31T23:30"], ["2024-06-01T00:00:00", "2024-06-01T00:30:00"]),
        (["2024-05-31"], ["2024-05-31 + 1", "2024-05-31 + 2"]),
        (["2024-05-31T09:00", "2024-05-31T10:00+00:00"], ["2024-05-31T11:00:00+00:00", "2024-05-31T12:00:00+00:00"]),
        (["2024-05-31T09:00+00:00", "2024-05-31T10:00"], ["2024-05-31T11:00:00", "2024-05-31T12:00:00"]),
    ],
)
def test_the_dates_that_follow(dates, expected):
    assert following(dates, 2) == expected


def test_dates_beyond_the_calendar_are_told():
    for dates in (["2024-01-01", "2024-02-01"], ["2024-01-01", "2024-01-02"]):
        with pytest.raises(UserError, match="go beyond the year 9999; take fewer"):
            following(dates, 5_000_000)


@pytest.mark.parametrize("delimiter", ["", ","])
def test_blank_lines_are_counted_wherever_they_stand(tmp_path, delimiter):
    series = read_series(write(tmp_path, "\n\ndate,value\n1,2\n\n2,3\n"), delimiter=delimiter)
    assert (series.values, series.lines, series.dropped) == ([2.0, 3.0], [4, 6], {"blank line": 3})


def test_the_dates_that_follow_are_written_as_the_others():
    assert following(["31/01/2024", "01/02/2024"], 1, "%d/%m/%Y") == ["02/02/2024"]
