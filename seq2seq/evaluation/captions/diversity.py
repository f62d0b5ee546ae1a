"""How varied captions are: what scores against references do not show."""

import importlib.metadata
from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass

from seq2seq.errors import UserError
from seq2seq.evaluation.captions.ngrams import ngrams
from seq2seq.evaluation.captions.ptb import VERSION, ptb_tokenize

_REPEATED = 3  # a caption that says the same three words twice rambles

Tokens = tuple[str, ...]


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
        signature: the record of every choice that these numbers depend on; `training` is how many different captions
            the training data have.
    """

    captions: int
    distinct: int
    vocabulary: int
    mean_length: float
    new: float | None
    repeated_word: float
    repeated_phrase: float
    signature: str


def distinct_captions(captions: Iterable[str]) -> set[Tokens]:
    """The different ones among captions, as they are compared here."""
    return {tuple(ptb_tokenize(caption)) for caption in captions}


def measure_diversity(captions: Sequence[str], training: Set[Tokens] | None = None) -> Diversity:
    """The variety of captions.

    Args:
        captions: a system's, one a picture.
        training: `distinct_captions` of those that it was trained on, to tell new captions from repeated ones.

    Raises:
        UserError: there are no captions.

    >>> found = measure_diversity(["A dog runs.", "a dog runs", "A man man sits."], distinct_captions(["A dog runs !"]))
    >>> found.distinct, found.vocabulary, round(found.new, 2), round(found.repeated_word, 2), found.repeated_phrase
    (2, 5, 0.33, 0.33, 0.0)
    """
    if not captions:
        raise UserError("there is nothing to measure: no captions")
    said = [tuple(ptb_tokenize(caption)) for caption in captions]
    number = len(said)
    parts = {
        "captions": number,
        "training": "none" if training is None else len(training),
        "phrase": _REPEATED,
        "tok": VERSION,
        "case": "lc",
        "version": importlib.metadata.version("seq2seq"),
    }
    return Diversity(
        captions=number,
        distinct=len(set(said)),
        vocabulary=len({word for words in said for word in words}),
        mean_length=sum(map(len, said)) / number,
        new=None if training is None else sum(words not in training for words in said) / number,
        repeated_word=sum(any(first == second for first, second in ngrams(words, 2)) for words in said) / number,
        repeated_phrase=sum(_repeats(words) for words in said) / number,
        signature="|".join(f"{name}:{value}" for name, value in parts.items()),
    )


def _repeats(words: Sequence[str]) -> bool:
    phrases = ngrams(words, _REPEATED)
    return len(set(phrases)) < len(phrases)
