"""Sentences of tokens as a tagger reads them: each token as a word, as its characters and by its shape."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import NamedTuple

import torch
from torch import Tensor

from seq2seq.data.batching import pad
from seq2seq.data.tokenizer import UNK_ID, Tokenizer

CHARACTERS = "characters"
"""The name of the tokenizer of characters, in prepared folders and in models."""

SHAPES = ("padding", "lower", "capital", "capitals", "mixed", "number", "digits", "mention", "hashtag", "link", "other")
"""The shapes of tokens: a letter of either case after another makes "mixed", a digit beside letters "digits"."""

MOST_CHARACTERS = 24
"""Longer tokens, most of them links, are read without their middle."""

_MOST_KNOWN = 1_000_000  # tokens that are remembered; text has no end of new ones
_LINK = re.compile(r"(https?://|www\.)", re.IGNORECASE)


def shape_of(token: str) -> str:
    """What of a token can be seen without reading it, one of `SHAPES`.

    >>> [shape_of(token) for token in ("Velto", "NASA", "iPad", "X2", "1,000", "@you", "#now", "http://a.b", ":-)")]
    ['capital', 'capitals', 'mixed', 'digits', 'number', 'mention', 'hashtag', 'link', 'other']
    """
    if len(token) > 1 and token[0] in "@#":
        return "mention" if token[0] == "@" else "hashtag"
    if _LINK.match(token):
        return "link"
    letters = "".join(filter(str.isalpha, token))
    if any(map(str.isdigit, token)):
        return "digits" if letters else "number"
    if letters.islower():
        return "lower"
    if letters[:1].isupper() and (len(letters) == 1 or letters[1:].islower()):
        return "capital"
    if letters.isupper():
        return "capitals"
    return "mixed" if letters.upper() != letters.lower() else "other"


@dataclass(frozen=True)
class TokenBatch:
    """Sentences, padded at the end with 0. Letters: B sentences, S tokens, W different tokens in all, C characters.

    Attributes:
        words: (B, S) ids of the tokens as words.
        shapes: (B, S) places in `SHAPES`.
        rows: (B, S) which row of `characters` holds each token's.
        characters: (W, C) ids.
        lengths: (B,) tokens of each sentence, on the host.
    """

    words: Tensor
    shapes: Tensor
    rows: Tensor
    characters: Tensor
    lengths: Tensor

    def to(self, device: torch.device | str) -> "TokenBatch":
        """The same on another device, but for the lengths, which are read on the host."""
        moved = {field.name: getattr(self, field.name).to(device) for field in fields(self) if field.name != "lengths"}
        return TokenBatch(**moved, lengths=self.lengths)

    @property
    def mask(self) -> Tensor:
        """(B, S), True where a token is."""
        places = torch.arange(self.words.shape[1], device=self.words.device)
        return places < self.lengths.to(self.words.device)[:, None]


class _Token(NamedTuple):
    word: int
    shape: int
    characters: list[int]


class TokenReader:
    """Turns sentences of tokens into batches.

    A word that the vocabulary does not hold is looked up in lower case, so that a vocabulary of lower-case words serves
    text of any case; the characters and the shape still tell the case.

    Args:
        words: tokenizer of kind "word".
        characters: tokenizer of kind "char".
    """

    def __init__(self, words: Tokenizer, characters: Tokenizer) -> None:
        self.words, self.characters = words, characters
        self._known: dict[str, _Token] = {}

    def read(self, sentences: Sequence[Sequence[str]]) -> TokenBatch:
        """A batch of sentences of one token or more each; a token may be any text that is not empty."""
        if len(self._known) > _MOST_KNOWN:
            self._known.clear()
        tokens = dict.fromkeys(token for line in sentences for token in line)
        distinct = {token: row for row, token in enumerate(tokens)}
        self._look_up([token for token in distinct if token not in self._known])
        known = self._known
        return TokenBatch(
            words=pad([[known[token].word for token in line] for line in sentences]),
            shapes=pad([[known[token].shape for token in line] for line in sentences]),
            rows=pad([[distinct[token] for token in line] for line in sentences]),
            characters=pad([known[token].characters for token in distinct]),
            lengths=torch.tensor([len(line) for line in sentences]),
        )

    def _look_up(self, tokens: list[str]) -> None:
        as_written, lower = self.words.encode_batch(tokens), self.words.encode_batch([text.lower() for text in tokens])
        characters = self.characters.encode_batch(tokens)
        for token, one, other, ids in zip(tokens, as_written, lower, characters, strict=True):
            word = next((found[0] for found in (one, other) if len(found) == 1 and found[0] != UNK_ID), UNK_ID)
            if len(ids) > MOST_CHARACTERS:
                ids = ids[: MOST_CHARACTERS // 2] + ids[-MOST_CHARACTERS // 2 :]
            self._known[token] = _Token(word, SHAPES.index(shape_of(token)), ids or [UNK_ID])
