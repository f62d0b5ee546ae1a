"""What systems are tested on: sources with their references."""

import itertools
from collections.abc import Sequence, Set
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from seq2seq.data.prepared import CAPTIONS, IMAGE, PreparedFolder
from seq2seq.errors import UserError
from seq2seq.files import open_lines, sha256

if TYPE_CHECKING:  # so that `--help` does not wait for numpy
    from seq2seq.evaluation.captions.diversity import Tokens


@dataclass(frozen=True)
class TestSet:
    """Sources with their references.

    Attributes:
        captions: whether the sources are pictures.
        sources: N lines of text, or N paths of pictures; none where only references are known.
        references: of each source one or more.
        language: code of the references' language, where it is known.
        record: name, split, and name and SHA-256 of each file, as in a record of scores.
        training: the training sentences (captions) in that language, where they are known.
        origin: where the references are from, for messages.
        plain: whether references are not as they were written but in the plain form that data_prep gives captions.
    """

    __test__ = False  # pytest shall not take it for tests

    captions: bool
    sources: Sequence[str]
    references: Sequence[Sequence[str]]
    language: str | None
    record: dict[str, Any]
    training: Sequence[str] | None = None
    origin: str = "the references"
    plain: bool = False

    def __len__(self) -> int:
        return len(self.references)

    @cached_property
    def training_captions(self) -> "Set[Tokens] | None":
        """`distinct_captions` of the training captions; None where these are not known."""
        from seq2seq.evaluation.captions.diversity import distinct_captions

        return None if self.training is None else distinct_captions(self.training)

    def read_outputs(self, path: str | Path) -> list[str]:
        """The lines of a file of outputs, which must be as many as the references.

        Raises:
            UserError: unequal numbers, or a file that cannot be read.
        """
        lines = read_lines(path)
        check_aligned(path, len(lines), self.origin, len(self))
        return lines


def prepared_test_set(
    folder: PreparedFolder, split: str, source: str, target: str, with_training: bool = False
) -> TestSet:
    """A split of a prepared folder; rows of one picture become one source with several references.

    Args:
        folder: the prepared folder.
        split: one of its splits.
        source: the column of the sources.
        target: the column of the references.
        with_training: whether the training sentences are wanted, too, where the folder has them.

    Raises:
        UserError: columns or a split that are not there, or a damaged table.
    """
    captions = folder.task == CAPTIONS
    sources, targets = folder.pairs(split, source, target)
    references = [[text] for text in targets]
    if captions and source == IMAGE:
        rows = itertools.groupby(zip(sources, targets, strict=True), key=lambda row: row[0])
        pictures = {name: [text for _, text in group] for name, group in rows}
        sources = [str(folder.image_path(name)) for name in pictures]
        references = list(pictures.values())
    name = str(folder.manifest.get("name", _name(folder.path)))
    return TestSet(
        captions=captions,
        sources=sources,
        references=references,
        language=target,
        record={"name": name, "split": split, "files": [{"role": "pairs", **describe_file(folder.table(split))}]},
        training=folder.column("train", target) if with_training and _has_training(folder) else None,
        origin=str(folder.table(split)),
        plain=captions and folder.manifest.get("text") == "plain",
    )


def _has_training(folder: PreparedFolder) -> bool:
    """Folders are sent around for a test without the table that nothing but training needs."""
    return folder.table("train").exists()


def text_test_set(source: str | None, references: Sequence[str], language: str | None) -> TestSet:
    """A text and its translations, from files that are aligned line by line.

    Args:
        source: the file of the sources, where there is one.
        references: one file or more.
        language: of the references, where it is known.

    Raises:
        UserError: files that cannot be read, or have unequal numbers of lines.
    """
    paths = [*filter(None, [source]), *references]
    texts = [read_lines(path) for path in paths]
    for path, text in zip(paths, texts, strict=True):
        check_aligned(path, len(text), paths[0], len(texts[0]))
    files = [{"role": "source" if path == source else "reference", **describe_file(path)} for path in paths]
    return TestSet(
        captions=False,
        sources=texts[0] if source else [],
        references=[list(several) for several in zip(*texts[-len(references) :], strict=True)],
        language=language,
        record={"name": _name(source or references[0]), "split": None, "files": files},
        origin=references[0],
    )


def set_name(record: dict[str, Any]) -> str:
    """What a test set is called, of its `TestSet.record`.

    >>> set_name({"name": "tatoeba", "split": "dev"}), set_name({"name": "talk.es", "split": None})
    ('tatoeba, dev', 'talk.es')
    """
    return ", ".join(filter(None, (record["name"], record.get("split"))))


def describe_file(path: str | Path) -> dict[str, str]:
    """A file's name and hash, as a record of scores has them.

    Raises:
        UserError: a pipe.
    """
    return {"name": _name(path), "sha256": sha256(path)}


def read_lines(path: str | Path) -> list[str]:
    """The lines of a text file.

    Raises:
        UserError: it cannot be read, or is not UTF-8 (told by file and line).
    """
    return [line or "" for _, line in open_lines(path)]


def check_aligned(path: str | Path, lines: int, other_path: str, others: int) -> None:
    """Refuse files of unequal numbers of lines.

    Raises:
        UserError: they differ.
    """
    if lines != others:
        raise UserError(f"{path} has {lines} sentences but {other_path} has {others}; they must be as many, one a line")


def _name(path: str | Path) -> str:
    return Path(path).resolve().name
