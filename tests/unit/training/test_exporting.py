from pathlib import Path

import pytest
import torch
from toy_captions import write_pictures
from toy_checkpoints import write_checkpoint
from toy_data import reversed_words, write_prepared

from seq2seq.cli import export as command
from seq2seq.errors import UserError
from seq2seq.folder import load_model
from seq2seq.training.exporting import Checkpoint, export


@pytest.fixture(scope="module")
def prepared(tmp_path_factory) -> Path:
    return write_prepared(tmp_path_factory.mktemp("prepared"), {"train": reversed_words(20, seed=1)})


def test_a_model_folder_has_the_checkpoints_weights(prepared, tmp_path):
    weights = write_checkpoint(tmp_path / "a.ckpt", prepared)
    export([tmp_path / "a.ckpt"], tmp_path / "model")
    loaded = load_model(tmp_path / "model")
    assert (loaded.source.code, loaded.target.code) == ("es", "en")
    assert loaded.settings["extra"]["steps"] == [70]
    assert all(torch.equal(tensor, weights[name]) for name, tensor in loaded.model.state_dict().items())
    card = (tmp_path / "model" / "card.md").read_text()
    assert "CC0" in card
    assert "70 steps" in card


def test_of_several_checkpoints_the_mean_is_taken(prepared, tmp_path):
    paths = [tmp_path / f"{seed}.ckpt" for seed in (1, 2)]
    first, second = (write_checkpoint(path, prepared, seed) for seed, path in enumerate(paths, start=1))
    export(paths, tmp_path / "model")
    for name, tensor in load_model(tmp_path / "model").model.state_dict().items():
        assert torch.allclose(tensor, (first[name] + second[name]) / 2)


def test_the_command_exports(seq2seq_words, prepared, tmp_path):
    write_checkpoint(tmp_path / "a.ckpt", Path("/moved"))
    seq2seq_words(tmp_path / "a.ckpt", tmp_path / "model", "--data", prepared)
    assert load_model(tmp_path / "model").model


def test_a_model_is_replaced_only_where_that_is_asked_for(seq2seq_words, prepared, tmp_path):
    write_checkpoint(tmp_path / "a.ckpt", prepared)
    words = (tmp_path / "a.ckpt", tmp_path / "model")
    seq2seq_words(*words)
    (tmp_path / "model" / "scores.json").write_text("{}")
    with pytest.raises(UserError, match=r"model: holds a model already; .* --overwrite$"):
        seq2seq_words(*words)
    assert (tmp_path / "model" / "scores.json").exists()
    seq2seq_words(*words, "--overwrite")
    assert not (tmp_path / "model" / "scores.json").exists()


@pytest.fixture
def seq2seq_words():
    """A function that runs `seq2seq export` with these words."""
    from seq2seq.cli.arguments import Parser

    def run(*words) -> None:
        parser = Parser()
        command.configure(parser)
        command.run(parser.parse_args([str(word) for word in words]))

    return run


def test_different_models_are_not_averaged(prepared, tmp_path):
    write_checkpoint(tmp_path / "a.ckpt", prepared)
    write_checkpoint(tmp_path / "b.ckpt", prepared, hidden=12)
    with pytest.raises(UserError, match=r"b\.ckpt: another model"):
        export([tmp_path / "a.ckpt", tmp_path / "b.ckpt"], tmp_path / "model")
    assert not (tmp_path / "model").exists()


def test_data_that_does_not_fit_is_told(prepared, tmp_path):
    other = write_prepared(tmp_path / "other", {"train": reversed_words(20, seed=1)}, kind="char")
    write_checkpoint(tmp_path / "a.ckpt", prepared)
    with pytest.raises(UserError, match="does not fit the data"):
        export([tmp_path / "a.ckpt"], tmp_path / "model", other)


def test_data_of_another_language_or_task_are_told(prepared, tmp_path):
    write_checkpoint(tmp_path / "a.ckpt", prepared)
    pairs = write_prepared(tmp_path / "pairs", {"train": reversed_words(20, seed=1)}, languages=("es", "fr"))
    pictures = write_pictures(tmp_path / "pictures", {"train": 2})
    for data, told in ((pairs, r"translation \(es and fr\)"), (pictures, r"captions \(image and en\)")):
        with pytest.raises(UserError, match=rf"{data}: prepared for {told}, but .* translation \(es and en\); name by"):
            export([tmp_path / "a.ckpt"], tmp_path / "model", data)
    assert not (tmp_path / "model").exists()


def test_a_checkpoint_from_before_an_option_existed_is_read(prepared, tmp_path):
    write_checkpoint(tmp_path / "a.ckpt", prepared)
    content = torch.load(tmp_path / "a.ckpt", weights_only=True)
    del content["seq2seq"]["model"]["decoder"]["attention_gate"], content["seq2seq"]["task"]
    torch.save(content, tmp_path / "older.ckpt")
    assert Checkpoint.load(tmp_path / "older.ckpt").config == Checkpoint.load(tmp_path / "a.ckpt").config


def test_a_checkpoint_with_an_option_of_a_later_version_is_told(prepared, tmp_path):
    write_checkpoint(tmp_path / "a.ckpt", prepared, model={"decoder": {"telepathy": True}})
    with pytest.raises(UserError, match=r"a\.ckpt: 'telepathy': no such option of decoder"):
        Checkpoint.load(tmp_path / "a.ckpt")


@pytest.mark.parametrize("content", [b"", b"not a checkpoint", b"PK\x03\x04", None])
def test_what_is_no_checkpoint_is_told(tmp_path, content):
    path = tmp_path / "x.ckpt"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(UserError, match=r"x\.ckpt: (cannot be read|not a checkpoint)") as told:
        Checkpoint.load(path)
    assert "weights_only" not in str(told.value)


@pytest.mark.filterwarnings("ignore:Using a non-tuple sequence")
def test_another_programs_checkpoint_is_told(tmp_path):
    for content in ({"state_dict": {}}, torch.zeros(2), [torch.zeros(2)], None):
        torch.save(content, tmp_path / "x.ckpt")
        with pytest.raises(UserError, match="not a checkpoint of this toolkit"):
            Checkpoint.load(tmp_path / "x.ckpt")


class Evil:
    """Unpickled, it makes a file."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self):
        return (Path.touch, (self.path,))


def test_a_checkpoint_cannot_execute_anything(tmp_path):
    trap = tmp_path / "sprung"
    torch.save({"seq2seq": Evil(trap)}, tmp_path / "x.ckpt")
    with pytest.raises(UserError, match=r"not a checkpoint of this toolkit, or a damaged one$"):
        Checkpoint.load(tmp_path / "x.ckpt")
    assert not trap.exists()
    torch.load(tmp_path / "x.ckpt", weights_only=False)
    assert trap.exists(), "the trap works"
