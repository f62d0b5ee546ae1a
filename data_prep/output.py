"""Writing a folder that is either whole or not there."""

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from seq2seq.data.prepared import MANIFEST
from seq2seq.errors import UserError


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
def output_folder(output: Path, force: bool) -> Iterator[Path]:
    """Yield an empty folder that becomes `output` when the block ends well and is removed when it does not.

    Raises:
        UserError: `output` is there already (see `check_output`), or cannot be made.
    """
    check_output(output, force)
    try:
        output.parent.mkdir(parents=True, exist_ok=True)
        # Side by side with the output, so that the renaming at the end is one step.
        building = Path(tempfile.mkdtemp(prefix=f".{output.name}.", dir=output.parent))
    except OSError as error:
        raise UserError(f"--output {output}: cannot be made ({error.strerror})") from error
    try:
        umask = os.umask(0)
        os.umask(umask)
        building.chmod(0o777 & ~umask)  # mkdtemp makes it private to the user
        yield building
        check_output(output, force)
        if output.exists():
            old = building.with_name(f"{building.name}.old")
            output.rename(old)
            try:
                building.rename(output)
            except BaseException:
                old.rename(output)
                raise
            shutil.rmtree(old)
        else:
            building.rename(output)
    except BaseException as error:
        shutil.rmtree(building, ignore_errors=True)
        if isinstance(error, OSError):
            raise UserError(f"--output {output}: cannot be written ({error.strerror or error})") from error
        raise
