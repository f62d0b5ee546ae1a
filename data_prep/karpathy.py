"""Karpathy's splits of Flickr8k and COCO: one JSON file that holds every caption and the split of every picture."""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from data_prep.lines import Line
from seq2seq.errors import UserError, reason, suggest
from seq2seq.progress import working

SPLITS = {"train": "train", "restval": "train", "val": "dev", "test": "test"}


@dataclass
class CaptionFile:
    """The captions of a file by split, and the names of all pictures that it mentions."""

    lines: dict[str, list[Line]] = field(default_factory=dict)
    images: list[str] = field(default_factory=list)


def read_json(path: Path) -> Any:
    """The values in a JSON file.

    Raises:
        UserError: no such file, or no JSON.
    """
    try:
        with working(f"reading {path.name}"):
            return json.loads(path.read_bytes())
    except OSError as error:
        raise UserError(f"{path}: cannot be read ({reason(error)})") from error
    except (ValueError, RecursionError) as error:
        raise UserError(f"{path}: not JSON ({error})") from error


def checked(path: Path, place: str, record: Any, **fields: type) -> list[Any]:
    """The values of a JSON record's fields.

    Raises:
        UserError: no record, or a field that is missing or of another type; file and place are named.
    """
    for name, kind in fields.items():
        value = record.get(name) if isinstance(record, dict) else None
        if type(value) is not kind:
            raise UserError(f"{path}: {place} has no {name!r} that is {_KINDS[kind]}; is this the right file?")
    return [record[name] for name in fields]


_KINDS = {str: "text", int: "a whole number", list: "a list"}


def read_karpathy(path: Path, dataset: str) -> CaptionFile:
    """Read dataset_flickr8k.json or dataset_coco.json; COCO's "restval" belongs to train, "val" is dev.

    A picture's name is its file name, after its folder where the file gives one. The number of a line is that of the
    caption in the file.

    Args:
        path: the file.
        dataset: its name, as the file has it.

    Raises:
        UserError: the file is not there, of another dataset, or not such a file (the place is named).
    """
    root = read_json(path)
    name, images = checked(path, "the file", root, dataset=str, images=list)
    if name != dataset:
        raise UserError(f"{path}: holds the dataset {name!r}, not {dataset!r}")
    captions = CaptionFile()
    number = 0
    for index, image in enumerate(images):
        place = f"images[{index}]"
        file, split, sentences = checked(path, place, image, filename=str, split=str, sentences=list)
        if split not in SPLITS:
            raise UserError(
                f"{path}: {place}: split {split!r} is not one of {', '.join(SPLITS)}{suggest(split, SPLITS)}"
            )
        if image.get("filepath"):
            file = f"{image['filepath']}/{file}"
        captions.images.append(file)
        lines = captions.lines.setdefault(SPLITS[split], [])
        for place_in_image, sentence in enumerate(sentences):
            number += 1
            (raw,) = checked(path, f"{place}.sentences[{place_in_image}]", sentence, raw=str)
            lines.append(Line(path.name, number, (file, raw)))
    return captions
