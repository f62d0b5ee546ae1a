"""Lines from a file or a pipe, whatever bytes they hold: as many as there are line feeds, none lost, none added."""

import codecs
import contextlib
import os
import select
import sys
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO, BinaryIO

from seq2seq.errors import UserError, suggest
from seq2seq.files import atomic_write, check_encoding, failing_as, is_device, open_bytes

_BLOCK_BYTES = 1 << 16
_PATIENCE_SECONDS = 0.02  # how long a writer that is just busy is waited for before its lines so far are handed on
_MOST_WARNINGS = 5
_PATHS_AT_ONCE = 10_000


@contextlib.contextmanager
def open_input(path: str | None) -> Iterator[BinaryIO]:
    """The bytes of a file, plain or gzip, or of standard input when `path` is None.

    Raises:
        UserError: no such file, a folder, or it cannot be read.
    """
    if path is None:
        if sys.stdin is None:
            raise UserError("standard input is closed; pipe text into the command or use --input FILE")
        yield sys.stdin.buffer
        return
    with open_bytes(path) as file:
        yield file


@contextlib.contextmanager
def open_output(path: str | None) -> Iterator[IO[str]]:
    """A text file that appears only when all is written, or standard output when `path` is None.

    Raises:
        UserError: as `check_output`; or writing fails.
    """
    if path is None:
        if sys.stdout is None:
            raise UserError("standard output is closed; say by --output FILE where the text goes")
        with failing_as("standard output"):
            yield sys.stdout
        return
    check_output(path)
    with atomic_write(path) as file:
        yield file


def check_output(path: str, inputs: Iterable[str] = ()) -> None:
    """Tell before any work is done that nothing can or should be written to `path`.

    Args:
        path: of a file to write.
        inputs: files that are read; none of them is written over.

    Raises:
        UserError: it is a folder or one of the inputs, or its folder is not there or cannot be written.
    """
    if os.path.isdir(path):
        raise UserError(f"{path}: is a folder; name a file to write")
    if is_device(path) and os.access(path, os.W_OK):
        return
    for name in inputs:
        if _same_file(path, name):
            raise UserError(f"{path}: is the input, which would be lost; name another file to write")
    check_parent(path)
    folder = os.path.dirname(os.path.realpath(path))
    if not os.path.isdir(folder) or not os.access(folder, os.W_OK):
        raise UserError(f"{path}: cannot be written ({folder} is not a folder, or not yours to write)")


def check_parent(path: str) -> None:
    """Refuse a file or folder to write whose parent folder is not there, since its name may be misspelt.

    Raises:
        UserError: it is not; a name that is near is told.
    """
    missing = Path(os.path.realpath(path)).parent
    if os.path.exists(missing):
        return
    while not os.path.exists(missing.parent):  # pathlib's own raises where a folder may not be looked into
        missing = missing.parent
    there: list[str] = []
    with contextlib.suppress(OSError):  # it is a file, or may not be looked into
        there = [entry.name for entry in os.scandir(missing.parent) if entry.is_dir()]
    raise UserError(f"{path}: cannot be written: there is no folder {missing}{suggest(missing.name, there)}")


def _same_file(path: str, other: str) -> bool:
    try:
        return os.path.samefile(path, other)
    except (OSError, ValueError):  # one of them is not there
        return False


def read_chunks(stream: BinaryIO, name: str, most: int) -> Iterator[list[str]]:
    """Yield the lines of `stream`, up to `most` at a time, without waiting for more while some are there.

    So a file comes in large chunks, and a program (or a person) that writes a line and waits for its answer gets it.
    Lines end at a line feed. Bytes that are not UTF-8 become U+FFFD, with a warning that names the line.

    Args:
        stream: bytes.
        name: of the stream, for messages.
        most: lines in a chunk.

    Raises:
        UserError: it cannot be read, or is in UTF-16.
    """
    number, undecodable = 0, 0
    for raws in _raw_chunks(stream, name, most):
        lines = []
        for raw in raws:
            number += 1
            if number == 1:
                check_encoding(raw, name)
            try:
                lines.append(raw.decode("utf-8"))
            except UnicodeDecodeError:
                lines.append(raw.decode("utf-8", "replace"))
                undecodable += 1
                if undecodable <= _MOST_WARNINGS:
                    print(
                        f"warning: {name}, line {number}: not UTF-8, read with U+FFFD for each bad byte",
                        file=sys.stderr,
                    )
        yield lines
    if undecodable > _MOST_WARNINGS:
        print(f"warning: {name}: {undecodable} lines in all are not UTF-8", file=sys.stderr)


def read_paths(stream: BinaryIO, name: str) -> Iterator[str]:
    """Yield the lines of `stream` as paths of files, whose names may be of any bytes.

    A carriage return that ends a line and a byte-order mark are dropped.

    Raises:
        UserError: it cannot be read, or is in UTF-16.
    """
    first = True
    for raws in _raw_chunks(stream, name, _PATHS_AT_ONCE):
        if first:
            check_encoding(raws[0], name)
            raws[0], first = raws[0].removeprefix(codecs.BOM_UTF8), False
        yield from (os.fsdecode(raw.removesuffix(b"\r")) for raw in raws)


def count_lines(path: str) -> int | None:
    """The number of lines that `read_chunks` will find in a file; None for a pipe, which can be read only once."""
    if is_device(path):
        return None
    count, last = 0, b"\n"
    with open_input(path) as stream:
        while block := _read_block(stream, path):
            count += block.count(b"\n")
            last = block[-1:]
    return count + (last != b"\n")


def _raw_chunks(stream: BinaryIO, name: str, most: int) -> Iterator[list[bytes]]:
    lines: list[bytes] = []
    tail = bytearray()
    while block := _read_block(stream, name):
        tail += block
        if b"\n" in block:
            *complete, rest = bytes(tail).split(b"\n")
            lines += complete
            tail = bytearray(rest)
        while len(lines) >= most or (lines and not _is_ready(stream)):
            yield lines[:most]
            lines = lines[most:]
    if tail:
        lines.append(bytes(tail))
    for start in range(0, len(lines), most):
        yield lines[start : start + most]


def _read_block(stream: BinaryIO, name: str) -> bytes:
    try:
        # read1 returns what is there; read would wait for a full block.
        return stream.read1(_BLOCK_BYTES)  # type: ignore[attr-defined]
    except (OSError, EOFError, zlib.error) as error:
        raise UserError(f"{name}: cannot be read ({error})") from error


def _is_ready(stream: BinaryIO) -> bool:
    """Whether more can be read from `stream` at once (or its end is known); True where that cannot be asked."""
    try:
        return bool(select.select([stream.fileno()], [], [], _PATIENCE_SECONDS)[0])
    except (OSError, ValueError):  # not a real file, or a system that selects only sockets
        return True
