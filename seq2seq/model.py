"""Encoder and decoder as one model."""

from dataclasses import asdict, dataclass, field
from typing import Any, Literal, get_args

from torch import Tensor, nn

from seq2seq.context import Context
from seq2seq.decoders.attention import AttentionName
from seq2seq.decoders.recurrent import Injection, RecurrentDecoder
from seq2seq.decoders.state import DecoderState
from seq2seq.encoders.text import TextEncoder
from seq2seq.errors import UserError, suggest
from seq2seq.recurrent import CellName

TiedEmbeddings = Literal["none", "decoder", "all"]


@dataclass
class EncoderConfig:
    """The text encoder's sizes and choices; see `seq2seq.encoders.text.TextEncoder`."""

    hidden_size: int = 256
    layers: int = 2
    cell: CellName = "lstm"
    bidirectional: bool = True
    dropout: float = 0.2
    word_dropout: float = 0.0
    residual: bool = False
    layer_norm: bool = False


@dataclass
class DecoderConfig:
    """The decoder's sizes and choices; see `seq2seq.decoders.recurrent.RecurrentDecoder`."""

    hidden_size: int = 512
    layers: int = 2
    cell: CellName = "lstm"
    injections: list[Injection] = field(default_factory=lambda: ["initial_state", "attention"])
    attention: AttentionName = "general"
    heads: int = 1
    input_feeding: bool = False
    dropout: float = 0.2
    word_dropout: float = 0.0
    residual: bool = False
    layer_norm: bool = False


@dataclass
class ModelConfig:
    """All that is needed to build a text-to-text model but its vocabularies.

    Attributes:
        embedding_size: E, of words on both sides and of the read-out.
        tied_embeddings: which embedding matrices are one: "none"; "decoder" (input and output of the decoder); "all"
            (the encoder's too, for a joint vocabulary).
        encoder: the encoder's own part.
        decoder: the decoder's own part.
    """

    embedding_size: int = 256
    tied_embeddings: TiedEmbeddings = "decoder"
    encoder: EncoderConfig = field(default_factory=EncoderConfig)
    decoder: DecoderConfig = field(default_factory=DecoderConfig)


class Seq2Seq(nn.Module):
    """An encoder and a decoder, with the two calls that search needs.

    Args:
        encoder: anything that turns its inputs into a `Context`.
        decoder: writes from a `Context`.
    """

    def __init__(self, encoder: TextEncoder, decoder: RecurrentDecoder) -> None:
        super().__init__()
        self.encoder, self.decoder = encoder, decoder

    def encode(self, tokens: Tensor, lengths: Tensor) -> Context:
        """Context of a batch of sources (B, S) with `lengths` (B,)."""
        return self.encoder(tokens, lengths)

    def start(self, context: Context) -> DecoderState:
        """The decoder's state before the first token."""
        return self.decoder.start(context)

    def step(self, tokens: Tensor, state: DecoderState) -> tuple[Tensor, DecoderState]:
        """Logits (R, V) after one more token (R,), and the new state."""
        return self.decoder.step(tokens, state)

    def features(self, source: Tensor, source_lengths: Tensor, prefix: Tensor) -> Tensor:
        """Read-outs (B, T, E) for target prefixes (B, T), for the training loss."""
        return self.decoder.features(prefix, self.encode(source, source_lengths))


def build_model(config: ModelConfig, source_vocab_size: int, target_vocab_size: int) -> Seq2Seq:
    """Build the model that `config` describes.

    Raises:
        UserError: sizes or choices that do not go together.
    """
    for part, options in asdict(config).items():
        for name, value in options.items() if isinstance(options, dict) else ():
            _check(f"model.{part}.{name}", name, value)
    _check("model.embedding_size", "embedding_size", config.embedding_size)
    tied = get_args(TiedEmbeddings)
    if config.tied_embeddings not in tied:
        raise UserError(
            f"model.tied_embeddings: {config.tied_embeddings!r} is not one of {', '.join(tied)}"
            f"{suggest(config.tied_embeddings, tied)}"
        )
    try:
        encoder = TextEncoder(source_vocab_size, config.embedding_size, **asdict(config.encoder))
    except ValueError as error:
        raise UserError(f"model.encoder: {error}") from error
    try:
        decoder = RecurrentDecoder(
            target_vocab_size,
            encoder.memory_size,
            encoder.summary_size,
            config.embedding_size,
            tied_embeddings=config.tied_embeddings != "none",
            **asdict(config.decoder),
        )
    except ValueError as error:
        raise UserError(f"model.decoder: {error}") from error
    if config.tied_embeddings == "all":
        if source_vocab_size != target_vocab_size:
            raise UserError(
                f"model.tied_embeddings: 'all' needs one vocabulary for both sides, but they have {source_vocab_size} "
                f"and {target_vocab_size} pieces; prepare the data with --joint or use 'decoder'"
            )
        encoder.embedding.weight = decoder.embedding.weight
    return Seq2Seq(encoder, decoder)


_LARGEST = {"hidden_size": 65536, "embedding_size": 65536, "layers": 64, "heads": 65536}


def _check(option: str, name: str, value: Any) -> None:
    if name in _LARGEST and not 1 <= value <= _LARGEST[name]:
        raise UserError(f"{option}: {value} is not from 1 to {_LARGEST[name]}")
    if name.endswith("dropout") and not 0 <= value < 1:
        raise UserError(f"{option}: {value} is not a rate; use a number from 0 up to, but not including, 1")
