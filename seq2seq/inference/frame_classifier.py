"""Clips in, a label for each frame out: a trained tagger of frames, ready for use."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import torch
from torch import Tensor

from seq2seq.data.clips import read_clip
from seq2seq.data.images import ImageError, Source
from seq2seq.data.prepared import FRAMES
from seq2seq.errors import UserError
from seq2seq.folder import LoadedModel
from seq2seq.inference.defaults import PICTURES_AT_ONCE
from seq2seq.inference.predictor import Predictor, Progress, check_size, listed


@dataclass(frozen=True)
class ClassifiedClip:
    """A clip and what is said of its frames.

    Attributes:
        clip: its path; empty where it was given as bytes or an image.
        labels: the likeliest one of each frame; none where the clip could not be read.
        probabilities: of each frame, by label, together 1.
        problem: why the clip could not be read, in one line; None where it could.
    """

    clip: str
    labels: tuple[str, ...]
    probabilities: tuple[dict[str, float], ...]
    problem: str | None = None


class _Read(NamedTuple):
    """A clip's name and what each model sees of it, or what is wrong with it."""

    name: str
    frames: list[Tensor] | None = None
    problem: str | None = None


class FrameClassifier(Predictor):
    """One model, or an ensemble of models with the same labels, that labels the frames of clips.

    A clip is a picture: a strip of square frames side by side. Make one with `FrameClassifier.load`.

    ```python
    classifier = FrameClassifier.load("models/frames")
    classifier.classify(["clip.png"])  # [("still", "right", "right", "back-left")]
    ```

    Attributes:
        labels: what it tells apart.
    """

    task = FRAMES

    def __init__(self, models: Sequence[LoadedModel], device: torch.device, dtype: torch.dtype) -> None:
        super().__init__(models, device, dtype)
        self.labels = models[0].labels
        self._transforms = [loaded.model.encoder.transform for loaded in models]

    def classify(self, clips: Iterable[Source], *, batch_size: int = PICTURES_AT_ONCE) -> list[tuple[str, ...]]:
        """The labels of the frames of each clip.

        Arguments and errors as in `classify_detailed`.

        Raises:
            UserError: also of a clip that cannot be read.
        """
        found = self.classify_detailed(clips, batch_size=batch_size)
        for each in found:
            if each.problem is not None:
                raise UserError(each.problem)
        return [each.labels for each in found]

    def classify_detailed(
        self, clips: Iterable[Source], *, batch_size: int = PICTURES_AT_ONCE, progress: Progress | None = None
    ) -> list[ClassifiedClip]:
        """Label the frames of clips, and tell how probable each label is.

        What is said of a clip does not depend on `batch_size` or on the other clips. The probabilities of an ensemble
        are the mean of its models'.

        Args:
            clips: paths, images, or the bytes of image files; N of them give N answers.
            batch_size: clips worked on at once.
            progress: called now and then with the clips done and the clips in all.

        Raises:
            TypeError: clips that are no list of paths, bytes or images, be it a single one.
        """
        given = listed(clips, Source, "clips", "clips (paths, bytes or PIL images)")
        check_size("batch_size", batch_size)
        found: list[ClassifiedClip] = []
        for begin in range(0, len(given), batch_size):
            found += self._classify([self._read(clip) for clip in given[begin : begin + batch_size]])
            if progress is not None:
                progress(len(found), len(given))
        return found

    def _read(self, clip: Source) -> _Read:
        name = str(clip) if isinstance(clip, str | Path) else ""
        try:
            return _Read(name, [read_clip(clip, transform) for transform in self._transforms])
        except ImageError as error:
            return _Read(name, problem=str(error))

    @torch.inference_mode()
    def _classify(self, batch: Sequence[_Read]) -> list[ClassifiedClip]:
        good = [read.frames for read in batch if read.frames is not None]
        shares: list[Tensor] = []
        if good:
            lengths = torch.tensor([len(frames[0]) for frames in good])
            found = []
            for network, transform, seen in zip(self.networks, self._transforms, zip(*good, strict=True), strict=True):
                pixels = transform.normalise(torch.cat(seen).to(self.device))
                found.append(network(pixels, lengths).float().softmax(1))
            shares = list(torch.stack(found).mean(0).cpu().split(lengths.tolist()))
        left = iter(shares)
        return [
            ClassifiedClip(read.name, (), (), read.problem)
            if read.frames is None
            else self._named(read.name, next(left))
            for read in batch
        ]

    def _named(self, name: str, shares: Tensor) -> ClassifiedClip:
        labels = tuple(self.labels[number] for number in shares.argmax(1).tolist())
        return ClassifiedClip(
            name, labels, tuple(dict(zip(self.labels, row, strict=True)) for row in shares.tolist()), None
        )
