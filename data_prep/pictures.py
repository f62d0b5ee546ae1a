"""The pictures of a captions corpus: each read once, and each used or named with the reason why not."""

import os
import re
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Self

from data_prep.intake import Drop
from data_prep.splitting import Row
from seq2seq.data.images import READERS, ImageError, load_image, picture_suffixes
from seq2seq.data.prepared import PreparedImage, is_inside
from seq2seq.errors import reason
from seq2seq.files import sha256
from seq2seq.progress import counting

MISSING = "picture missing"
BAD_NAME = "picture's path not within the folder"
UNFIT_NAME = "tab, line feed or broken character in picture's name"
NO_CAPTION = "no caption"
NO_CAPTION_KEPT = "no caption kept"


@dataclass(frozen=True)
class Pictures:
    """What was found where the captions say that pictures are.

    Attributes:
        folder: what the names are relative to.
        found: hash and size of each picture that can be read.
        refused: the reason and the message for each other one.
    """

    folder: Path
    found: dict[str, PreparedImage]
    refused: dict[str, tuple[str, str]]

    @classmethod
    def check(cls, folder: Path, names: Iterable[str]) -> Self:
        """Read and hash every picture named; the names are paths within `folder`."""
        wanted = list(dict.fromkeys(names))
        found: dict[str, PreparedImage] = {}
        refused: dict[str, tuple[str, str]] = {}
        with counting("checking the pictures", "pictures", len(wanted)) as counter:
            pool = ThreadPoolExecutor(READERS)
            try:
                results = pool.map(lambda name: _read(folder, name), wanted)
                for done, (name, result) in enumerate(zip(wanted, results, strict=True), start=1):
                    if isinstance(result, PreparedImage):
                        found[name] = result
                    else:
                        refused[name] = result
                    counter.show(done)
            finally:
                pool.shutdown(cancel_futures=True)
        return cls(folder, found, refused)

    def keys(self, row: Row) -> tuple[str]:
        """What a row shares with those of the same picture under whatever name: the hash of its bytes."""
        return (self.found[row[0]].sha256,)

    def identical(self, splits: Mapping[str, Iterable[Row]]) -> list[dict[str, list[str]]]:
        """The pictures of which the same bytes are in several splits: for each, its names by split."""
        names: dict[str, dict[str, dict[str, None]]] = {}
        for split, rows in splits.items():
            for row in rows:
                names.setdefault(self.found[row[0]].sha256, {}).setdefault(split, {})[row[0]] = None
        return [{split: list(same) for split, same in where.items()} for where in names.values() if len(where) > 1]

    def left_out(self, used: Iterable[str], drops: Iterable[Drop], listed: Iterable[str]) -> list[tuple[str, str, str]]:
        """Name, reason and detail of every picture that is named, listed or beside those named, and not used.

        Args:
            used: names of the pictures that a table holds.
            drops: every line left out, with its row.
            listed: names that the input mentions, with captions or without.
        """
        used = set(used)
        why = {name: (cause, in_table(message)) for name, (cause, message) in self.refused.items()}
        for drop in drops:
            if drop.row and drop.row[0]:
                why.setdefault(drop.row[0], (NO_CAPTION_KEPT, drop.reason))
        for name in (*listed, *self._beside(self.found.keys() | self.refused.keys())):
            why.setdefault(name, (NO_CAPTION, ""))
        return [(in_table(name), *told) for name, told in sorted(why.items()) if name not in used]

    def _beside(self, names: Iterable[str]) -> list[str]:
        """The picture files in the folders of those named."""
        suffixes = picture_suffixes()
        folders = sorted({str(PurePosixPath(name).parent) for name in names if is_inside(name)})
        return [
            str(PurePosixPath(parent, entry.name))
            for parent in folders
            if (self.folder / parent).is_dir()
            for entry in os.scandir(self.folder / parent)
            if Path(entry.name).suffix.lower() in suffixes and not entry.name.startswith(".") and entry.is_file()
        ]


def _read(folder: Path, name: str) -> PreparedImage | tuple[str, str]:
    if not is_inside(name):
        return BAD_NAME, f"{name!r}: not a picture's path within {folder}"
    if name != in_table(name):
        return UNFIT_NAME, f"{name!r}: cannot stand in a table; rename the file"
    path = folder / name
    try:
        width, height = load_image(path).size
        return PreparedImage(sha256(path), width, height)
    except ImageError as error:
        return f"picture {error.fault}", str(error)
    except OSError as error:
        return "picture broken", f"{path}: cannot be read ({reason(error)})"


def in_table(text: str) -> str:
    """A name or a message as it can stand in a table: one field of UTF-8."""
    return re.sub(r"[\t\n\r]", " ", text).encode(errors="replace").decode()
