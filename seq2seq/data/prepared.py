"""The prepared folder: what data_prep writes and training reads."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any, NamedTuple, Self

from seq2seq.errors import UserError, reason, suggest
from seq2seq.files import open_lines, sha256

if TYPE_CHECKING:  # the command line reads SPLITS before SentencePiece is there
    from seq2seq.data.tokenizer import Tokenizer

FORMAT = 1
MANIFEST = "manifest.json"
SPLITS = ("train", "dev", "test")
IMAGE = "image"  # the column of pictures' names
LABEL, TAGS = "label", "tags"
IMAGES = "images.tsv"


class Form(NamedTuple):
    """How a task's tables are made.

    Attributes:
        languages: how many columns of text there may be.
        sides: what a model does with those it is trained on, in their order: "source" it reads, "target" it writes;
            then what it does with the tokenizers that are no language's.
        before: the columns before them.
        after: the columns after them.
        sample: the command that makes a folder of data of the toolkit's own.
    """

    languages: tuple[int, ...]
    sample: str
    sides: tuple[str, ...] = ()
    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()


FORMS = {
    "translation": Form((2,), "data_prep.sample", ("source", "target")),
    "captions": Form((1, 2), "data_prep.scenes", ("target",), before=(IMAGE,)),
    "text": Form((1,), "data_prep.text --sample", ("target",)),
    "classification": Form((1,), "data_prep.sample_labels", ("source",), after=(LABEL,)),
    "tagging": Form((1,), "data_prep.sample_tags", ("source", "characters"), after=(TAGS,)),
    "frames": Form((0,), "data_prep.frames", before=(IMAGE,), after=(TAGS,)),
    "forecasting": Form((0,), "data_prep.series --sine", before=("date", "value")),
}
TASKS = tuple(FORMS)
TRANSLATION, CAPTIONS, TEXT, CLASSIFICATION, TAGGING, FRAMES, FORECASTING = TASKS


class PreparedImage(NamedTuple):
    """What `images.tsv` says of a picture: the SHA-256 of its file's bytes, and its size in pixels."""

    sha256: str
    width: int
    height: int


@dataclass(frozen=True)
class PreparedFolder:
    """Train, dev and test tables, their tokenizers and the manifest that describes them.

    A table is UTF-8 text, its columns divided by tabs, its first line a header. A row is, by the task:

    - translation: a pair of sentences, a column for each language;
    - captions: "image", a picture's name (its path within the picture folder), with one caption in each of one or two
      languages; all rows of a picture stand together, in one split;
    - text: a line of running text, which may be empty; the lines are in their order;
    - classification: a text and its "label";
    - tagging: a sentence and its "tags": tokens, and as many tags, divided by single spaces;
    - frames: "image", a strip of frames side by side, and its "tags", one a frame;
    - forecasting: the "date" and the "value" of a series' step, in their order; splits follow each other in time.
    """

    path: Path
    manifest: dict[str, Any]

    @classmethod
    def open(cls, path: str | Path, task: str = "translation") -> Self:
        """Read and check the manifest.

        Args:
            path: of the folder.
            task: what it is wanted for, which decides what is advised where it is not there.

        Raises:
            UserError: no such folder, no manifest, or one that is damaged, of another format, or names files outside.
        """
        folder = Path(path)
        file = folder / MANIFEST
        if folder.is_file():
            raise UserError(f"{folder}: is a file; name the prepared folder, which a data_prep command wrote")
        try:
            manifest = json.loads(file.read_text(encoding="utf-8"))
        except FileNotFoundError as error:
            other = folder.is_dir() and any(folder.iterdir())  # a training run's, say: not to be overwritten
            make = f"make one, for instance with `python -m {FORMS[task].sample} --output {folder}`"
            advice = "name one that a data_prep command wrote" if other else make
            raise UserError(f"{folder}: no prepared folder ({MANIFEST} is missing); {advice}") from error
        except OSError as error:
            raise UserError(f"{file}: cannot be read ({reason(error)})") from error
        except (ValueError, RecursionError) as error:
            raise UserError(f"{file}: not JSON ({error}); prepare the data again") from error
        problem = _problem(manifest)
        if problem:
            raise UserError(f"{file}: {problem}; prepare the data again")
        return cls(folder, manifest)

    @property
    def task(self) -> str:
        """What the tables are for: one of `TASKS`."""
        return self.manifest.get("task", TRANSLATION)

    @property
    def form(self) -> Form:
        """How the tables are made."""
        return FORMS[self.task]

    @property
    def languages(self) -> tuple[str, ...]:
        """The language codes, in the order of the tables' columns."""
        return tuple(self.manifest["languages"])

    def check_language(self, code: str) -> None:
        """Whether the tables have text in the language of a model.

        Raises:
            UserError: they do not.
        """
        if code not in self.languages:
            raise UserError(f"{self.path}: its text is {self.languages[0]}, but the model has learned {code}")

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns of the tables: the languages, and those that the task has beside them."""
        return (*self.form.before, *self.languages, *self.form.after)

    @property
    def splits(self) -> tuple[str, ...]:
        """Those of train, dev and test that are there."""
        return tuple(split for split in SPLITS if split in self.manifest["splits"])

    def table(self, split: str) -> Path:
        """The file of a split.

        Raises:
            UserError: the folder has no such split.
        """
        if split not in self.splits:
            raise UserError(f"{self.path}: no split {split!r}; there is {', '.join(self.splits)}")
        return self.path / f"{split}.tsv"

    @property
    def training_sha256(self) -> str | None:
        """Of the training table, or what the manifest says of it where it was not sent along; None where neither is."""
        path = self.table("train")
        if path.exists():
            return sha256(path)
        told = self.manifest["splits"]["train"].get("sha256")
        return told if isinstance(told, str) else None

    def rows(self, split: str) -> list[tuple[str, ...]]:
        """The rows of a split, each with a field for every one of `columns`.

        Raises:
            UserError: unknown split, or a table that is not what the manifest says (file and line named).
        """
        return list(self.stream(split))

    def stream(self, split: str) -> Iterator[tuple[str, ...]]:
        """As `rows`, one by one; that some are missing is known at the end only."""
        path, count = self.table(split), 0
        for row in _read_table(path, self.columns):
            count += 1
            yield row
        due = self.manifest["splits"][split]["pairs"]
        if count != due:
            raise UserError(f"{path}: {count} pairs where the manifest says {due}; prepare the data again")

    def column(self, split: str, name: str) -> list[str]:
        """One column of a split: the sentences of a language, the pictures' names ("image")...

        Raises:
            UserError: see `rows`; or an unknown column.
        """
        number = self._number(name, self.columns)
        return [row[number] for row in self.rows(split)]

    def pairs(self, split: str, source: str, target: str) -> tuple[list[str], list[str]]:
        """The source and the target column of a split, aligned; see `column`.

        Raises:
            UserError: see `column`; or source and target are the same.
        """
        first, second = self._number(source, self.columns), self._number(target, self.columns)
        if source == target:
            raise UserError(f"{self.path}: source and target are both {source!r}")
        rows = self.rows(split)
        return [row[first] for row in rows], [row[second] for row in rows]

    @property
    def tokenizers(self) -> dict[str, Path]:
        """The model files of the tokenizers: one for each language (the same when it is joint), and others' by name."""
        files = self.manifest.get("tokenizer", {}).get("files", {})
        return {name: self.path / file for name, file in files.items()}

    def tokenizer_path(self, name: str) -> Path:
        """The model file of a language's tokenizer, or of another that the task has.

        Raises:
            UserError: no such language.
        """
        paths = self.tokenizers
        self._number(name, tuple(paths))
        return paths[name]

    def tokenizer(self, name: str) -> "Tokenizer":
        """The tokenizer of a language, or another that the task has."""
        from seq2seq.data.tokenizer import Tokenizer

        return Tokenizer.load(self.tokenizer_path(name))

    @property
    def image_folder(self) -> Path:
        """The folder that the pictures' names are relative to.

        Raises:
            UserError: the task has no pictures.
        """
        self._require_images()
        return self.path / self.manifest["images"]["folder"]

    def image_path(self, name: str) -> Path:
        """The file of a picture, whether it is there or not.

        Raises:
            UserError: a name that leads out of the picture folder.
        """
        if not is_inside(name):
            raise UserError(f"{self.path}: {name!r} is no picture's path within {self.image_folder}")
        return self.image_folder / name

    def images(self) -> dict[str, PreparedImage]:
        """Every picture that a split uses, by its name, in the order of `images.tsv`.

        Raises:
            UserError: the task has no pictures, or the file is not there or not whole (file and line named).
        """
        self._require_images()
        path = self.path / IMAGES
        images: dict[str, PreparedImage] = {}
        for number, (name, digest, width, height) in enumerate(_read_table(path, (IMAGE, *PreparedImage._fields)), 2):
            if not (width.isdecimal() and height.isdecimal() and digest and is_inside(name)):
                raise UserError(f"{path}, line {number}: no picture with its hash and size; prepare the data again")
            images[name] = PreparedImage(digest, int(width), int(height))
        return images

    def _require_images(self) -> None:
        if IMAGE not in self.form.before:
            raise UserError(f"{self.path}: prepared for {self.task}; it has no pictures")

    def _number(self, name: str, names: tuple[str, ...]) -> int:
        if name not in names:
            kind = "language" if names == self.languages else "column"
            raise UserError(f"{self.path}: no {kind} {name!r}; it holds {' and '.join(names)}{suggest(name, names)}")
        return names.index(name)


def is_inside(name: str) -> bool:
    """Whether a path, written with "/", stays within the folder that it is relative to.

    >>> is_inside("train2017/1.jpg"), is_inside("../1.jpg"), is_inside("/1.jpg")
    (True, False, False)
    """
    path = PurePosixPath(name)
    return bool(path.parts) and not path.is_absolute() and ".." not in path.parts and "\0" not in name


def _read_table(path: Path, header: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """The rows after the header, which must be there."""
    for number, line in open_lines(path):
        fields = tuple((line or "").split("\t"))
        if len(fields) != len(header):
            raise UserError(
                f"{path}, line {number}: {len(fields)} columns where {len(header)} are due; prepare the data again"
            )
        if number > 1:
            yield fields
        elif fields != header:
            raise UserError(f"{path}: the header says {list(fields)} where {list(header)} is due")


def _problem(manifest: object) -> str | None:
    """What is wrong with a manifest, or None. Only what the code relies on is checked."""
    if not isinstance(manifest, dict):
        return "not an object"
    if manifest.get("format") != FORMAT:
        return f"format {manifest.get('format')!r} where this version reads {FORMAT}"
    task = manifest.get("task", TRANSLATION)
    if task not in TASKS:
        return f"task {task!r} where this version knows {', '.join(TASKS)}"
    languages = manifest.get("languages")
    form = FORMS[task]
    if not (isinstance(languages, list) and all(isinstance(item, str) for item in languages)):
        return "'languages' is not a list of codes"
    columns = (*form.before, *languages, *form.after)
    if len(languages) not in form.languages or len(set(columns)) < len(columns):
        return f"'languages' is not a list of {' or '.join(map(str, form.languages))} different codes"
    splits = manifest.get("splits")
    if not isinstance(splits, dict) or not splits.keys() <= set(SPLITS) or "train" not in splits:
        return f"'splits' must hold train and none but {', '.join(SPLITS)}"
    if not all(isinstance(split, dict) and isinstance(split.get("pairs"), int) for split in splits.values()):
        return "'splits' has one without its number of pairs"
    if IMAGE in form.before:
        images = manifest.get("images")
        if not isinstance(images, dict) or not isinstance(images.get("folder"), str):
            return "'images' names no folder"
    tokenizer = manifest.get("tokenizer", {"files": {}})
    files = tokenizer.get("files") if isinstance(tokenizer, dict) else None
    if not isinstance(files, dict) or not set(languages) <= files.keys():
        return "'tokenizer' names no file for each language"
    for file in files.values():
        if not isinstance(file, str) or Path(file).is_absolute() or ".." in Path(file).parts:
            return f"'tokenizer' names {file!r}, which is not a file inside the folder"
    return None
