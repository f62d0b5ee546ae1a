"""Train a translator from a prepared corpus, export it and score it.

What happens here, in order:

1. `config.yaml` beside this file is read, then any `--config` file, then the options on the command line. A later one
   changes only what it names; a misspelt name stops the run with a suggestion. What was in force is kept in the run's
   folder.
2. The prepared corpus (made by a command of `data_prep`) is mapped as token ids and cut into batches of like length
   whose order the seed decides (`seq2seq.training.translation`).
3. The model is a bidirectional LSTM that reads the sentence and an LSTM with attention that writes the translation
   (`seq2seq.models.encoder_decoder`). It learns to say the next word of the reference (`seq2seq.training.generation`),
   with label smoothing, dropout and a learning rate that is at its end when the run is, be its limit time, epochs or
   steps.
4. Every few minutes dev is translated for real with the moving average of the weights, and scored by BLEU. The best
   weights so far and the last ones are kept as checkpoints, curves.png is drawn anew, some translations are shown.
5. At the end, when time is up or dev BLEU no longer rises, the best weights become a model folder, which is scored by
   beam search on dev and test (`seq2seq evaluate` does the same at any time).

Ctrl-C and SIGTERM leave a checkpoint; the same command with `--ckpt_path last` goes on with the next batch as if
nothing had happened. A run limited by epochs or steps then ends with the very same weights (on a CPU, bit for bit); one
limited by time does not, since its learning rate follows the clock.

To change something: another corpus or direction is `--data.prepared`, `--data.source` and `--data.target`
(`recipes/translate_multi30k` is nothing but a config); sizes and choices of the model are under `--model.model`;
training under `--model.optimizer`. Every key is explained in `config.yaml`. For a model of your own, write another
`RecipeTask` in the manner of `seq2seq.training.translation.TranslationTask`.

Examples:

    python recipes/translate_es_en/train.py --tiny
    python recipes/translate_es_en/train.py --config recipes/translate_es_en/budget20.yaml
    python recipes/translate_es_en/train.py --trainer.max_time 00:00:05:00 --output runs/five_minutes
    python recipes/translate_es_en/train.py --output runs/five_minutes --ckpt_path last
"""

from pathlib import Path

from seq2seq.errors import run_command
from seq2seq.training.cli import train
from seq2seq.training.tiny import prepare_tiny

CONFIG = Path(__file__).with_name("config.yaml")


def main() -> None:
    """Train; for `--tiny` on the corpus that comes with the toolkit."""
    prepare_tiny("prepared/sample", "data_prep.sample")
    train(CONFIG, __doc__)


if __name__ == "__main__":
    run_command(main)
