"""`seq2seq classify-frames`: clips in, a label for each frame out, a line for a clip."""

import argparse
import sys
from typing import TYPE_CHECKING, Any

from seq2seq.cli.columns import columns, readable
from seq2seq.cli.decoding import MODEL_HELP, add_running_options, json_line, load
from seq2seq.cli.lines import check_output, open_output
from seq2seq.errors import UserError
from seq2seq.inference import PICTURES_AT_ONCE

if TYPE_CHECKING:  # what takes seconds to import is imported when the options are known to be right
    from seq2seq.inference import ClassifiedClip

DESCRIPTION = """\
Label each frame of clips with a trained model. A clip is a picture: a strip of square frames side by side. Every clip
gives one line, in the order in which they were named: its path, a tab, and the labels of its frames. A clip that cannot
be read gives its path, no labels and, after a second tab, the reason.

  seq2seq classify-frames models/frames prepared/frames/images/test-0000*.png
  seq2seq classify-frames models/frames clip.png --probabilities         (how sure the model is, as JSON lines)
"""

EPILOG = """\
JSON lines: with --probabilities each line of the output is an object with
  clip           the path
  labels         the likeliest label of each frame
  probabilities  of each frame, from 0 to 1, together 1, by label
  problem        why the clip could not be read; null where it could
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's options to `parser`."""
    parser.description, parser.epilog = DESCRIPTION, EPILOG
    parser.usage = "%(prog)s MODEL CLIP.png [CLIP.png ...] [options]"
    parser.add_argument("model", metavar="MODEL", help=MODEL_HELP.partition(";")[0])
    parser.add_argument("clips", nargs="+", metavar="CLIP.png", help="a strip of square frames side by side")
    parser.add_argument("--with-model", action="append", default=[], metavar="MODEL", help="one more, for an ensemble")
    parser.add_argument("--output", metavar="FILE", help="where the lines go (default: standard output)")
    parser.add_argument("--probabilities", action="store_true", help="of each label, as JSON lines")
    add_running_options(parser, PICTURES_AT_ONCE)


def run(arguments: argparse.Namespace) -> None:
    """Label the frames of the clips that `arguments` name."""
    if arguments.output is not None:
        check_output(arguments.output, arguments.clips)

    from seq2seq.inference import FrameClassifier
    from seq2seq.progress import counting

    arguments.model = [arguments.model, *arguments.with_model]
    on_screen = arguments.output is None and sys.stdout.isatty()
    unread = 0
    with open_output(arguments.output) as output:
        classifier = load(FrameClassifier, arguments)
        with counting("classifying", "clips", len(arguments.clips), quiet=on_screen) as progress:
            for begin in range(0, len(arguments.clips), arguments.batch_size):
                clips = arguments.clips[begin : begin + arguments.batch_size]
                for found in classifier.classify_detailed(clips, batch_size=arguments.batch_size):
                    line = (
                        _as_json(found)
                        if arguments.probabilities
                        else columns(found.clip, " ".join(found.labels), found.problem)
                    )
                    output.write(f"{line}\n")
                    unread += found.problem is not None
                output.flush()
                progress.show(begin + len(clips))
    if unread == len(arguments.clips):
        raise UserError(f"none of the {unread} clip(s) could be read; what was written tells why")
    if unread:
        print(f"note: {unread} of {len(arguments.clips)} clips could not be read", file=sys.stderr)


def _as_json(found: "ClassifiedClip") -> str:
    record: dict[str, Any] = {
        "clip": readable(found.clip),
        "labels": list(found.labels),
        "probabilities": [{label: round(share, 6) for label, share in each.items()} for each in found.probabilities],
        "problem": None if found.problem is None else readable(found.problem),
    }
    return json_line(record)
