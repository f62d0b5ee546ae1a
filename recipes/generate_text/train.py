"""Train a language model on running text, by character or by word, export it and score it.

What happens here, in order:

1. `config.yaml` beside this file is read, then any `--config` file, then the options on the command line. A later one
   changes only what it names; a misspelt name stops the run with a suggestion. What was in force is kept in the run's
   folder.
2. The text that `data_prep.text` prepared becomes one stream of ids, in which a line end is the end-of-sentence id. It
   is cut into `--data.batch_size` parallel rows, and these are read in chunks of `--data.steps` tokens
   (`seq2seq.data.stream`).
3. The model is a decoder without a context (`seq2seq.models.language_model`). It learns to say the next token by
   truncated backpropagation through time (`seq2seq.training.language_model`): each row's state goes on from chunk to
   chunk, gradients go back to the chunk's beginning and no further.
4. Every few minutes dev is read with the moving average of the weights, and a text is written; all of these texts are
   kept in samples.txt, so that one sees letters become words and words become lines. The best weights so far and the
   last ones are kept as checkpoints, curves.png is drawn anew.
5. At the end, when time is up or dev's loss no longer falls, the best weights become a model folder, and the whole of
   dev is foretold in one row with one state: nats and bits a character, perplexity by word (`seq2seq evaluate` does the
   same at any time).

Ctrl-C and SIGTERM leave a checkpoint, with the state of every row in it; the same command with `--ckpt_path last` goes
on with the next chunk as if nothing had happened.

To change something: another text is `--data.prepared`, by characters, words or pieces of words as it was prepared;
sizes, and the cell, are under `--model.model`; training under `--model.optimizer`. Every key is explained in
`config.yaml`.

Examples:

    python recipes/generate_text/train.py --tiny
    python recipes/generate_text/train.py
    python recipes/generate_text/train.py --model.model.decoder.cell gru --output runs/shakespeare_gru
    python recipes/generate_text/train.py --config recipes/generate_text/words.yaml
"""

from pathlib import Path

from seq2seq.errors import run_command
from seq2seq.training.cli import train
from seq2seq.training.language_model import LanguageModelData, LanguageModelTask
from seq2seq.training.tiny import prepare_tiny

CONFIG = Path(__file__).with_name("config.yaml")


def main() -> None:
    """Train; for `--tiny` on the text that comes with the toolkit, with a small dev that is soon read."""
    prepare_tiny("prepared/sample_text", "data_prep.text", "--sample", "--dev-share", "0.03")
    train(CONFIG, __doc__, task=LanguageModelTask, data=LanguageModelData)


if __name__ == "__main__":
    run_command(main)
