import csv
import gzip
import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data_prep.lines import HEADER, MALFORMED, UNDECODABLE, Line, read_aligned, read_csv, read_tsv
from seq2seq.errors import UserError


def _write(path, data: bytes, packed: bool = False):
    path.write_bytes(gzip.compress(data) if packed else data)
    return path


@pytest.mark.parametrize("packed", [False, True])
def test_aligned_files_give_line_n_with_line_n(tmp_path, packed):
    first = _write(tmp_path / "a.es", "hola\n\nadiós\u2028x\nbad \xff\n".encode() + b"\xff\xfe\nfin", packed)
    second = _write(tmp_path / "a.en", b"hello\nempty\nbye\nbad \xe9\nok\nend\n", packed)
    assert list(read_aligned(first, second)) == [
        Line("a.es", 1, ("hola", "hello")),
        Line("a.es", 2, ("", "empty")),
        Line("a.es", 3, ("adiós\u2028x", "bye")),
        Line("a.en", 4, problem=UNDECODABLE),
        Line("a.es", 5, problem=UNDECODABLE),
        Line("a.es", 6, ("fin", "end")),
    ]


@pytest.mark.parametrize(("left", "right"), [(3, 5), (5, 3), (0, 1)])
def test_misaligned_files_are_refused_with_both_counts(tmp_path, left, right):
    first, second = _write(tmp_path / "a", b"x\n" * left), _write(tmp_path / "b", b"y\n" * right)
    with pytest.raises(UserError, match=rf"a has {left} lines and \S*b has {right}"):
        list(read_aligned(first, second))


def test_tsv_keeps_to_the_width_of_its_first_row(tmp_path):
    path = _write(tmp_path / "t.tsv", b'\n1\thola\thello\n2\t"x\ty"\nonly\n3\ta\tb\textra\n\xff\t\t\n4\tc\td')
    assert list(read_tsv(path, (1, 2))) == [
        Line("t.tsv", 1),
        Line("t.tsv", 2, ("hola", "hello")),
        Line("t.tsv", 3, ('"x', 'y"')),
        Line("t.tsv", 4, problem=MALFORMED),
        Line("t.tsv", 5, problem=MALFORMED),
        Line("t.tsv", 6, problem=UNDECODABLE),
        Line("t.tsv", 7, ("c", "d")),
    ]


def test_tsv_with_stated_widths_and_header(tmp_path):
    path = _write(tmp_path / "t.tsv", b"English\tSpanish\nGo.\tVe.\nRun!\tCorre!\tCC-BY 2.0\na\tb\tc\td\nx\n")
    assert list(read_tsv(path, (1, 0), widths=(2, 3), header=True)) == [
        Line("t.tsv", 1, problem=HEADER),
        Line("t.tsv", 2, ("Ve.", "Go.")),
        Line("t.tsv", 3, ("Corre!", "Run!")),
        Line("t.tsv", 4, problem=MALFORMED),
        Line("t.tsv", 5, problem=MALFORMED),
    ]


@pytest.mark.parametrize("packed", [False, True])
def test_csv_quotes_delimiters_quotes_and_line_ends(tmp_path, packed):
    data = '\ufeffes;en\r\n"Hola; ¿qué ""tal""?";"two\nlines"\r\n\r\n'.encode()
    data += b'"bad \xff\nover two";x\n"open"y;z\none\na;b\n'
    path = _write(tmp_path / "t.csv", data, packed)
    assert list(read_csv(path, header=True, delimiter=";")) == [
        Line("t.csv", 1, problem=HEADER),
        Line("t.csv", 2, ('Hola; ¿qué "tal"?', "two\nlines")),
        Line("t.csv", 4),
        Line("t.csv", 5, problem=UNDECODABLE),
        Line("t.csv", 7, problem=MALFORMED),
        Line("t.csv", 8, problem=MALFORMED),
        Line("t.csv", 9, ("a", "b")),
    ]


CELL = st.text(alphabet="añ猫 ,;'\"\n\t", max_size=8)


@settings(deadline=None)
@given(rows=st.lists(st.tuples(CELL, CELL), min_size=1, max_size=8))
def test_csv_reads_what_the_csv_module_writes(tmp_path_factory, rows):
    text = io.StringIO()
    csv.writer(text, quoting=csv.QUOTE_ALL).writerows(rows)
    path = _write(tmp_path_factory.mktemp("csv") / "t.csv", text.getvalue().encode())
    lines = list(read_csv(path))
    assert [line.sides for line in lines] == rows
    assert all(line.problem is None for line in lines)


def test_a_quote_never_closed_is_told_by_its_line(tmp_path):
    path = _write(tmp_path / "t.csv", b'a,b\n"c,d\n' + b"e,f\n" * 100)
    with pytest.raises(UserError, match=r"t\.csv, line 2: a quote is opened here and never closed"):
        list(read_csv(path))


@pytest.mark.parametrize("read", [read_tsv, read_csv])
def test_a_table_without_the_columns_is_refused(tmp_path, read):
    with pytest.raises(UserError, match=r"t, line 1: 1 column\(s\), but columns 1 and 2 are wanted"):
        list(read(_write(tmp_path / "t", b"only one\na b\n")))


@pytest.mark.parametrize("read", [read_tsv, read_csv, lambda path: read_aligned(path, path)])
def test_unreadable_files_are_told(tmp_path, read):
    truncated = _write(tmp_path / "t.gz", gzip.compress(b"a\tb\n" * 1000)[:-20])
    for path in (tmp_path / "missing", tmp_path, truncated):
        with pytest.raises(UserError, match=path.name):
            list(read(path))
