"""Files known by what is in them."""

import contextlib
import json
from collections.abc import Mapping
from pathlib import Path

from seq2seq.errors import UserError, reason
from seq2seq.files import atomic_write, sha256
from seq2seq.progress import counting

_FIELDS = 5  # of a file in the memory: size, times of change, inode, hash


def content_hashes(files: Mapping[str, Path], memory: Path) -> dict[str, str]:
    """The SHA-256 of each file's bytes, by its name.

    A file is read only when its size, its times of change (of its content, and of anything: the second cannot be set,
    so that `cp -p` and archives do not hide that they wrote) or its inode is not what it was when it was read last.

    Args:
        files: paths by name.
        memory: file that keeps these and the hash of each name for the next time, where it can be written.

    Raises:
        UserError: a file that cannot be read.
    """
    known = _remembered(memory)
    now: dict[str, list] = {}
    with counting("looking for changes", "files", total=len(files)) as counter:
        for number, (name, path) in enumerate(files.items()):
            try:
                status = path.stat()
                stamp = [status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino]
                same = known.get(name, [])[: len(stamp)] == stamp
                now[name] = known[name] if same else [*stamp, sha256(path)]
            except OSError as error:
                raise UserError(f"{path}: cannot be read ({reason(error)}); prepare the data again") from error
            if number % 100 == 0:
                counter.show(number)
    if any(known.get(name) != entry for name, entry in now.items()):
        # It saves time only: another process may write its own at once, and a read-only folder is none's mistake.
        with contextlib.suppress(OSError, UserError), atomic_write(memory) as file:
            json.dump(known | now, file)
    return {name: entry[-1] for name, entry in now.items()}


def _remembered(memory: Path) -> dict[str, list]:
    try:
        known = json.loads(memory.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    entries = known.items() if isinstance(known, dict) else ()
    return {name: entry for name, entry in entries if isinstance(entry, list) and len(entry) == _FIELDS}
