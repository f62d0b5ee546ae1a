import hashlib
import os
import time

import pytest

from seq2seq.data import contents
from seq2seq.data.contents import content_hashes
from seq2seq.errors import UserError


@pytest.fixture
def files(tmp_path):
    for name in ("a", "b"):
        (tmp_path / name).write_text(name)
    return {name: tmp_path / name for name in ("a", "b")}


@pytest.fixture
def read(monkeypatch):
    """The names of the files that are read."""
    names = []
    real = contents.sha256
    monkeypatch.setattr(contents, "sha256", lambda path: names.append(path.name) or real(path))
    return names


def test_hashes_of_the_bytes(tmp_path, files):
    assert content_hashes(files, tmp_path / "memory") == {
        name: hashlib.sha256(name.encode()).hexdigest() for name in "ab"
    }


def test_only_what_changed_is_read_again(tmp_path, files, read):
    first = content_hashes(files, tmp_path / "memory")
    assert content_hashes(files, tmp_path / "memory") == first
    assert read == ["a", "b"]
    files["b"].write_text("c")
    second = content_hashes(files, tmp_path / "memory")
    assert read == ["a", "b", "b"]
    assert second["a"] == first["a"]
    assert second["b"] == hashlib.sha256(b"c").hexdigest()


@pytest.mark.parametrize("replaced", [False, True], ids=["written over", "another file in its place"])
def test_a_change_that_keeps_size_and_time_is_seen(tmp_path, files, replaced):
    os.utime(files["b"], ns=(1, 1))
    content_hashes(files, tmp_path / "memory")
    time.sleep(0.02)  # a file system's clock ticks every few milliseconds
    if replaced:
        (tmp_path / "new").write_text("c")
        (tmp_path / "new").replace(files["b"])
    else:
        files["b"].write_text("c")
    os.utime(files["b"], ns=(1, 1))
    assert content_hashes(files, tmp_path / "memory")["b"] == hashlib.sha256(b"c").hexdigest()


def test_a_new_time_alone_is_no_new_content(tmp_path, files):
    first = content_hashes(files, tmp_path / "memory")
    os.utime(files["a"], ns=(1, 1))
    assert content_hashes(files, tmp_path / "memory") == first


@pytest.mark.parametrize("damage", [b"", b"[]", b'{"a": 3, "b": [1, 2, "hash"]}', b"\xff"])
def test_a_damaged_memory_is_made_anew(tmp_path, files, read, damage):
    first = content_hashes(files, tmp_path / "memory")
    (tmp_path / "memory").write_bytes(damage)
    assert content_hashes(files, tmp_path / "memory") == first
    assert content_hashes(files, tmp_path / "memory") == first
    assert len(read) == 4


def test_no_memory_can_be_kept(tmp_path, files):
    (tmp_path / "file").write_text("")
    assert set(content_hashes(files, tmp_path / "file" / "memory")) == {"a", "b"}


def test_a_missing_file_is_named(tmp_path, files):
    files["b"].unlink()
    with pytest.raises(UserError, match=r"/b: cannot be read \(No such file or directory\); prepare the data again"):
        content_hashes(files, tmp_path / "memory")
