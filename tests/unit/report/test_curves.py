import pytest

from seq2seq.errors import UserError
from seq2seq.report.curves import load_curves, save_curves


def test_what_is_saved_is_loaded(tmp_path):
    curves = {"train_nll": {0: 5.25, 10: 3.0}, "dev, bleu": {10: 12.5}}
    save_curves(curves, tmp_path)
    assert load_curves(tmp_path) == curves


def test_no_file_and_no_curves_are_nothing(tmp_path):
    assert load_curves(tmp_path) == {}
    save_curves({}, tmp_path)
    assert load_curves(tmp_path) == {}


def test_numbers_that_are_none_are_left_out(tmp_path):
    (tmp_path / "training.csv").write_text("step,a,b\n1,nan,\n2,inf,3\n")
    assert load_curves(tmp_path) == {"b": {2: 3.0}}


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("", 0),
        ("epoch,a\n1,2\n", 1),
        ("step,a\n1,2\nx,3\n", 3),
        ("step,a\n1,2,3\n", 2),
        ("step,a,a\n", 1),
        ("step,a\n1,b\n", 2),
    ],
)
def test_a_file_that_is_no_table_of_curves(tmp_path, text, line):
    (tmp_path / "training.csv").write_text(text)
    with pytest.raises(UserError, match=f"training.csv, line {line}: not a row of learning curves"):
        load_curves(tmp_path)
