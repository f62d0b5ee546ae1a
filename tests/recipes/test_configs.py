"""Every config of every recipe says only what the recipe understands, and says what it means."""

import re
from pathlib import Path

import pytest
import yaml
from toy_captions import write_pictures
from toy_data import LANGUAGES, reversed_words, write_prepared

from seq2seq.errors import UserError
from seq2seq.training.captioning import CaptionData, CaptioningTask
from seq2seq.training.cli import RecipeCLI, make_cli

RECIPES = Path(__file__).parents[2] / "recipes"
TRANSLATION = RECIPES / "translate_es_en" / "config.yaml"
CAPTIONS = RECIPES / "caption_flickr8k" / "config.yaml"
CONFIGS = sorted(RECIPES.rglob("*.yaml"))


@pytest.fixture(scope="module")
def toy_captions(tmp_path_factory) -> list[str]:
    """Options that put a few pictures in the place of the config's, and a small network in that of its backbone."""
    folder = write_pictures(tmp_path_factory.mktemp("captions") / "prepared", {"train": 8, "dev": 4})
    network = ["--model.model.encoder.backbone=small_cnn", "--model.model.encoder.weights=none"]
    output = tmp_path_factory.mktemp("output")
    return [f"--data.prepared={folder}", "--data.language=en", f"--output={output}", *network]


def parse(config: Path, main: Path, toy: list[str], toy_captions: list[str]) -> RecipeCLI:
    if config.parent.name.startswith("caption"):
        return make_cli(main, [f"--config={config}", *toy_captions], task=CaptioningTask, data=CaptionData)
    return make_cli(main, [f"--config={config}", *toy])


@pytest.fixture(scope="module")
def toy(tmp_path_factory) -> list[str]:
    """Options that put a small corpus in the place of the config's."""
    pairs = reversed_words(50, seed=1)
    folder = write_prepared(tmp_path_factory.mktemp("prepared"), {"train": pairs, "dev": pairs})
    source, target = LANGUAGES
    output = tmp_path_factory.mktemp("output")
    return [f"--data.prepared={folder}", f"--data.source={source}", f"--data.target={target}", f"--output={output}"]


def test_there_are_configs():
    assert len(CONFIGS) >= 5


@pytest.mark.parametrize("config", CONFIGS, ids=lambda path: str(path.relative_to(RECIPES)))
def test_a_config_is_understood(config, toy, toy_captions):
    main = CAPTIONS if config.parent.name.startswith("caption") else TRANSLATION
    assert parse(config, main, toy, toy_captions).model.config.decoder.layers >= 1


@pytest.mark.parametrize("config", CONFIGS, ids=lambda path: str(path.relative_to(RECIPES)))
def test_every_key_is_explained(config):
    lines = config.read_text(encoding="utf-8").splitlines()
    assert lines[0].startswith("# ")
    assert any(line.startswith("#   python") for line in lines), "the header has no command"
    for line in lines:
        if re.match(r"\s*[a-z_0-9]+: *[^ #]", line):
            assert re.search(r"\S  +# \S", line), f"no comment: {line}"
        assert len(line) <= 132


@pytest.mark.parametrize("main", [TRANSLATION, CAPTIONS], ids=lambda path: path.parent.name)
def test_the_main_config_names_every_option_of_task_and_data(main, toy, toy_captions):
    """So that whoever looks for a setting finds it there."""
    given = yaml.safe_load(main.read_text(encoding="utf-8"))
    config = parse(main, main, toy, toy_captions).config
    for part in ("data", "model", "average"):
        linked = {"seed", "source_vocab_size", "target_vocab_size"}
        assert missing(config[part].as_dict(), given.get(part, {})) <= linked


def missing(whole: dict, part: dict) -> set[str]:
    names = whole.keys() - part.keys()
    for name in whole.keys() & part.keys():
        if isinstance(whole[name], dict):
            names |= missing(whole[name], part[name])
    return names


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--data.batchsize=3"], "data.batchsize: no such option; did you mean 'data.batch_size'"),
        (["--model.model.encoder.hiden_size=3"], "did you mean 'model.model.encoder.hidden_size'"),
        (["--trainer.max_epoch=3"], "trainer.max_epoch: no such option; did you mean 'trainer.max_epochs'"),
        (["--data.batch_size=many"], "data.batch_size.*many"),
        (["--model.model.encoder.cell=lstn"], "cell.*lstn"),
        (["--data.batch_size=0"], "data.batch_size: 0 is too small"),
        (["--data.source=fr"], "no language 'fr'"),
        (["--data.prepared=/nowhere"], "no prepared folder"),
        (["--model.model.encoder.layers=0"], "layers: 0 is not from 1"),
        (["--model.optimizer.label_smoothing=1"], "label_smoothing: 1.0 is out of range"),
        (["--average.decay=1"], "average.decay: 1.0 is out of range"),
        (["--trainer.max_time=20"], r"trainer.*20"),
        (["--config=/nowhere.yaml"], r"nowhere\.yaml"),
        (["--ckpt_path=/nowhere.ckpt"], r"nowhere\.ckpt"),
    ],
)
def test_a_mistake_is_told_in_one_line(toy, arguments, told):
    with pytest.raises(UserError, match=told) as caught:
        make_cli(TRANSLATION, [*toy, *arguments])
    assert len(str(caught.value).splitlines()) == 1
    assert len(str(caught.value)) < 300


def test_an_unknown_key_in_a_file_is_told(toy, tmp_path):
    (tmp_path / "mine.yaml").write_text("data:\n  batchsize: 3\n", encoding="utf-8")
    with pytest.raises(UserError, match=r"data\.batchsize: no such option; did you mean 'data\.batch_size'"):
        make_cli(TRANSLATION, [*toy, f"--config={tmp_path / 'mine.yaml'}"])
