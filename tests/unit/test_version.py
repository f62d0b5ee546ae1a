import shutil
import subprocess

import pytest

from seq2seq import version


@pytest.fixture
def checkout(tmp_path, monkeypatch):
    """A checkout that holds a package's file, for which the toolkit's own is taken."""
    if shutil.which("git") is None:
        pytest.skip("there is no git")
    (tmp_path / "package").mkdir()
    (tmp_path / "package" / "version.py").write_text("")
    for words in (["init", "-q"], ["add", "."], ["commit", "-q", "-m", "first"]):
        name = ["-c", "user.name=a", "-c", "user.email=a@example.org"]
        subprocess.run(["git", *name, *words], cwd=tmp_path, check=True)
    monkeypatch.setattr(version, "__file__", str(tmp_path / "package" / "version.py"))
    version.toolkit_version.cache_clear()
    yield tmp_path
    version.toolkit_version.cache_clear()


def test_the_commit_is_told_and_whether_files_differ_from_it(checkout):
    told = version.commit(checkout)
    head = subprocess.run(["git", "rev-parse", "HEAD"], cwd=checkout, capture_output=True, text=True).stdout
    assert head.startswith(told)
    assert version.toolkit_version().endswith(f" (commit {told})")
    (checkout / "package" / "version.py").write_text("changed")
    assert version.commit(checkout) == f"{told}+"


def test_a_package_within_another_ones_checkout_has_no_commit(checkout, monkeypatch):
    monkeypatch.setattr(version, "__file__", str(checkout / "package" / "site-packages" / "version.py"))
    assert "commit" not in version.toolkit_version()


def test_without_git_there_is_none(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", "")
    assert version.commit(tmp_path) is None
