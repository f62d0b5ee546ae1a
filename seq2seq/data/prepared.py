"""The prepared folder: what data_prep writes and training reads."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from seq2seq.data.tokenizer import Tokenizer
from seq2seq.errors import UserError, suggest
from seq2seq.files import open_lines

FORMAT = 1
MANIFEST = "manifest.json"
SPLITS = ("train", "dev", "test")


@dataclass(frozen=True)
class PreparedFolder:
    """Train, dev and test tables of sentence pairs, their tokenizer and the manifest that describes them.

    A table is UTF-8 text: a header with the two language codes, then one pair a line, divided by a tab.
    """

    path: Path
    manifest: dict[str, Any]

    @classmethod
    def open(cls, path: str | Path) -> Self:
        """Read and check the manifest.

        Raises:
            UserError: no such folder, no manifest, or one that is damaged, of another format, or names files outside.
        """
        folder = Path(path)
        file = folder / MANIFEST
        try:
            manifest = json.loads(file.read_text(encoding="utf-8"))
        except FileNotFoundError as error:
            raise UserError(
                f"{folder}: no prepared folder ({MANIFEST} is missing); make one, for instance with "
                f"`python -m data_prep.sample --output {folder}`"
            ) from error
        except OSError as error:
            raise UserError(f"{file}: cannot be read ({error.strerror})") from error
        except (ValueError, RecursionError) as error:
            raise UserError(f"{file}: not JSON ({error}); prepare the data again") from error
        problem = _problem(manifest)
        if problem:
            raise UserError(f"{file}: {problem}; prepare the data again")
        return cls(folder, manifest)

    @property
    def languages(self) -> tuple[str, str]:
        """The two language codes, in the order of the tables' columns."""
        first, second = self.manifest["languages"]
        return first, second

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

    def pairs(self, split: str, source: str, target: str) -> tuple[list[str], list[str]]:
        """The sentences of a split in the source and in the target language, aligned.

        Raises:
            UserError: unknown split or language, or a table that is not what the manifest says (file and line named).
        """
        columns = self._column(source), self._column(target)
        if source == target:
            raise UserError(f"{self.path}: source and target are both {source!r}")
        path = self.table(split)
        sides: tuple[list[str], list[str]] = ([], [])
        for number, line in open_lines(path):
            fields = (line or "").split("\t")
            if len(fields) != 2:
                raise UserError(f"{path}, line {number}: {len(fields)} columns where 2 are due; prepare the data again")
            if number == 1:
                if tuple(fields) != self.languages:
                    raise UserError(f"{path}: the header says {fields}, the manifest {list(self.languages)}")
                continue
            for side, column in zip(sides, columns, strict=True):
                side.append(fields[column])
        due = self.manifest["splits"][split]["pairs"]
        if len(sides[0]) != due:
            raise UserError(f"{path}: {len(sides[0])} pairs where the manifest says {due}; prepare the data again")
        return sides

    def tokenizer_path(self, language: str) -> Path:
        """The model file of a language's tokenizer (one file for both when it is joint)."""
        self._column(language)
        return self.path / self.manifest["tokenizer"]["files"][language]

    def tokenizer(self, language: str) -> Tokenizer:
        """The tokenizer of a language."""
        return Tokenizer.load(self.tokenizer_path(language))

    def _column(self, language: str) -> int:
        if language not in self.languages:
            raise UserError(
                f"{self.path}: no language {language!r}; it holds {' and '.join(self.languages)}"
                f"{suggest(language, self.languages)}"
            )
        return self.languages.index(language)


def _problem(manifest: object) -> str | None:
    """What is wrong with a manifest, or None. Only what the code relies on is checked."""
    if not isinstance(manifest, dict):
        return "not an object"
    if manifest.get("format") != FORMAT:
        return f"format {manifest.get('format')!r} where this version reads {FORMAT}"
    languages = manifest.get("languages")
    if not (isinstance(languages, list) and len(languages) == 2 and all(isinstance(item, str) for item in languages)):
        return "'languages' is not a list of two codes"
    splits = manifest.get("splits")
    if not isinstance(splits, dict) or not splits.keys() <= set(SPLITS) or "train" not in splits:
        return f"'splits' must hold train and none but {', '.join(SPLITS)}"
    if not all(isinstance(split, dict) and isinstance(split.get("pairs"), int) for split in splits.values()):
        return "'splits' has one without its number of pairs"
    tokenizer = manifest.get("tokenizer")
    files = tokenizer.get("files") if isinstance(tokenizer, dict) else None
    if not isinstance(files, dict) or not set(languages) <= files.keys():
        return "'tokenizer' names no file for each language"
    for file in files.values():
        if not isinstance(file, str) or Path(file).is_absolute() or ".." in Path(file).parts:
            return f"'tokenizer' names {file!r}, which is not a file inside the folder"
    return None
