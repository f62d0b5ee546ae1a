"""`seq2seq export`: a model folder of a training checkpoint."""

import argparse

from seq2seq.training.exporting import export

DESCRIPTION = """\
Make a model folder of a checkpoint, or of the mean of several checkpoints of one model. A recipe has done this with its
best checkpoint already (OUTPUT/model); use it for another one, or while training goes on.

  seq2seq export runs/translate_es_en/checkpoints/last.ckpt models/es_en
  seq2seq export first.ckpt second.ckpt third.ckpt models/mean
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's options to `parser`."""
    parser.description = DESCRIPTION
    parser.add_argument("checkpoint", nargs="+", metavar="CHECKPOINT", help="of several the weights are averaged")
    parser.add_argument("folder", metavar="FOLDER", help="the model folder to write")
    parser.add_argument(
        "--data", metavar="FOLDER", help="the prepared folder it was trained on, if it is no longer where it was"
    )


def run(arguments: argparse.Namespace) -> None:
    """Export as `arguments` say."""
    export(arguments.checkpoint, arguments.folder, arguments.data)
    print(f"written to {arguments.folder}")
