"""Pictures through a backbone, read ahead while it computes."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import islice
from pathlib import Path
from typing import Protocol, TypeVar

import torch
from torch import Tensor

from seq2seq.data.images import READERS, load_image
from seq2seq.data.transform import ImageTransform
from seq2seq.data.views import View, view_square

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

    def read(picture: tuple[Path, str]) -> Tensor:
        path, seed = picture
        image = load_image(path, net.transform.enough)
        return torch.stack(
            [view_square(net.transform, image, view, f"{seed} {number}") for number, view in enumerate(views)]
        )

    at_once = max(1, batch_size // len(views))
    for squares in batches_ahead(read, pictures, at_once, _BATCHES_AHEAD):
        pixels = net.transform.normalise(torch.cat(squares).to(net.device))
        with torch.inference_mode():
            cells = net(pixels).float().cpu()
        yield cells.unflatten(0, (-1, len(views)))


def batches_ahead(
    read: Callable[[Item], Result], items: Iterable[Item], size: int, ahead: int = 1
) -> Iterator[list[Result]]:
    """Batches of what `read` makes of each item, in order, while other threads read the items of the next ones.

    Args:
        read: called in any of `READERS` threads.
        items: taken only as far as is read.
        size: items in a batch; the last one may have fewer.
        ahead: batches that may be read before they are asked for.
    """
    pool = ThreadPoolExecutor(READERS)
    remaining = iter(items)
    waiting: deque[Future[Result]] = deque()
    try:
        while True:
            due = size * (ahead + 1) - len(waiting)
            waiting.extend(pool.submit(read, item) for item in islice(remaining, due))
            if not waiting:
                return
            yield [waiting.popleft().result() for _ in range(min(size, len(waiting)))]
    finally:
        pool.shutdown(cancel_futures=True)
