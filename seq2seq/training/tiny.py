"""What `--tiny` of a recipe trains on, which the recipe makes itself."""

import subprocess
import sys
from pathlib import Path

from seq2seq.data.prepared import MANIFEST
from seq2seq.errors import UserError


def prepare_tiny(folder: str, module: str, *options: str) -> None:
    """Prepare the data of a recipe's tiny.yaml, where `--tiny` asks for them and they are not there.

    Args:
        folder: the prepared folder that tiny.yaml names.
        module: the command of `data_prep` that makes it.
        options: of that command, but for its output.

    Raises:
        UserError: it could not.
    """
    other_data = any(word.startswith("--data.prepared") for word in sys.argv)
    if "--tiny" not in sys.argv or other_data or (Path(folder) / MANIFEST).exists():
        return
    if subprocess.run([sys.executable, "-m", module, "--output", folder, *options]).returncode:
        raise UserError(f"{folder}: could not be prepared by {module}; what was said above tells why")
