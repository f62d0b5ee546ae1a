"""A peer and its own Python environment, built by its recipe: what pip installs, and what is mended afterwards."""

import json
import shutil
import subprocess
import sys
from abc import ABC, abstractmethod
from dataclasses import asdict, dataclass
from pathlib import Path

from benchmarks.split import Split
from seq2seq.errors import reason
from seq2seq.files import atomic_write


class UnavailableError(Exception):
    """A system cannot be measured here; the message is one line and says why."""


@dataclass(frozen=True)
class Patch:
    """A replacement in an installed file: `old` must be there exactly once."""

    file: str  # below site-packages
    old: str
    new: str


@dataclass(frozen=True)
class Recipe:
    """How an environment is made.

    Attributes:
        installs: the arguments of each `pip install`, in order.
        patches: made afterwards, in order.
        packages: those whose versions are told beside every result.
    """

    installs: tuple[tuple[str, ...], ...]
    patches: tuple[Patch, ...]
    packages: tuple[str, ...]


@dataclass(frozen=True)
class Environment:
    """A virtual environment in `folder`, made by `recipe`."""

    folder: Path
    recipe: Recipe

    @property
    def python(self) -> Path:
        """Its interpreter."""
        return self.folder / "bin" / "python"

    def build(self) -> None:
        """Make the environment, unless it is there and made by the same recipe.

        Raises:
            UnavailableError: a step failed; nothing half-made is left.
        """
        stamp = self.folder / "recipe.json"
        made_by = json.dumps({"python": sys.version, **asdict(self.recipe)}, indent=2)
        if stamp.is_file() and stamp.read_text(encoding="utf-8") == made_by:
            return
        shutil.rmtree(self.folder, ignore_errors=True)
        try:
            self._run(sys.executable, "-m", "venv", str(self.folder))
            for install in self.recipe.installs:
                self._run(str(self.python), "-m", "pip", "install", "--quiet", *install)
            packages = Path(self._run(str(self.python), "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"))
            for patch in self.recipe.patches:
                apply_patch(packages, patch)
        except BaseException:
            shutil.rmtree(self.folder, ignore_errors=True)
            raise
        with atomic_write(stamp) as file:
            file.write(made_by)

    def versions(self) -> dict[str, str]:
        """The installed versions of Python and of the recipe's packages."""
        code = (
            "import importlib.metadata as metadata, json, platform, sys\n"
            "found = {'python': platform.python_version()}\n"
            "print(json.dumps(found | {name: metadata.version(name) for name in sys.argv[1:]}))"
        )
        return json.loads(self._run(str(self.python), "-c", code, *self.recipe.packages))

    def _run(self, *command: str) -> str:
        result = subprocess.run(command, capture_output=True, text=True)
        if result.returncode:
            raise UnavailableError(f"its environment cannot be built: {_reason(result.stderr or result.stdout)}")
        return result.stdout.strip()


@dataclass(frozen=True)
class Peer(ABC):
    """A system of others, in an environment of its own below `folder`; it learns from `split`."""

    folder: Path
    split: Split
    torch_spec: str
    name: str

    @property
    @abstractmethod
    def recipe(self) -> Recipe:
        """How it is installed."""

    @property
    def environment(self) -> Environment:
        """Where it is installed."""
        return Environment(self.folder / "environments" / self.name, self.recipe)

    def prepare(self) -> dict[str, str]:
        """Build the environment and give the versions in it."""
        self.environment.build()
        return self.environment.versions()


def apply_patch(packages: Path, patch: Patch) -> None:
    """Replace `old` by `new` in an installed file.

    Raises:
        UnavailableError: the file is not there, or does not hold `old` exactly once.
    """
    path = packages / patch.file
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise UnavailableError(f"{patch.file} is to be mended, but cannot be read ({reason(error)})") from error
    if text.count(patch.old) != 1:
        raise UnavailableError(
            f"{patch.file} is to be mended, but holds {patch.old!r} {text.count(patch.old)} times, not once"
        )
    path.write_text(text.replace(patch.old, patch.new), encoding="utf-8")


def _reason(output: str) -> str:
    """The line of a failed command's output that says why: pip's first error, or else the last line."""
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    errors = [line for line in lines if line.startswith("ERROR:")]
    return (errors or lines[-1:] or ["no message"])[0]
