"""What `seq2seq evaluate` scores against: sources and references, from a prepared folder or from files."""

import argparse
import itertools
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from seq2seq.data.prepared import CAPTIONS, IMAGE, PreparedFolder
from seq2seq.errors import UserError
from seq2seq.files import open_lines, sha256
from seq2seq.inference import Captioner, Generator, Translator


@dataclass(frozen=True)
class EvaluationSet:
    """What a model works on and what its outputs are compared with.

    Attributes:
        sources: lines or paths of pictures; None where nothing is generated.
        references: of each source, one or more; as many of each for translation.
        language: of the references, where it is known.
        name: of the references, for messages.
        record: data and files for `scores.json`.
        captions: whether the sources are pictures.
    """

    sources: list[str] | None
    references: list[list[str]]
    language: str | None
    name: str
    record: dict[str, Any]
    captions: bool = False

    def read_outputs(self, path: str | None) -> list[str]:
        """The lines of a file that must be as many as the sources; none when there is no file.

        Raises:
            UserError: unequal numbers, or a file that cannot be read.
        """
        if path is None:
            return []
        lines = _read(path)
        _check_aligned(path, len(lines), self.name, len(self.references))
        return lines


def read_evaluation_set(arguments: argparse.Namespace, model: Generator | None) -> EvaluationSet:
    """What `seq2seq evaluate`'s arguments say is scored.

    Raises:
        UserError: files or columns that are not there, or do not go together.
    """
    language = model.target.code if model else arguments.target_language
    if arguments.data:
        return _prepared(PreparedFolder.open(arguments.data), arguments.split, model, language)
    if isinstance(model, Captioner):
        raise UserError("--source and --reference are for translators; score a captioner with --data FOLDER")
    paths = [*filter(None, [arguments.source]), *arguments.reference]
    texts = [_read(path) for path in paths]
    for path, text in zip(paths, texts, strict=True):
        _check_aligned(path, len(text), paths[0], len(texts[0]))
    references = texts[-len(arguments.reference) :]
    files = [{"role": "source" if path == arguments.source else "reference", **describe_file(path)} for path in paths]
    return EvaluationSet(
        sources=texts[0] if arguments.source else None,
        references=[list(several) for several in zip(*references, strict=True)],
        language=language,
        name=arguments.reference[0],
        record={"name": _name(arguments.source or arguments.reference[0]), "split": None, "files": files},
    )


def describe_file(path: str | Path) -> dict[str, str]:
    """A file's name and hash, as `scores.json` has them."""
    return {"name": _name(path), "sha256": sha256(path)}


def _prepared(prepared: PreparedFolder, split: str, model: Generator | None, language: str) -> EvaluationSet:
    captions = prepared.task == CAPTIONS
    if model is not None and captions != isinstance(model, Captioner):
        raise UserError(f"{prepared.path}: holds {prepared.task}, which is not what the model has learned")
    others = [column for column in prepared.columns if column != language]
    if isinstance(model, Translator):
        origin = model.source.code
    else:
        origin = IMAGE if captions else others[0] if len(others) == 1 else language  # a wrong code is told by `pairs`
    sources, targets = prepared.pairs(split, origin, language)
    references = [[target] for target in targets]
    if captions:
        rows = itertools.groupby(zip(sources, targets, strict=True), key=lambda row: row[0])
        pictures = {name: [text for _, text in group] for name, group in rows}
        sources = [str(prepared.image_path(name)) for name in pictures]
        references = list(pictures.values())
    files = [{"role": "pairs", **describe_file(prepared.table(split))}]
    record = {"name": str(prepared.manifest.get("name", _name(prepared.path))), "split": split, "files": files}
    return EvaluationSet(sources, references, language, str(prepared.table(split)), record, captions)


def _read(path: str) -> list[str]:
    return [line or "" for _, line in open_lines(path)]


def _check_aligned(path: str, lines: int, other_path: str, others: int) -> None:
    if lines != others:
        raise UserError(f"{path} has {lines} sentences but {other_path} has {others}; they must be as many, one a line")


def _name(path: str | Path) -> str:
    return Path(path).resolve().name
