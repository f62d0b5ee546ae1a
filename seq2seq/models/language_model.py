"""The language model: a decoder that writes without a source."""

from dataclasses import asdict, dataclass, field
from typing import Literal

import torch
from torch import Tensor, nn

from seq2seq.context import Context
from seq2seq.decoders.recurrent import RecurrentDecoder
from seq2seq.decoders.state import DecoderState
from seq2seq.errors import told_as
from seq2seq.models.encoder_decoder import RecurrentConfig, Seq2Seq, check_config


@dataclass
class LanguageModelConfig:
    """All that is needed to build a language model but its vocabulary.

    Attributes:
        embedding_size: E, of the tokens and of the read-out.
        tied_embeddings: whether input and output embeddings are one ("decoder") or not ("none").
        decoder: the recurrent net.
    """

    embedding_size: int = 256
    tied_embeddings: Literal["none", "decoder"] = "decoder"
    decoder: RecurrentConfig = field(default_factory=RecurrentConfig)


class NoEncoder(nn.Module):
    """Gives every row a context without anything in it, for a decoder that has no injections.

    Attributes:
        memory_size: 0.
        summary_size: 0.
    """

    memory_size = summary_size = 0

    def forward(self, source: Tensor, lengths: Tensor) -> Context:
        """An empty context for each row of `source` (B, ...), on its device; `lengths` has no part in it."""
        rows = len(source)
        nothing = torch.zeros(rows, 0, device=source.device)
        return Context(memory=nothing[:, None], mask=source.new_ones(rows, 1).bool(), summary=nothing)


def nothing_read(model: Seq2Seq, rows: int, device: torch.device) -> DecoderState:
    """The state of `rows` texts before their first token."""
    return model.start(model.encode(torch.zeros(rows, 0, device=device), torch.zeros(rows)))


def build_language_model(config: LanguageModelConfig, vocab_size: int) -> Seq2Seq:
    """Build the language model that `config` describes.

    Raises:
        UserError: sizes or choices that do not go together.
    """
    check_config(config)
    with told_as("model.decoder"):
        decoder = RecurrentDecoder(
            vocab_size,
            memory_size=0,
            summary_size=0,
            embedding_size=config.embedding_size,
            injections=(),
            tied_embeddings=config.tied_embeddings != "none",
            **asdict(config.decoder),
        )
    return Seq2Seq(NoEncoder(), decoder)
