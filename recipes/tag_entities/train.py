"""Train a tagger of entities (persons, places, products...) from a prepared corpus, export it and score it.

What happens here, in order:

1. `config.yaml` beside this file is read, then any `--config` file, then the options on the command line.
2. The prepared corpus (made by `data_prep.tags`) is read: sentences of tokens, each token with a tag of the BIO scheme,
   B-person, I-person or O. Every token is looked at in three ways: as a word of a small vocabulary, as its characters,
   and by its shape, such as "a capital and then small letters" (`seq2seq.data.tokens`).
3. A recurrent net reads the characters of each token both ways and gives its end states; word, characters and shape go
   into a bidirectional LSTM over the sentence; a CRF on top chooses the tags of a sentence together, so that an I-
   follows only what it can continue (`seq2seq.models.tagger`, `seq2seq.models.crf`; Huang et al. 2015, Lample et al.
   2016). A good share of the words is read as unknown in training: in text that the model has not seen most names are.
4. After every epoch dev is tagged with the moving average of the weights, and scored by the F1 of the entities, as
   seqeval counts them. The best weights so far and the last ones are kept as checkpoints.
5. At the end the best weights become a model folder, which is scored on dev and test beside a dictionary: a tagger that
   knows the entities of the training text by heart and nothing else.

Ctrl-C and SIGTERM leave a checkpoint; the same command with `--ckpt_path last` goes on with the next batch.

Examples:

    python recipes/tag_entities/train.py --tiny
    python recipes/tag_entities/train.py --data.prepared prepared/mine --output runs/mine
    python recipes/tag_entities/train.py --model.model.output softmax --output runs/softmax
"""

from pathlib import Path

from seq2seq.errors import run_command
from seq2seq.training.cli import train
from seq2seq.training.tagging import TaggingData, TaggingTask
from seq2seq.training.tiny import prepare_tiny

CONFIG = Path(__file__).with_name("config.yaml")


def main() -> None:
    """Train; for `--tiny` on the sentences that come with the toolkit."""
    prepare_tiny("prepared/sample_tags", "data_prep.sample_tags")
    train(CONFIG, __doc__, task=TaggingTask, data=TaggingData)


if __name__ == "__main__":
    run_command(main)
