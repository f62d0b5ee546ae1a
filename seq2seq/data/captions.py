"""Pictures and their captions in batches."""

import itertools
from collections.abc import Sequence
from typing import Protocol

import numpy as np
import torch
from PIL import Image
from torch import Tensor
from torch.utils.data import Dataset

from seq2seq.data.batching import Batch, BatchPlan, teach
from seq2seq.data.corpus import ParallelCorpus, TokenArray
from seq2seq.data.features import FeatureCache
from seq2seq.data.images import load_image
from seq2seq.data.prepared import PreparedFolder
from seq2seq.data.transform import ImageTransform
from seq2seq.data.views import View, check_views, view_square

PICTURE_MEMORY = 1 << 30  # bytes of pictures that are kept
PICTURE_LENGTH = 20  # tokens of a sentence that a picture counts for where the search bounds outputs by the source


class PictureSource(Protocol):
    """What an encoder reads of pictures."""

    def batch(self, pictures: np.ndarray, views: np.ndarray, seed: int, /) -> Tensor:
        """(B, ...) of the B pictures with these numbers in the prepared folder, each in the view of that number.

        `seed` is for what is drawn anew at each time.
        """


class PictureCaptions:
    """The pictures of a split, each with its captions.

    Args:
        corpus: a split's pictures and captions, row by row; the rows of a picture stand together.

    Attributes:
        pictures: (P,) numbers of the pictures in the prepared folder.
        captions: token ids of all captions, in the split's order.
        first: (P + 1,) where each picture's captions begin in `captions`.
    """

    def __init__(self, corpus: ParallelCorpus) -> None:
        numbers = np.asarray(corpus.source.ids)
        self.captions: TokenArray = corpus.target
        starts = np.flatnonzero(np.diff(numbers, prepend=-1))
        self.pictures = numbers[starts]
        self.first = np.append(starts, len(numbers))

    def __len__(self) -> int:
        return len(self.pictures)

    def group(self, texts: Sequence[str]) -> list[list[str]]:
        """The captions of each picture, of the texts of all rows."""
        return [list(texts[start:end]) for start, end in itertools.pairwise(self.first)]


class CaptionDataset(Dataset[Batch]):
    """Turns a plan of pictures into a batch of them with captions of each.

    Args:
        split: the pictures and captions.
        source: what the encoder reads of them.
        captions: how many of each picture's captions are drawn, all where it has no more.
        views: among how many views of a picture one is drawn; 1 is the picture as it is.
    """

    def __init__(self, split: PictureCaptions, source: PictureSource, captions: int, views: int = 1) -> None:
        self.split, self.source, self.count, self.views = split, source, captions, views

    def __getitem__(self, plan: BatchPlan) -> Batch:
        """Make the batch."""
        random = np.random.default_rng(plan.seed)
        views = random.integers(self.views, size=len(plan.indices))
        targets, rows = [], []
        for row, index in enumerate(plan.indices):
            there = np.arange(*self.split.first[index : index + 2])
            chosen = there if len(there) <= self.count else np.sort(random.choice(there, self.count, replace=False))
            targets += [self.split.captions[caption].tolist() for caption in chosen]
            rows += [row] * len(chosen)
        return Batch(
            self.source.batch(self.split.pictures[plan.indices], views, plan.seed),
            torch.full((len(plan.indices),), PICTURE_LENGTH),
            *teach(targets),
            indices=torch.from_numpy(plan.indices),
            rows=torch.tensor(rows),
        )


class Pixels:
    """Pixels of pictures: for a backbone that is trained. Pictures once read are kept, as far as memory is given.

    Args:
        prepared: the folder with the pictures.
        transform: from a picture to pixels.
        views: how a picture may be seen.
        memory: bytes that pictures kept may take.
    """

    def __init__(
        self,
        prepared: PreparedFolder,
        transform: ImageTransform,
        views: Sequence[View],
        memory: int = PICTURE_MEMORY,
    ) -> None:
        check_views(views, "data.views")
        self._kept: dict[int, Image.Image] = {}
        self._memory = memory
        self.paths = [prepared.image_path(name) for name in prepared.images()]
        self.transform, self.views = transform, views

    def batch(self, pictures: np.ndarray, views: np.ndarray, seed: int) -> Tensor:
        """(B, 3, size, size) float32."""
        squares = [
            view_square(self.transform, self._read(picture), self.views[view], f"{seed} {picture}")
            for picture, view in zip(pictures.tolist(), views.tolist(), strict=True)
        ]
        return self.transform.normalise(torch.stack(squares))

    def _read(self, picture: int) -> Image.Image:
        kept = self._kept.get(picture)
        if kept is None:
            kept = load_image(self.paths[picture], self.transform.enough)
            size = 3 * kept.width * kept.height
            if size <= self._memory:
                self._kept[picture] = kept
                self._memory -= size
        return kept


class Features:
    """What a frozen backbone made of the pictures.

    Args:
        prepared: the folder with the pictures.
        cache: their features.
    """

    def __init__(self, prepared: PreparedFolder, cache: FeatureCache) -> None:
        self.cache, self.rows = cache, cache.rows(list(prepared.images()))

    def batch(self, pictures: np.ndarray, views: np.ndarray, seed: int) -> Tensor:
        """(B, P, C) in the cache's precision."""
        return self.cache.batch(self.rows[pictures], views)
