"""Train word vectors on a prepared folder's text, and look at the nearest neighbours of words."""

import argparse
import re
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console
from rich.table import Table

from data_prep.options import HelpFormatter
from seq2seq.cli.arguments import Parser, at_least
from seq2seq.cli.lines import check_output
from seq2seq.data.prepared import PreparedFolder
from seq2seq.data.vectors import stream_vectors
from seq2seq.errors import UserError, run_command, suggest
from seq2seq.files import atomic_write
from seq2seq.progress import counting

DESCRIPTION = """\
Train word vectors on the train split of a prepared folder, by skip-gram with negative sampling (Mikolov et al. 2013),
and look at the nearest neighbours of words, of vectors of your own or of published ones.

examples:
  python -m data_prep.vectors train prepared/tatoeba --language en --output prepared/tatoeba.en.txt
  python -m data_prep.vectors neighbours prepared/tatoeba.en.txt house quickly Paris

The file is in word2vec's text format; recipes take it, and files of word2vec and GloVe as they are published, as
--model.source_vectors or --model.target_vectors. Training needs gensim: pip install "seq2seq[vectors]".
"""

# Penn Treebank's way with English endings ("does n't", "it 's"), in which many corpora come; signs by themselves.
_WORD = re.compile(r"n't\b|'(?:s|d|m|ll|re|ve)\b|\w+?(?=n't\b)|\w+(?:[-.]\w+)*|[^\w\s]", re.IGNORECASE)


_MOST_COMPARED = 20_000  # words that a misspelt one is compared with


def split_words(text: str, lowercase: bool = True) -> list[str]:
    """The words of a text, with punctuation and English endings apart.

    >>> split_words("It’s a well-known film, isn't it?")
    ['it', "'s", 'a', 'well-known', 'film', ',', 'is', "n't", 'it', '?']
    """
    text = text.replace("’", "'")
    return _WORD.findall(text.lower() if lowercase else text)


def main() -> None:
    """Train, or show neighbours."""
    arguments = _parser().parse_args()
    arguments.run(arguments)


class _Command(Parser):
    """A subcommand, which refuses unknown options itself: it knows what they might have been."""

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:  # type: ignore[override]
        """Raise UserError where some are unknown."""
        known, unknown = super().parse_known_args(args, namespace)
        self.refuse(unknown)
        return known, []


def _parser() -> Parser:
    parser = Parser(prog="python -m data_prep.vectors", description=DESCRIPTION, formatter_class=HelpFormatter)
    commands = parser.add_subparsers(required=True, metavar="train | neighbours", parser_class=_Command)
    train = commands.add_parser("train", description=DESCRIPTION, formatter_class=HelpFormatter)
    train.set_defaults(run=_train)
    train.add_argument("prepared", type=Path, metavar="FOLDER", help="that another data_prep command wrote")
    train.add_argument("--output", required=True, metavar="FILE", help="the file of vectors to write")
    train.add_argument("--language", metavar="CODE", help="of the text, where the folder holds two")
    train.add_argument("--size", type=at_least(1), default=128, metavar="N", help="numbers of a vector")
    train.add_argument(
        "--window", type=at_least(1), default=5, metavar="N", help="words to either side that are foretold"
    )
    train.add_argument("--negative", type=at_least(1), default=5, metavar="N", help="drawn words for each true one")
    train.add_argument("--min-count", type=at_least(1), default=3, metavar="N", help="rarer words get no vector")
    train.add_argument("--epochs", type=at_least(1), default=10, metavar="N", help="times through the text")
    train.add_argument("--keep-case", action="store_true", help="House and house are two words")
    train.add_argument("--seed", type=at_least(0), default=1, metavar="N", help="of everything random")
    train.add_argument(
        "--workers", type=at_least(1), default=1, metavar="N", help="threads; more than 1 cannot be repeated exactly"
    )
    neighbours = commands.add_parser("neighbours", description=DESCRIPTION, formatter_class=HelpFormatter)
    neighbours.set_defaults(run=_neighbours)
    neighbours.add_argument("file", type=Path, metavar="FILE", help="vectors, in word2vec's text format or GloVe's")
    neighbours.add_argument("words", nargs="+", metavar="WORD", help="whose neighbours are shown")
    neighbours.add_argument("--count", type=at_least(1), default=8, metavar="N", help="of neighbours")
    return parser


def _train(arguments: argparse.Namespace) -> None:
    check_output(arguments.output)
    prepared = PreparedFolder.open(arguments.prepared)
    language = _language(prepared, arguments.language)
    try:
        from gensim.models import Word2Vec
        from gensim.models.callbacks import CallbackAny2Vec
    except ImportError as error:
        raise UserError('training vectors needs gensim; install it with: pip install "seq2seq[vectors]"') from error
    texts = [split_words(text, not arguments.keep_case) for text in prepared.column("train", language)]
    counts = Counter(word for words in texts for word in words)
    kept = sum(count >= arguments.min_count for count in counts.values())
    if not kept:
        raise UserError(f"--min-count {arguments.min_count}: no word of {prepared.table('train')} is so frequent")

    with counting("training vectors", "epochs", arguments.epochs) as counter:

        class Told(CallbackAny2Vec):  # type: ignore[misc]
            """Moves the bar."""

            done = 0

            def on_epoch_end(self, model: Any) -> None:
                self.done += 1
                counter.show(self.done)

        model = Word2Vec(
            texts,
            vector_size=arguments.size,
            window=arguments.window,
            negative=arguments.negative,
            min_count=arguments.min_count,
            epochs=arguments.epochs,
            seed=arguments.seed,
            workers=arguments.workers,
            sg=1,
            callbacks=[Told()],
        )
    words, vectors = model.wv.index_to_key, model.wv.vectors
    write_vectors(arguments.output, words, vectors)
    share = sum(counts[word] for word in words) / counts.total()
    print(
        f"{len(words):,} words of {arguments.size} numbers, {share:.1%} of the {counts.total():,} words of the text, "
        f"in {arguments.output}"
    )
    common = [word for word in words if len(word) > 3][:: max(1, len(words) // 20)][1:5]
    if common:
        _show(nearest(words, vectors, common, 6))


def _language(prepared: PreparedFolder, named: str | None) -> str:
    languages = prepared.languages
    if not languages:
        raise UserError(f"{prepared.path}: holds {prepared.task}, no text to train vectors on")
    if named is None and len(languages) == 1:
        return languages[0]
    if named not in languages:
        what = "is needed" if named is None else f"{named}: there is none{suggest(named, languages)}"
        raise UserError(f"--language {what}; {prepared.path} holds {' and '.join(languages)}")
    return named


def write_vectors(path: str | Path, words: Sequence[str], vectors: np.ndarray) -> None:
    """Write vectors (N, D) of N words in word2vec's text format, whole or not at all."""
    with atomic_write(path) as file:
        file.write(f"{len(words)} {vectors.shape[1]}\n")
        for word, vector in zip(words, vectors, strict=True):
            file.write(f"{word} {' '.join(f'{number:.6g}' for number in vector)}\n")


def nearest(
    words: Sequence[str], vectors: np.ndarray, asked: Sequence[str], count: int
) -> dict[str, list[tuple[str, float]]]:
    """The words whose vectors are most like each one's that is asked for, with the cosine, from -1 to 1.

    Args:
        words: N of them.
        vectors: (N, D).
        asked: some of them.
        count: neighbours of each.

    >>> vectors = np.array([[1, 0], [2, 0.1], [0, 1]])
    >>> nearest(["cat", "dog", "tax"], vectors, ["cat"], 1)["cat"][0][0]
    'dog'
    """
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    directions = vectors / np.where(lengths == 0, 1, lengths)
    number = {word: index for index, word in reversed(list(enumerate(words)))}
    found = {}
    for word in asked:
        cosines = directions @ directions[number[word]]
        order = [index for index in np.argsort(-cosines, kind="stable") if words[index] != word][:count]
        found[word] = [(words[index], float(cosines[index])) for index in order]
    return found


def _neighbours(arguments: argparse.Namespace) -> None:
    words: list[str] = []
    vectors: list[np.ndarray] = []
    unreadable = 0
    for word, vector in stream_vectors(arguments.file):
        try:
            words.append(word.decode())
            vectors.append(vector)
        except UnicodeDecodeError:
            unreadable += 1
    if unreadable:
        print(f"note: {arguments.file}: {unreadable:,} words are not UTF-8 and left out", file=sys.stderr)
    if not words:
        raise UserError(f"{arguments.file}: holds no word vectors")
    known = set(words)
    asked = [word if word in known else word.lower() for word in arguments.words]
    for word, given in zip(asked, arguments.words, strict=True):
        if word not in known:
            raise UserError(f"{given!r}: {arguments.file} has no vector of it{suggest(word, words[:_MOST_COMPARED])}")
    _show(nearest(words, np.stack(vectors), asked, arguments.count))


def _show(found: dict[str, list[tuple[str, float]]]) -> None:
    table = Table("word", "nearest neighbours, with the cosine")
    for word, neighbours in found.items():
        table.add_row(word, ", ".join(f"{other} {cosine:.2f}" for other, cosine in neighbours))
    Console(markup=False, highlight=False).print(table)


if __name__ == "__main__":
    run_command(main)
