import json
import os
import pickle
import struct
import subprocess
import sys
from dataclasses import replace

import pytest
import safetensors.torch
import torch
import yaml

from seq2seq import folder as folder_module
from seq2seq.data.tokenizer import Tokenizer
from seq2seq.errors import UserError
from seq2seq.folder import load_model, save_model
from seq2seq.models.encoder_decoder import DecoderConfig, EncoderConfig, ModelConfig, build_model
from seq2seq.recurrent import CELLS

TEXT = ["a small house", "the tall tree is here", "houses and trees", "he walks home", "no one knows"]
ENCODER = EncoderConfig(hidden_size=6, layers=2)
DECODER = DecoderConfig(hidden_size=12, layers=2)
CONFIGS = {
    "default": ModelConfig(8, "decoder", ENCODER, DECODER),
    "tied all": ModelConfig(8, "all", ENCODER, replace(DECODER, layer_norm=True, residual=True)),
    "untied gru": ModelConfig(8, "none", replace(ENCODER, cell="gru"), replace(DECODER, cell="gru", attention="dot")),
    "every injection": ModelConfig(
        8,
        "decoder",
        replace(ENCODER, cell="rnn", bidirectional=False, layer_norm=True),
        replace(
            DECODER,
            injections=["initial_state", "first_step", "every_step", "attention"],
            attention="additive",
            heads=3,
            input_feeding=True,
        ),
    ),
    "no attention": ModelConfig(8, "decoder", ENCODER, replace(DECODER, injections=["every_step"])),
} | {
    cell: ModelConfig(8, "decoder", replace(ENCODER, cell=cell), replace(DECODER, cell=cell))
    for cell in CELLS
    if cell not in ("lstm", "gru", "rnn")
}
SEPARATE = [name for name, config in CONFIGS.items() if config.tied_embeddings != "all"]


@pytest.fixture(scope="module")
def tokenizers(tmp_path_factory):
    """A joint tokenizer, and another one of another size."""
    path = tmp_path_factory.mktemp("tokenizers")
    Tokenizer.train(TEXT, path / "one.model", vocab_size=40)
    Tokenizer.train(TEXT, path / "two.model", kind="char", vocab_size=50)
    return path / "one.model", path / "two.model"


def save(folder, config, source, target, seed=1, **changes):
    torch.manual_seed(seed)
    model = build_model(config, len(Tokenizer.load(source)), len(Tokenizer.load(target))).eval()
    arguments = {"card": "# A card\n", "extra": {"data": {"name": "phrases", "sha256": "abc"}}} | changes
    save_model(folder, model, config, ("es", source), ("en", target), **arguments)
    return model


@pytest.fixture
def saved(tmp_path, tokenizers):
    """A folder as it should be, for a test to break."""
    save(tmp_path / "model", CONFIGS["default"], *tokenizers)
    return tmp_path / "model"


def logits(model):
    tokens = torch.tensor([[5, 6, 7, 8], [9, 4, 0, 0]])
    context = model.encode(tokens, torch.tensor([4, 2]))
    return model.decoder(torch.tensor([[2, 5, 6], [2, 7, 8]]), context)


@pytest.mark.parametrize(
    ("name", "joint"), [*((name, True) for name in CONFIGS), *((name, False) for name in SEPARATE)]
)
def test_round_trip_gives_the_same_numbers(tmp_path, tokenizers, name, joint):
    config = CONFIGS[name]
    source, target = tokenizers[0], tokenizers[0 if joint else 1]
    model = save(tmp_path / "model", config, source, target)
    before = torch.get_rng_state()
    loaded = load_model(tmp_path / "model")
    assert torch.equal(before, torch.get_rng_state())
    assert loaded.config == config
    assert (loaded.source.code, loaded.target.code) == ("es", "en")
    assert loaded.source.tokenizer.model == source.read_bytes()
    assert loaded.target.tokenizer.model == target.read_bytes()
    assert loaded.settings["extra"] == {"data": {"name": "phrases", "sha256": "abc"}}
    assert not any(module.training for module in loaded.model.modules())
    assert torch.equal(logits(loaded.model), logits(model))
    names = {path.name for path in (tmp_path / "model").iterdir()}
    tokenizer_files = {"tokenizer.model"} if joint else {"source.model", "target.model"}
    assert names == {"config.yaml", "model.safetensors", "card.md"} | tokenizer_files
    assert [path.name for path in tmp_path.iterdir()] == ["model"]


@pytest.mark.parametrize("name", CONFIGS)
def test_a_loaded_model_trains_as_the_saved_one_does(tmp_path, tokenizers, name):
    model = save(tmp_path / "model", CONFIGS[name], tokenizers[0], tokenizers[0])
    loaded = load_model(tmp_path / "model").model
    assert {n for n, _ in loaded.named_parameters()} == {n for n, _ in model.named_parameters()}
    for each in (model, loaded):
        logits(each).sin().sum().backward()
        with torch.no_grad():
            for parameter in each.parameters():
                if parameter.grad is not None:
                    parameter -= 0.1 * parameter.grad
    assert torch.equal(logits(loaded), logits(model))


def test_tied_weights_are_stored_once_and_come_back_as_one(tmp_path, tokenizers):
    save(tmp_path / "model", CONFIGS["tied all"], tokenizers[0], tokenizers[0])
    stored = safetensors.torch.load_file(tmp_path / "model" / "model.safetensors")
    assert sum("embedding" in name or name == "decoder.output.weight" for name in stored) == 1
    model = load_model(tmp_path / "model").model
    assert model.encoder.embedding.weight is model.decoder.embedding.weight is model.decoder.output.weight


def test_weights_of_any_precision_are_stored_as_float32(tmp_path, tokenizers):
    config = CONFIGS["default"]
    sizes = [len(Tokenizer.load(path)) for path in tokenizers]
    model = build_model(config, *sizes).bfloat16()
    save_model(tmp_path / "model", model, config, ("es", tokenizers[0]), ("en", tokenizers[1]), card="")
    stored = safetensors.torch.load_file(tmp_path / "model" / "model.safetensors")
    assert {tensor.dtype for tensor in stored.values()} == {torch.float32}
    torch.testing.assert_close(stored["decoder.readout.weight"], model.decoder.readout.weight.float())


def test_a_language_code_that_yaml_takes_for_false(tmp_path, tokenizers):
    config = CONFIGS["default"]
    model = build_model(config, *[len(Tokenizer.load(path)) for path in tokenizers])
    save_model(tmp_path / "model", model, config, ("no", tokenizers[0]), ("en", tokenizers[1]), card="Ørn")
    assert load_model(tmp_path / "model").source.code == "no"
    assert (tmp_path / "model" / "card.md").read_text(encoding="utf-8") == "Ørn"


def test_saving_again_replaces_the_model_and_keeps_what_is_not_its_own(saved, tokenizers):
    (saved / "scores.json").write_text("{}")
    (saved / "notes").mkdir()
    (saved / "notes" / "mine.txt").write_text("keep me")
    model = save(saved, CONFIGS["untied gru"], tokenizers[0], tokenizers[0], seed=2)
    assert torch.equal(logits(load_model(saved).model), logits(model))
    names = {path.name for path in saved.iterdir()}
    assert names == {"config.yaml", "model.safetensors", "card.md", "tokenizer.model", "notes"}
    assert (saved / "notes" / "mine.txt").read_text() == "keep me"
    assert [path.name for path in saved.parent.iterdir()] == ["model"]


def test_saving_through_a_link_keeps_the_link(saved, tokenizers):
    link = saved.parent / "link"
    link.symlink_to(saved)
    model = save(link, CONFIGS["default"], *tokenizers, seed=3)
    assert link.is_symlink()
    assert torch.equal(logits(load_model(saved).model), logits(model))


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), KeyboardInterrupt()])
@pytest.mark.parametrize("name", ["config.yaml", "model.safetensors", "card.md"])
def test_a_save_that_fails_leaves_the_old_model(saved, tokenizers, monkeypatch, name, error):
    before = logits(load_model(saved).model)
    write = folder_module.atomic_write

    def failing(path, mode):
        if path.name == name:
            raise error
        return write(path, mode)

    monkeypatch.setattr(folder_module, "atomic_write", failing)
    with pytest.raises((UserError, KeyboardInterrupt)):
        save(saved, CONFIGS["default"], *tokenizers, seed=4)
    assert torch.equal(logits(load_model(saved).model), before)
    assert [path.name for path in saved.parent.iterdir()] == ["model"]


@pytest.mark.parametrize("name", ["config.yaml", "card.md", "notes.txt"])
def test_a_folder_of_something_else_is_left_alone(tmp_path, tokenizers, name):
    (tmp_path / "recipe").mkdir()
    (tmp_path / "recipe" / name).write_text("mine")
    with pytest.raises(UserError, match="recipe: holds something else than a model"):
        save(tmp_path / "recipe", CONFIGS["default"], *tokenizers)
    assert [path.read_text() for path in (tmp_path / "recipe").iterdir()] == ["mine"]
    (tmp_path / "notes").write_text("mine")
    with pytest.raises(UserError, match="notes: is no folder"):
        save(tmp_path / "notes", CONFIGS["default"], *tokenizers)


def test_an_empty_folder_takes_a_model_and_a_models_keeps_what_else_is_in_it(tmp_path, tokenizers):
    (tmp_path / "model").mkdir()
    save(tmp_path / "model", CONFIGS["default"], *tokenizers)
    (tmp_path / "model" / "notes.txt").write_text("mine")
    model = save(tmp_path / "model", CONFIGS["default"], *tokenizers, seed=2)
    assert torch.equal(logits(load_model(tmp_path / "model").model), logits(model))
    assert (tmp_path / "model" / "notes.txt").read_text() == "mine"


def test_a_rename_that_fails_puts_the_old_model_back(saved, tokenizers, monkeypatch):
    before = logits(load_model(saved).model)
    rename = type(saved).rename

    def failing(path, target):
        if path.name.endswith(".new"):
            raise OSError(13, "Permission denied")
        return rename(path, target)

    monkeypatch.setattr(type(saved), "rename", failing)
    with pytest.raises(UserError, match="cannot be written \\(Permission denied\\)"):
        save(saved, CONFIGS["default"], *tokenizers, seed=4)
    assert torch.equal(logits(load_model(saved).model), before)
    assert [path.name for path in saved.parent.iterdir()] == ["model"]


def test_a_model_that_is_replaced_while_it_is_read_is_not_mixed(saved, tokenizers, monkeypatch):
    fill = folder_module._fill

    def replaced_before(model, path):
        monkeypatch.setattr(folder_module, "_fill", fill)
        save(saved, CONFIGS["default"], *tokenizers, seed=5)
        fill(model, path)

    monkeypatch.setattr(folder_module, "_fill", replaced_before)
    with pytest.raises(UserError, match="a new model took its place while it was read"):
        load_model(saved)
    load_model(saved)


def test_saving_with_the_wrong_tokenizer_is_refused(tmp_path, tokenizers):
    config = CONFIGS["default"]
    model = build_model(config, *[len(Tokenizer.load(path)) for path in tokenizers])
    with pytest.raises(UserError, match=r"two.model: \d+ pieces, but the model has \d+"):
        save_model(tmp_path / "model", model, config, ("es", tokenizers[1]), ("en", tokenizers[0]), card="")
    assert not (tmp_path / "model").exists()


def test_a_folder_from_before_an_option_existed_is_read(saved):
    """`attention_gate` came later, and so did `task`."""
    before = load_model(saved)
    edit(lambda values: (values["model"]["decoder"].pop("attention_gate"), values.pop("task")))(saved)
    after = load_model(saved)
    assert after.config == before.config
    assert not after.config.decoder.attention_gate
    assert torch.equal(logits(after.model), logits(before.model))


# What can be wrong with a folder: how to break it, and what the one line must say.


def edit(change):
    """A breaker that changes the values of config.yaml."""

    def breaker(folder):
        path = folder / "config.yaml"
        values = yaml.safe_load(path.read_text())
        change(values)
        path.write_text(yaml.safe_dump(values))

    return breaker


def set_option(dotted, value):
    def change(values):
        *parents, last = dotted.split(".")
        for parent in parents:
            values = values[parent]
        values[last] = value

    return edit(change)


def write(name, content):
    return lambda folder: (folder / name).write_bytes(content)


def change_weights(change):
    def breaker(folder):
        path = folder / "model.safetensors"
        tensors = safetensors.torch.load_file(path)
        change(tensors)
        path.write_bytes(safetensors.torch.save(tensors))

    return breaker


def cut(name, share):
    def breaker(folder):
        content = (folder / name).read_bytes()
        (folder / name).write_bytes(content[: int(len(content) * share)])

    return breaker


def unknown_dtype(folder):
    header = json.dumps({"a": {"dtype": "X99", "shape": [1], "data_offsets": [0, 4]}}).encode()
    (folder / "model.safetensors").write_bytes(struct.pack("<Q", len(header)) + header + bytes(4))


def as_folder(name):
    def breaker(folder):
        (folder / name).unlink()
        (folder / name).mkdir()

    return breaker


LAUGHS = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{new}: &{new} [{', '.join(['*' + old] * 9)}]\n" for old, new in zip("abcdefgh", "bcdefghi", strict=True)
)
BROKEN = {
    "no config": (lambda folder: (folder / "config.yaml").unlink(), "not a model folder (config.yaml is missing)"),
    "no weights": (lambda folder: (folder / "model.safetensors").unlink(), "model.safetensors: no such file"),
    "no tokenizer": (lambda folder: (folder / "target.model").unlink(), "target.model: the tokenizer cannot be read"),
    "config is a folder": (as_folder("config.yaml"), "config.yaml: cannot be read (Is a directory)"),
    "weights are a folder": (as_folder("model.safetensors"), "model.safetensors: not a safetensors file"),
    "config empty": (write("config.yaml", b""), "the file: None is not a table"),
    "config a list": (write("config.yaml", b"[1, 2]"), "the file: [1, 2] is not a table"),
    "config not YAML": (write("config.yaml", b"a: [1"), "config.yaml: not plain YAML"),
    "config not UTF-8": (write("config.yaml", b"a: \xff\xfe\xfa"), "config.yaml: not plain YAML"),
    "config deep": (write("config.yaml", b"[" * 20000), "config.yaml: not plain YAML"),
    "config of no date": (write("config.yaml", b"a: 2001-99-99"), "config.yaml: not plain YAML"),
    "config laughs": (write("config.yaml", LAUGHS.encode()), "'a': no such option"),
    "value laughs": (write("config.yaml", (LAUGHS + "format: *i").encode()), "format [[[..."),
    "later format": (set_option("format", 2), "format 2, but this version of seq2seq reads 1"),
    "format no number": (set_option("format", True), "format: True is not a whole number"),
    "other task": (set_option("task", "caption"), "task: 'caption' is not one of translation"),
    "unknown option": (set_option("model.decoder.head", 2), "'head': no such option of model.decoder; did you mean"),
    "unknown part": (set_option("extras", {}), "'extras': no such option; did you mean 'extra'?"),
    "option no text": (edit(lambda values: values["model"].update({3: 4})), "3: no such option of model"),
    "missing option": (edit(lambda values: values["source"].pop("vocab_size")), "source.vocab_size is missing"),
    "missing part": (edit(lambda values: values.pop("model")), "config.yaml: model is missing"),
    "part no table": (set_option("model.encoder", 7), "model.encoder: 7 is not a table of options"),
    "text for a number": (
        set_option("model.decoder.hidden_size", "12"),
        "model.decoder.hidden_size: '12' is not a whole",
    ),
    "half a layer": (set_option("model.decoder.layers", 1.5), "model.decoder.layers: 1.5 is not a whole number"),
    "true for a number": (set_option("model.decoder.layers", True), "model.decoder.layers: True is not a whole number"),
    "number for true": (set_option("model.decoder.residual", 1), "model.decoder.residual: 1 is not true or false"),
    "rate beyond one": (set_option("model.encoder.dropout", 1), "model.encoder.dropout: 1.0 is not a rate"),
    "no number": (set_option("model.encoder.dropout", float("nan")), "model.encoder.dropout: nan is not a rate"),
    "huge size": (set_option("model.decoder.hidden_size", 10**30), "is not from 1 to 65536"),
    "huge depth": (set_option("model.encoder.layers", 10**9), "model.encoder.layers: 1000000000 is not from 1 to 64"),
    "unknown cell": (
        set_option("model.encoder.cell", "lsmt"),
        f"'lsmt' is not one of {', '.join(CELLS)}; did you mean 'lstm'",
    ),
    "cell a list": (set_option("model.encoder.cell", ["lstm"]), "model.encoder.cell: ['lstm'] is not one of"),
    "injections no list": (set_option("model.decoder.injections", "attention"), "'attention' is not a list"),
    "unknown injection": (set_option("model.decoder.injections", ["atention"]), "did you mean 'attention'?"),
    "no injection": (
        set_option("model.decoder.injections", []),
        "config.yaml: model.decoder.injections: at least one",
    ),
    "language no text": (set_option("source.language", False), "source.language: False is not text"),
    "tokenizer above": (set_option("source.tokenizer", "../source.model"), "'../source.model' is no name of a file"),
    "tokenizer elsewhere": (set_option("source.tokenizer", "/etc/passwd"), "'/etc/passwd' is no name of a file"),
    "tokenizer of Windows": (set_option("source.tokenizer", "..\\x.model"), "is no name of a file"),
    "tokenizer the parent": (set_option("source.tokenizer", ".."), "'..' is no name of a file"),
    "tokenizer no name": (set_option("source.tokenizer", ""), "'' is no name of a file"),
    "tokenizer null": (set_option("source.tokenizer", "a\0b"), "is no name of a file"),
    "tokenizers exchanged": (
        lambda folder: (folder / "source.model").write_bytes((folder / "target.model").read_bytes()),
        "it is not the tokenizer that the model was trained with",
    ),
    "tokenizer damaged": (write("source.model", b"\x00\x01junk"), "source.model: not a SentencePiece model"),
    "tokenizer empty": (write("source.model", b""), "source.model: not a SentencePiece model"),
    "vocabulary size": (set_option("target.vocab_size", 41), "pieces, but config.yaml says target.vocab_size 41"),
    "weights empty": (write("model.safetensors", b""), "model.safetensors: not a safetensors file, or a damaged one"),
    "weights junk": (write("model.safetensors", bytes(range(256)) * 9), "model.safetensors: not a safetensors file"),
    "weights cut": (cut("model.safetensors", 0.9), "model.safetensors: not a safetensors file"),
    "weights cut early": (cut("model.safetensors", 0.01), "model.safetensors: not a safetensors file"),
    "weights of no dtype": (unknown_dtype, "model.safetensors: not a safetensors file"),
    "weight missing": (
        change_weights(lambda tensors: tensors.pop("decoder.readout.bias")),
        "'decoder.readout.bias' is mis",
    ),
    "weight too many": (
        change_weights(lambda tensors: tensors.update(z=torch.ones(1))),
        "'z' has no place in the model",
    ),
    "weights of another size": (set_option("model.decoder.hidden_size", 16), "where the model of config.yaml has"),
    "weights of integers": (
        change_weights(lambda tensors: tensors.update({"decoder.readout.bias": torch.ones(8, dtype=torch.long)})),
        "'decoder.readout.bias' is torch.int64",
    ),
    "a sum of a terabyte": (set_option("model.embedding_size", 65536), "where the model of config.yaml has"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_folder_gives_one_line(saved, name):
    breaker, expected = BROKEN[name]
    breaker(saved)
    with pytest.raises(UserError) as caught:
        load_model(saved)
    message = str(caught.value)
    assert expected in message
    assert str(saved) in message
    assert "\n" not in message
    assert len(message) < len(str(saved)) + 400


def test_no_folder_at_all(tmp_path):
    with pytest.raises(UserError, match="none: no such model folder"):
        load_model(tmp_path / "none")
    (tmp_path / "file").write_text("")
    with pytest.raises(UserError, match="file: not a folder"):
        load_model(tmp_path / "file")


class Attack:
    def __init__(self, command):
        self.command = command

    def __reduce__(self):
        return os.system, (self.command,)


TAGS = [
    "!!python/object/apply:os.system ['{}']",
    "!!python/object/new:os.system ['{}']",
    "extra: !!python/object/apply:subprocess.check_output [['sh', '-c', '{}']]",
    "!!python/module:this",
    "model: !!python/name:os.system",
]


@pytest.mark.parametrize("tag", TAGS)
def test_a_yaml_tag_executes_nothing(saved, tag):
    command = f"touch {saved}/executed"
    (saved / "config.yaml").write_text(tag.replace("{}", command))
    with pytest.raises(UserError, match="not plain YAML"):
        load_model(saved)
    assert not (saved / "executed").exists()


@pytest.mark.parametrize("name", ["model.safetensors", "source.model", "config.yaml"])
@pytest.mark.parametrize("pack", [pickle.dumps, "torch"])
def test_a_pickle_executes_nothing(saved, name, pack):
    attack = Attack(f"touch {saved}/executed")
    if pack == "torch":
        torch.save({"decoder.readout.bias": attack}, saved / name)
    else:
        (saved / name).write_bytes(pack(attack))
    with pytest.raises(UserError):
        load_model(saved)
    assert not (saved / "executed").exists()
    # The attack is a real one: what must not happen would have been seen.
    pickle.loads(pickle.dumps(attack))
    assert (saved / "executed").exists()


def test_loading_imports_nothing_slow(saved):
    code = (
        f"import sys; from seq2seq.folder import load_model; load_model({str(saved)!r}); print('sympy' in sys.modules)"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout == "False\n"
