"""What every use of a trained model shares: one model or several as one, on a device, in a number format."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from types import UnionType
from typing import Any, ClassVar, Self

import torch

from seq2seq.data.prepared import CAPTIONS, CLASSIFICATION, FORECASTING, FRAMES, TAGGING, TEXT, TRANSLATION
from seq2seq.errors import UserError
from seq2seq.folder import CONFIG, LoadedModel, load_model
from seq2seq.inference.defaults import MAX_SOURCE_TOKENS
from seq2seq.inference.placement import FORMATS, choose_device, choose_precision, place

Progress = Callable[[int, int], None]

_WHAT = {
    TRANSLATION: ("a translator", "translate"),
    CAPTIONS: ("a captioner", "caption"),
    TEXT: ("a language model", "generate"),
    CLASSIFICATION: ("a classifier", "classify"),
    TAGGING: ("a tagger", "tag"),
    FRAMES: ("a classifier of frames", "classify-frames"),
    FORECASTING: ("a forecaster", "forecast"),
}


class Predictor:
    """One model, or an ensemble of models with one vocabulary and the same labels, ready for use.

    Attributes:
        task: what its models must have learned.
        models: as loaded, with their configurations.
        networks: what computes, one a model.
        device: where they run.
        dtype: the number format of their weights, or of their products (int8).
    """

    task: ClassVar[str]

    def __init__(self, models: Sequence[LoadedModel], device: torch.device, dtype: torch.dtype) -> None:
        self.models, self.device, self.dtype = list(models), device, dtype
        self.networks: list[Any] = [place(loaded.model, device, dtype) for loaded in models]

    @classmethod
    def load(cls, folders: str | Path | Sequence[str | Path], device: str = "auto", precision: str = "auto") -> Self:
        """Load a model folder, or several as an ensemble whose probabilities are averaged.

        Nothing in a folder is executed: weights are safetensors, the configuration is plain YAML, tokenizers are
        SentencePiece models.

        Args:
            folders: one model folder or a list of them.
            device: "auto" (a GPU where there is one), "cpu", "cuda", "cuda:1", "mps".
            precision: "fp32", "bf16", "int8" (on a CPU: the fastest), or "auto": bf16 where the device computes faster
                in it than in fp32, else fp32. A network that sees pictures computes in fp32 always.

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
                what, command = _WHAT[other.task]
                raise UserError(f"{path}: is {what}; use it with `seq2seq {command}`")
            _check_alike(path, other, paths[0], models[0])
        return cls(models, chosen, dtype)

    @property
    def precision(self) -> str:
        """The name of the number format in use: "fp32", "bf16" or "int8"."""
        return next(name for name, dtype in FORMATS.items() if dtype is self.dtype)


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


def batches_of_like_length(lengths: Sequence[int], batch_size: int) -> Iterator[list[int]]:
    """The numbers of the rows that are not empty, those of like length together, the longest first.

    Of very long rows fewer are taken at once, so that memory is bounded by the longest one.

    >>> list(batches_of_like_length([3, 0, 7, 5], 2))
    [[2, 3], [0]]
    """
    order = sorted((row for row, length in enumerate(lengths) if length), key=lambda row: -lengths[row])
    start = 0
    while start < len(order):
        size = max(1, min(batch_size, batch_size * MAX_SOURCE_TOKENS // lengths[order[start]]))
        yield order[start : start + size]
        start += size


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
            shown = f"{item!r} is" if isinstance(item, str | int | float | None) else "is"
            raise TypeError(f"{name}[{number}]: {shown} of type {type(item).__name__}; give {what}")
    return found


def _check_alike(path: str | Path, model: LoadedModel, first_path: str | Path, first: LoadedModel) -> None:
    """Raise UserError unless two models can be of one ensemble."""
    if model.labels != first.labels:
        raise UserError(f"{path}: other labels than those of {first_path}; the models of an ensemble must share them")
    for side, here in model.sides.items():
        there = first.sides[side]
        if here.code != there.code:
            raise UserError(
                f"{path}: its {side} is {here.code}, but that of {first_path} {there.code}; "
                "the models of an ensemble must share their languages"
            )
        # Of what is written the ids are joined; what is read is cut by the first model's tokenizer for all of them.
        alike = here.tokenizer.writes_like if side == "target" else here.tokenizer.reads_like
        if not alike(there.tokenizer):
            raise UserError(
                f"{path}: its {side} tokenizer differs from that of {first_path}; "
                "the models of an ensemble must share their vocabularies"
            )
