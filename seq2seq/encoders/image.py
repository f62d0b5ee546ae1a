"""The image encoder: a backbone's grid, brought to the size that the decoder wants."""

from collections.abc import Sequence
from typing import Literal

import torch
from torch import Tensor, nn

from seq2seq.context import Context
from seq2seq.encoders.backbone import AUTO, Backbone
from seq2seq.encoders.weights import DEFAULT


class ImageEncoder(nn.Module):
    """Looks at pictures and gives a vector for each cell of a grid over them and one for the whole.

    Args:
        backbone: name of the network; see `seq2seq.encoders.backbone.Backbone` for this and the next eight.
        weights: what it begins with: "default", a name, a file, or "none".
        layer: where it is cut.
        fine_tune: from which layer on it is trained.
        image_size: width and height of its pictures.
        mean: of red, green and blue.
        std: likewise.
        resize: "squash" or "crop".
        trained_in: "torch" or "tensorflow".
        projection_size: features of memory and summary, each by a learned linear map of its own; 0 for the backbone's
            own features.
        layer_norm: normalise memory and summary (Ba et al. 2016).
        dropout: share of the features of memory and summary set to zero in training.

    Attributes:
        backbone: the network.
        transform: makes a picture the pixels that it reads.
        grid: rows and columns of the context's memory.
        memory_size: F of the context's memory.
        summary_size: G of the context's summary, which is made of the mean of the grid.

    Raises:
        UserError: see `Backbone`.

    >>> encoder = ImageEncoder("small_cnn", "none", fine_tune="none", image_size=96, projection_size=20).eval()
    >>> pixels = torch.rand(2, 3, 96, 96)
    >>> context = encoder(pixels)
    >>> context.memory.shape, context.summary.shape, context.grid
    (torch.Size([2, 36, 20]), torch.Size([2, 20]), (6, 6))
    >>> torch.equal(encoder(encoder.backbone(pixels)).memory, context.memory)
    True
    """

    def __init__(
        self,
        backbone: str = "mobilenet_v2",
        weights: str = DEFAULT,
        layer: str = AUTO,
        fine_tune: str = AUTO,
        image_size: int = 0,
        mean: Sequence[float] = (),
        std: Sequence[float] = (),
        resize: Literal["squash", "crop"] = "squash",
        trained_in: Literal["torch", "tensorflow"] = "torch",
        projection_size: int = 512,
        layer_norm: bool = True,
        dropout: float = 0.2,
    ) -> None:
        super().__init__()
        self.backbone = Backbone(backbone, weights, layer, fine_tune, image_size, mean, std, resize, trained_in)
        self.transform, self.grid = self.backbone.transform, self.backbone.grid
        size = projection_size or self.backbone.size
        self.memory_size = self.summary_size = size
        self.to_memory, self.to_summary = (
            nn.Sequential(
                nn.Linear(self.backbone.size, size) if projection_size else nn.Identity(),
                nn.LayerNorm(size) if layer_norm else nn.Identity(),
                nn.Dropout(dropout),
            )
            for _ in range(2)
        )

    def forward(self, source: Tensor, lengths: Tensor | None = None) -> Context:
        """Encode a batch of pictures.

        Args:
            source: (B, 3, H, W) pixels, or (B, P, C) what the backbone gave for them before, in any precision.
            lengths: not used; it is there so that all encoders are called alike.

        Returns:
            memory (B, P, F), one vector for each of the P = rows * columns cells, row by row; a mask (B, P) that is
            True everywhere; a summary (B, G); and the grid.

        Raises:
            ValueError: features of another shape than the backbone's, or of a backbone that is trained.
        """
        dtype = next(self.backbone.parameters()).dtype
        if source.ndim == 4:
            cells = self.backbone(source.to(dtype))
        else:
            self._check(source)
            cells = source.to(dtype)
        mask = torch.ones(cells.shape[:2], dtype=torch.bool, device=cells.device)
        return Context(self.to_memory(cells), mask, self.to_summary(cells.mean(1)), self.grid)

    def backbone_parameters(self) -> list[nn.Parameter]:
        """Those of the backbone that are trained, for a learning rate of their own; all others are learned anew."""
        return self.backbone.trained_parameters()

    def describe(self) -> str:
        """What the backbone is, and what is made of it, in a few lines for people."""
        rows, columns = self.grid
        own = sum(p.numel() for part in (self.to_memory, self.to_summary) for p in part.parameters())
        return f"{self.backbone.describe()}\nmemory {rows * columns} x {self.memory_size:,}: {own:,} weights of its own"

    def _check(self, features: Tensor) -> None:
        due = (self.grid[0] * self.grid[1], self.backbone.size)
        if features.ndim != 3 or tuple(features.shape[1:]) != due:
            raise ValueError(
                f"features of shape {tuple(features.shape)} where the backbone gives (B, {due[0]}, {due[1]})"
            )
        if not self.backbone.frozen:
            raise ValueError("features made beforehand, but the backbone is trained; give pixels, or fine_tune 'none'")
