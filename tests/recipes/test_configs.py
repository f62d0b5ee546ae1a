"""Every config of every recipe says only what the recipe understands, and says what it means."""

import json
import re
from pathlib import Path

import pytest
import torch
from recipe_options import unnamed_options
from toy_captions import write_pictures
from toy_data import LANGUAGES, reversed_words, write_prepared

from seq2seq.data.prepared import PreparedFolder
from seq2seq.data.tokenizer import Tokenizer
from seq2seq.errors import UserError
from seq2seq.folder import save_model
from seq2seq.models.encoder_decoder import CaptionerConfig, ImageEncoderConfig, build_captioner
from seq2seq.training.captioning import CaptionData, CaptioningTask
from seq2seq.training.cli import RecipeCLI, make_cli

RECIPES = Path(__file__).parents[2] / "recipes"
TRANSLATION = RECIPES / "translate_es_en" / "config.yaml"
CAPTIONS = RECIPES / "caption_flickr8k" / "config.yaml"
CONFIGS = sorted(RECIPES.rglob("*.yaml"))
OF_WRITERS = [path for path in CONFIGS if path.parent.name.startswith(("translate", "caption"))]  # others have tests


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


@pytest.fixture(scope="module")
def first_stage(toy_captions, tmp_path_factory) -> Path:
    """A model folder for the second stage to begin with."""
    prepared = PreparedFolder.open(toy_captions[0].partition("=")[2])
    config = CaptionerConfig(encoder=ImageEncoderConfig(backbone="small_cnn", weights="none", image_size=32))
    model, folder = build_captioner(config, len(prepared.tokenizer("en"))), tmp_path_factory.mktemp("first") / "model"
    save_model(folder, model, config, None, ("en", prepared.tokenizer_path("en")), card="")
    return folder


def test_there_are_configs():
    assert len(OF_WRITERS) >= 5


@pytest.mark.parametrize("config", OF_WRITERS, ids=lambda path: str(path.relative_to(RECIPES)))
def test_a_config_is_understood(config, toy, toy_captions, first_stage):
    main = CAPTIONS if config.parent.name.startswith("caption") else TRANSLATION
    if config.name == "self_critical.yaml":
        toy_captions = [*toy_captions, f"--model.start_from={first_stage}"]
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
    assert not unnamed_options(main, parse(main, main, toy, toy_captions))


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
        (["--trainer.precision=bf17"], "trainer.precision: 'bf17' is none of .*; did you mean 'bf16'"),
        (["--max-steps=3"], "max-steps: no such option; did you mean 'trainer.max_steps'"),
        (["--batch_size=3"], "batch_size: no such option; did you mean 'data.batch_size'"),
        (["--trainer.max_time=20"], "trainer.max_time: 20 is no time to train in; use DD:HH:MM:SS"),
        (["--trainer.max_time=0"], "trainer.max_time: 0 is no time to train in"),
        (["--trainer.max_time=0:0:20:0"], "trainer.max_time: 0:0:20:0 is no time to train in"),
        (["--trainer.max_time=00:00:00:00"], "trainer.max_time: .* is no time to train in"),
        (["--trainer.max_steps=0"], "trainer.max_steps: 0 would train nothing"),
        (["--trainer.max_epochs=0"], "trainer.max_epochs: 0 would train nothing"),
        (["--trainer.gradient_clip_val=-1"], r"trainer.gradient_clip_val: -1(\.0)? is below zero"),
        (["--trainer.accumulate_grad_batches=0"], "trainer.accumulate_grad_batches: 0 is too small"),
        (["--data.workers=-1"], "data.workers: -1 is too small; use 0 or more"),
        (["--seed_everything=-1"], "seed_everything: -1 is out of range"),
        (["--samples=-1"], "samples: -1 is below zero"),
        (["--inside=-1"], "inside: -1 is below zero"),
        (["--early_stopping.monitor=dev_blue"], "early_stopping.monitor: 'dev_blue' is none.*did you mean 'dev_bleu'"),
        (["--early_stopping.monitor=dev_cider"], "early_stopping.monitor: 'dev_cider' is none"),
        (["--early_stopping.mode=most"], "most"),
        (["--output=/dev/null"], "--output /dev/null: cannot be written"),
        ([f"--output={__file__}"], r"test_configs\.py is not a folder"),
        (["--output=/proc/run"], "--output /proc/run: cannot be written"),
        (["--config=/nowhere.yaml"], r"nowhere\.yaml"),
        (["--ckpt_path=/nowhere.ckpt"], r"nowhere\.ckpt"),
        (["--ckpt_path=last"], "--ckpt_path last: .* holds no run to go on with"),
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


def test_two_vocabularies_of_one_size_are_not_taken_for_one(tmp_path):
    pairs = [(source, source.replace("o", "a")) for source, _ in reversed_words(50, seed=1)]
    folder = write_prepared(tmp_path / "prepared", {"train": pairs, "dev": pairs})
    for column, language in enumerate(LANGUAGES):
        Tokenizer.train([pair[column] for pair in pairs], folder / "tokenizer" / f"{language}.model", "word", 60)
    manifest = json.loads((folder / "manifest.json").read_text())
    manifest["tokenizer"]["files"] = {language: f"tokenizer/{language}.model" for language in LANGUAGES}
    (folder / "manifest.json").write_text(json.dumps(manifest))
    toy = [f"--data.prepared={folder}", "--data.source=es", "--data.target=en", f"--output={tmp_path / 'run'}"]
    with pytest.raises(UserError, match=r"model\.model\.tied_embeddings: 'all' needs one tokenizer"):
        make_cli(TRANSLATION, [*toy, "--model.model.tied_embeddings=all"])
    make_cli(TRANSLATION, [*toy, "--model.model.tied_embeddings=decoder"])


@pytest.fixture
def checkpoint(toy, tmp_path) -> Path:
    """What a run by the toy options would leave."""
    cli = make_cli(TRANSLATION, toy)
    cli.model.trainer, cli.trainer.datamodule = cli.trainer, cli.datamodule
    content = {"state_dict": {}, "global_step": 1}
    cli.model.on_save_checkpoint(content)
    torch.save(content, tmp_path / "x.ckpt")
    return tmp_path / "x.ckpt"


def test_a_run_goes_on_with_its_own_model_and_data_only(toy, checkpoint, tmp_path):
    more = [*toy, f"--ckpt_path={checkpoint}"]
    make_cli(TRANSLATION, more)
    with pytest.raises(UserError, match=r"x\.ckpt: its model has encoder\.layers \d, but the config says 3"):
        make_cli(TRANSLATION, [*more, "--model.model.encoder.layers=3"])
    with pytest.raises(UserError, match="its model goes from es to en, but the config says en to es"):
        make_cli(TRANSLATION, [*more, "--data.source=en", "--data.target=es"])
    pairs = reversed_words(50, seed=1)
    same = write_prepared(tmp_path / "moved", {"train": pairs, "dev": pairs[:5]})
    make_cli(TRANSLATION, [*more, f"--data.prepared={same}"])
    other = write_prepared(tmp_path / "other", {"train": reversed_words(50, seed=2), "dev": pairs})
    with pytest.raises(UserError, match=r"its run had another train split than .*other holds"):
        make_cli(TRANSLATION, [*more, f"--data.prepared={other}"])


def test_starting_over_leaves_nothing_of_the_old_run_and_all_else(toy, tmp_path):
    run = tmp_path / "run"
    old = (
        "checkpoints/last.ckpt",
        "logs/version_0/x",
        "model/config.yaml",
        "model/model.safetensors",
        "scores.dev.json",
    )
    for name in old:
        (run / name).parent.mkdir(parents=True, exist_ok=True)
        (run / name).write_text("old")
    (run / "notes.txt").write_text("mine")
    arguments = [*toy, f"--output={run}", "--overwrite=true"]
    with pytest.raises(UserError, match="no language"):
        make_cli(TRANSLATION, [*arguments, "--data.source=xx"])
    assert (run / "checkpoints" / "last.ckpt").exists(), "a mistake costs nothing"
    cli = make_cli(TRANSLATION, arguments)
    assert [path.name for path in run.iterdir()] == ["notes.txt"]
    assert cli.trainer.logger.version == 0
    (run / "model").mkdir()
    (run / "model" / "thesis.txt").write_text("mine")
    with pytest.raises(UserError, match="holds something else than a model"):
        make_cli(TRANSLATION, arguments)
    assert (run / "model" / "thesis.txt").exists()
