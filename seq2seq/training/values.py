"""Values that Lightning takes and then fails on, or trains nothing with: refused before anything is made."""

import os
from pathlib import Path
from typing import Any

from seq2seq.errors import UserError

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
    if trainer.accumulate_grad_batches < 1:
        raise UserError(
            f"trainer.accumulate_grad_batches: {trainer.accumulate_grad_batches} is too small; use 1 or more"
        )
    for name in ("max_steps", "max_epochs"):
        limit = getattr(trainer, name)
        if limit is not None and limit != -1 and limit < 1:
            raise UserError(f"trainer.{name}: {limit} would train nothing; use 1 or more, or -1 for no limit")
    if trainer.gradient_clip_val is not None and not trainer.gradient_clip_val >= 0:
        raise UserError(f"trainer.gradient_clip_val: {trainer.gradient_clip_val} is below zero; use 0 (off) or more")


def check_folder(output: Path) -> None:
    """Refuse a run's folder that cannot be made or written.

    Raises:
        UserError: it is a file, or it or the folder that it would be made in is not the user's to write.
    """
    folder = output.absolute()
    while not os.path.exists(folder):
        folder = folder.parent
    if not folder.is_dir() or not os.access(folder, os.W_OK):
        raise UserError(f"--output {output}: cannot be written ({folder} is not a folder, or not yours to write)")
