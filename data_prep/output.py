"""Writing a folder that is either whole or not there."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

from seq2seq.data.prepared import MANIFEST
from seq2seq.errors import UserError
from seq2seq.files import atomic_folder


def check_output(output: Path, force: bool) -> None:
    """Refuse an output folder that is there already, unless `force`, and then one that is no prepared folder.

    Raises:
        UserError: with what to do.
    """
    if not output.exists() and not output.is_symlink():
        return
    if not force:
        raise UserError(f"--output {output}: is there already; choose another, or replace it with --force")
    if not output.is_dir() or output.is_symlink() or (any(output.iterdir()) and not (output / MANIFEST).is_file()):
        raise UserError(f"--output {output}: --force replaces only prepared folders, and this is none; choose another")


@contextlib.contextmanager
def no_empty_parents(path: Path) -> Iterator[None]:
    """Remove at the end what the block made of the folders above `path`, where nothing is in them."""
    missing = [parent for parent in path.parents if not parent.exists()]
    try:
        yield
    finally:
        for parent in missing:
            with contextlib.suppress(OSError):  # not made, or no longer empty
                parent.rmdir()


@contextlib.contextmanager
def output_folder(output: Path, force: bool) -> Iterator[Path]:
    """Yield an empty folder that becomes `output` when the block ends well and is removed when it does not.

    Raises:
        UserError: `output` is there already (see `check_output`), or cannot be written.
    """
    check_output(output, force)
    with no_empty_parents(output), atomic_folder(output) as building:
        yield building
        check_output(output, force)
