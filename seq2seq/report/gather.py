"""Systems from model folders, which are set to work on the test set, and from files of outputs."""

import os
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from seq2seq.config import read_yaml
from seq2seq.data.prepared import MANIFEST, PreparedFolder
from seq2seq.data.tokenizer import END
from seq2seq.errors import UserError
from seq2seq.evaluation.test_set import TestSet, describe_file
from seq2seq.files import sha256
from seq2seq.folder import CONFIG, WEIGHTS, folder_name
from seq2seq.inference import BATCH_SIZE, MAX_SOURCE_TOKENS, Caption, Captioner, Translation, Translator, search_options
from seq2seq.inference.confidence import Calibration
from seq2seq.progress import counting
from seq2seq.report.curves import load_curves
from seq2seq.report.system import Details, System


@dataclass(frozen=True)
class Decoding:
    """How a model is set to work.

    Attributes:
        search: fields of `SearchOptions` that shall not have their defaults.
        batch_size: inputs worked on at once.
        max_source_tokens: a line of more is translated in parts.
    """

    search: dict[str, Any] = field(default_factory=dict)
    batch_size: int = BATCH_SIZE
    max_source_tokens: int = MAX_SOURCE_TOKENS


@dataclass(frozen=True)
class Named:
    """What is to be evaluated, and what it shall be called.

    Attributes:
        name: what the report calls it.
        paths: a model folder, or several of an ensemble, or a file of outputs.
        is_model: whether the paths are model folders.
    """

    name: str
    paths: tuple[str, ...]
    is_model: bool


def parse_named(word: str) -> Named:
    """What a word of the command line means: PATH or NAME=PATH, or FOLDER+FOLDER for an ensemble.

    A model folder without a name is called as the folder itself, or as that around it if that tells more than "model".

    Raises:
        UserError: an empty name, or a path where nothing is.
    """
    name, path = "", word
    if not os.path.exists(word) and "=" in word:
        name, _, path = word.partition("=")
        if not name.strip() or not path:
            raise UserError(f"{word!r}: write NAME=FILE, with a name before the sign and a path after it")
    paths = (path,) if os.path.exists(path) else tuple(path.split("+"))
    if "" in paths:
        raise UserError(f"{path}: a model folder is missing before or after +; write FOLDER+FOLDER")
    for part in paths:
        if not os.path.exists(part):
            raise UserError(f"{part}: no such model folder or file of outputs")
    is_model = os.path.isdir(paths[0])
    if len(paths) > 1 and not all(map(os.path.isdir, paths)):
        raise UserError(f"{path}: only model folders can be joined by + to an ensemble")
    return Named(name.strip() or "+".join(map(_own_name, paths)), paths, is_model)


def check_names(systems: Sequence[Named]) -> None:
    """Refuse two systems with one name.

    Raises:
        UserError: there are such.
    """
    seen: dict[str, Named] = {}
    for system in systems:
        other = seen.setdefault(system.name, system)
        if other is not system:
            first, second = "+".join(other.paths), "+".join(system.paths)
            raise UserError(f"{first} and {second} are both called {system.name!r}; give names: NAME={second}")


def read_outputs(name: str, path: str | Path, test: TestSet) -> System:
    """A system of which only a file of outputs is known, a line for each source.

    Raises:
        UserError: not as many lines as references, or a file that cannot be read.
    """
    return System(name, test.read_outputs(path), facts={"hypothesis": describe_file(path)})


def generate(
    name: str,
    model: Translator | Captioner,
    folders: Sequence[str | Path],
    test: TestSet,
    decoding: Decoding,
    *,
    alignments: bool = True,
) -> System:
    """Set a model to work on the test set, with a progress bar, and tell how it went.

    A picture that cannot be read gives an empty output and `Details.problem`.

    Args:
        name: what the report calls it.
        model: the model or ensemble.
        folders: where it was loaded from.
        test: the sources.
        decoding: how.
        alignments: whether the details shall hold what each word looked at.

    Raises:
        UserError: a setting of the search that is unknown or not allowed.
    """
    # Hashed before the long work: what changes during it shall not be taken for what was used.
    models = [{"name": folder_name(path), "sha256": sha256(Path(path) / WEIGHTS)} for path in folders]
    sources = list(test.sources)
    shared: dict[str, Any] = {"batch_size": decoding.batch_size, "alignments": alignments, **decoding.search}
    what = ("captioning", "pictures") if test.captions else ("translating", "lines")
    found: Sequence[Caption | Translation]
    started = time.perf_counter()
    with counting(*what, len(sources)) as progress:

        def show(part: int, whole: int) -> None:
            progress.show(len(sources) * part / whole)

        if isinstance(model, Captioner):
            found = model.caption_detailed(sources, progress=show, **shared)
        else:
            found = model.translate_detailed(
                sources, progress=show, max_source_tokens=decoding.max_source_tokens, **shared
            )
    seconds = time.perf_counter() - started
    details = [_details(item) for item in found]
    return System(
        name,
        [item.text for item in found],
        details,
        facts={
            "models": models,
            "decoding": {
                **asdict(search_options(**decoding.search)),
                "batch_size": decoding.batch_size,
                "max_source_tokens": None if test.captions else decoding.max_source_tokens,
                "precision": model.precision,
            },
            "seconds": seconds,
            "tokens": sum(len(detail.tokens) for detail in details),
            "device": model.device,
        },
    )


def unread(system: System) -> str | None:
    """How many pictures could not be read, and why the first could not; None where all could."""
    problems = [details.problem for details in system.details or () if details.problem is not None]
    if not problems:
        return None
    return f"{len(problems)} of {len(system.outputs)} pictures could not be read, the first: {problems[0]}"


def with_folder(system: System, folder: str | Path) -> System:
    """The system of one model with what else its folder tells: learning curves, and how to calibrate its confidence.

    Raises:
        UserError: a damaged file.
    """
    return replace(system, curves=load_curves(folder), calibration=Calibration.load(folder))


def trained_elsewhere(folders: Sequence[str | Path], prepared: str | Path) -> bool:
    """Whether one of these models does not say that its training table is that of this prepared folder.

    A folder without any word of its data is taken to be of them.
    """
    here = {
        "train_sha256": PreparedFolder.open(prepared).training_sha256,
        "sha256": sha256(Path(prepared) / MANIFEST),  # all that folders of earlier versions know
    }
    extras = [read_yaml(Path(folder) / CONFIG).get("extra") for folder in folders]
    data = [extra.get("data") for extra in extras if isinstance(extra, dict)]
    known = [one for one in data if isinstance(one, dict) and here.keys() & one.keys()]
    return any(all(one.get(name) != digest for name, digest in here.items()) for one in known)


def _details(item: Caption | Translation) -> Details:
    best = item.candidates[0] if item.candidates else None
    looked = item.looked() if isinstance(item, Caption) else best.alignment if best else None
    tokens = best.tokens if best else ()
    parts = item.parts if isinstance(item, Translation) else len(item.candidates[:1])
    return Details(
        tokens=tokens,
        log_probs=best.log_probs if best else (),
        source_tokens=item.source_tokens if isinstance(item, Translation) else (),
        alignment=looked if looked is None else looked.flatten(1),
        grid=item.grid if isinstance(item, Caption) else None,
        seen=item.seen if isinstance(item, Caption) else None,
        finished=best is None or not (best.cut or tokens.count(END) < parts),
        parts=parts,
        problem=item.problem if isinstance(item, Caption) else None,
    )


def _own_name(path: str) -> str:
    full = Path(path).resolve()
    return folder_name(full) if full.is_dir() else full.stem
