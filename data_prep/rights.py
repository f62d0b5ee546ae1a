"""What is said of a corpus for its manifest: its name, its licence and who made it."""

import argparse

from seq2seq.errors import UserError

NOT_STATED = "not stated"


def add_rights(parser: argparse.ArgumentParser | argparse._ArgumentGroup) -> None:
    """What a user says of data of their own."""
    parser.add_argument("--name", help="of the data, for the manifest; without it, that of the output folder")
    parser.add_argument("--licence", default=NOT_STATED, help="of the data, for the manifest")
    parser.add_argument("--attribution", default=NOT_STATED, help="who made the data, for the manifest")


def refuse_rights(arguments: argparse.Namespace, option: str) -> None:
    """Refuse them where the data is the toolkit's own.

    Args:
        arguments: parsed by a parser with `add_rights`.
        option: that asks for such data.

    Raises:
        UserError: one is given.
    """
    for name in ("licence", "attribution"):
        if getattr(arguments, name) != NOT_STATED:
            raise UserError(f"--{name}: has no part in {option}, whose {name} is the toolkit's")
