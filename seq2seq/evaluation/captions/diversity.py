"""How varied captions are: what scores against references do not show."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from seq2seq.errors import UserError
from seq2seq.evaluation.captions.ngrams import ngrams
from seq2seq.evaluation.captions.ptb import ptb_tokenize

_REPEATED = 3  # a caption that says the same three words twice rambles


@dataclass(frozen=True)
class Diversity:
    """The variety of captions, compared as PTB tokens without punctuation.

    Attributes:
        captions: their number.
        distinct: how many of them differ.
        vocabulary: how many words they use.
        mean_length: in words.
        new: share, from 0 to 1, of captions that are not among the training captions; None without these.
        repeated_word: share of captions that say a word twice in a row.
        repeated_phrase: share of captions that say the same three words twice.
    """

    captions: int
    distinct: int
    vocabulary: int
    mean_length: float
    new: float | None
    repeated_word: float
    repeated_phrase: float


def measure_diversity(captions: Sequence[str], training: Iterable[str] | None = None) -> Diversity:
    """The variety of captions.

    Args:
        captions: a system's, one a picture.
        training: those that it was trained on, to tell new captions from repeated ones.

    Raises:
        UserError: there are no captions.

    >>> measure_diversity(["A dog runs.", "a dog runs", "A man man sits."], training=["A dog runs !"])
    Diversity(captions=3, distinct=2, vocabulary=5, mean_length=3.3333333333333335, new=0.3333333333333333, \
repeated_word=0.3333333333333333, repeated_phrase=0.0)
    """
    if not captions:
        raise UserError("there is nothing to measure: no captions")
    said = [tuple(ptb_tokenize(caption)) for caption in captions]
    number = len(said)
    new = None
    if training is not None:
        known = {tuple(ptb_tokenize(caption)) for caption in training}
        new = sum(words not in known for words in said) / number
    return Diversity(
        captions=number,
        distinct=len(set(said)),
        vocabulary=len({word for words in said for word in words}),
        mean_length=sum(map(len, said)) / number,
        new=new,
        repeated_word=sum(any(first == second for first, second in ngrams(words, 2)) for words in said) / number,
        repeated_phrase=sum(_repeats(words) for words in said) / number,
    )


def _repeats(words: Sequence[str]) -> bool:
    phrases = ngrams(words, _REPEATED)
    return len(set(phrases)) < len(phrases)
