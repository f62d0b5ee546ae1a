import pytest

from data_prep.output import output_folder
from seq2seq.errors import UserError


def _prepared(path, content="old"):
    path.mkdir()
    (path / "manifest.json").write_text(content)


def test_the_folder_appears_at_the_end_only(tmp_path):
    output = tmp_path / "deep" / "out"
    with output_folder(output, force=False) as folder:
        (folder / "manifest.json").write_text("new")
        assert not output.exists()
    assert [file.name for file in output.iterdir()] == ["manifest.json"]
    assert output.stat().st_mode & 0o777 == tmp_path.joinpath("deep").stat().st_mode & 0o777
    assert list(output.parent.iterdir()) == [output]


@pytest.mark.parametrize(
    ("error", "told"),
    [(UserError("why"), "why"), (KeyboardInterrupt(), "^$"), (OSError(28, "disk full"), "out: .*disk full")],
)
def test_a_failure_leaves_what_was_there(tmp_path, error, told):
    _prepared(tmp_path / "out")

    def fail_in_the_middle():
        with output_folder(tmp_path / "out", force=True) as folder:
            (folder / "manifest.json").write_text("new")
            raise error

    with pytest.raises((UserError, KeyboardInterrupt), match=told):
        fail_in_the_middle()
    assert (tmp_path / "out" / "manifest.json").read_text() == "old"
    assert list(tmp_path.iterdir()) == [tmp_path / "out"]


def test_force_replaces_a_prepared_folder(tmp_path):
    _prepared(tmp_path / "out")
    (tmp_path / "out" / "stale.tsv").write_text("")
    with output_folder(tmp_path / "out", force=True) as folder:
        (folder / "manifest.json").write_text("new")
    assert [file.read_text() for file in (tmp_path / "out").iterdir()] == ["new"]
    assert list(tmp_path.iterdir()) == [tmp_path / "out"]


def test_a_rename_that_fails_puts_the_old_folder_back(tmp_path, monkeypatch):
    _prepared(tmp_path / "out")
    rename, number = type(tmp_path).rename, iter(range(3))

    def failing(path, target):
        if next(number) == 1:
            raise OSError(13, "Permission denied")
        return rename(path, target)

    monkeypatch.setattr(type(tmp_path), "rename", failing)
    with (
        pytest.raises(UserError, match="cannot be written \\(Permission denied\\)"),
        output_folder(tmp_path / "out", force=True) as folder,
    ):
        (folder / "manifest.json").write_text("new")
    assert (tmp_path / "out" / "manifest.json").read_text() == "old"
    assert list(tmp_path.iterdir()) == [tmp_path / "out"]


def test_what_is_in_the_way_is_kept(tmp_path):
    _prepared(tmp_path / "prepared")
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "thesis.txt").write_text("mine")
    (tmp_path / "file").write_text("mine")
    (tmp_path / "link").symlink_to(tmp_path / "prepared")
    table = [
        ("prepared", False, "--force"),
        ("home", True, "this is none"),
        ("file", True, "none"),
        ("link", True, "none"),
    ]
    for name, force, told in table:
        with pytest.raises(UserError, match=told), output_folder(tmp_path / name, force):
            pass
    with pytest.raises(UserError, match="cannot be written"), output_folder(tmp_path / "file" / "out", False):
        pass
    assert len(list(tmp_path.iterdir())) == 4
