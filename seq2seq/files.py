"""Reading text line by line with its place, and writing files that are either whole or not there."""

import codecs
import contextlib
import gzip
import hashlib
import os
import shutil
import tempfile
import uuid
import zlib
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import IO, Any, BinaryIO

from seq2seq.errors import UserError, reason


@contextlib.contextmanager
def atomic_write(path: str | Path, mode: str = "w") -> Iterator[IO[Any]]:
    """Yield a file that appears under `path` only when the block ends well; on any error the old file stays.

    A device or a pipe (/dev/null, /dev/stdout) has nothing to keep and is written as it is; a link stays a link.

    Args:
        path: where the file shall be; missing parent folders are made.
        mode: "w" for UTF-8 text with newlines as written, "wb" for bytes.

    Raises:
        UserError: nothing can be written there.
    """
    text: dict[str, Any] = {} if "b" in mode else {"encoding": "utf-8", "newline": "\n"}
    if is_device(path):
        if not os.access(path, os.W_OK):
            raise UserError(f"{path}: cannot be written (it is not yours to write)")
        with failing_as(path), Path(path).open(mode, **text) as file:
            yield file
        return
    target = Path(os.path.realpath(path))
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        descriptor, temporary = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
    except OSError as error:
        raise UserError(f"{path}: cannot be written ({reason(error)})") from error
    try:
        with failing_as(path):
            with os.fdopen(descriptor, mode, **text) as file:
                yield file
                file.flush()
                os.fsync(file.fileno())
            umask = os.umask(0)
            os.umask(umask)
            os.chmod(temporary, 0o666 & ~umask)  # mkstemp makes it private to the user
            os.replace(temporary, target)
    except BaseException:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(temporary)
        raise


@contextlib.contextmanager
def failing_as(path: str | Path) -> Iterator[None]:
    """Name `path` where writing within the block fails: a full disk, or a limit reached, knows no name.

    Raises:
        UserError: it does.
    """
    try:
        yield
    except BrokenPipeError:  # the reader has all it wants
        raise
    except OSError as error:
        if error.filename is not None:  # of another file, within the block
            raise
        raise UserError(f"{path}: cannot be written ({reason(error)})") from error


@contextlib.contextmanager
def building_folder(path: Path, within: Path | None = None) -> Iterator[Path]:
    """Yield an empty folder beside `path`, to be renamed to it when all is in it; gone at the end if it was not.

    Args:
        path: what it shall be.
        within: where it lies until then, if not beside `path`.

    Raises:
        UserError: it cannot be made or written.
    """
    building = (within or path.parent) / f".{path.name}.{uuid.uuid4().hex[:8]}.new"
    try:
        building.mkdir(parents=True)
        yield building
    except UserError as error:  # of a file in it: the user knows the folder by its later name
        if str(building) not in str(error):
            raise
        raise UserError(str(error).replace(str(building), str(path))) from error
    except OSError as error:
        if error.filename is not None and not str(error.filename).startswith(str(building)):  # of another file
            raise
        raise UserError(f"{path}: cannot be written ({reason(error)})") from error
    finally:
        shutil.rmtree(building, ignore_errors=True)


@contextlib.contextmanager
def atomic_folder(path: Path, own: Collection[str] | None = None) -> Iterator[Path]:
    """Yield an empty folder that takes the place of `path` when the block ends well; on any error the old one stays.

    Two renames, so that no reader and no crash finds a mix of old and new files.

    Args:
        path: where the folder shall be; missing parent folders are made.
        own: the names that the new folder replaces; what else is in the old one moves over. None: all is replaced.

    Raises:
        UserError: nothing can be written there.
    """
    with building_folder(path) as new:
        yield new
        if not path.exists():
            new.rename(path)
            return
        old = new.with_suffix(".old")
        path.rename(old)
        try:
            new.rename(path)
        except BaseException:
            old.rename(path)
            raise
        if own is not None:
            for entry in old.iterdir():
                if entry.name not in own:
                    entry.rename(path / entry.name)
        shutil.rmtree(old, ignore_errors=True)


@contextlib.contextmanager
def files_into(path: Path, replaced: Collection[str]) -> Iterator[Path]:
    """Yield an empty folder, whose files go to the folder `path` when the block ends well; where it fails none does.

    Unlike with `atomic_folder`, the folder `path` itself stays: somebody may be at work in it. Each file comes whole.

    Args:
        path: made, with its parents, where it is not there.
        replaced: names of earlier files, which go unless there are new ones of that name; what else is there stays.

    Raises:
        UserError: nothing can be written there, or a file of somebody else's has the name of a new one.
    """
    made = not path.exists()
    try:
        with building_folder(path, within=path) as new:
            yield new
            written = sorted(file.name for file in new.iterdir())
            for name in set(written).difference(replaced):
                if (path / name).exists():
                    raise UserError(f"{path / name}: is there, and would be lost; name another folder")
            for name in written:
                (new / name).replace(path / name)
            for name in set(replaced).difference(written):
                (path / name).unlink(missing_ok=True)
    finally:
        if made:
            with contextlib.suppress(OSError):  # not made, or no longer empty
                path.rmdir()


@contextlib.contextmanager
def open_bytes(path: str | Path) -> Iterator[BinaryIO]:
    """Yield the bytes of a file, unpacked if its first ones are gzip's; it is opened once, so it may be a pipe.

    Raises:
        UserError: no such file, a folder, or not readable.
    """
    with contextlib.ExitStack() as stack:
        try:
            file: Any = stack.enter_context(Path(path).open("rb"))
            if file.peek(2)[:2] == b"\x1f\x8b":
                file = stack.enter_context(gzip.open(file))
        except FileNotFoundError as error:
            raise UserError(f"{path}: no such file") from error
        except IsADirectoryError as error:
            raise UserError(f"{path}: is a folder; name a file to read") from error
        except OSError as error:
            raise UserError(f"{path}: cannot be read ({reason(error)})") from error
        yield file


def check_encoding(start: bytes, name: str | Path, zeros: bool = False) -> None:
    """Refuse a text whose first bytes say that it is in UTF-16 or UTF-32, of which no line can be read.

    Args:
        start: the first bytes.
        name: of the text, for messages.
        zeros: take it for UTF-16 without a mark, too, where more than a quarter of these bytes are zero.

    Raises:
        UserError: it is; how to convert it is told.
    """
    for encoding, found in (
        # First, since the mark of UTF-16 is the beginning of one of them.
        ("UTF-32", start.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE))),
        ("UTF-16", start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))),
        ("UTF-16", zeros and 4 * start.count(0) > len(start)),
    ):
        if found:
            raise UserError(
                f"{name}: is {encoding}, not UTF-8; convert it first: iconv -f {encoding} -t UTF-8 FILE > NEW_FILE"
            )


def open_lines(path: str | Path, undecodable: str = "raise") -> Iterator[tuple[int, str | None]]:
    """Yield (line number from 1, text without its newline) of a UTF-8 file, plain or gzip (by its first bytes).

    Lines end at a line feed only (a carriage return before it is dropped), as `wc -l` counts them, so that two
    aligned files stay aligned whatever other separators are in them. A byte-order mark is dropped.

    Args:
        path: the file.
        undecodable: "raise" or "yield": what becomes of a line that is no UTF-8; "yield" gives (number, None).

    Raises:
        UserError: no such file, a folder, not readable, broken gzip, UTF-16, or a line that is not UTF-8 (told by file
            and line).
    """
    try:
        with open_bytes(path) as file:
            for number, raw in enumerate(file, start=1):
                if number == 1:
                    check_encoding(raw, path)
                    raw = raw.removeprefix(codecs.BOM_UTF8)
                try:
                    text: str | None = raw.decode("utf-8")
                except UnicodeDecodeError as error:
                    if undecodable == "raise":
                        raise UserError(
                            f"{path}, line {number}: byte {error.start + 1} of the line is not UTF-8; "
                            "convert the file first, for instance with `iconv -f LATIN1 -t UTF-8`"
                        ) from error
                    text = None
                yield number, text if text is None else text.removesuffix("\n").removesuffix("\r")
    except (OSError, EOFError, zlib.error) as error:
        raise UserError(f"{path}: cannot be read ({error})") from error


def is_device(path: str | Path) -> bool:
    """Whether there is something at `path` that is neither a file nor a folder: a pipe, a terminal, /dev/null."""
    return os.path.exists(path) and not os.path.isfile(path) and not os.path.isdir(path)


def sha256(path: str | Path) -> str:
    """The SHA-256 of a file's bytes, in hexadecimal.

    Raises:
        UserError: a pipe, whose bytes would be gone for whoever reads them besides.
    """
    if is_device(path):
        raise UserError(f"{path}: not a file but a pipe or device; save it as a file, since it is read more than once")
    with Path(path).open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
