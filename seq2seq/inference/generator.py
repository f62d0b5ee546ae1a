"""What every use of a trained model shares: one model or several as one, on a device, in a number format, searching."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import fields
from pathlib import Path
from types import UnionType
from typing import Any, ClassVar, Self

import torch

from seq2seq.data.prepared import CAPTIONS, TRANSLATION
from seq2seq.data.tokenizer import EOS_ID
from seq2seq.errors import UserError, suggest
from seq2seq.folder import CONFIG, LoadedModel, load_model
from seq2seq.inference.placement import FORMATS, choose_device, choose_precision, place
from seq2seq.inference.translation import Candidate
from seq2seq.search import Ensemble, Hypothesis, SearchOptions

Progress = Callable[[int, int], None]

_WHAT = {
    TRANSLATION: "a translator; use it with `seq2seq translate`",
    CAPTIONS: "a captioner; use it with `seq2seq caption`",
}


class Generator:
    """One model, or an ensemble of models with one vocabulary, ready for use.

    Attributes:
        task: what its models must have learned.
        models: as loaded, with their configurations.
        target: the language that they write.
        device: where they run.
        dtype: the number format of their weights, or of their products (int8).
    """

    task: ClassVar[str]

    def __init__(self, models: Sequence[LoadedModel], device: torch.device, dtype: torch.dtype) -> None:
        self.models, self.target = list(models), models[0].target
        self.device, self.dtype = device, dtype
        networks = [place(loaded.model, device, dtype) for loaded in models]
        self._network: Any = networks[0] if len(networks) == 1 else Ensemble(networks)

    @classmethod
    def load(cls, folders: str | Path | Sequence[str | Path], device: str = "auto", precision: str = "auto") -> Self:
        """Load a model folder, or several as an ensemble whose probabilities are averaged.

        Nothing in a folder is executed: weights are safetensors, the configuration is plain YAML, tokenizers are
        SentencePiece models.

        Args:
            folders: one model folder or a list of them.
            device: "auto" (a GPU where there is one), "cpu", "cuda", "cuda:1", "mps".
            precision: "fp32", "bf16", "int8" (on a CPU: the fastest), or "auto": bf16 where the device computes faster
                in it than in fp32, else fp32.

        Raises:
            UserError: a folder that is not there, holds no model or a damaged one, a model for another task, models of
                different languages or vocabularies, no such device.
        """
        paths = [folders] if isinstance(folders, str | Path) else list(folders)
        if not paths:
            raise UserError("no model folder is named")
        chosen = choose_device(device)
        dtype = choose_precision(precision, chosen)
        for path in paths:
            check_model_folder(path)
        models = [load_model(path) for path in paths]
        for path, other in zip(paths, models, strict=True):
            if other.task != cls.task:
                what = _WHAT.get(other.task, f"a model for {other.task}, not for {cls.task}")
                raise UserError(f"{path}: is {what}")
            _check_alike(path, other, paths[0], models[0])
        return cls(models, chosen, dtype)

    @property
    def precision(self) -> str:
        """The name of the number format in use: "fp32", "bf16" or "int8"."""
        return next(name for name, dtype in FORMATS.items() if dtype is self.dtype)

    @property
    def number_format(self) -> torch.dtype:
        """Of what goes into the models: int8 lies within the products only."""
        return torch.float32 if self.dtype is torch.int8 else self.dtype

    def _candidate(self, hypothesis: Hypothesis, positions: int) -> Candidate:
        """What a hypothesis says, with its attention, if it has any, to the first `positions` of the source."""
        ids = [*hypothesis.tokens, *([EOS_ID] if hypothesis.finished else [])]
        attention = hypothesis.attention
        return Candidate(
            text=self.target.tokenizer.decode(hypothesis.tokens),
            score=hypothesis.score,
            tokens=tuple(self.target.tokenizer.pieces(ids)),
            log_probs=hypothesis.log_probs,
            alignment=None if attention is None else attention[:, :positions].float().cpu(),
            cut=hypothesis.cut,
        )


def search_options(**options: Any) -> SearchOptions:
    """`SearchOptions(**options)`, with a suggestion for a misspelt name.

    Raises:
        UserError: an unknown option or a value that it does not allow.
    """
    known = [field.name for field in fields(SearchOptions)]
    for name in options:
        if name not in known:
            raise UserError(f"unknown option {name!r}: use {', '.join(known)}{suggest(name, known)}")
    return SearchOptions(**options)


def check_model_folder(path: str | Path) -> None:
    """Say what to name instead of a file, or of the folder of a whole training run.

    Raises:
        UserError: it is one of these.
    """
    path = Path(path)
    if path.is_file():
        export = f"; make one of a checkpoint by `seq2seq export {path} FOLDER`" if path.suffix == ".ckpt" else ""
        raise UserError(f"{path}: is a file, not a model folder{export}")
    if (path / CONFIG).exists():
        return
    if (path / "model" / CONFIG).exists():
        raise UserError(f"{path}: is the folder of a training run; its model is in {path / 'model'}")
    checkpoint = path / "checkpoints" / "last.ckpt"
    if checkpoint.exists():
        raise UserError(
            f"{path}: is the folder of a training run that has not ended; make a model of it by "
            f"`seq2seq export {checkpoint} FOLDER`"
        )


def check_size(name: str, value: int) -> None:
    """Raise UserError unless `value` is a whole number of 1 or more."""
    if not isinstance(value, int) or value < 1:
        raise UserError(f"{name} {value!r}: must be 1 or more")


def check_best_only(method: str, options: Mapping[str, Any]) -> None:
    """Refuse what a method that gives nothing but the best text would leave out.

    Raises:
        UserError: more than the best is asked for.
    """
    for name in ("n_best", "samples", "alignments"):
        value = options.get(name)
        if value is True or (isinstance(value, int) and value > 1):
            raise UserError(f"{name}={value}: {method} gives the best text only; use {method}_detailed")


def listed(items: Any, kinds: type | UnionType, name: str, what: str) -> list[Any]:
    """A list of the items, each of which must be of such a kind.

    Args:
        items: what a caller gave.
        kinds: of the items, by type.
        name: of the argument.
        what: its items are, in words.

    Raises:
        TypeError: it is one such item, or nothing that can be gone through, or an item in it is something else.

    >>> listed("Hola.", str, "lines", "strings")
    Traceback (most recent call last):
    TypeError: lines: a single str; give a list of strings
    """
    single = isinstance(items, kinds | bytes)
    if single or not isinstance(items, Iterable):
        kind = type(items).__name__
        raise TypeError(f"{name}: {'a single' if single else 'a'} {kind}; give a list of {what}")
    found = list(items)
    for number, item in enumerate(found):
        if not isinstance(item, kinds):
            raise TypeError(f"{name}[{number}]: {item!r} is of type {type(item).__name__}; give {what}")
    return found


def _check_alike(path: str | Path, model: LoadedModel, first_path: str | Path, first: LoadedModel) -> None:
    """Raise UserError unless two models can be of one ensemble."""
    for side in ("source", "target"):
        here, there = getattr(model, side), getattr(first, side)
        if here is None:
            continue
        if here.code != there.code:
            raise UserError(
                f"{path}: its {side} is {here.code}, but that of {first_path} {there.code}; "
                "the models of an ensemble must share their languages"
            )
        if here.tokenizer.model != there.tokenizer.model:
            raise UserError(
                f"{path}: its {side} tokenizer differs from that of {first_path}; "
                "the models of an ensemble must share their vocabularies"
            )
