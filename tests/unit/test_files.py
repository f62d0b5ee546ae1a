import errno
import gzip
import hashlib
import os
import stat
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seq2seq.errors import UserError
from seq2seq.files import atomic_folder, atomic_write, files_into, is_device, open_lines, sha256


def test_a_file_appears_when_its_block_ends_well(tmp_path):
    path = tmp_path / "new" / "folder" / "a.txt"
    with atomic_write(path) as file:
        file.write("Ørn\nline two\n")
        assert not path.exists()
    assert path.read_bytes() == "Ørn\nline two\n".encode()
    assert [each.name for each in path.parent.iterdir()] == ["a.txt"]


def test_bytes_are_written_as_they_are(tmp_path):
    with atomic_write(tmp_path / "a", "wb") as file:
        file.write(b"\x00\r\n\xff")
    assert (tmp_path / "a").read_bytes() == b"\x00\r\n\xff"


@pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt, SystemExit])
def test_an_error_leaves_the_old_file_and_nothing_else(tmp_path, error):
    path = tmp_path / "a.txt"
    path.write_text("old")

    def write():
        with atomic_write(path) as file:
            file.write("half of the n")
            raise error

    with pytest.raises(error):
        write()
    assert path.read_text() == "old"
    assert [each.name for each in tmp_path.iterdir()] == ["a.txt"]


def test_others_may_read_what_the_umask_allows(tmp_path):
    old = os.umask(0o027)
    try:
        with atomic_write(tmp_path / "a") as file:
            file.write("x")
        assert os.umask(0o027) == 0o027
    finally:
        os.umask(old)
    assert stat.S_IMODE((tmp_path / "a").stat().st_mode) == 0o640


@pytest.mark.parametrize("size", [10, 100_000])
def test_a_full_device_is_named(size):
    def write():
        with atomic_write("/dev/full") as file:
            file.write("x" * size)

    with pytest.raises(UserError, match=r"^/dev/full: cannot be written \(No space left on device\)$"):
        write()


def test_a_file_of_a_folder_that_is_being_built_is_told_by_its_later_name(tmp_path):
    def write():
        with atomic_folder(tmp_path / "new") as new, atomic_write(new / "a"):
            raise OSError(errno.ENOSPC, "No space left on device")

    with pytest.raises(UserError, match=f"^{tmp_path}/new/a: cannot be written"):
        write()
    assert list(tmp_path.iterdir()) == []


def write_into(folder, replaced, *names):
    with files_into(folder, replaced) as new:
        for name in names:
            (new / name).write_text(" ".join(names))


def test_files_come_into_a_folder_that_stays_with_what_else_is_in_it(tmp_path):
    folder = tmp_path / "folder"
    write_into(folder, [], "a", "b")
    (folder / "mine").write_text("my own")
    before = folder.stat().st_ino
    write_into(folder, ["a", "b"], "b", "c")
    with pytest.raises(UserError, match="folder/mine: is there, and would be lost"):
        write_into(folder, ["b"], "b", "mine")
    assert folder.stat().st_ino == before
    assert {file.name: file.read_text() for file in folder.iterdir()} == {"b": "b c", "c": "b c", "mine": "my own"}
    with pytest.raises(ZeroDivisionError), files_into(tmp_path / "other", []):
        raise ZeroDivisionError
    assert [file.name for file in tmp_path.iterdir()] == ["folder"]


def test_a_place_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(UserError, match=r"file/a.txt: cannot be written"), atomic_write(tmp_path / "file" / "a.txt"):
        pytest.fail("there is no file to write to")


CONTENTS = {
    "nothing": (b"", []),
    "one line": (b"one\n", ["one"]),
    "no last newline": (b"one\ntwo", ["one", "two"]),
    "empty lines": (b"\n\nthree\n\n", ["", "", "three", ""]),
    "Windows": (b"one\r\ntwo\r\n", ["one", "two"]),
    "carriage returns within": (b"o\rne\ntwo\r\r\n", ["o\rne", "two\r"]),
    "byte-order mark": (b"\xef\xbb\xbfone\n\xef\xbb\xbftwo\n", ["one", "\ufefftwo"]),
    "other separators": ("a\u2028b\u0085c\x0bd\x0ce\x1cf\n".encode(), ["a\u2028b\u0085c\x0bd\x0ce\x1cf"]),
    "null and tab": (b"a\x00b\tc\n", ["a\x00b\tc"]),
}


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
@pytest.mark.parametrize("name", CONTENTS)
def test_lines_end_at_line_feeds_only(tmp_path, name, pack):
    content, expected = CONTENTS[name]
    (tmp_path / "a").write_bytes(pack(content))
    assert list(open_lines(tmp_path / "a")) == list(enumerate(expected, start=1))


@given(lines=st.lists(st.text(st.characters(exclude_characters="\n", exclude_categories=["Cs"]))), packed=st.booleans())
def test_any_lines_come_back(tmp_path_factory, lines, packed):
    content = "".join(line + "\n" for line in lines).encode()
    path = tmp_path_factory.getbasetemp() / "lines"
    path.write_bytes(gzip.compress(content) if packed else content)
    expected = [line.removesuffix("\r") for line in lines]
    if expected:
        expected[0] = expected[0].removeprefix("\ufeff")
    assert [text for _, text in open_lines(path)] == expected


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_a_line_that_is_not_utf8_is_named_or_given_as_none(tmp_path, pack):
    path = tmp_path / "a"
    path.write_bytes(pack("one\nni\u00f1o\n".encode() + "ni\u00f1o\n".encode("latin-1") + b"four\n"))
    assert list(open_lines(path, undecodable="yield")) == [(1, "one"), (2, "niño"), (3, None), (4, "four")]
    with pytest.raises(UserError, match=r"a, line 3: byte 3 of the line is not UTF-8; .*iconv -f LATIN1"):
        list(open_lines(path))


def test_a_missing_file_and_a_folder_are_named(tmp_path):
    with pytest.raises(UserError, match="none: no such file"):
        list(open_lines(tmp_path / "none"))
    with pytest.raises(UserError, match=f"{tmp_path}: is a folder; name a file to read"):
        list(open_lines(tmp_path))


def in_a_pipe(path, content: bytes) -> None:
    """Make a pipe at `path` into which somebody writes."""
    os.mkfifo(path)
    threading.Thread(target=path.write_bytes, args=(content,)).start()


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_a_pipe_is_read_from_its_first_byte(tmp_path, pack):
    in_a_pipe(tmp_path / "pipe", pack(b"one\ntwo\n"))
    assert list(open_lines(tmp_path / "pipe")) == [(1, "one"), (2, "two")]


def test_a_pipe_has_no_hash(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(UserError, match="pipe: not a file but a pipe or device; save it as a file"):
        sha256(tmp_path / "pipe")


def test_a_pipe_is_written_to_and_stays_one(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    read = []
    reader = threading.Thread(target=lambda: read.append((tmp_path / "pipe").read_bytes()))
    reader.start()
    with atomic_write(tmp_path / "pipe") as file:
        file.write("one\n")
    reader.join()
    assert read == [b"one\n"]
    assert is_device(tmp_path / "pipe")
    assert [path.name for path in tmp_path.iterdir()] == ["pipe"]


@pytest.mark.parametrize("there", [True, False])
def test_a_link_stays_one_and_what_it_points_to_is_written(tmp_path, there):
    (tmp_path / "folder").mkdir()
    target = tmp_path / "folder" / "a"
    if there:
        target.write_text("old")
    (tmp_path / "link").symlink_to(target)
    with atomic_write(tmp_path / "link") as file:
        file.write("new")
    assert (tmp_path / "link").is_symlink()
    assert target.read_text() == "new"
    assert [path.name for path in target.parent.iterdir()] == ["a"]


def cut(packed):
    return packed[:-20]


def scribbled(packed):
    return packed[:40] + bytes([packed[40] ^ 255, packed[41] ^ 255]) + packed[42:]


def other_checksum(packed):
    return packed[:-8] + bytes([packed[-8] ^ 255]) + packed[-7:]


@pytest.mark.parametrize("damage", [cut, scribbled, other_checksum])
def test_damaged_gzip_is_named(tmp_path, damage):
    path = tmp_path / "a.gz"
    text = "\n".join(f"line {number * number}" for number in range(300))
    path.write_bytes(damage(gzip.compress(text.encode())))
    with pytest.raises(UserError, match=r"a\.gz.*(cannot be read|not UTF-8)"):
        list(open_lines(path))


def test_sha256_is_that_of_the_bytes(tmp_path):
    (tmp_path / "a").write_bytes(b"abc" * 1000)
    assert sha256(tmp_path / "a") == hashlib.sha256(b"abc" * 1000).hexdigest()
