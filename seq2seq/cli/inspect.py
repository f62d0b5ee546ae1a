"""`seq2seq inspect`: what goes on inside a model while it reads, as figures and numbers."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from seq2seq.cli.arguments import at_least
from seq2seq.cli.decoding import MODEL_HELP
from seq2seq.cli.lines import check_parent, open_input, read_chunks
from seq2seq.errors import UserError

if TYPE_CHECKING:  # what takes seconds to import is imported when the options are known to be right
    from seq2seq.folder import LoadedModel
    from seq2seq.inspection.look import Look, Saturation

DESCRIPTION = """\
Look inside a model while it reads: the gates and the cell state of every recurrent layer over the words, how often they
are saturated, the length of the hidden states, what is looked at, and how far back in time the gradient of the last
position reaches. Each becomes a figure; the numbers go into inspection.json.

  seq2seq inspect models/es_en "El gato que vio al perro duerme." --output inside
  seq2seq inspect models/sentiment "Not a bad film at all." --output inside --format svg
  seq2seq inspect models/captions --picture holiday/beach.jpg --output inside
  seq2seq inspect models/es_en --output inside < letter.txt            (a line a text)

Several models beside each other, for instance cells on a verb that agrees with a noun far back:

  python -m data_prep.agreement --distance 20 --sentences 4000 > agreement.txt
  python -m data_prep.text agreement.txt --tokenizer word --output prepared/agreement
  python recipes/generate_text/train.py --data.prepared prepared/agreement --model.model.decoder.cell lstm \\
      --trainer.max_time 00:00:05:00 --output runs/lstm                                (likewise gru and rnn)
  python -m data_prep.agreement --distance 20 --seed 2 --until-verb |
      seq2seq inspect runs/lstm/model --beside runs/gru/model --beside runs/rnn/model --output inside
"""

EPILOG = """\
Figures, with a number in front where there are several inputs:
  NET-saturation           of each unit, how often a gate is shut (below 0.1) and how often open (above 0.9), over all
                           inputs; of cells without gates, of the hidden state: near -1 and 1 where tanh bounds it, at 0
                           where units are rectified; points are moved by up to 0.05, lest they hide each other
  NET-layerN-WAY-gates     heat maps of the gates, the cell state and the hidden state: a column a word piece
  NET-norms                the length of the hidden states
  NET-gradient             the norm of the gradient of the score at the last position with respect to what the net
                           reads at each position
  NET-distance             with --beside: that norm, counted back from the last position, for every model on the same
                           target, that of the first model; mean over all inputs
  attention                what each word that is written looks at
  training-gradient        the length of the gradient in training before it was clipped, and the share of steps clipped,
                           of a model folder that a run ended with (its training.csv tells)
A model that writes is looked at while it writes its own greedy output; the score is that of the last piece of it. For a
language model it is that of the text's last piece, for a classifier that of the label that it finds likeliest, for a
tagger (of words, or of the frames of a clip, which --picture names) that of the last label, for a forecaster, which
reads numbers with spaces between them, what it foresees in place of the last number. Of the net by which a tagger reads
the letters of each word, the last word is shown.
The score of a choice is its log-odds, log p/(1-p): the gradient of the loss, -log p, fades where a model is sure, so
that models could not be compared.
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's options to `parser`."""
    parser.description, parser.epilog = DESCRIPTION, EPILOG
    parser.usage = "%(prog)s MODEL [TEXT ...] --output FOLDER [options]"
    parser.add_argument("model", metavar="MODEL", help=MODEL_HELP.partition(";")[0])
    parser.add_argument("texts", nargs="*", metavar="TEXT", help="what it reads (default: lines of standard input)")
    parser.add_argument(
        "--picture", action="append", default=[], metavar="FILE", help="what it reads, where it reads pictures"
    )
    parser.add_argument(
        "--output",
        required=True,
        metavar="FOLDER",
        help="folder for the figures and inspection.json, in place of those of an earlier look",
    )
    parser.add_argument(
        "--beside",
        action="append",
        default=[],
        metavar="MODEL",
        help="one more model, whose gradients are drawn over those of the first; NAME=MODEL chooses what it is called",
    )
    parser.add_argument("--format", choices=["png", "svg"], default="png", help="of the figures (default: %(default)s)")
    parser.add_argument(
        "--units", type=at_least(1), default=24, metavar="N", help="rows of a heat map (default: %(default)s)"
    )


def run(arguments: argparse.Namespace) -> None:
    """Look inside the model that `arguments` name."""
    folder = Path(arguments.output)
    check_parent(arguments.output)
    if folder.exists() and not folder.is_dir():
        raise UserError(f"--output {folder}: is a file; name a folder")

    from seq2seq.folder import load_model
    from seq2seq.inference.predictor import check_model_folder
    from seq2seq.inspection.folder import earlier_files, write_inspection
    from seq2seq.inspection.look import saturation
    from seq2seq.inspection.maps import MOST_POSITIONS
    from seq2seq.inspection.record import RECORD, steps_clipped
    from seq2seq.report.curves import load_curves

    earlier_files(folder)
    check_model_folder(arguments.model)
    others = _named(arguments)
    loaded = load_model(arguments.model)
    curves = load_curves(arguments.model)
    inputs = _inputs(arguments, loaded)
    looks = _look(loaded, inputs)
    models = {
        name: looks if other is None else _look_beside(name, other, loaded, inputs, looks) for name, other in others
    }
    count = write_inspection(folder, looks, curves, models, arguments.format, arguments.units)
    found = saturation(looks)
    for number, look in enumerate(looks, start=1):
        _tell(number, look)
    _tell_saturation(found)
    share = steps_clipped(curves)
    if share is not None:
        print(f"training: {share:.0%} of the steps were clipped")
    print(f"{count} figures and {RECORD} in {folder}")
    shown = [layer.positions for look in looks for layer in look.layers]
    shown += [look.attention.columns for look in looks if look.attention and look.attention.grid is None]
    longest = max(map(len, shown))
    if longest > MOST_POSITIONS:
        print(
            f"note: the figures show the last {MOST_POSITIONS} of up to {longest} positions; {RECORD} has all",
            file=sys.stderr,
        )


def _named(arguments: argparse.Namespace) -> "list[tuple[str, str | None]]":
    """Names and folders of the models that are laid over each other, the first without; none without --beside.

    Raises:
        UserError: no model, or two of one name.
    """
    from seq2seq.inference.predictor import check_model_folder
    from seq2seq.report.gather import check_names, parse_named

    if not arguments.beside:
        return []
    others = [parse_named(word) for word in arguments.beside]
    for other in others:
        if len(other.paths) > 1:
            raise UserError(f"--beside {'+'.join(other.paths)}: is an ensemble; name each model by its own --beside")
        check_model_folder(other.paths[0])
    first = parse_named(arguments.model)
    check_names([first, *others])
    return [(first.name, None), *((other.name, other.paths[0]) for other in others)]


def _look(
    loaded: "LoadedModel", inputs: list[str], doing: str = "looking", firsts: "Sequence[Look | None] | None" = None
) -> "list[Look]":
    from seq2seq.inspection.readers import inspect
    from seq2seq.progress import counting

    looks = []
    with counting(doing, "inputs", len(inputs)) as progress:
        for given, first in zip(inputs, firsts or [None] * len(inputs), strict=True):
            looks.append(inspect(loaded, given, first))
            progress.show(len(looks))
    return looks


def _look_beside(name: str, folder: str, first: "LoadedModel", inputs: list[str], looks: "list[Look]") -> "list[Look]":
    """What is seen of one more model, where the first one, of which `looks` are, was looked at.

    Raises:
        UserError: one of another task, or that cannot read the inputs or say what the first one says.
    """
    from seq2seq.folder import load_model

    loaded = load_model(folder)
    if loaded.task != first.task:
        raise UserError(f"--beside {folder}: is a model for {loaded.task}, the first one for {first.task}")
    try:
        return _look(loaded, inputs, f"looking at {name}", looks)
    except UserError as error:
        raise UserError(f"--beside {folder}: {error}") from error


def _inputs(arguments: argparse.Namespace, loaded: "LoadedModel") -> list[str]:
    """What the model shall read.

    Raises:
        UserError: nothing, or what it does not read.
    """
    from seq2seq.inspection.readers import PICTURES

    if loaded.task in PICTURES:
        if arguments.texts:
            raise UserError(f"{arguments.texts[0]!r}: the model reads pictures; name them by --picture FILE")
        if not arguments.picture:
            raise UserError("no picture is named; give one by --picture FILE")
        return list(arguments.picture)
    if arguments.picture:
        raise UserError(f"--picture {arguments.picture[0]}: the model reads no pictures; give a text")
    if arguments.texts:
        return list(arguments.texts)
    if sys.stdin is not None and sys.stdin.isatty():
        raise UserError("no text is given; give some after the model, or lines by standard input")
    with open_input(None) as stream:
        lines = [line.strip() for chunk in read_chunks(stream, "standard input", 1000) for line in chunk]
    texts = [line for line in lines if line]
    if blank := len(lines) - len(texts):
        print(f"note: standard input: {blank} blank {'line' if blank == 1 else 'lines'} passed over", file=sys.stderr)
    if not texts:
        raise UserError("no text is given; give some after the model, or lines by standard input")
    return texts


def _tell(number: int, look: "Look") -> None:
    print(f"{number}  {look.given}\n   -> {look.output}\n   loss of {look.score.about}: {look.score.loss:.3f} nats")
    for net in look.nets:
        gradient = look.bottom(net).gradient
        print(
            f"   {net}: {len(gradient)} positions; norm of the gradient with respect to the first "
            f"{gradient[0]:.2g}, to the last {gradient[-1]:.2g}"
        )


def _tell_saturation(found: "dict[str, dict[str, Saturation]]") -> None:
    from rich.console import Console
    from rich.table import Table

    from seq2seq.inspection.look import OPEN, SHUT

    table = Table()
    for title in ("layer", "activation", "low", "high", "mean"):
        table.add_column(title, no_wrap=True)
    for layer, kinds in found.items():
        for kind, shares in kinds.items():
            high = "" if shares.high is None else f"{shares.high.mean().item():.0%}"
            table.add_row(layer, kind, f"{shares.low.mean().item():.0%}", high, f"{shares.mean:.2f}")
    Console().print(table)
    print(
        f"low, high: share of the positions and units below {SHUT} (hidden: -{OPEN}; of rectified units: at 0) and "
        f"above {OPEN}"
    )
