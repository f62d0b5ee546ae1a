"""Text to piece ids and back, by SentencePiece."""

import functools
import io
import random
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Self

import sentencepiece

from seq2seq.data.sampling import WORD_START, SegmentationSampler
from seq2seq.data.text import normalise, tidy
from seq2seq.errors import UserError, reason, suggest
from seq2seq.files import atomic_write

PAD_ID, UNK_ID, BOS_ID, EOS_ID = 0, 1, 2, 3
UNKNOWN, END = "<unk>", "</s>"  # how `Tokenizer.pieces` writes an unknown piece and the end of sentence
KINDS = ("unigram", "bpe", "char", "word")

_MAX_TRAINING_SENTENCES = 1_000_000  # more teach the vocabulary nothing and cost memory
_MAX_SENTENCE_BYTES = 1 << 20  # SentencePiece skips longer ones


def _clean(text: str, keep_spaces: bool) -> str:
    return (tidy if keep_spaces else normalise)(text.replace(WORD_START, " "))


class Tokenizer:
    """A trained SentencePiece model with the ids pad 0, unknown 1, begin of sentence 2 and end of sentence 3.

    Text is brought to the toolkit's one form (`seq2seq.data.text.normalise`) before it is cut, so that
    `decode(encode(text)) == normalise(text)` for text of known characters, unless it holds a "▁" (U+2581), which
    SentencePiece cannot tell from a space. An unknown character is written " ⁇ ".

    Attributes:
        keeps_spaces: whether all spaces count, also several in a row and those at the ends, as in running text that is
            read by character: then `decode(encode(text)) == seq2seq.data.text.tidy(text)`, and a text begins with its
            first character, not with a "▁" before it.
        level: what its pieces are: "char", "word" or, of unigram and BPE models, "subword".

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     tokenizer = Tokenizer.train(["a small house", "a small tree"], f"{folder}/joint.model", vocab_size=20)
    >>> tokenizer.decode(tokenizer.encode("a tree"))
    'a tree'
    """

    def __init__(self, model: bytes, name: str = "tokenizer") -> None:
        """Make a tokenizer of the bytes of a model file; `name` stands in messages.

        Raises:
            UserError: the bytes are no SentencePiece model, or one with other special ids.
        """
        self.model = model
        self._processor = sentencepiece.SentencePieceProcessor()
        try:
            if not model:  # SentencePiece would only log it
                raise ValueError("empty")
            self._processor.LoadFromSerializedProto(model)
            pieces = [self._processor.id_to_piece(index) for index in range(len(self._processor))]
        except (RuntimeError, ValueError) as error:
            raise UserError(f"{name}: not a SentencePiece model, or a damaged one") from error
        processor = self._processor
        found = (processor.pad_id(), processor.unk_id(), processor.bos_id(), processor.eos_id())
        if found != (PAD_ID, UNK_ID, BOS_ID, EOS_ID):
            raise UserError(
                f"{name}: the ids of pad, unk, bos and eos are {found}, not {(PAD_ID, UNK_ID, BOS_ID, EOS_ID)}; "
                "train the tokenizer with data_prep"
            )
        self._pieces = pieces
        ordinary = pieces[EOS_ID + 1 :]
        # A word model has no piece for a lone "▁": its unknown stands for a whole word.
        self._is_word = all(piece.startswith(WORD_START) and len(piece) > 1 for piece in ordinary)
        is_char = all(len(piece) == 1 for piece in ordinary)
        self.level = "word" if self._is_word else "char" if is_char else "subword"
        self._one_segmentation = self._is_word or is_char
        self.keeps_spaces = bool(processor.encode(" "))  # what it was trained with is in the model itself

    @classmethod
    def train(
        cls,
        sentences: Iterable[str],
        path: str | Path,
        kind: str = "unigram",
        vocab_size: int = 8000,
        seed: int = 1,
        keep_spaces: bool = False,
    ) -> Self:
        """Train a model on sentences and write it to `path`; the same arguments give the same bytes.

        Args:
            sentences: the text, one sentence an item; beyond a million, a random million of them is used.
            path: the model file to write.
            kind: "unigram" (Kudo, 2018), "bpe" (Sennrich et al., 2016), "char" or "word".
            vocab_size: the number of ids wanted, the four special ones included. A text too small for it gives fewer:
                `len(tokenizer)` tells.
            seed: of the choice of the sentences where there are too many.
            keep_spaces: see `keeps_spaces`; for "char" only.

        Raises:
            UserError: unknown kind, no text, or a vocabulary smaller than the number of distinct characters.
        """
        if kind not in KINDS:
            raise UserError(f"tokenizer {kind!r}: must be one of {', '.join(KINDS)}{suggest(kind, KINDS)}")
        if keep_spaces and kind != "char":
            raise UserError(f"tokenizer {kind!r}: only 'char' can keep all spaces")
        texts = [text for text in (_clean(sentence, keep_spaces) for sentence in sentences) if text]
        if not texts:
            raise UserError("there is no text to train a tokenizer on")
        if len(texts) > _MAX_TRAINING_SENTENCES:
            texts = random.Random(seed).sample(texts, _MAX_TRAINING_SENTENCES)
        model = io.BytesIO()
        try:
            sentencepiece.SentencePieceTrainer.train(
                sentence_iterator=iter(texts),
                model_writer=model,
                model_type=kind,
                vocab_size=vocab_size,
                hard_vocab_limit=False,
                pad_id=PAD_ID,
                unk_id=UNK_ID,
                bos_id=BOS_ID,
                eos_id=EOS_ID,
                normalization_rule_name="identity",
                add_dummy_prefix=not keep_spaces,
                remove_extra_whitespaces=not keep_spaces,
                character_coverage=1.0,
                max_sentence_length=_MAX_SENTENCE_BYTES,
                num_threads=4,  # sums of floats depend on the number, so it is fixed
                minloglevel=2,
            )
        except RuntimeError as error:
            needed = re.search(r"smaller than required_chars\. \d+ vs (\d+)", str(error))
            if needed:
                raise UserError(
                    f"vocabulary size {vocab_size}: too small for a {kind} tokenizer of this text, which needs "
                    f"at least {needed[1]} (its distinct characters and 4 special ids)"
                ) from error
            raise UserError(
                f"no {kind} tokenizer of {vocab_size} pieces can be trained on this text: {error}"
            ) from error
        tokenizer = cls(model.getvalue(), str(path))
        tokenizer.save(path)
        return tokenizer

    @classmethod
    def load(cls, path: str | Path) -> Self:
        """Read a model file.

        Raises:
            UserError: no such file, or not a model of this toolkit.
        """
        try:
            return cls(Path(path).read_bytes(), str(path))
        except OSError as error:
            raise UserError(f"{path}: the tokenizer cannot be read ({reason(error)})") from error

    def save(self, path: str | Path) -> None:
        """Write the model file."""
        with atomic_write(path, "wb") as file:
            file.write(self.model)

    def __len__(self) -> int:
        return len(self._pieces)

    def __reduce__(self) -> tuple[type[Self], tuple[bytes]]:
        return type(self), (self.model,)

    def writes_like(self, other: "Tokenizer") -> bool:
        """Whether the same ids are the same text to both."""
        return (self._pieces, self.keeps_spaces) == (other._pieces, other.keeps_spaces)

    def reads_like(self, other: "Tokenizer") -> bool:
        """Whether both cut every text into the same ids, as models of `train` do whose pieces and scores are equal."""
        return self.writes_like(other) and (self._one_segmentation or self._scores == other._scores)

    @property
    def _scores(self) -> list[float]:
        return [self._processor.get_score(index) for index in range(len(self))]

    def encode(self, text: str) -> list[int]:
        """The ids of a text, without begin or end of sentence; none for an empty text."""
        return self.encode_batch([text])[0]

    def encode_batch(self, texts: Sequence[str]) -> list[list[int]]:
        """`encode` of each text."""
        clean = [_clean(text, self.keeps_spaces) for text in texts]
        if self._is_word:  # SentencePiece makes one unknown of several in a row
            return [self._processor.piece_to_id([WORD_START + word for word in text.split()]) for text in clean]
        return self._processor.encode(clean)

    def sample_batch(self, texts: Sequence[str], alpha: float, seed: int) -> list[list[int]]:
        """The ids of each text in a segmentation drawn at random (Kudo, 2018; BPE-dropout, Provilkov et al., 2020).

        The result depends on the arguments alone: not on what was sampled before or elsewhere, nor on the process.

        Args:
            texts: the texts.
            alpha: unigram: the exponent of a segmentation's probability (0.1 varies much, 1 little); BPE: the
                probability that a merge is left out (0 to 1; 0.1 is usual). Char and word models have one
                segmentation and give that.
            seed: any integer.
        """
        if self._one_segmentation or not texts:
            return self.encode_batch(texts)
        chance = random.Random(seed)
        return [self._sampler.sample(_clean(text, self.keeps_spaces), alpha, chance) for text in texts]

    @functools.cached_property
    def _sampler(self) -> SegmentationSampler:
        return SegmentationSampler(self._processor)

    def clean(self, text: str) -> str:
        """A text as `encode` reads it: in NFC, spaces in a row as one unless they count."""
        return _clean(text, self.keeps_spaces)

    def decode(self, ids: Iterable[int]) -> str:
        """The text of ids; pad, begin and end of sentence are skipped, an unknown one gives " ⁇ "."""
        shown = [index for index in map(int, ids) if index not in (PAD_ID, BOS_ID, EOS_ID)]
        text = self._processor.decode(shown)
        return tidy(text) if self.keeps_spaces else normalise(text)

    def pieces(self, ids: Iterable[int]) -> list[str]:
        """The piece of each id as SentencePiece writes it: "▁" for a space, "<pad>" and the like for specials."""
        return [self._pieces[index] for index in ids]
