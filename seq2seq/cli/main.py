"""The command `seq2seq`: one subcommand a module of this package.

To add a subcommand, write `seq2seq/cli/<name>.py` with `configure(parser)` and `run(arguments)`, and name it in
COMMANDS.
"""

import argparse
import importlib
import io
import sys
from collections.abc import Sequence
from typing import NoReturn

from seq2seq.cli.arguments import Parser
from seq2seq.errors import UserError, run_command, suggest
from seq2seq.version import toolkit_version

COMMANDS = {
    "translate": "translate text, a line in and a line out",
    "caption": "caption pictures, a picture in and a line out",
    "generate": "write running text that goes on from a prompt, with a language model",
    "classify": "label texts, a line in and a label out",
    "tag": "name the persons, places and other entities in sentences, a tag for each token",
    "classify-frames": "label each frame of clips, a clip in and a line out",
    "forecast": "foresee a series of numbers, a line a step, with intervals",
    "evaluate": "score a model's outputs, or a file of them, against references",
    "inspect": "look inside a model: gates, states, attention, gradients through time",
    "report": "compare models and other systems' outputs on one page: scores, weaknesses, samples",
    "export": "make a model folder of a training checkpoint",
}

DESCRIPTION = "Recurrent sequence-to-sequence models: use a trained model, and know whether it is good."


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run `seq2seq` with `arguments` (those of the process by default) and end the process with its exit code."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    run_command(lambda: _run(words))


def _run(words: list[str]) -> None:
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8", newline="\n")  # text of any language, whatever the locale says
    command = words[0] if words else "--help"
    if command in COMMANDS:
        # Imported only now: the subcommands need torch, and `seq2seq --help` shall not wait for it.
        module = importlib.import_module(f"seq2seq.cli.{command.replace('-', '_')}")
        parser = Parser(prog=f"seq2seq {command}", formatter_class=argparse.RawDescriptionHelpFormatter)
        module.configure(parser)
        module.run(parser.parse_args(words[1:]))
    elif command.startswith("-"):
        _overview().parse_args(words[:1] or ["--help"])
    else:
        raise UserError(f"{command!r} is no subcommand: use {', '.join(COMMANDS)}{suggest(command, COMMANDS)}")


def _overview() -> Parser:
    width = max(map(len, COMMANDS))
    parser = Parser(
        prog="seq2seq",
        usage="seq2seq COMMAND ...",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        description=DESCRIPTION,
        epilog="\n".join(
            [
                "commands:",
                *(f"  {name:<{width}}  {summary}" for name, summary in COMMANDS.items()),
                "",
                "`seq2seq COMMAND --help` tells more about a command.",
            ]
        ),
    )
    parser.add_argument("--version", action="version", version=f"seq2seq {toolkit_version()}")
    return parser


if __name__ == "__main__":
    main()
