"""What the options of all commands have in common."""

import argparse
import re
from collections.abc import Callable, Sequence
from typing import Any, NoReturn

from seq2seq.errors import UserError, suggest


class Parser(argparse.ArgumentParser):
    """An argument parser whose complaints are one line long and suggest what was meant."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**{"allow_abbrev": False, **settings})

    def error(self, message: str) -> NoReturn:
        """Raise UserError with argparse's message."""
        raise UserError(f"{message.removeprefix('argument ')} (see `{self.prog} --help`)")

    def parse_args(self, args: Sequence[str] | None = None, namespace: Any = None) -> Any:  # type: ignore[override]
        """As in argparse, but an unknown option is told with the nearest known one."""
        known, unknown = self.parse_known_args(args, namespace)
        self.refuse(unknown)
        return known

    def refuse(self, unknown: Sequence[str]) -> None:
        """Raise UserError where some arguments are unknown."""
        if unknown:
            option = unknown[0].split("=")[0]
            if not option.startswith("-"):
                self.error(f"{unknown[0]!r} is out of place: what is no option stands together, before the options")
            self.error(f"unknown option {option}{suggest(option, self._option_string_actions)}")

    def _check_value(self, action: argparse.Action, value: Any) -> None:
        if action.choices is not None and value not in action.choices:
            allowed = [str(choice) for choice in action.choices]
            hint = suggest(str(value), allowed)
            raise argparse.ArgumentError(action, f"{value!r} is none of {', '.join(allowed)}{hint}")


def whole_number(text: str) -> int:
    """A whole number, as argparse's `type`."""
    try:
        return int(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no whole number") from None


def number(text: str) -> float:
    """A number, as argparse's `type`."""
    try:
        return float(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no number") from None


def probability(text: str) -> float:
    """A number from 0 to 1, as argparse's `type`."""
    value = number(text)
    if not 0 <= value <= 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not from 0 to 1")
    return value


def at_least(minimum: int) -> Callable[[str], int]:
    """A whole number of `minimum` or more, as argparse's `type`."""

    def parse(text: str) -> int:
        value = whole_number(text)
        if value < minimum:
            raise argparse.ArgumentTypeError(f"{text!r} is too small; use {minimum} or more")
        return value

    return parse


def language_code(text: str) -> str:
    """A language's code of two or three letters, with or without script, region and the like, as argparse's `type`.

    >>> language_code("es"), language_code("gsw"), language_code("pt-BR"), language_code("zh_Hant")
    ('es', 'gsw', 'pt-BR', 'zh_Hant')
    """
    if not re.fullmatch(r"[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8})*", text):
        raise argparse.ArgumentTypeError(
            f"{text!r} is not a language code: two or three letters, such as en or gsw, or more precisely pt-BR"
        )
    return text


class Unsaid(str):
    """A default of an option, which is told from the same word on the command line."""
