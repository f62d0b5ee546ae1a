"""What a frozen backbone sees in every picture of a corpus: computed once, kept on disk.

    <prepared>/.features/contents.json         each picture's size, times and hash: it is read again only when changed
    <prepared>/.features/<key>/about.json      backbone, cut, weights, transform and views; the key is the hash of it
                               pictures.txt    the hash of each picture that is done, a line each
                               features.bin    their features in the same order: (pictures, views, cells, features)

The last two only ever grow. Features are on disk before their picture's line is, so that a run that is killed leaves
at most some features without a line, which the next run cuts off. A picture is known by the hash of its bytes: one that
changes is computed anew, and equal ones share.
"""

import contextlib
import hashlib
import json
import os
import shutil
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, Self

import numpy as np
import torch
from filelock import FileLock, Timeout
from torch import Tensor

from seq2seq.data.contents import content_hashes
from seq2seq.data.extraction import PictureNet, extract
from seq2seq.data.prepared import PreparedFolder
from seq2seq.data.views import PLAIN, View, check_views
from seq2seq.errors import UserError, reason
from seq2seq.files import atomic_write
from seq2seq.progress import counting, working

CACHE = ".features"
_FORMAT = 2  # 2: large JPEG files are decoded at a part of their size
_SECONDS_BETWEEN_COMMITS = 5.0
_HASH_LINE = 65  # 64 hexadecimal digits and a line feed


class FeatureCache:
    """Features of pictures, memory-mapped. Letters: P cells of a picture's grid, C features of a cell.

    Args:
        features: (pictures on disk, views, P, C).
        rows: the row of each picture's name in `features`; pictures with the same bytes share one.
        grid: rows and columns of the cells.
    """

    def __init__(self, features: np.ndarray, rows: Mapping[str, int], grid: tuple[int, int]) -> None:
        self._features, self._rows, self.grid = features, rows, grid

    def __len__(self) -> int:
        return len(self._rows)

    @property
    def views(self) -> int:
        """How many ways each picture is seen in; number 0 is the plain picture."""
        return self._features.shape[1]

    def rows(self, names: Sequence[str]) -> np.ndarray:
        """Where the pictures' features are, for `batch`."""
        return np.array([self._rows[name] for name in names], dtype=np.int64)

    def batch(self, rows: Sequence[int] | np.ndarray, views: int | Sequence[int] | np.ndarray = 0) -> Tensor:
        """(B, P, C) features, in the precision in which they are kept, of B rows, in one view or one view each."""
        return torch.from_numpy(np.asarray(self._features[np.asarray(rows), np.asarray(views)]))

    def __getitem__(self, picture: tuple[str, int]) -> Tensor:
        """(P, C) features of a picture by its name, in a view by its number."""
        name, view = picture
        return self.batch(self.rows([name]), view)[0]

    def __reduce__(self) -> tuple[Any, ...]:
        """Another process maps the same file, where numpy would send it a copy."""
        mapped = self._features
        if not isinstance(mapped, np.memmap):
            return type(self), (mapped, self._rows, self.grid)
        return _reopen, (type(self), mapped.filename, mapped.dtype, mapped.shape, self._rows, self.grid)

    @classmethod
    def open(
        cls,
        prepared: PreparedFolder,
        backbone: PictureNet,
        views: Sequence[View] = (PLAIN,),
        batch_size: int = 32,
        half: bool = True,
    ) -> Self:
        """The features of all pictures of a prepared folder; those that are not there yet are computed.

        Args:
            prepared: a folder of captions.
            backbone: frozen, on the device where it shall compute.
            views: how each picture is seen; see `seq2seq.data.views.view_square`.
            batch_size: pictures that go through the backbone at once.
            half: keep them in half precision; else in single.

        Raises:
            UserError: wrong views, a picture that cannot be read, a folder that cannot be written or has too little
                room, or features that half precision cannot hold.
            ValueError: the backbone is trained, so that its features would change.
        """
        files = {name: prepared.image_path(name) for name in prepared.images()}
        return cls.of_files(prepared.path / CACHE, files, backbone, views, batch_size, half)

    @classmethod
    def of_files(
        cls,
        folder: Path,
        files: Mapping[str, Path],
        backbone: PictureNet,
        views: Sequence[View] = (PLAIN,),
        batch_size: int = 32,
        half: bool = True,
    ) -> Self:
        """As `open`, for any pictures (paths by name) and any folder to keep them in."""
        check_views(views, "views")
        if not backbone.frozen:
            raise ValueError("the backbone is trained, so that its features change; only a frozen one's can be kept")
        about = _about(backbone, views, half)
        store = _Store(folder, about)
        hashes = content_hashes(files, folder / "contents.json")
        rows = store.rows()
        if not rows.keys() >= set(hashes.values()):
            with store.locked():
                rows = store.rows()
                missing = {digest: files[name] for name, digest in hashes.items() if digest not in rows}
                store.make_room(len(missing))
                _compute(store, missing, len(set(hashes.values())), backbone.fused(), views, batch_size)
            rows = store.rows()
        return cls(store.map(), {name: rows[digest] for name, digest in hashes.items()}, backbone.grid)


def _reopen(kind: type[FeatureCache], path: str, dtype: np.dtype, shape: tuple[int, ...], *rest: Any) -> FeatureCache:
    return kind(np.memmap(path, dtype, mode="r", shape=shape), *rest)


def _about(backbone: PictureNet, views: Sequence[View], half: bool) -> dict[str, Any]:
    """All that the features of a picture depend on, but the picture."""
    return {
        "format": _FORMAT,
        "backbone": backbone.name,
        "layer": backbone.layer,
        "weights": backbone.fingerprint(),
        "transform": asdict(backbone.transform),
        "views": list(views),
        "shape": [len(views), backbone.grid[0] * backbone.grid[1], backbone.size],
        "dtype": "float16" if half else "float32",
    }


def _compute(
    store: "_Store",
    missing: Mapping[str, Path],
    total: int,
    backbone: PictureNet,
    views: Sequence[View],
    batch_size: int,
) -> None:
    """Add the features of pictures, their files by their hashes."""
    hashes = list(missing)
    done = 0
    pictures = [(path, digest) for digest, path in missing.items()]
    before = total - len(missing)
    with counting("computing features", "pictures", total=total, done=before) as counter, store.appending() as append:
        for features in extract(backbone, pictures, views, batch_size):
            append(hashes[done : done + len(features)], features)
            done += len(features)
            counter.show(before + done)


class _Store:
    """The files of one kind of features."""

    def __init__(self, folder: Path, about: dict[str, Any]) -> None:
        self._about = json.dumps(about, indent=2)
        self.folder = folder / hashlib.sha256(self._about.encode()).hexdigest()[:16]
        self._pictures, self._features = self.folder / "pictures.txt", self.folder / "features.bin"
        self._shape, self._dtype = tuple(about["shape"]), np.dtype(about["dtype"])
        self._bytes = int(np.prod(self._shape)) * self._dtype.itemsize  # of a picture

    def rows(self) -> dict[str, int]:
        """The row of each picture that is done, by its hash."""
        try:
            lines = self._pictures.read_bytes()
            count = min(len(lines) // _HASH_LINE, self._features.stat().st_size // self._bytes)
        except FileNotFoundError:
            return {}
        except OSError as error:
            raise UserError(f"{self.folder}: cannot be read ({reason(error)})") from error
        return {lines[row * _HASH_LINE : (row + 1) * _HASH_LINE - 1].decode("latin-1"): row for row in range(count)}

    def map(self) -> np.ndarray:
        """(pictures, views, P, C) all that is done."""
        count = len(self.rows())
        if not count:  # numpy cannot map an empty file
            return np.zeros((0, *self._shape), self._dtype)
        return np.memmap(self._features, self._dtype, mode="r", shape=(count, *self._shape))

    @contextlib.contextmanager
    def locked(self) -> Iterator[None]:
        """Keep other processes from adding features while the block runs; wait first for one that does."""
        try:
            with atomic_write(self.folder / "about.json") as file:
                file.write(self._about)
            lock = FileLock(self.folder / "lock")
            try:
                lock.acquire(timeout=0)
            except Timeout:
                with working(f"{self.folder}: another process computes these features; waiting for it"):
                    lock.acquire()
        except OSError as error:
            raise UserError(f"{self.folder}: cannot be written ({reason(error)})") from error
        try:
            yield
        finally:
            lock.release()

    def make_room(self, pictures: int) -> None:
        """See that the features of so many more pictures will fit.

        Raises:
            UserError: they will not.
        """
        due, free = pictures * self._bytes, shutil.disk_usage(self.folder).free
        if due > free:
            raise UserError(
                f"{self.folder}: the features of {pictures:,} pictures take {due / 1e9:.1f} GB, but only "
                f"{free / 1e9:.1f} GB are free; make room, or use fewer views"
            )

    @contextlib.contextmanager
    def appending(self) -> Iterator[Callable[[Sequence[str], Tensor], None]]:
        """Yield a function that adds hashes and features (N, views, P, C) of N pictures; what it took stays."""
        count = len(self.rows())
        try:
            with self._features.open("ab") as features_file, self._pictures.open("ab") as pictures_file:
                features_file.truncate(count * self._bytes)
                pictures_file.truncate(count * _HASH_LINE)
                written: list[str] = []
                committed = time.monotonic()

                def commit() -> None:
                    nonlocal committed
                    features_file.flush()
                    os.fsync(features_file.fileno())
                    pictures_file.write("".join(f"{digest}\n" for digest in written).encode())
                    pictures_file.flush()
                    written.clear()
                    committed = time.monotonic()

                def append(hashes: Sequence[str], features: Tensor) -> None:
                    features_file.write(self._encode(features).data)
                    written.extend(hashes)
                    if time.monotonic() - committed > _SECONDS_BETWEEN_COMMITS:
                        commit()

                try:
                    yield append
                finally:
                    commit()
        except OSError as error:
            raise UserError(
                f"{self.folder}: cannot be written ({reason(error)}); what was computed before is kept"
            ) from error

    def _encode(self, features: Tensor) -> np.ndarray:
        lowest, highest = features.aminmax()
        limit = np.finfo(self._dtype).max
        if not (-limit <= lowest and highest <= limit):  # a NaN is neither
            raise UserError(
                f"features from {lowest:.3g} to {highest:.3g} cannot be kept as {self._dtype}, which ends at "
                f"{limit:.3g}; cut the backbone at another layer, or see whether its weights are whole"
            )
        return features.to(getattr(torch, self._dtype.name)).contiguous().numpy()
