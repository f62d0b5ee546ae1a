"""`seq2seq export`: a model folder of a training checkpoint."""

import argparse

DESCRIPTION = """\
Make a model folder of a checkpoint, or of the mean of several checkpoints of one model. A recipe has done this with its
best checkpoint already (OUTPUT/model); use it for another one, or while training goes on.

  seq2seq export runs/translate_es_en/checkpoints/last.ckpt models/es_en
  seq2seq export first.ckpt second.ckpt third.ckpt models/mean
  seq2seq export runs/translate_es_en/checkpoints/last.ckpt models/es_en --overwrite     (in place of an earlier one)
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's options to `parser`."""
    parser.description = DESCRIPTION
    parser.add_argument("checkpoint", nargs="+", metavar="CHECKPOINT", help="of several the weights are averaged")
    parser.add_argument("folder", metavar="FOLDER", help="the model folder to write")
    parser.add_argument(
        "--data", metavar="FOLDER", help="the prepared folder it was trained on, if it is no longer where it was"
    )
    parser.add_argument(
        "--overwrite", action="store_true", help="replace the model that FOLDER holds, with its scores and confidence"
    )


def run(arguments: argparse.Namespace) -> None:
    """Export as `arguments` say."""
    from seq2seq.training.exporting import export  # only now: it takes seconds, and help and slips shall not wait

    export(arguments.checkpoint, arguments.folder, arguments.data, overwrite=arguments.overwrite)
    print(f"written to {arguments.folder}")
