"""The tagger: a label for every token of a sentence."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Literal, get_args

import torch
from torch import Tensor, nn

from seq2seq.context import Context
from seq2seq.data.entities import may_follow
from seq2seq.data.tokenizer import PAD_ID, UNK_ID
from seq2seq.data.tokens import SHAPES, TokenBatch
from seq2seq.dropout import LockedDropout
from seq2seq.embedding import Embedding
from seq2seq.errors import suggest, told_as
from seq2seq.models.crf import CRF, Chain, viterbi
from seq2seq.models.encoder_decoder import EncoderConfig, check_config
from seq2seq.recurrent import CellName, RecurrentStack

Output = Literal["crf", "softmax"]
OUTPUTS: tuple[str, ...] = get_args(Output)

_SHAPE_SIZE = 8


@dataclass
class CharactersConfig:
    """The net that reads the characters of a token; see `CharacterEncoder`."""

    embedding_size: int = 32
    hidden_size: int = 32
    cell: CellName = "lstm"
    dropout: float = 0.2


@dataclass
class TaggerConfig:
    """All that is needed to build a tagger but its vocabularies and its labels.

    Attributes:
        embedding_size: E, of the words.
        output: how the labels of a sentence are chosen; see `RecurrentTagger`.
        characters: the net that reads the characters of each token.
        encoder: the recurrent net that reads the sentence. Its word_dropout is the share of words that are read as
            unknown in training, so that the model learns to do with their characters, shape and neighbours.
    """

    embedding_size: int = 128
    output: Output = "crf"
    characters: CharactersConfig = field(default_factory=CharactersConfig)
    encoder: EncoderConfig = field(default_factory=EncoderConfig)


class CharacterEncoder(nn.Module):
    """Gives a token the final states of a recurrent net that reads its characters both ways (Lample et al. 2016).

    Args:
        vocab_size: number of ids of characters; id 0 is padding.
        embedding_size: E, of a character.
        hidden_size: H, of each direction.
        cell: a name of `seq2seq.recurrent.CELLS`.
        dropout: share of features dropped of the embeddings, with one mask for all characters of a token.

    Attributes:
        summary_size: features of a token.

    Raises:
        ValueError: an unknown cell.
    """

    def __init__(
        self,
        vocab_size: int,
        embedding_size: int = 32,
        hidden_size: int = 32,
        cell: CellName = "lstm",
        dropout: float = 0.0,
    ) -> None:
        super().__init__()
        self.embedding = Embedding(vocab_size, embedding_size)
        self.dropout = LockedDropout(dropout)
        self.stack = RecurrentStack(embedding_size, hidden_size, cell=cell, bidirectional=True)
        self.summary_size = self.stack.summary_size

    def forward(self, characters: Tensor) -> Tensor:
        """(W, C) ids of the characters of W tokens, padded at the end with 0 -> (W, G)."""
        embedded = self.dropout(self.embedding(characters.t()))
        _, summary = self.stack(embedded, (characters != PAD_ID).sum(1))
        return summary


class TokenEncoder(RecurrentStack):
    """Reads tokens, each as a word, by its characters and by its shape, and gives a vector for each of them.

    Args:
        vocab_size: V, number of ids of words; id 0 is padding, 1 the unknown word.
        embedding_size: E, of a word.
        characters: reads the characters.
        hidden_size: H, size of one direction.
        layers: depth, at least 1.
        cell: a name of `seq2seq.recurrent.CELLS`.
        bidirectional: read each layer from both ends.
        dropout: share of features dropped, with one mask for all tokens of a sentence, of what goes into the net and of
            what each layer gives.
        word_dropout: share of words read as unknown in training, whose characters and shape stay.
        residual: add a layer's input to its output where both have one size (from the second layer up).
        layer_norm: normalise what each layer gives (Ba et al. 2016).

    Attributes:
        memory_size: F of the context's memory: H, or 2 H when bidirectional.

    Raises:
        ValueError: an unknown cell.
    """

    def __init__(
        self,
        vocab_size: int,
        embedding_size: int,
        characters: CharacterEncoder,
        hidden_size: int = 256,
        layers: int = 1,
        cell: CellName = "lstm",
        bidirectional: bool = True,
        dropout: float = 0.0,
        word_dropout: float = 0.0,
        residual: bool = False,
        layer_norm: bool = False,
    ) -> None:
        nn.Module.__init__(self)
        self.embedding = Embedding(vocab_size, embedding_size)
        self.characters = characters
        self.shapes = Embedding(len(SHAPES), _SHAPE_SIZE)
        size = embedding_size + characters.summary_size + _SHAPE_SIZE
        self._build(size, hidden_size, layers, cell, bidirectional, dropout, residual, layer_norm)
        self.word_dropout = word_dropout

    def forward(self, batch: TokenBatch) -> Context:  # type: ignore[override]
        """Encode a batch in any order of lengths."""
        words = batch.words.t()
        if self.training and self.word_dropout:
            unknown = torch.rand(words.shape, device=words.device) < self.word_dropout
            words = words.masked_fill(unknown & (words != PAD_ID), UNK_ID)
        spelled = self.characters(batch.characters)[batch.rows.t()]
        read = torch.cat([self.embedding(words), spelled, self.shapes(batch.shapes.t())], 2)
        outputs, summary = super().forward(self.dropout(read), batch.lengths)
        return Context(memory=outputs.transpose(0, 1), mask=batch.mask, summary=summary)


class RecurrentTagger(nn.Module):
    """Reads a sentence both ways and says how probable each label of each token is (Huang et al. 2015).

    Args:
        encoder: reads the tokens.
        labels: L, how many there are.
        output: how the labels of a sentence are chosen: "softmax", each for itself, or "crf", all together.

    Raises:
        ValueError: an unknown output.
    """

    def __init__(self, encoder: TokenEncoder, labels: int, output: Output = "crf") -> None:
        super().__init__()
        if output not in OUTPUTS:
            raise ValueError(f"output {output!r} is not one of {', '.join(OUTPUTS)}{suggest(output, OUTPUTS)}")
        self.encoder = encoder
        self.output = nn.Linear(encoder.memory_size, labels)
        self.crf = CRF(labels) if output == "crf" else None

    def forward(self, batch: TokenBatch) -> Tensor:
        """Scores (B, S, L) of the labels of each token, float32; what stands at padding has no meaning."""
        return self.output(self.encoder(batch).memory).float()

    def log_likelihood(self, scores: Tensor, labels: Tensor, mask: Tensor) -> Tensor:
        """The logarithm (B,) of the probability of `labels` (B, S), any at padding, by the scores of `forward`."""
        if self.crf is not None:
            return self.crf(scores, labels, mask)
        picked = scores.log_softmax(2).gather(2, labels[..., None])[..., 0]
        return picked.masked_fill(~mask, 0).sum(1)

    def probabilities(self, scores: Tensor, mask: Tensor) -> Tensor:
        """The probability (B, S, L) of each label of each token, by itself; zero at padding."""
        if self.crf is not None:
            return self.crf.marginals(scores, mask)
        return scores.softmax(2).masked_fill(~mask[..., None], 0)

    def decode(self, scores: Tensor, mask: Tensor, constraint: Chain) -> Tensor:
        """The likeliest labels (B, S) of those that `constraint` allows; 0 at padding."""
        if self.crf is not None:
            return self.crf.decode(scores, mask, constraint)
        return viterbi(scores.log_softmax(2), mask, constraint.to(scores))


def bio_constraint(labels: Sequence[str]) -> Chain:
    """What keeps I- where it may stand: zero for allowed labels and their transitions, minus infinity for all others.

    >>> bio_constraint(["O", "B-person", "I-person"]).start
    tensor([0., 0., -inf])
    """

    def cost(tag: str, before: str) -> float:
        return 0.0 if may_follow(tag, before) else -torch.inf

    return Chain(
        torch.tensor([cost(tag, "O") for tag in labels]),
        torch.tensor([[cost(tag, before) for tag in labels] for before in labels]),
        torch.zeros(len(labels)),
    )


def build_tagger(config: TaggerConfig, vocab_size: int, character_vocab_size: int, labels: int) -> RecurrentTagger:
    """Build the tagger that `config` describes.

    Raises:
        UserError: sizes or choices that do not go together.
    """
    check_config(config)
    with told_as("model"):
        characters = CharacterEncoder(character_vocab_size, **asdict(config.characters))
        encoder = TokenEncoder(vocab_size, config.embedding_size, characters, **asdict(config.encoder))
        return RecurrentTagger(encoder, labels, config.output)
