"""Pretrained word vectors, in the text formats of word2vec and GloVe, for the pieces of a vocabulary."""

import zlib
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from seq2seq.data.sampling import WORD_START
from seq2seq.errors import UserError
from seq2seq.files import open_bytes
from seq2seq.progress import track


@dataclass(frozen=True)
class WordVectors:
    """The vectors of those pieces of a vocabulary that are words of a file.

    Attributes:
        ids: (K,) of the pieces.
        values: (K, D), float32, as they stand in the file.
        lowered: how many of them were found by their lower-case form only.
        repeated: how many lines hold a word of the vocabulary again; its first vector counts.
    """

    ids: np.ndarray
    values: np.ndarray
    lowered: int
    repeated: int


def read_vectors(path: str | Path, pieces: Sequence[str]) -> WordVectors:
    """Read the vectors of the pieces that are whole words: "▁house" for "house", but not "ing".

    The file is UTF-8 text, plain or gzip, a word and its D numbers a line, divided by spaces; before them, in the
    format of word2vec, a line with the number of words and D. It may be larger than memory: only what is wanted is
    kept. A word in another encoding is none of the vocabulary's. A piece that is not in the file takes the vector of
    its lower-case form, so that lower-case vectors serve text with capitals, too.

    Args:
        path: the file.
        pieces: the vocabulary, in the order of its ids, as `Tokenizer.pieces` gives them.

    Raises:
        UserError: a file that cannot be read, is cut off or holds something else (file and line named), or none of the
            words.

    >>> import tempfile
    >>> with tempfile.NamedTemporaryFile() as file:
    ...     written = file.write(b"2 3\\nhouse 0.5 1 2\\ntree 1 1 1\\n")
    ...     file.flush()
    ...     vectors = read_vectors(file.name, ["<pad>", "▁House", "▁tree", "s"])
    >>> vectors.ids.tolist(), vectors.values.tolist(), vectors.lowered
    ([1, 2], [[0.5, 1.0, 2.0], [1.0, 1.0, 1.0]], 1)
    """
    words = {index: piece[1:] for index, piece in enumerate(pieces) if piece.startswith(WORD_START) and len(piece) > 1}
    wanted = {word.encode(): index for index, word in words.items()}
    lowered: dict[bytes, list[int]] = {}
    for index, word in words.items():
        if word.lower() != word:
            lowered.setdefault(word.lower().encode(), []).append(index)
    exact: dict[int, np.ndarray] = {}
    by_case: dict[int, np.ndarray] = {}
    repeated = 0
    for found_word, numbers in stream_vectors(path, wanted.keys() | lowered.keys()):
        if (place := wanted.get(found_word)) is not None:
            repeated += place in exact
            exact.setdefault(place, numbers)
        for other in lowered.get(found_word, ()):
            by_case.setdefault(other, numbers)
    found = by_case | exact
    if not words:
        raise UserError(
            f"{path}: the vocabulary has no whole words; prepare the text with --tokenizer word to use word vectors"
        )
    if not found:
        raise UserError(f"{path}: has none of the vocabulary's {len(words):,} whole words; is it of another language?")
    ids = sorted(found)
    return WordVectors(
        np.array(ids), np.stack([found[index] for index in ids]), len(by_case.keys() - exact.keys()), repeated
    )


def stream_vectors(path: str | Path, wanted: Collection[bytes] | None = None) -> Iterator[tuple[bytes, np.ndarray]]:
    """The wanted words (None: all) and their vectors, (D,) float32, as often as they stand in a file.

    Arguments and errors as in `read_vectors`.
    """
    with open_bytes(path) as file:
        yield from _lines(path, file, wanted)


def _lines(
    path: str | Path, file: Iterable[bytes], wanted: Collection[bytes] | None
) -> Iterator[tuple[bytes, np.ndarray]]:
    announced: int | None = None
    size = count = 0
    try:
        for number, raw in enumerate(track(file, "reading vectors", "words"), start=1):
            line = raw.strip(b" \r\n").replace(b"\t", b" ")
            if number == 1:
                line = line.removeprefix(b"\xef\xbb\xbf")
                first = line.split()
                if len(first) == 2 and all(field.isdigit() for field in first):
                    announced, size = map(int, first)
                    continue
                size = len(first) - 1
            if not line:
                continue
            count += 1
            spaces = line.count(b" ")
            word = line.partition(b" ")[0]
            if spaces < size or size < 1:
                raise _not_so(path, number, spaces, size)
            if spaces == size and wanted is not None and word not in wanted:  # of most lines only that much is read
                continue
            word, *fields = line.rsplit(b" ", size)
            if b" " in word and _is_number(word.rpartition(b" ")[2]):
                raise _not_so(path, number, spaces, size)
            if wanted is None or word in wanted:
                yield word, _numbers(path, number, fields)
    except (OSError, EOFError, zlib.error) as error:
        raise UserError(f"{path}: cannot be read ({error})") from error
    if announced is not None and announced != count:
        raise UserError(f"{path}: {count:,} words where its first line says {announced:,}; it is cut off, or damaged")


def _not_so(path: str | Path, number: int, found: int, due: int) -> UserError:
    wanted = f"{due} are due" if due > 0 else "a vector is due"
    return UserError(
        f"{path}, line {number}: {found} numbers where {wanted}; word vectors as text are wanted, in word2vec's format "
        "or GloVe's"
    )


def _is_number(field: bytes) -> bool:
    try:
        float(field)
    except ValueError:
        return False
    return True


def _numbers(path: str | Path, number: int, fields: list[bytes]) -> np.ndarray:
    numbers = np.empty(len(fields), dtype=np.float32)
    for place, field in enumerate(fields):
        try:
            numbers[place] = float(field)
        except ValueError:
            raise UserError(
                f"{path}, line {number}: {field.decode(errors='replace')!r} is no number; a line holds a word and the "
                "numbers of its vector, divided by spaces"
            ) from None
    if not np.isfinite(numbers).all():
        raise UserError(f"{path}, line {number}: a vector with a number that is not finite")
    return numbers
