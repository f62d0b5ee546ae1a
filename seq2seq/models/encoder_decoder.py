"""Encoder and decoder as one model.

A field that is added to a config gets the default that does what models did before it: model folders and checkpoints
that lack the field are read with it.
"""

from dataclasses import asdict, dataclass, field, is_dataclass, replace
from typing import Any, Literal, TypeVar, get_args, get_origin, get_type_hints

from torch import Tensor, nn

from seq2seq.context import Context
from seq2seq.decoders.attention import AttentionName
from seq2seq.decoders.recurrent import INJECTIONS, Injection, RecurrentDecoder
from seq2seq.decoders.state import DecoderState
from seq2seq.encoders.image import ImageEncoder
from seq2seq.encoders.text import TextEncoder
from seq2seq.errors import UserError, suggest, told_as
from seq2seq.recurrent import CellName

TiedEmbeddings = Literal["none", "decoder", "all"]
AnyConfig = TypeVar("AnyConfig", bound=Any)


@dataclass
class RecurrentConfig:
    """A recurrent net's sizes and choices, as `seq2seq.recurrent.RecurrentStack` and its users have them."""

    hidden_size: int = 512
    layers: int = 2
    cell: CellName = "lstm"
    dropout: float = 0.2
    word_dropout: float = 0.0
    residual: bool = False
    layer_norm: bool = False


@dataclass
class EncoderConfig(RecurrentConfig):
    """The text encoder's sizes and choices; see `seq2seq.encoders.text.TextEncoder`."""

    hidden_size: int = 256
    bidirectional: bool = True


@dataclass
class ImageEncoderConfig:
    """The image encoder's sizes and choices; see `seq2seq.encoders.image.ImageEncoder`."""

    backbone: str = "mobilenet_v2"
    weights: str = "default"
    layer: str = "auto"
    fine_tune: str = "auto"
    image_size: int = 0
    mean: list[float] = field(default_factory=list)
    std: list[float] = field(default_factory=list)
    resize: Literal["squash", "crop"] = "squash"
    trained_in: Literal["torch", "tensorflow"] = "torch"
    projection_size: int = 512
    layer_norm: bool = True
    dropout: float = 0.2


@dataclass
class DecoderConfig(RecurrentConfig):
    """The decoder's sizes and choices; see `seq2seq.decoders.recurrent.RecurrentDecoder`."""

    injections: list[Injection] = field(default_factory=lambda: ["initial_state", "attention"])
    attention: AttentionName = "general"
    heads: int = 1
    attention_gate: bool = False
    input_feeding: bool = False


@dataclass
class CaptionerConfig:
    """All that is needed to build a picture-to-text model but its vocabulary.

    Attributes:
        embedding_size: E, of the words and of the read-out.
        tied_embeddings: whether the decoder's input and output embeddings are one ("decoder") or not ("none").
        encoder: the image encoder's own part.
        decoder: the decoder's own part.
    """

    embedding_size: int = 256
    tied_embeddings: Literal["none", "decoder"] = "decoder"
    encoder: ImageEncoderConfig = field(default_factory=ImageEncoderConfig)
    decoder: DecoderConfig = field(default_factory=DecoderConfig)


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

    def __init__(self, encoder: nn.Module, decoder: RecurrentDecoder) -> None:
        super().__init__()
        self.encoder, self.decoder = encoder, decoder

    def encode(self, source: Tensor, lengths: Tensor) -> Context:
        """Context of a batch of sources: (B, S) ids with their `lengths` (B,), or what a picture's encoder reads."""
        return self.encoder(source, lengths)

    def start(self, context: Context) -> DecoderState:
        """The decoder's state before the first token."""
        return self.decoder.start(context)

    def step(self, tokens: Tensor, state: DecoderState) -> tuple[Tensor, DecoderState]:
        """Logits (R, V) after one more token (R,), and the new state."""
        return self.decoder.step(tokens, state)

    def read(self, tokens: Tensor, state: DecoderState) -> DecoderState:
        """The new state after T more tokens a row, (R, T), in one call of each layer."""
        return self.decoder.read(tokens, state)[2]

    def teach(
        self, source: Tensor, source_lengths: Tensor, prefix: Tensor, rows: Tensor | None = None
    ) -> tuple[Tensor, Tensor | None]:
        """What a loss needs of target prefixes (N, T); see `RecurrentDecoder.teach`.

        Args:
            source: B sources, as for `encode`.
            source_lengths: (B,).
            prefix: (N, T).
            rows: (N,) which of the sources each prefix belongs to; None where N = B and each has its own.
        """
        context = self.encode(source, source_lengths)
        return self.decoder.teach(prefix, context if rows is None else context.select(rows))


def build_model(config: ModelConfig, source_vocab_size: int, target_vocab_size: int) -> Seq2Seq:
    """Build the text-to-text model that `config` describes.

    Raises:
        UserError: sizes or choices that do not go together.
    """
    check_config(config)
    with told_as("model.encoder"):
        encoder = TextEncoder(source_vocab_size, config.embedding_size, **asdict(config.encoder))
    decoder = _build_decoder(config, encoder, target_vocab_size)
    if config.tied_embeddings == "all":
        if source_vocab_size != target_vocab_size:
            raise UserError(
                f"model.tied_embeddings: 'all' needs one vocabulary for both sides, but they have {source_vocab_size} "
                f"and {target_vocab_size} pieces; prepare the data with --joint or use 'decoder'"
            )
        encoder.embedding.weight = decoder.embedding.weight
    return Seq2Seq(encoder, decoder)


def build_captioner(config: CaptionerConfig, vocab_size: int) -> Seq2Seq:
    """Build the picture-to-text model that `config` describes.

    Raises:
        UserError: sizes or choices that do not go together, or a backbone or its weights that cannot be had.
    """
    check_config(config)
    with told_as("model.encoder"):
        encoder = ImageEncoder(**asdict(config.encoder))
    return Seq2Seq(encoder, _build_decoder(config, encoder, vocab_size))


def self_contained(config: AnyConfig, encoder: ImageEncoder) -> AnyConfig:
    """The same model's configuration without anything that is looked up elsewhere: weights, their size and scale."""
    backbone = encoder.backbone
    transform = backbone.transform
    resolved = replace(
        config.encoder,
        weights="none",
        layer=backbone.layer,
        fine_tune="none" if backbone.frozen else config.encoder.fine_tune,
        image_size=transform.size,
        mean=list(transform.mean),
        std=list(transform.std),
    )
    return replace(config, encoder=resolved)


def _build_decoder(
    config: ModelConfig | CaptionerConfig, encoder: TextEncoder | ImageEncoder, vocab_size: int
) -> RecurrentDecoder:
    if not config.decoder.injections:
        raise UserError(f"model.decoder.injections: at least one of {', '.join(INJECTIONS)} must let the source in")
    with told_as("model.decoder"):
        return RecurrentDecoder(
            vocab_size,
            encoder.memory_size,
            encoder.summary_size,
            config.embedding_size,
            tied_embeddings=config.tied_embeddings != "none",
            **asdict(config.decoder),
        )


def check_config(config: Any) -> None:
    """Refuse sizes and rates out of range, and names that are not among those a field's type lists.

    Args:
        config: a dataclass of options, some of them dataclasses themselves.

    Raises:
        UserError: one is, named as an option of `model`.
    """
    _check_options(config, "model")


def _check_options(options: Any, prefix: str) -> None:
    hints = get_type_hints(type(options))
    for name, value in vars(options).items():
        option = f"{prefix}.{name}"
        if is_dataclass(value):
            _check_options(value, option)
        elif get_origin(hints[name]) is Literal and value not in get_args(hints[name]):
            known = get_args(hints[name])
            raise UserError(f"{option}: {value!r} is not one of {', '.join(known)}{suggest(value, known)}")
        else:
            _check_value(option, name, value)


_LARGEST = {"hidden_size": 65536, "embedding_size": 65536, "layers": 64, "heads": 65536}


def _check_value(option: str, name: str, value: Any) -> None:
    if name in _LARGEST and not 1 <= value <= _LARGEST[name]:
        raise UserError(f"{option}: {value} is not from 1 to {_LARGEST[name]}")
    if name.endswith("dropout") and not 0 <= value < 1:
        raise UserError(f"{option}: {value} is not a rate; use a number from 0 up to, but not including, 1")
