"""Train a captioner from a prepared folder of pictures and captions, export it and score it.

What happens here, in order:

1. `config.yaml` beside this file is read, then any `--config` file, then the options on the command line. A later one
   changes only what it names; a misspelt name stops the run with a suggestion. What was in force is kept in the run's
   folder.
2. The backbone, a picture classifier of torchvision, is cut where it still sees a grid; where it was cut and what it
   gives is printed. What a frozen backbone sees in every picture is computed once and kept in the prepared folder; one
   that is trained reads the pictures anew for each batch.
3. The decoder, an LSTM, learns to say the next word of the captions; how the picture enters it is
   `--model.model.decoder.injections`. The classic papers' models are the other files beside this one:

       show_and_tell.yaml        the picture as the word before the first (Vinyals et al. 2015)
       every_step.yaml           the picture into every step (Donahue et al. 2015)
       initial_state.yaml        the picture as the LSTM's first state, and nothing else
       show_attend_tell.yaml     attention over the grid, gated, doubly stochastic (Xu et al. 2015)
       config.yaml               attention between two LSTM layers, the arrangement of RNMT+ (Chen et al. 2018)

4. Every few minutes dev is captioned for real with the moving average of the weights, and scored by BLEU-4 and CIDEr-D
   by coco-caption's rules. The best weights so far and the last ones are kept, curves.png is drawn anew.
5. At the end the best weights become a model folder, which is scored by beam search on dev and test
   (`seq2seq evaluate` does the same at any time).
6. `self_critical.yaml` is a second stage: it begins with a model folder and trains on the score itself.

Ctrl-C and SIGTERM leave a checkpoint; the same command with `--ckpt_path last` goes on with the next batch.

Examples:

    python recipes/caption_flickr8k/train.py --tiny
    python recipes/caption_flickr8k/train.py --data.prepared prepared/flickr8k
    python recipes/caption_flickr8k/train.py --config recipes/caption_flickr8k/show_and_tell.yaml
    python recipes/caption_flickr8k/train.py --config recipes/caption_flickr8k/self_critical.yaml \
        --model.start_from runs/caption_flickr8k/model
    python recipes/caption_flickr8k/train.py --data.prepared prepared/my_pictures --data.language de --output runs/mine
"""

from pathlib import Path

from seq2seq.errors import run_command
from seq2seq.training.captioning import CaptionData, CaptioningTask
from seq2seq.training.cli import train
from seq2seq.training.tiny import prepare_tiny

CONFIG = Path(__file__).with_name("config.yaml")
FEW = ("--pictures", "600", "--dev-size", "60", "--test-size", "60")


def main() -> None:
    """Train; for `--tiny` on a few hundred pictures that are drawn first."""
    prepare_tiny("prepared/tiny_scenes", "data_prep.scenes", *FEW)
    train(CONFIG, __doc__, task=CaptioningTask, data=CaptionData)


if __name__ == "__main__":
    run_command(main)
