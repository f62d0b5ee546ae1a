"""Which version of the toolkit this is, so that two records that disagree can be told apart."""

import functools
import importlib.metadata
import subprocess
from pathlib import Path


@functools.cache
def toolkit_version() -> str:
    """The version; run from a git checkout, with its commit: "0.1.0 (commit 0123456789ab+)" (see `commit`)."""
    version = importlib.metadata.version("seq2seq")
    checkout = Path(__file__).parents[1]
    # Installed into a folder within somebody else's checkout, the toolkit is of none.
    found = commit(checkout) if (checkout / ".git").exists() else None
    return version if found is None else f"{version} (commit {found})"


def commit(folder: Path) -> str | None:
    """The git commit of a checkout, with a "+" when files differ from it; None where there is no git."""
    try:
        result = subprocess.run(
            ["git", "--no-optional-locks", "describe", "--always", "--dirty=+", "--abbrev=12"],
            cwd=folder,
            capture_output=True,
            text=True,
        )
    except OSError:
        return None
    return result.stdout.strip() or None
