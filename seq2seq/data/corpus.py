"""Token ids of a whole corpus on disk: flat arrays that are memory-mapped, so that a corpus may exceed memory."""

import hashlib
import itertools
from collections.abc import Sequence
from pathlib import Path
from typing import Self

import numpy as np

from seq2seq.data.prepared import IMAGE, IMAGES, PreparedFolder
from seq2seq.errors import UserError
from seq2seq.files import building_folder, sha256

CACHE = ".tokens"
_CHUNK = 10_000  # sentences tokenized at a time


class TokenArray:
    """N sentences in one flat array of ids, which may hold others besides.

    Args:
        ids: (T,) of all sentences.
        starts: (N,) where in `ids` each begins.
        lengths: (N,) tokens of each.

    >>> import numpy as np
    >>> array = TokenArray(np.array([7, 8, 9]), np.array([0, 2]), np.array([2, 1]))
    >>> len(array), array[1].tolist(), array.select(np.array([False, True]))[0].tolist()
    (2, [9], [9])
    """

    def __init__(self, ids: np.ndarray, starts: np.ndarray, lengths: np.ndarray) -> None:
        self.ids, self.starts, self.lengths = ids, starts, lengths

    def __len__(self) -> int:
        return len(self.starts)

    def __getitem__(self, index: int) -> np.ndarray:
        return self.ids[self.starts[index] : self.starts[index] + self.lengths[index]]

    def select(self, chosen: np.ndarray) -> "TokenArray":
        """The sentences where `chosen` (N,) is True; the ids stay where they are, on disk."""
        return TokenArray(self.ids, self.starts[chosen], self.lengths[chosen])


class ParallelCorpus:
    """One split of a prepared folder as ids of both sides, kept in the folder for the next time.

    Args:
        source: ids of the source sentences, or the numbers of the pictures.
        target: ids of the target sentences, as many.
    """

    def __init__(self, source: TokenArray, target: TokenArray) -> None:
        self.source, self.target = source, target

    def __len__(self) -> int:
        return len(self.source)

    @classmethod
    def open(cls, prepared: PreparedFolder, split: str, columns: Sequence[str]) -> Self:
        """Map the ids of a split's source and target column; see `open_column`."""
        return cls(*(open_column(prepared, split, column) for column in columns))


def open_column(prepared: PreparedFolder, split: str, column: str) -> TokenArray:
    """The ids of one column, row by row.

    A language's sentences are tokenized first where that has not been done with the same table and tokenizer. A
    picture is one id a row: its place, from 0, in `PreparedFolder.images`.

    Args:
        prepared: the folder.
        split: "train", "dev" or "test".
        column: a language, or "image".

    Raises:
        UserError: a split, column or table that is not there or not whole.
    """
    if column == IMAGE:
        return _number_images(prepared, split)
    table, tokenizer = prepared.table(split), prepared.tokenizer_path(column)
    key = hashlib.sha256(f"{sha256(table)} {sha256(tokenizer)}".encode()).hexdigest()[:16]
    folder = prepared.path / CACHE / f"{split}.{column}.{key}"
    if not folder.exists():
        _tokenize(prepared, split, column, folder)
    offsets = np.load(folder / "offsets.npy")
    return TokenArray(np.load(folder / "ids.npy", mmap_mode="r"), offsets[:-1], np.diff(offsets))


def _number_images(prepared: PreparedFolder, split: str) -> TokenArray:
    numbers = {name: number for number, name in enumerate(prepared.images())}
    names = prepared.column(split, IMAGE)
    unlisted = next((name for name in names if name not in numbers), None)
    if unlisted is not None:
        raise UserError(f"{prepared.table(split)}: {unlisted!r} is not in {IMAGES}; prepare the data again")
    ids = np.array([numbers[name] for name in names], dtype=np.int32)
    return TokenArray(ids, np.arange(len(names)), np.ones(len(names), dtype=np.int64))


def _tokenize(prepared: PreparedFolder, split: str, language: str, folder: Path) -> None:
    """Write ids and offsets; the folder appears whole, also when two processes make it at once."""
    tokenizer = prepared.tokenizer(language)
    column = prepared.columns.index(language)
    sentences = (row[column] for row in prepared.stream(split))
    lengths: list[int] = []
    with building_folder(folder) as building:
        with (building / "raw").open("wb") as raw:
            while texts := list(itertools.islice(sentences, _CHUNK)):
                for ids in tokenizer.encode_batch(texts):
                    lengths.append(len(ids))
                    raw.write(np.array(ids, dtype=np.int32).tobytes())
        count = sum(lengths)
        # numpy cannot map an empty file.
        flat = np.memmap(building / "raw", dtype=np.int32, mode="r") if count else np.zeros(0, dtype=np.int32)
        np.save(building / "ids.npy", flat)
        np.save(building / "offsets.npy", np.concatenate([[0], np.cumsum(lengths, dtype=np.int64)]))
        (building / "raw").unlink()
        try:
            building.rename(folder)
        except OSError:
            if not folder.exists():  # else another process was quicker, and made the same
                raise
