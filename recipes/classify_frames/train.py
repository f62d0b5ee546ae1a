"""Train a tagger of frames on drawn clips, export it and score it.

What happens here, in order:

1. `config.yaml` beside this file is read, then any `--config` file, then the options on the command line. A later one
   changes only what it names; a misspelt name stops the run with a suggestion.
2. The clips (drawn by `data_prep.frames`: strips of square frames, a label for each) are cut into frames and put
   together in batches (`seq2seq.training.frames`). A frame's label says how the shape came there, and whether it has
   turned at a wall before: no frame alone shows it.
3. A small convolutional net, trained with the rest, looks at each frame; a recurrent net goes over what it saw, and
   says each frame's label (`seq2seq.models.frame_tagger`). `no_memory.yaml` leaves the recurrent net out: what one
   frame tells by itself.
4. Now and then dev is labelled with the average of the weights. The best weights so far, by the share of frames that
   are right, and the last ones are kept as checkpoints, curves.png is drawn anew, some answers are shown.
5. At the end the best weights become a model folder, which is scored on dev and test beside the commonest label
   (`seq2seq evaluate` does the same at any time).

Ctrl-C and SIGTERM leave a checkpoint; the same command with `--ckpt_path last` goes on as if nothing had happened.

Examples:

    python recipes/classify_frames/train.py --tiny
    python recipes/classify_frames/train.py
    python recipes/classify_frames/train.py --config recipes/classify_frames/no_memory.yaml
    python recipes/classify_frames/train.py --model.model.cell gru --output runs/frames_gru
"""

from pathlib import Path

from seq2seq.errors import run_command
from seq2seq.training.cli import train
from seq2seq.training.frames import FramesData, FramesTask
from seq2seq.training.tiny import prepare_tiny

CONFIG = Path(__file__).with_name("config.yaml")
FEW = ("--clips", "520", "--frames", "8", "--dev-size", "60", "--test-size", "60")


def main() -> None:
    """Train; for `--tiny` on a few hundred clips of few frames."""
    prepare_tiny("prepared/tiny_frames", "data_prep.frames", *FEW)
    train(CONFIG, __doc__, task=FramesTask, data=FramesData)


if __name__ == "__main__":
    run_command(main)
