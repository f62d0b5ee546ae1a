"""Pictures through a backbone, read ahead while it computes."""

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Protocol, TypeVar

import torch
from torch import Tensor

from seq2seq.data.images import ImageTransform, load_image
from seq2seq.data.views import View, view_pixels

_THREADS = 2
_BATCHES_AHEAD = 3

Item = TypeVar("Item")
Result = TypeVar("Result")


class PictureNet(Protocol):
    """What is asked of a backbone here; see `seq2seq.encoders.backbone.Backbone`."""

    name: str
    layer: str
    grid: tuple[int, int]
    size: int
    transform: ImageTransform

    @property
    def frozen(self) -> bool:
        """Whether the features of a picture never change."""

    @property
    def device(self) -> torch.device:
        """Where it computes."""

    def fingerprint(self) -> str:
        """A hash of it and of its weights."""

    def fused(self) -> "PictureNet":
        """The same, made to compute fast."""

    def __call__(self, pixels: Tensor) -> Tensor:
        """(B, 3, H, W) -> (B, P, C)."""


def extract(
    net: PictureNet, pictures: Sequence[tuple[Path, str]], views: Sequence[View], batch_size: int
) -> Iterator[Tensor]:
    """What a backbone sees in pictures, in their order, some at a time: (pictures, views, P, C) float32 on the CPU.

    Args:
        net: the backbone.
        pictures: the file of each, and the seed of its views.
        views: how each is seen.
        batch_size: pixels of so many views go through the backbone at once.

    Raises:
        UserError: a picture that cannot be read.
    """

    def read(chunk: Sequence[tuple[Path, str]]) -> Tensor:
        shown = [(load_image(path), seed) for path, seed in chunk]
        return torch.stack(
            [
                view_pixels(net.transform, image, view, f"{seed} {number}")
                for image, seed in shown
                for number, view in enumerate(views)
            ]
        )

    at_once = max(1, batch_size // len(views))
    chunks = [pictures[start : start + at_once] for start in range(0, len(pictures), at_once)]
    for pixels in read_ahead(read, chunks):
        with torch.inference_mode():
            cells = net(pixels.to(net.device)).float().cpu()
        yield cells.unflatten(0, (-1, len(views)))


def read_ahead(work: Callable[[Item], Result], items: Sequence[Item]) -> Iterator[Result]:
    """The results of `work` on each item, in order; a few are made by other threads before they are asked for."""
    pool = ThreadPoolExecutor(_THREADS)
    waiting: deque[Future[Result]] = deque()
    try:
        for item in items:
            waiting.append(pool.submit(work, item))
            if len(waiting) > _BATCHES_AHEAD:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    finally:
        pool.shutdown(cancel_futures=True)
