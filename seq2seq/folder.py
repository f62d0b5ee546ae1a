"""The model folder: a trained model as files that can be copied, published and loaded again.

    config.yaml         the task, the languages, the tokenizers' files and all that is needed to build the model
    model.safetensors   the weights, float32, each once
    tokenizer.model     the joint tokenizer, or source.model and target.model (a captioner has the latter alone; a
                        tagger has source.model, of words, and characters.model)
    card.md             what the model is, for people
    scores.json         how good it is on each test set; of `seq2seq evaluate`, gone when the model is saved anew
    training.csv        the learning curves of the run it is from, where a run ended with it; likewise
    confidence.yaml     how its probabilities become confidences; likewise, of `seq2seq evaluate --fit-confidence`

Nothing in a folder is ever executed: YAML is read by the safe loader, weights are safetensors, never pickle.
"""

import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import safetensors.torch
import torch
import yaml
from safetensors import SafetensorError
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode

from seq2seq.config import one_line, parse_options, read_yaml, shown
from seq2seq.data.prepared import TRANSLATION
from seq2seq.data.tokenizer import Tokenizer
from seq2seq.errors import UserError, suggest
from seq2seq.files import atomic_folder, atomic_write
from seq2seq.models.settings import FORMAT, SETTINGS, TASK_OF, SideConfig

CONFIG = "config.yaml"
WEIGHTS = "model.safetensors"
CARD = "card.md"
SCORES = "scores.json"
CONFIDENCE = "confidence.yaml"
CURVES = "training.csv"
JOINT_TOKENIZER = "tokenizer.model"
_TOKENIZERS = {side: f"{side}.model" for side in ("source", "target", "characters")}
_EMBEDDINGS = {"source": "encoder", "target": "decoder", "characters": "encoder.characters"}  # the parts that have them
_OWN_FILES = {CONFIG, WEIGHTS, CARD, SCORES, CONFIDENCE, CURVES, JOINT_TOKENIZER, *_TOKENIZERS.values()}


@dataclass(frozen=True)
class Language:
    """One side of a model: the code of its language, and its tokenizer."""

    code: str
    tokenizer: Tokenizer


@dataclass(frozen=True)
class LoadedModel:
    """A model folder in memory: the model in eval mode on the CPU, and all that belongs to it.

    Attributes:
        model: the model, float32.
        config: what it was built from.
        task: what it does, one of `SETTINGS`.
        sides: by "source", the language it reads, "target", the language it writes, and "characters", those of the
            words it reads, as far as it has them.
        labels: what it tells apart, where it does.
        settings: the whole of `config.yaml`.
    """

    model: Any
    config: Any
    task: str
    sides: dict[str, Language]
    labels: tuple[str, ...]
    settings: dict[str, Any]

    @property
    def source(self) -> Language | None:
        """The language it reads; None for a captioner, which reads pictures."""
        return self.sides.get("source")

    @property
    def target(self) -> Language:
        """The language it writes."""
        return self.sides["target"]


def save_model(
    folder: str | Path,
    model: nn.Module,
    config: Any,
    source: tuple[str, str | Path] | None,
    target: tuple[str, str | Path] | None,
    card: str,
    extra: dict[str, Any] | None = None,
    labels: Sequence[str] = (),
    characters: tuple[str, str | Path] | None = None,
) -> None:
    """Write a model folder, or replace the model in one, whole or not at all.

    Args:
        folder: where; files in it that are no part of a model folder stay, `scores.json` of an earlier model goes.
        model: the model, on any device and in any precision.
        config: what it was built from, a dataclass that tells the task.
        source: code of the language it reads and the model file of its tokenizer; None for a captioner.
        target: the same of the language it writes; equal tokenizers are kept once.
        card: Markdown for people: training data and licence, scores, limits.
        extra: plain YAML values to keep in `config.yaml`, for instance the name and hash of the training data.
        labels: what it tells apart, where it does.
        characters: as source, of the characters of its words, where it reads them.

    Raises:
        UserError: a tokenizer that cannot be read or has another size than the model, or a folder that cannot be
            written or holds something else than a model.
    """
    settings: dict[str, Any] = {"format": FORMAT, "task": TASK_OF[type(config)]}
    sides = {"source": source, "target": target, "characters": characters}
    given = {name: side for name, side in sides.items() if side}
    tokenizers = {name: Tokenizer.load(path) for name, (_, path) in given.items()}
    joint = len({tokenizer.model for tokenizer in tokenizers.values()}) < len(tokenizers)
    files = {name: JOINT_TOKENIZER if joint else _TOKENIZERS[name] for name in tokenizers}
    for name, tokenizer in tokenizers.items():
        language, path = given[name]
        reader: Any = model.get_submodule(_EMBEDDINGS[name])
        embedding = reader.embedding
        if len(tokenizer) != embedding.num_embeddings:
            raise UserError(f"{path}: {len(tokenizer)} pieces, but the model has {embedding.num_embeddings}")
        settings[name] = asdict(SideConfig(language, files[name], len(tokenizer)))
    if labels:
        settings["labels"] = list(labels)
    settings |= {"model": asdict(config), "extra": extra or {}}
    text = yaml.safe_dump(settings, sort_keys=False, allow_unicode=True)
    weights = {name: _storable(tensor) for name, tensor in _tensors(model).items()}
    check_model_place(folder)
    with atomic_folder(Path(folder).resolve(), own=_OWN_FILES) as new:
        for name, tokenizer in tokenizers.items():
            tokenizer.save(new / files[name])
        for name, content in (
            (CONFIG, text.encode()),
            (CARD, card.encode()),
            (WEIGHTS, safetensors.torch.save(weights, {"format": "pt"})),
        ):
            with atomic_write(new / name, "wb") as file:
                file.write(content)


def check_model_place(folder: str | Path) -> None:
    """Refuse to write a model where something else is, whose config.yaml or card.md would be lost.

    Raises:
        UserError: a file, or a folder that holds something and no model.
    """
    folder = Path(folder)
    if not folder.exists() or all((folder / name).is_file() for name in (CONFIG, WEIGHTS)):
        return
    if not folder.is_dir():
        raise UserError(f"{folder}: is no folder; a model needs one of its own")
    if any(folder.iterdir()):
        raise UserError(f"{folder}: holds something else than a model; name a new folder, an empty one or a model's")


def folder_name(folder: str | Path) -> str:
    """What a model folder is called: as the folder around it where its own name is but "model".

    >>> folder_name("runs/es-en/model"), folder_name("runs/es-en")
    ('es-en', 'es-en')
    """
    full = Path(folder).resolve()
    return full.parent.name if full.name in ("model", "") and full.parent.name else full.name


def load_model(folder: str | Path) -> LoadedModel:
    """Read a model folder, which need not be trusted.

    Raises:
        UserError: no such folder, or anything in it that is missing, damaged or does not fit the rest.
    """
    folder = Path(folder)
    identity = _identity(folder)
    raw = _read_settings(folder)
    task = _task(raw, folder / CONFIG)
    settings = parse_options(SETTINGS[task], raw, folder / CONFIG)
    languages = {}
    for name in _TOKENIZERS:
        side: SideConfig | None = getattr(settings, name, None)
        if side is None:
            continue
        if not re.fullmatch(r"\w[\w.-]*", side.tokenizer):
            raise UserError(
                f"{folder / CONFIG}: {name}.tokenizer: {side.tokenizer[:60]!r} is no name of a file in here"
            )
        tokenizer = Tokenizer.load(folder / side.tokenizer)
        if len(tokenizer) != side.vocab_size:
            raise UserError(
                f"{folder / side.tokenizer}: {len(tokenizer)} pieces, but {CONFIG} says {name}.vocab_size "
                f"{side.vocab_size}; it is not the tokenizer that the model was trained with"
            )
        languages[name] = Language(side.language, tokenizer)
    try:
        # Without memory and without random numbers until the file is known to hold what the config asks for.
        with torch.device("meta"), _WithoutNormal():
            model = settings.build()
    except UserError as error:
        raise UserError(f"{folder / CONFIG}: {error}") from error
    _fill(model, folder / WEIGHTS)
    if _identity(folder) != identity:
        raise UserError(f"{folder}: a new model took its place while it was read; run the command again")
    return LoadedModel(
        model=model.eval(),
        config=settings.model,
        task=task,
        sides=languages,
        labels=tuple(getattr(settings, "labels", ())),
        settings=raw,
    )


def task_of(folder: str | Path) -> str:
    """What the model in a folder does, one of `SETTINGS`.

    Raises:
        UserError: no model folder.
    """
    _identity(Path(folder))
    return _task(_read_settings(Path(folder)), Path(folder) / CONFIG)


def _task(raw: Any, path: Path) -> str:
    task = raw.get("task", TRANSLATION) if isinstance(raw, dict) else TRANSLATION
    if not isinstance(task, str) or task not in SETTINGS:
        near = suggest(task[:60], SETTINGS) if isinstance(task, str) else ""
        raise UserError(f"{path}: task: {shown(task)} is not one of {', '.join(SETTINGS)}{near}")
    return task


def _read_settings(folder: Path) -> Any:
    path = folder / CONFIG
    if not path.exists():
        raise UserError(f"{folder}: not a model folder ({CONFIG} is missing)")
    raw = read_yaml(path)
    if isinstance(raw, dict) and raw.get("format", FORMAT) != FORMAT:
        raise UserError(
            f"{path}: format {shown(raw['format'])}, but this version of seq2seq reads {FORMAT}; "
            "use the version that wrote the folder"
        )
    return raw


def _identity(folder: Path) -> int:
    if not folder.is_dir():
        raise UserError(f"{folder}: {'not a folder' if folder.exists() else 'no such model folder'}")
    return folder.stat().st_ino


class _WithoutNormal(TorchFunctionMode):
    """Skips the drawing of weights that have no memory: for `normal_` torch would import SymPy, which takes seconds."""

    def __torch_function__(self, func, types, args=(), kwargs=None):  # type: ignore[no-untyped-def]
        return kwargs["tensor"] if func is nn.init.normal_ else func(*args, **(kwargs or {}))


def _tensors(model: nn.Module) -> dict[str, Tensor]:
    """Parameters and buffers, tied ones once, under the first of their names."""
    names: dict[Tensor, str] = {}
    for name, tensor in model.state_dict(keep_vars=True).items():
        names.setdefault(tensor, name)
    return {name: tensor for tensor, name in names.items()}


def _storable(tensor: Tensor) -> Tensor:
    tensor = tensor.detach().cpu().contiguous()
    return tensor.float() if tensor.is_floating_point() else tensor


def _fill(model: nn.Module, path: Path) -> None:
    """Give a model on the meta device the weights of a file, tied ones still tied."""
    expected = _tensors(model)
    try:
        found = safetensors.torch.load_file(path)
    except FileNotFoundError as error:
        raise UserError(f"{path}: no such file") from error
    except (SafetensorError, OSError, ValueError, KeyError) as error:
        raise UserError(f"{path}: not a safetensors file, or a damaged one ({one_line(error)})") from error
    for names, problem in (
        (expected.keys() - found.keys(), "is missing"),
        (found.keys() - expected.keys(), "has no place in the model"),
    ):
        if names:
            raise UserError(f"{path}: {min(names)!r} {problem}; the file does not belong to the model of {CONFIG}")
    for name, tensor in expected.items():
        if found[name].shape != tensor.shape or found[name].is_floating_point() != tensor.is_floating_point():
            raise UserError(
                f"{path}: {name!r} is {found[name].dtype} of shape {tuple(found[name].shape)} where the model of "
                f"{CONFIG} has {tensor.dtype} of shape {tuple(tensor.shape)}"
            )
    real = {tensor: found[name].to(tensor.dtype, copy=True) for name, tensor in expected.items()}
    filled = {
        tensor: nn.Parameter(value) if isinstance(tensor, nn.Parameter) else value for tensor, value in real.items()
    }
    for module in model.modules():
        for name, tensor in [*module.named_parameters(recurse=False), *module.named_buffers(recurse=False)]:
            setattr(module, name, filled[tensor])
