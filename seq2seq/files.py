"""Reading text line by line with its place, and writing files that are either whole or not there."""

import contextlib
import gzip
import hashlib
import os
import tempfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

from seq2seq.errors import UserError


@contextlib.contextmanager
def atomic_write(path: str | Path, mode: str = "w") -> Iterator[IO[Any]]:
    """Yield a file that appears under `path` only when the block ends well; on any error the old file stays.

    Args:
        path: where the file shall be; missing parent folders are made.
        mode: "w" for UTF-8 text with newlines as written, "wb" for bytes.
    """
    path = Path(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor, temporary = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    except OSError as error:
        raise UserError(f"{path}: cannot be written ({error.strerror})") from error
    try:
        text = {} if "b" in mode else {"encoding": "utf-8", "newline": "\n"}
        with os.fdopen(descriptor, mode, **text) as file:  # type: ignore[call-overload]
            yield file
            file.flush()
            os.fsync(file.fileno())
        umask = os.umask(0)
        os.umask(umask)
        os.chmod(temporary, 0o666 & ~umask)  # mkstemp makes it private to the user
        os.replace(temporary, path)
    except BaseException:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(temporary)
        raise


def open_lines(path: str | Path, undecodable: str = "raise") -> Iterator[tuple[int, str | None]]:
    """Yield (line number from 1, text without its newline) of a UTF-8 file, plain or gzip (by its first bytes).

    Lines end at a line feed only (a carriage return before it is dropped), as `wc -l` counts them, so that two
    aligned files stay aligned whatever other separators are in them. A byte-order mark is dropped.

    Args:
        path: the file.
        undecodable: "raise" or "yield": what becomes of a line that is no UTF-8; "yield" gives (number, None).

    Raises:
        UserError: no such file, not readable, broken gzip, or a line that is not UTF-8 (named by file and line).
    """
    path = Path(path)
    try:
        with path.open("rb") as probe:
            compressed = probe.read(2) == b"\x1f\x8b"
        with gzip.open(path) if compressed else path.open("rb") as file:
            for number, raw in enumerate(file, start=1):
                if number == 1:
                    raw = raw.removeprefix(b"\xef\xbb\xbf")
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
    except FileNotFoundError as error:
        raise UserError(f"{path}: no such file") from error
    except (OSError, EOFError, zlib.error) as error:
        raise UserError(f"{path}: cannot be read ({error})") from error


def sha256(path: str | Path) -> str:
    """The SHA-256 of a file's bytes, in hexadecimal."""
    with Path(path).open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
