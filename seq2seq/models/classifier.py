"""The text classifier: many words in, one label out."""

from dataclasses import asdict, dataclass, field
from typing import Literal, get_args

import torch
from torch import Tensor, nn

from seq2seq.encoders.text import TextEncoder
from seq2seq.errors import suggest, told_as
from seq2seq.models.encoder_decoder import EncoderConfig, check_config

Pooling = Literal["last", "mean", "max", "attention"]
POOLINGS: tuple[str, ...] = get_args(Pooling)


@dataclass
class ClassifierConfig:
    """All that is needed to build a classifier but its vocabulary and its labels.

    Attributes:
        embedding_size: E, of the words.
        encoder: the recurrent net that reads the text.
        pooling: what becomes of its outputs; see `Classifier`.
        dropout: share of the pooled features dropped.
    """

    embedding_size: int = 256
    encoder: EncoderConfig = field(default_factory=EncoderConfig)
    pooling: Pooling = "max"
    dropout: float = 0.5


class Classifier(nn.Module):
    """Reads a text and says how probable each label is.

    Args:
        encoder: reads the text.
        labels: C, how many there are, at least 2.
        pooling: how a text becomes one vector: "last" (the final states of the top layer), "mean" or "max" over its
            tokens' outputs, or "attention", their mean with weights softmax(w . h_t + b) over the tokens t, learned (as
            Lin et al. 2017, arXiv 1703.03130, equation 5, without its tanh layer).
        dropout: share of that vector's features dropped.

    Raises:
        ValueError: an unknown pooling, or fewer than two labels.

    >>> classifier = Classifier(TextEncoder(100, embedding_size=8, hidden_size=6), labels=3).eval()
    >>> classifier(torch.tensor([[5, 6, 7], [8, 9, 0]]), torch.tensor([3, 2])).shape
    torch.Size([2, 3])
    """

    def __init__(self, encoder: TextEncoder, labels: int, pooling: Pooling = "max", dropout: float = 0.5) -> None:
        super().__init__()
        if pooling not in POOLINGS:
            raise ValueError(f"pooling {pooling!r} is not one of {', '.join(POOLINGS)}{suggest(pooling, POOLINGS)}")
        if labels < 2:
            raise ValueError(f"labels: {labels}; a classifier needs two or more to tell apart")
        self.encoder, self.pooling = encoder, pooling
        self.dropout = nn.Dropout(dropout)
        self.query = nn.Linear(encoder.memory_size, 1) if pooling == "attention" else None
        self.output = nn.Linear(encoder.summary_size if pooling == "last" else encoder.memory_size, labels)

    def forward(self, tokens: Tensor, lengths: Tensor) -> Tensor:
        """Logits (B, C) of texts (B, S), padded at the end with 0, of `lengths` (B,) tokens each."""
        return self.read(tokens, lengths)[0]

    def read(self, tokens: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor | None]:
        """The logits, and with "attention" the weights (B, S) of the tokens, zero at padding, together 1."""
        pooled, weights = self.pool(tokens, lengths)
        return self.output(pooled), weights

    def pool(self, tokens: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor | None]:
        """What the output matrix multiplies, a vector for each text, for a loss; and the weights as of `read`."""
        pooled, weights = self._pool(tokens, lengths)
        return self.dropout(pooled), weights

    def _pool(self, tokens: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor | None]:
        context = self.encoder(tokens, lengths)
        memory, mask = context.memory, context.mask[..., None]
        if self.pooling == "last":
            return context.summary, None
        if self.pooling == "mean":
            return memory.masked_fill(~mask, 0).sum(1) / mask.sum(1), None
        if self.pooling == "max":
            return memory.masked_fill(~mask, -torch.inf).amax(1), None
        assert self.query is not None
        weights = self.query(memory).masked_fill(~mask, -torch.inf).softmax(1)
        return (weights * memory.masked_fill(~mask, 0)).sum(1), weights[..., 0]


def build_classifier(config: ClassifierConfig, vocab_size: int, labels: int) -> Classifier:
    """Build the classifier that `config` describes.

    Raises:
        UserError: sizes or choices that do not go together.
    """
    check_config(config)
    with told_as("model"):
        encoder = TextEncoder(vocab_size, config.embedding_size, **asdict(config.encoder))
        return Classifier(encoder, labels, config.pooling, config.dropout)
