import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
# Stands for python, for the one in .venv and for uv, and writes down how it was called.
PROGRAM = """#!/bin/sh
echo "$(basename "$0") $*" >> calls.txt
case "$(basename "$0") $*" in
  *"-m venv"*) mkdir -p .venv/bin && cp "$0" .venv/bin/python && cp "$0" .venv/bin/uv ;;
  uv*) exit {uv} ;;
esac
"""


@pytest.mark.skipif(shutil.which("make") is None, reason="there is no make")
def test_clean_takes_away_what_the_demo_and_the_recipes_draw(tmp_path):
    shutil.copy(ROOT / "Makefile", tmp_path)
    for folder in ("prepared/demo", "prepared/demo_scenes", "prepared/tiny_scenes", "prepared/mine", "runs/demo"):
        (tmp_path / folder).mkdir(parents=True)
    subprocess.run(["make", "clean"], cwd=tmp_path, check=True, capture_output=True)
    assert [path.name for path in (tmp_path / "prepared").iterdir()] == ["mine"]
    assert not list((tmp_path / "runs").iterdir())


@pytest.mark.skipif(shutil.which("make") is None, reason="there is no make")
@pytest.mark.parametrize(("uv", "pip_installs"), [(0, False), (1, True)])
def test_where_uv_cannot_install_pip_does(tmp_path, uv, pip_installs):
    for name in ("Makefile", "pyproject.toml"):
        shutil.copy(ROOT / name, tmp_path)
    python = tmp_path / "python"
    python.write_text(PROGRAM.format(uv=uv))
    python.chmod(0o755)
    environment = {key: value for key, value in os.environ.items() if not key.startswith("MAKE")}
    done = subprocess.run(
        ["make", "setup", f"PYTHON={python}"], cwd=tmp_path, env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    calls = (tmp_path / "calls.txt").read_text()
    assert "--editable .[dev]" in calls.splitlines()[3]
    assert ("python -m pip install --quiet --disable-pip-version-check --editable .[dev]" in calls) == pip_installs
