"""The weights that a picture network begins with: torchvision's own, those of a file, or none."""

import sys
from pathlib import Path
from typing import Any

import safetensors.torch
import torch
from torch import Tensor, nn

from seq2seq.config import one_line
from seq2seq.errors import UserError, reason, suggest

NONE, DEFAULT = "none", "default"
_FILES = (".safetensors", ".pth", ".pt", ".bin", ".ckpt")
_WRAPPERS = ("state_dict", "model", "model_state_dict")  # under which checkpoints keep their weights


def find_weights(model: str, weights: str) -> Any:
    """What `weights` means for a network: a member of torchvision's enum, the path of a file, or None for none.

    Args:
        model: the network's name.
        weights: "none", "default", the name of one of torchvision's ("IMAGENET1K_V1"), or a file.

    Raises:
        UserError: it is nothing of these; whether a file is there is seen when it is read.
    """
    from torchvision.models import get_model_weights, list_models

    if weights == NONE:
        return None
    offered = {member.name: member for member in get_model_weights(model)} if model in list_models() else {}
    if weights == DEFAULT and offered:
        return get_model_weights(model).DEFAULT  # type: ignore[attr-defined]
    name = weights.rpartition(".")[2]
    if name in offered:
        return offered[name]
    path = Path(weights)
    if path.suffix in _FILES or len(path.parts) > 1 or path.is_file():
        return path
    names = [*offered, *([DEFAULT] if offered else []), NONE]
    raise UserError(
        f"weights {weights!r}: neither a file nor known for {model}, which has {', '.join(names)}"
        f"{suggest(weights, names)}"
    )


def download(member: Any) -> None:
    """Have torchvision's weights in its own cache, from where building a network takes them.

    Raises:
        UserError: they are not there and cannot be fetched.
    """
    try:
        member.get_state_dict(progress=sys.stderr.isatty(), check_hash=True, weights_only=True)
    except (OSError, RuntimeError) as error:  # RuntimeError: what came has another hash
        raise UserError(
            f"weights {member}: cannot be fetched ({one_line(error)}); fetch {member.url} elsewhere and set weights to "
            "the file, or use 'none'"
        ) from error


def load_file(module: nn.Module, path: Path, name: str) -> str:
    """Give a network the weights of a file, which need not be trusted: nothing in it is executed.

    Tensors for layers behind the cut are not needed, and their being there is no mistake.

    Args:
        module: the network, cut.
        path: a file of safetensors, or of `torch.save` with a table of tensors, bare or under "state_dict" or "model".
        name: what messages call the network.

    Returns:
        How many tensors were taken and left, for people.

    Raises:
        UserError: a file that cannot be read or lacks a tensor, or a tensor of another shape.
    """
    found, due = _read(path), module.state_dict()
    lacking = [key for key in due if key not in found and not key.endswith("num_batches_tracked")]
    if lacking:
        raise UserError(
            f"weights {path}: {len(lacking)} of the {len(due)} tensors of {name} are not in it, the first is "
            f"{lacking[0]!r} (it holds {_some(found)}); are they of another network?"
        )
    for key, tensor in due.items():
        if key in found and found[key].shape != tensor.shape:
            raise UserError(
                f"weights {path}: {key!r} has the shape {tuple(found[key].shape)}, but {name} needs "
                f"{tuple(tensor.shape)}; are they of another network?"
            )
    module.load_state_dict({key: found.get(key, tensor) for key, tensor in due.items()})
    left = [key for key in found if key not in due]
    return f"{len(due.keys() & found.keys())} tensors" + (f", {len(left)} not needed: {_some(left)}" if left else "")


def _read(path: Path) -> dict[str, Tensor]:
    try:
        if path.suffix == ".safetensors":
            table: Any = safetensors.torch.load_file(path)
        else:
            table = torch.load(path, map_location="cpu", weights_only=True)
    except OSError as error:
        raise UserError(f"weights {path}: cannot be read ({reason(error)})") from error
    except Exception as error:  # whatever a damaged or hostile file leads the reader to
        raise UserError(
            f"weights {path}: not a file of tensors that can be read without running its code ({one_line(error)[:100]})"
        ) from error
    for key in _WRAPPERS:
        if isinstance(table, dict) and isinstance(table.get(key), dict):
            table = table[key]
            break
    if not isinstance(table, dict) or not any(isinstance(value, Tensor) for value in table.values()):
        raise UserError(f"weights {path}: holds no table of named tensors")
    # "module." is what DataParallel and DistributedDataParallel put in front.
    return {str(key).removeprefix("module."): value for key, value in table.items() if isinstance(value, Tensor)}


def _some(names: Any) -> str:
    names = list(names)
    return ", ".join(repr(name) for name in names[:3]) + (", …" if len(names) > 3 else "")
