import codecs
import gzip
import io
import os
import threading

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from seq2seq.cli.lines import count_lines, open_input, open_output, read_chunks
from seq2seq.errors import UserError


def read(data, most=1000):
    return [line for chunk in read_chunks(io.BytesIO(data), "stdin", most) for line in chunk]


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\n"))), st.integers(1, 5))
def test_lines_end_at_line_feeds_only(lines, most):
    data = "".join(f"{line}\n" for line in lines).encode()
    chunks = list(read_chunks(io.BytesIO(data), "stdin", most))
    assert [line for chunk in chunks for line in chunk] == lines
    assert all(0 < len(chunk) <= most for chunk in chunks)


@given(st.binary(max_size=300))
def test_any_bytes_give_as_many_lines_as_line_feeds(data):
    assume(not data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, codecs.BOM_UTF32_BE)))
    expected = data.count(b"\n") + (not data.endswith(b"\n") and data != b"")
    assert len(read(data)) == expected


def test_bad_bytes_are_replaced_and_told(capsys):
    assert read(b"ok\n\xe9t\xe9\nok\n") == ["ok", "\ufffdt\ufffd", "ok"]
    assert "stdin, line 2: not UTF-8" in capsys.readouterr().err


def test_many_bad_lines_are_told_briefly(capsys):
    assert len(read(b"\xff\n" * 500, most=7)) == 500
    told = capsys.readouterr().err.splitlines()
    assert len(told) < 10
    assert "500 lines in all" in told[-1]


def test_a_writer_that_waits_for_its_answer_gets_it():
    reader, writer = os.pipe()
    answered = threading.Event()
    waited = []

    def converse():
        with os.fdopen(writer, "wb", buffering=0) as pipe:
            pipe.write(b"first\n")
            waited.append(answered.wait(timeout=300))
            pipe.write(b"second")

    thread = threading.Thread(target=converse)
    thread.start()
    with os.fdopen(reader, "rb") as stream:
        chunks = read_chunks(stream, "stdin", 1000)
        assert next(chunks) == ["first"]
        answered.set()
        assert list(chunks) == [["second"]]
    thread.join()
    assert waited == [True]


@pytest.mark.parametrize("pack", [bytes, gzip.compress], ids=["plain", "gzip"])
@pytest.mark.parametrize(
    ("data", "count"), [(b"", 0), (b"\n", 1), (b"a\nb", 2), (b"a\nb\n", 2), (b"a\r\n\xe2\x80\xa8b", 2)]
)
def test_count_lines(tmp_path, pack, data, count):
    path = tmp_path / "in"
    path.write_bytes(pack(data))
    assert count_lines(str(path)) == count
    with open_input(str(path)) as stream:
        assert sum(map(len, read_chunks(stream, "in", 10))) == count


def test_broken_gzip_is_told(tmp_path):
    path = tmp_path / "in.gz"
    path.write_bytes(gzip.compress(b"a\n" * 1000)[:-10])
    with pytest.raises(UserError, match=r"in\.gz"), open_input(str(path)) as stream:
        list(read_chunks(stream, str(path), 10))


def test_output_into_a_folder_is_refused_before_any_work(tmp_path):
    with pytest.raises(UserError, match="is a folder"), open_output(str(tmp_path)):
        pytest.fail("the block must not run")


def test_a_closed_standard_output_is_told_before_any_work(monkeypatch):
    monkeypatch.setattr("sys.stdout", None)
    with pytest.raises(UserError, match="standard output is closed"), open_output(None):
        pytest.fail("the block must not run")
