"""Clips: pictures of square frames side by side, with a label for each frame, in batches."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from PIL import Image
from torch import Tensor
from torch.utils.data import Dataset

from seq2seq.data.batching import BatchPlan
from seq2seq.data.images import ImageError, Source, load_image
from seq2seq.data.prepared import IMAGE, TAGS, PreparedFolder
from seq2seq.data.transform import ImageTransform
from seq2seq.errors import UserError

UNKNOWN = -1


@dataclass(frozen=True)
class ClipBatch:
    """Some clips. Letters: B clips, N frames of all of them together, one clip after another.

    Attributes:
        frames: (N, 3, H, W) pixels.
        lengths: (B,) frames of each clip, on the host.
        goal: (N,) numbers of their labels; UNKNOWN for one that training does not have.
        indices: (B,) numbers of the clips in their split, on the host.
    """

    frames: Tensor
    lengths: Tensor
    goal: Tensor
    indices: Tensor

    def to(self, device: torch.device | str) -> "ClipBatch":
        """The same batch on another device."""
        return ClipBatch(self.frames.to(device), self.lengths, self.goal.to(device), self.indices)


def cut_frames(image: Image.Image, name: str) -> list[Image.Image]:
    """The frames of a strip, which are as wide as it is high.

    Raises:
        ImageError: its width is not so many times its height.

    >>> [frame.size for frame in cut_frames(Image.new("RGB", (6, 2)), "a clip")]
    [(2, 2), (2, 2), (2, 2)]
    """
    width, height = image.size
    if width % height:
        raise ImageError(
            f"{name}: {width} x {height} pixels are no strip of square frames side by side; its width must be its "
            "height times the number of frames",
            "broken",
        )
    return [image.crop((left, 0, left + height, height)) for left in range(0, width, height)]


def read_clip(source: Source, transform: ImageTransform) -> Tensor:
    """(T, size, size, 3) uint8: what a model sees of the T frames of a clip.

    Raises:
        ImageError: no picture, or no strip of frames.
    """
    name = str(source) if isinstance(source, str | Path) else "the clip"
    return torch.stack([transform.square(frame) for frame in cut_frames(load_image(source), name)])


def labels_of(prepared: PreparedFolder) -> tuple[str, ...]:
    """The labels of the frames of train, sorted, but as the manifest has them where it names them."""
    found = {tag for tags in prepared.column("train", TAGS) for tag in tags.split(" ")}
    listed = [label for label in prepared.manifest.get("labels", ()) if label in found]
    return (*listed, *sorted(found.difference(listed)))


class ClipDataset(Dataset[Any]):
    """Makes batches of the clips of a split; what was read is kept, as bytes.

    Args:
        prepared: the prepared folder.
        split: one of its splits.
        transform: makes a frame the pixels that the model reads.
        numbers: of the labels.
    """

    def __init__(
        self, prepared: PreparedFolder, split: str, transform: ImageTransform, numbers: Mapping[str, int]
    ) -> None:
        self.prepared, self.transform, self.numbers = prepared, transform, numbers
        self.names = prepared.column(split, IMAGE)
        self.tags = [tags.split(" ") for tags in prepared.column(split, TAGS)]
        self._read: dict[int, Tensor] = {}

    def __len__(self) -> int:
        return len(self.names)

    def __getitem__(self, plan: BatchPlan) -> ClipBatch:
        """Make the batch.

        Raises:
            UserError: a clip that cannot be read, or has not as many frames as tags.
        """
        indices = plan.indices.tolist()
        clips = [self._clip(index) for index in indices]
        tags = [tag for index in indices for tag in self.tags[index]]
        return ClipBatch(
            frames=self.transform.normalise(torch.cat(clips)),
            lengths=torch.tensor([len(clip) for clip in clips]),
            goal=torch.tensor([self.numbers.get(tag, UNKNOWN) for tag in tags]),
            indices=torch.from_numpy(plan.indices),
        )

    def _clip(self, index: int) -> Tensor:
        if index not in self._read:
            path = self.prepared.image_path(self.names[index])
            frames = read_clip(path, self.transform)
            if len(frames) != len(self.tags[index]):
                tags = len(self.tags[index])
                raise UserError(f"{path}: {len(frames)} frames, but {tags} tags in the table; prepare the data again")
            self._read[index] = frames
        return self._read[index]


def joined(labels: Sequence[str], lengths: Sequence[int]) -> list[str]:
    """The labels of each clip's frames, divided by spaces, of those of all frames.

    >>> joined(["still", "left", "still"], [2, 1])
    ['still left', 'still']
    """
    left = iter(labels)
    return [" ".join(next(left) for _ in range(length)) for length in lengths]
