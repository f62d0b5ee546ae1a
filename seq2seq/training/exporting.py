"""A model folder from training checkpoints.

Checkpoints are read as tensors and plain values only (`weights_only`), so that one from elsewhere can execute nothing.
"""

import pickle
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from seq2seq.config import one_line, parse_options
from seq2seq.data.prepared import TRANSLATION, PreparedFolder
from seq2seq.errors import UserError, reason
from seq2seq.folder import CONFIG, check_model_place, save_model
from seq2seq.models.settings import CONFIG_OF, TASK_OF, build
from seq2seq.training.card import write_card


@dataclass(frozen=True)
class Checkpoint:
    """What a model folder needs of a checkpoint.

    Attributes:
        weights: the model's, averaged where the run averaged them.
        config: what the model is built from.
        prepared: the prepared folder it was trained on.
        columns: of source and target in that folder's tables.
        labels: what the model tells apart, where it does.
        data: `RecipeData.identity` of that folder.
        step: optimizer steps taken.
    """

    weights: dict[str, Tensor]
    config: Any
    prepared: Path
    columns: tuple[str, ...]
    labels: tuple[str, ...]
    data: dict[str, str]
    step: int

    @classmethod
    def load(cls, path: str | Path) -> "Checkpoint":
        """Read a checkpoint that a recipe wrote.

        Raises:
            UserError: no such file, not a checkpoint of this toolkit, or one of a model that this version cannot build.
        """
        path = Path(path)
        try:
            content: dict[str, Any] = torch.load(path, map_location="cpu", weights_only=True)
        except OSError as error:
            raise UserError(f"{path}: cannot be read ({reason(error)})") from error
        except (RuntimeError, KeyError, ValueError, EOFError, pickle.UnpicklingError) as error:
            # What torch says would have the user switch off the safe reading of files.
            raise UserError(f"{path}: not a checkpoint of this toolkit, or a damaged one") from error
        try:
            facts = content["seq2seq"]
            return cls(
                weights={
                    name.removeprefix("model."): tensor
                    for name, tensor in content["state_dict"].items()
                    if name.startswith("model.")
                },
                # Older checkpoints do not tell their task, nor anything of the data.
                config=parse_options(CONFIG_OF[facts.get("task", TRANSLATION)], facts["model"], path),
                prepared=Path(facts["prepared"]),
                columns=tuple(facts["columns"]),
                labels=tuple(facts.get("labels", ())),
                data=facts.get("data", {}),
                step=content["global_step"],
            )
        except (LookupError, TypeError, AttributeError) as error:
            raise UserError(
                f"{path}: not a checkpoint of this toolkit, or a damaged one ({one_line(error)} is not as it should be)"
            ) from error


def _mean(tensors: list[Tensor]) -> Tensor:
    """The mean; of whole numbers, which are counters, the first."""
    return torch.stack(tensors).mean(0) if tensors[0].is_floating_point() else tensors[0]


def export(
    checkpoints: Sequence[str | Path],
    folder: str | Path,
    prepared: str | Path | None = None,
    *,
    overwrite: bool = False,
) -> None:
    """Write a model folder; of several checkpoints the mean of their weights (Junczys-Dowmunt et al. 2016).

    Args:
        checkpoints: one, or several of one model.
        folder: the model folder to write.
        prepared: where the prepared folder is now, if it was moved.
        overwrite: whether it may replace a model that the folder holds, with its scores and its confidence.

    Raises:
        UserError: a checkpoint that cannot be used, models that differ, a prepared folder that is not there, or a
            folder that holds something else.
    """
    check_model_place(folder)
    if not overwrite and (Path(folder) / CONFIG).exists():
        raise UserError(f"{folder}: holds a model already; choose another folder, or replace the model by --overwrite")
    loaded = [Checkpoint.load(path) for path in checkpoints]
    first = loaded[0]
    for path, other in zip(checkpoints[1:], loaded[1:], strict=True):
        if (other.config, other.columns) != (first.config, first.columns):
            raise UserError(
                f"{path}: another model than {checkpoints[0]}; only checkpoints of one model can be averaged"
            )
    data = PreparedFolder.open(prepared or first.prepared)
    task = TASK_OF[type(first.config)]
    if data.task != task or not set(first.columns) <= set(data.columns):
        there, here = (" and ".join(columns) for columns in (first.columns, data.columns))
        raise UserError(
            f"{data.path}: prepared for {data.task} ({here}), but {checkpoints[0]} was trained for {task} ({there}); "
            "name by --data the folder that it was trained on"
        )
    names = [column for column in first.columns if column in data.languages]
    names += [name for name in data.tokenizers if name not in data.languages]
    sides = {side: (name, data.tokenizer_path(name)) for side, name in zip(data.form.sides, names, strict=True)}
    sizes = {side: len(data.tokenizer(name)) for side, (name, _) in sides.items()}
    model = build(first.config, sizes, first.labels)
    try:
        model.load_state_dict({name: _mean([other.weights[name] for other in loaded]) for name in first.weights})
    except (RuntimeError, KeyError) as error:
        raise UserError(f"{checkpoints[0]}: does not fit the data in {data.path} ({one_line(error)})") from error
    save_model(
        folder,
        model,
        first.config,
        sides.get("source"),
        sides.get("target"),
        card=write_card(data, first.columns, model, first.step),
        extra={
            "data": {"name": data.manifest.get("name"), "train_sha256": data.training_sha256},
            "steps": [checkpoint.step for checkpoint in loaded],
            **({"series": data.manifest["series"]} if "series" in data.manifest else {}),
        },
        labels=first.labels,
        characters=sides.get("characters"),
    )
