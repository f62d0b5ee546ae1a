"""YAML files read as the dataclasses that describe them, each value checked, nothing executed."""

import reprlib
from dataclasses import MISSING, fields, is_dataclass
from pathlib import Path
from typing import Any, Literal, TypeVar, get_args, get_origin, get_type_hints

import yaml

from seq2seq.errors import UserError, reason, suggest

Options = TypeVar("Options")

_WORDS = {int: "a whole number", float: "a number", bool: "true or false", str: "text", dict: "a table of options"}


def read_yaml(path: Path) -> Any:
    """The plain values in a YAML file: tables, lists, text, numbers.

    Raises:
        UserError: no such file, no YAML, or a tag that asks for anything but plain values.
    """
    try:
        return yaml.safe_load(path.read_bytes())
    except OSError as error:
        raise UserError(f"{path}: cannot be read ({reason(error)})") from error
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise UserError(f"{path}: not plain YAML ({one_line(error)})") from error


def parse_options(kind: type[Options], values: Any, path: Path) -> Options:
    """Make a dataclass of plain values; its fields may be dataclasses, int, float, bool, str, Literal, list and dict.

    A field that is not there takes its default, so that a file from before an option existed is read as what it meant;
    one without default must be there. Libraries that do this can import a class that the file names, and a model
    folder's file is not to be trusted.

    Args:
        kind: the dataclass.
        values: as `read_yaml` gives them.
        path: the file they are from, for messages.

    Raises:
        UserError: an option that is unknown, missing without a default, or of another type, named with the file.

    >>> import dataclasses
    >>> @dataclasses.dataclass
    ... class Size:
    ...     width: int
    >>> parse_options(Size, {"widht": 3}, Path("size.yaml"))
    Traceback (most recent call last):
    seq2seq.errors.UserError: size.yaml: 'widht': no such option; did you mean 'width'?
    """
    try:
        return _parse(kind, values, "")
    except UserError as error:
        raise UserError(f"{path}: {error}") from error


def _parse(kind: Any, value: Any, option: str) -> Any:
    """`option` is the dotted name in messages."""
    if is_dataclass(kind):
        return _parse_dataclass(kind, value, option)
    plain = get_origin(kind) or kind
    if plain is list:
        if not isinstance(value, list):
            raise UserError(f"{option}: {shown(value)} is not a list")
        return [_parse(get_args(kind)[0], item, option) for item in value]
    if plain is Literal:
        if not isinstance(value, str) or value not in get_args(kind):
            near = suggest(value[:60], get_args(kind)) if isinstance(value, str) else ""
            raise UserError(f"{option}: {shown(value)} is not one of {', '.join(get_args(kind))}{near}")
        return value
    if plain is float and type(value) is int:
        return float(value)
    if type(value) is not plain:  # True is an int to isinstance
        raise UserError(f"{option}: {shown(value)} is not {_WORDS[plain]}")
    return value


def _parse_dataclass(kind: Any, value: Any, option: str) -> Any:
    if not isinstance(value, dict):
        raise UserError(f"{option or 'the file'}: {shown(value)} is not a table of options")
    prefix = f"{option}." if option else ""
    hints = get_type_hints(kind)
    for name in value:
        if name not in hints:
            near = suggest(name[:60], hints) if isinstance(name, str) else ""
            raise UserError(f"{shown(name)}: no such option{f' of {option}' if option else ''}{near}")
    for known in fields(kind):
        if known.name not in value and known.default is MISSING and known.default_factory is MISSING:
            raise UserError(f"{prefix}{known.name} is missing")
    return kind(**{name: _parse(hints[name], item, prefix + name) for name, item in value.items()})


def shown(value: Any) -> str:
    """A value for a message, cut short: with aliases a few bytes of YAML make gigabytes of text."""
    brief = reprlib.Repr()
    brief.maxlevel = 2
    return brief.repr(value)


def one_line(error: BaseException) -> str:
    """The start of a library's message, on one line."""
    return " ".join(str(error).split())[:200]
