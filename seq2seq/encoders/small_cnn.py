"""A small convolutional net that learns from scratch in minutes."""

from torch import Tensor, nn


class SmallCNN(nn.Module):
    """Four halvings and a last layer, each a 3 x 3 convolution, batch norm and ReLU: for drawn pictures of 96 pixels.

    Attributes:
        features: 96 x 96 pixels become 6 x 6 cells of 128 features.

    >>> import torch
    >>> SmallCNN()(torch.zeros(1, 3, 96, 96)).shape
    torch.Size([1, 128, 6, 6])
    """

    def __init__(self) -> None:
        super().__init__()
        sizes = [(3, 32, 2), (32, 64, 2), (64, 128, 2), (128, 128, 2), (128, 128, 1)]
        self.features = nn.Sequential(*(_layer(*size) for size in sizes))

    def forward(self, pixels: Tensor) -> Tensor:
        """(B, 3, H, W) -> (B, 128, H/16, W/16)."""
        return self.features(pixels)


def _layer(inputs: int, outputs: int, stride: int) -> nn.Module:
    convolution = nn.Conv2d(inputs, outputs, kernel_size=3, stride=stride, padding=1, bias=False)
    return nn.Sequential(convolution, nn.BatchNorm2d(outputs), nn.ReLU())
