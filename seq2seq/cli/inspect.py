"""`seq2seq inspect`: what goes on inside a model while it reads, as figures and numbers."""

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from seq2seq.cli.arguments import at_least
from seq2seq.cli.decoding import MODEL_HELP
from seq2seq.cli.lines import check_parent, open_input, read_chunks
from seq2seq.errors import UserError
from seq2seq.files import atomic_write

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
"""

EPILOG = """\
Figures, with a number in front where there are several inputs:
  NET-saturation           of each unit, how often a gate is shut (below 0.1) and how often open (above 0.9),
                           over all inputs
  NET-layerN-WAY-gates     heat maps of the gates, the cell state and the hidden state: a column a word piece
  NET-norms                the length of the hidden states
  NET-gradient             the norm of the gradient of the loss at the last position with respect to what the net
                           reads at each position
  attention                what each word that is written looks at
  training-gradient        the length of the gradient in training before it was clipped, and the share of steps clipped,
                           of a model folder that a run ended with (its training.csv tells)
A model that writes is looked at while it writes its own greedy output; the loss is that of the last piece of it. For a
language model it is that of the text's last piece, for a classifier that of the label that it finds likeliest, for a
tagger (of words, or of the frames of a clip, which --picture names) that of the last label, for a forecaster, which
reads numbers with spaces between them, that of the last number.
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
    parser.add_argument("--output", required=True, metavar="FOLDER", help="folder for the figures and inspection.json")
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
    from seq2seq.inspection.figures import MOST_POSITIONS, draw_all
    from seq2seq.inspection.look import saturation
    from seq2seq.inspection.readers import inspect
    from seq2seq.inspection.record import RECORD, as_record, steps_clipped
    from seq2seq.progress import counting
    from seq2seq.report.curves import load_curves

    check_model_folder(arguments.model)
    loaded = load_model(arguments.model)
    curves = load_curves(arguments.model)
    inputs = _inputs(arguments, loaded)
    looks = []
    with counting("looking", "inputs", len(inputs)) as progress:
        for number, given in enumerate(inputs, start=1):
            looks.append(inspect(loaded, given))
            progress.show(number)
    found = saturation(looks)
    folder.mkdir(parents=True, exist_ok=True)
    written = draw_all(looks, found, curves, folder, arguments.format, arguments.units)
    with atomic_write(folder / RECORD) as file:
        json.dump(as_record(looks, found, curves), file, ensure_ascii=False, indent=1, allow_nan=False)
    for number, look in enumerate(looks, start=1):
        _tell(number, look)
    _tell_saturation(found)
    share = steps_clipped(curves)
    if share is not None:
        print(f"training: {share:.0%} of the steps were clipped")
    print(f"{len(written)} figures and {RECORD} in {folder}")
    shown = [layer.positions for look in looks for layer in look.layers]
    shown += [look.attention.columns for look in looks if look.attention and look.attention.grid is None]
    longest = max(map(len, shown))
    if longest > MOST_POSITIONS:
        print(
            f"note: the figures show the last {MOST_POSITIONS} of up to {longest} positions; {RECORD} has all",
            file=sys.stderr,
        )


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
    print(f"{number}  {look.given}\n   -> {look.output}\n   loss of {look.about}: {look.loss:.3f} nats")
    for net in look.nets:
        gradient = next(layer.gradient for layer in look.layers if layer.net == net)
        print(
            f"   {net}: {len(gradient)} positions; norm of its gradient with respect to the first "
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
            table.add_row(
                layer, kind, f"{shares.low.mean().item():.0%}", f"{shares.high.mean().item():.0%}", f"{shares.mean:.2f}"
            )
    Console().print(table)
    print(f"low, high: share of the positions and units below {SHUT} (hidden: -{OPEN}) and above {OPEN}")
