"""Train a text classifier on labelled text, export it and score it.

What happens here, in order:

1. `config.yaml` beside this file is read, then any `--config` file, then the options on the command line. A later one
   changes only what it names; a misspelt name stops the run with a suggestion.
2. The labelled texts (made by `data_prep.labels`) are mapped as token ids and cut into batches of like length whose
   order the seed decides (`seq2seq.training.classification`).
3. The model is a bidirectional recurrent net whose outputs are pooled, over the tokens, to one vector
   (`seq2seq.models.classifier`). It learns the label by cross-entropy. Seven thousand sentences are few, so most of the
   settings are against learning them by heart: dropout of words, of features and of what is pooled, label smoothing,
   R-Drop, and an average of the weights along the run.
4. Twice an epoch dev is classified with the average of the weights. The best weights so far, by accuracy, and the last
   ones are kept as checkpoints, curves.png is drawn anew, some answers are shown.
5. At the end the best weights become a model folder, which is scored on dev and, where there is one, on test, beside
   the commonest label (`seq2seq evaluate` does the same at any time).

Ctrl-C and SIGTERM leave a checkpoint; the same command with `--ckpt_path last` goes on as if nothing had happened.

To change something: your own texts and labels are `python -m data_prep.labels` and `--data.prepared`; another cell is
`--model.model.encoder.cell gru`; word vectors to begin with are `--model.source_vectors FILE` (see recipes/embeddings).
Every key is explained in `config.yaml`.

Examples:

    python recipes/classify_sentiment/train.py --tiny
    python recipes/classify_sentiment/train.py
    python recipes/classify_sentiment/train.py --model.model.pooling attention --output runs/sentiment_attention
    python recipes/classify_sentiment/train.py --ckpt_path last
"""

from pathlib import Path

from seq2seq.errors import run_command
from seq2seq.training.classification import ClassificationData, ClassificationTask
from seq2seq.training.cli import train
from seq2seq.training.tiny import prepare_tiny

CONFIG = Path(__file__).with_name("config.yaml")


def main() -> None:
    """Train; for `--tiny` on the sentences that come with the toolkit."""
    prepare_tiny("prepared/sample_labels", "data_prep.sample_labels")
    train(CONFIG, __doc__, task=ClassificationTask, data=ClassificationData)


if __name__ == "__main__":
    run_command(main)
