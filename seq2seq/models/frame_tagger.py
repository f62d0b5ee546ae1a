"""The tagger of frames: a clip in, a label for each of its frames out."""

from dataclasses import asdict, dataclass, field
from typing import Any

from torch import Tensor, nn
from torch.nn.utils.rnn import pad_sequence

from seq2seq.encoders.image import ImageEncoder
from seq2seq.errors import told_as
from seq2seq.models.encoder_decoder import ImageEncoderConfig, check_config
from seq2seq.recurrent import CellName, RecurrentStack


def _small_encoder() -> ImageEncoderConfig:
    return ImageEncoderConfig(
        backbone="small_cnn", weights="none", fine_tune="all", image_size=32, projection_size=32, dropout=0.0
    )


@dataclass
class FrameTaggerConfig:
    """All that is needed to build a tagger of frames but its labels.

    Attributes:
        encoder: what looks at each frame.
        memory: whether a recurrent net goes over the frames; without it each is seen by itself, and the rest is of no
            account.
        hidden_size: features of each layer of that net, in each direction.
        layers: how many.
        cell: a name of `seq2seq.recurrent.CELLS`.
        bidirectional: whether later frames count, too; a label then cannot be told before the clip ends.
        dropout: share of the features of each layer dropped.
    """

    encoder: ImageEncoderConfig = field(default_factory=_small_encoder)
    memory: bool = True
    hidden_size: int = 128
    layers: int = 1
    cell: CellName = "lstm"
    bidirectional: bool = False
    dropout: float = 0.0


class FrameTagger(nn.Module):
    """Looks at each frame of a clip, goes over what it saw in their order, and gives each frame a label
    (the arrangement of Donahue et al. 2015, arXiv 1411.4389).

    Of a frame it takes all cells of the encoder's grid, in their places, since where a thing is may tell how it moves.

    Args:
        encoder: looks at the frames.
        labels: C, how many there are.
        recurrent: goes over the frames; None: each is labelled by itself.

    >>> import torch
    >>> tagger = build_frame_tagger(FrameTaggerConfig(), labels=5).eval()
    >>> tagger(torch.zeros(7, 3, 32, 32), torch.tensor([3, 4])).shape
    torch.Size([7, 5])
    """

    def __init__(self, encoder: ImageEncoder, labels: int, recurrent: RecurrentStack | None) -> None:
        super().__init__()
        self.encoder, self.recurrent = encoder, recurrent
        self.output = nn.Linear(features_of(encoder) if recurrent is None else recurrent.memory_size, labels)

    def forward(self, frames: Tensor, lengths: Tensor) -> Tensor:
        """Label the frames of clips.

        Args:
            frames: (N, 3, H, W) pixels of the frames of all clips, one clip after another.
            lengths: (B,) frames of each clip, on the host; their sum is N.

        Returns:
            logits (N, C), in the order of the frames.
        """
        seen = self.encoder(frames)
        features: Any = seen.memory.flatten(1)
        if self.recurrent is not None:
            clips = features.split(lengths.tolist())
            outputs, _ = self.recurrent(pad_sequence(list(clips)), lengths)  # (T, B, M)
            features = outputs.transpose(0, 1)[_real(lengths, len(outputs)).to(outputs.device)]
        return self.output(features)


def features_of(encoder: ImageEncoder) -> int:
    """How many numbers become of a frame."""
    rows, columns = encoder.grid
    return rows * columns * encoder.memory_size


def _real(lengths: Tensor, longest: int) -> Tensor:
    """(B, T): True where a clip has a frame."""
    return lengths.new_ones(len(lengths), longest).cumsum(1) <= lengths[:, None]


def build_frame_tagger(config: FrameTaggerConfig, labels: int) -> FrameTagger:
    """Build the tagger that `config` describes.

    Raises:
        UserError: sizes or choices that do not go together, or a backbone or its weights that cannot be had.
    """
    check_config(config)
    with told_as("model"):
        encoder = ImageEncoder(**asdict(config.encoder))
        encoder.to_summary.requires_grad_(False)  # the grid holds all that the mean of it does
        recurrent = None
        if config.memory:
            sizes = features_of(encoder), config.hidden_size, config.layers
            recurrent = RecurrentStack(*sizes, config.cell, config.bidirectional, config.dropout)
        return FrameTagger(encoder, labels, recurrent)
