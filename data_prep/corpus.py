"""What the commands hand to the pipeline: a corpus, and how it is to be prepared."""

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from data_prep.cleaning import Bounds
from data_prep.lines import Line
from data_prep.splitting import Row
from seq2seq.data.prepared import CAPTIONS, CLASSIFICATION, FORMS, TAGGING, TRANSLATION, Form
from seq2seq.errors import UserError, reason
from seq2seq.files import sha256

UNITS = {TRANSLATION: "pair", CAPTIONS: "caption", CLASSIFICATION: "text", TAGGING: "sentence"}
"""What a row of each task's tables is called."""


@dataclass(frozen=True)
class Corpus:
    """What a command read: where the rows come from and under which conditions they may be used.

    Attributes:
        languages: of the sides of a pair; of the captions (one or two) where there are pictures.
        inputs: what `describe_input` gives, one a file.
        lines: by split: "train", of which dev and test are drawn unless they are given here as well. Their sides are
            the columns of the tables.
        images: None for pairs of sentences. For captions, of which each line's first side is a picture's name: the
            folder that the names are relative to, or a function that makes that folder at the path it is given, which
            is within the prepared folder.
        listed_images: names of pictures that the input mentions, with captions or without.
        images_option: of the command, that says where the pictures are, with those words.
        notes: further entries of the manifest.
        task: what the rows are for; None: captions where there are pictures, else translation.
        clean: how a text is brought to its one form; None: as `Settings.plain` says. Columns after the text (a label,
            tags) stay as they are, so there must be no tab or line end in them.
        check: says why a row must go, in whatever split it is, or None; it sees the row as it would be kept.
    """

    name: str
    languages: tuple[str, ...]
    licence: str
    attribution: str
    command: str
    inputs: list[dict[str, Any]]
    lines: Mapping[str, Iterable[Line]]
    images: Path | Callable[[Path], None] | None = None
    listed_images: Iterable[str] = ()
    images_option: str = "--images where the pictures are"
    notes: Mapping[str, Any] = field(default_factory=dict)
    task: str | None = None
    clean: Callable[[str], str] | None = None
    check: Callable[[Row], str | None] | None = None

    @property
    def purpose(self) -> str:
        """The task, one of `seq2seq.data.prepared.TASKS`."""
        return self.task or (TRANSLATION if self.images is None else CAPTIONS)

    @property
    def form(self) -> Form:
        """How the tables are made."""
        return FORMS[self.purpose]

    @property
    def columns(self) -> tuple[str, ...]:
        """Those of the tables."""
        return (*self.form.before, *self.languages, *self.form.after)

    @property
    def names(self) -> int:
        """How many columns, the first ones, hold names and not text."""
        return len(self.form.before)

    def texts(self, row: Row) -> Row:
        """What of a row is text."""
        return row[self.names : self.names + len(self.languages)]


@dataclass(frozen=True)
class Settings:
    """How a corpus is prepared."""

    output: Path
    force: bool
    bounds: Bounds
    sizes: Mapping[str, int]  # in pairs or pictures, of the splits to draw; none for those that are given
    keep_leaks: bool
    seed: int
    tokenizer: str
    vocab_size: int
    joint: bool
    plain: bool = False  # bring the text to the form of `plain_caption`
    lower_case: bool = False  # of the text that the languages' tokenizers are trained on
    more_tokenizers: Mapping[str, tuple[str, int]] = field(default_factory=dict)  # by name: kind and size, of the text


def describe_input(path: Path) -> dict[str, Any]:
    """The manifest's entry for an input file.

    Raises:
        UserError: no such file, or not readable.
    """
    try:
        return {"path": str(path), "bytes": path.stat().st_size, "sha256": sha256(path)}
    except OSError as error:
        raise UserError(f"{path}: cannot be read ({reason(error)})") from error


def describe_text(name: str, text: str) -> dict[str, Any]:
    """The same for text that a command makes itself, under a name."""
    data = text.encode()
    return {"path": name, "bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}
