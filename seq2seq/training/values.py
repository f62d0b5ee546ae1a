"""Values that Lightning takes and then fails on, or trains nothing with: refused before anything is made."""

import os
import re
import tempfile
from datetime import timedelta
from pathlib import Path
from typing import Any

from seq2seq.errors import UserError, reason

_LARGEST_SEED = 2**32 - 1


def check_values(config: Any) -> None:
    """Check the options of a run that Lightning does not check by itself.

    Args:
        config: the whole config, as jsonargparse gives it.

    Raises:
        UserError: a value that is out of range.
    """
    trainer = config.trainer
    if not 0 <= config.seed_everything <= _LARGEST_SEED:
        raise UserError(f"seed_everything: {config.seed_everything} is out of range; use 0 to {_LARGEST_SEED}")
    if config.samples < 0:
        raise UserError(f"samples: {config.samples} is below zero; use 0 (none) or more")
    if config.inside < 0:
        raise UserError(f"inside: {config.inside} is below zero; use 0 (only at the end) or more")
    if trainer.accumulate_grad_batches < 1:
        raise UserError(
            f"trainer.accumulate_grad_batches: {trainer.accumulate_grad_batches} is too small; use 1 or more"
        )
    for name in ("max_steps", "max_epochs"):
        limit = getattr(trainer, name)
        if limit is not None and limit != -1 and limit < 1:
            raise UserError(f"trainer.{name}: {limit} would train nothing; use 1 or more, or -1 for no limit")
    _check_time(trainer.max_time)
    if trainer.gradient_clip_val is not None and not trainer.gradient_clip_val >= 0:
        raise UserError(f"trainer.gradient_clip_val: {trainer.gradient_clip_val} is below zero; use 0 (off) or more")


def _check_time(limit: Any) -> None:
    """Refuse a time limit, in any of the forms that Lightning takes, that is none or leaves no time."""
    if limit is None:
        return
    try:
        if isinstance(limit, str):
            if not re.fullmatch(r"\d+:\d\d:\d\d:\d\d", limit):
                raise ValueError(limit)
            days, hours, minutes, seconds = map(int, limit.split(":"))
            limit = timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)
        elif isinstance(limit, dict):
            limit = timedelta(**limit)
        if not limit > timedelta():
            raise ValueError(limit)
    except (ValueError, TypeError, OverflowError):
        raise UserError(
            f"trainer.max_time: {limit} is no time to train in; use DD:HH:MM:SS, as in 00:00:20:00 for twenty minutes, "
            "or null for no limit"
        ) from None


def check_folder(output: Path) -> None:
    """Refuse a run's folder that cannot be made or written.

    Raises:
        UserError: it is a file, or nothing can be made in it or in the folder that it would be made in.
    """
    folder = output.absolute()
    while not os.path.exists(folder):
        folder = folder.parent
    if not folder.is_dir():
        raise UserError(f"--output {output}: cannot be written ({folder} is not a folder)")
    try:
        tempfile.TemporaryDirectory(dir=folder).cleanup()  # a file system may refuse what its permissions allow
    except OSError as error:
        raise UserError(f"--output {output}: cannot be written ({folder}: {reason(error)})") from error
