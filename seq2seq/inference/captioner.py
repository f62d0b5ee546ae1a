"""Pictures in, captions out: a trained captioner, ready for use."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple, cast

import torch
from torch import Tensor

from seq2seq.context import Context
from seq2seq.data.captions import PICTURE_LENGTH
from seq2seq.data.extraction import batches_ahead
from seq2seq.data.images import ImageError, Source, load_image
from seq2seq.data.prepared import CAPTIONS
from seq2seq.data.transform import ImageTransform, Region
from seq2seq.encoders.centres import move
from seq2seq.encoders.image import ImageEncoder
from seq2seq.errors import UserError
from seq2seq.folder import LoadedModel
from seq2seq.inference.defaults import CAPTIONS_AT_ONCE, PICTURES_AT_ONCE
from seq2seq.inference.generator import Generator, check_best_only, search_options
from seq2seq.inference.predictor import Progress, check_size, listed
from seq2seq.inference.translation import Candidate
from seq2seq.search import EnsembleContext, SearchOptions, search


class _Read(NamedTuple):
    """A picture's name, what each model of an ensemble sees (`ImageTransform.square`), what part of the picture the
    first one sees, and what is wrong with it."""

    name: str
    squares: list[Tensor] | None = None
    seen: Region | None = None
    problem: str | None = None


class _Seen(NamedTuple):
    """Pictures, and the context of those that could be read as each model sees it; None where there are none."""

    pictures: list[_Read]
    contexts: list[Context] | None


@dataclass(frozen=True)
class Caption:
    """A picture and what is said of it.

    Attributes:
        picture: its path; empty where it was given as bytes or an image.
        candidates: captions, best first; none where the picture could not be read.
        problem: why the picture could not be read, in one line; None where it could.
        grid: rows and columns of the cells that an `alignment` of a candidate refers to, row by row.
        seen: the part of the picture, as a viewer shows it, that these cells cover; the model saw nothing else of it.
        cell_shift: how far right of and below the middle of its part a cell looks, in cells.
    """

    picture: str
    candidates: tuple[Candidate, ...]
    problem: str | None
    grid: tuple[int, int] | None
    seen: Region | None = None
    cell_shift: float = 0.0

    def looked(self) -> Tensor | None:
        """Where each of the T pieces of the best candidate looked: (T, rows, columns) over the even parts of `seen`.

        It is the candidate's alignment, moved to where the cells do look; None without one.
        """
        if not self.candidates or self.candidates[0].alignment is None or self.grid is None:
            return None
        return move(self.candidates[0].alignment.unflatten(1, self.grid), self.cell_shift)

    @property
    def text(self) -> str:
        """The best caption; empty when the picture could not be read."""
        return self.candidates[0].text if self.candidates else ""


class Captioner(Generator):
    """One model, or an ensemble of models with one vocabulary, that captions pictures.

    Make one with `Captioner.load`.

    ```python
    captioner = Captioner.load("models/captions")
    captioner.caption(["beach.jpg", Image.open("dog.png")], beam=5)
    ```
    """

    task = CAPTIONS

    def __init__(self, models: Sequence[LoadedModel], device: torch.device, dtype: torch.dtype) -> None:
        super().__init__(models, device, dtype)
        self._transforms = [cast(ImageEncoder, loaded.model.encoder).backbone.transform for loaded in models]

    @property
    def transform(self) -> ImageTransform:
        """From a picture to what the (first) model sees of it."""
        return self._transforms[0]

    def caption(self, pictures: Iterable[Source], **options: Any) -> list[str]:
        """Caption pictures, each by one line, in their order.

        Arguments as in `caption_detailed`; what only that can give (`n_best`, `samples`, `alignments`) is refused.

        Raises:
            TypeError: as there.
            UserError: as there; or a picture that cannot be read.
        """
        check_best_only("caption", options)
        captions = self.caption_detailed(pictures, **options)
        for caption in captions:
            if caption.problem is not None:
                raise UserError(caption.problem)
        return [caption.text for caption in captions]

    def caption_detailed(
        self,
        pictures: Iterable[Source],
        *,
        batch_size: int = CAPTIONS_AT_ONCE,
        first_number: int = 0,
        alignments: bool = False,
        progress: Progress | None = None,
        **options: Any,
    ) -> list[Caption]:
        """Caption pictures and tell all that is known about each caption.

        A picture's captions do not depend on `batch_size` or on the other pictures (but in int8, where candidates that
        are nearly as good may change places).

        Args:
            pictures: paths, images, or the bytes of image files; N of them give N captions.
            batch_size: pictures whose captions are searched for at once.
            first_number: the first picture's place in a longer list that is captioned bit by bit, so that sampling with
                a seed gives the same as if it were captioned at once.
            alignments: give each candidate what every word looked at.
            progress: called now and then with the pictures done and the pictures in all.
            **options: fields of `SearchOptions`: beam, n_best, length limits, sampling...

        Raises:
            TypeError: pictures that are no list of paths, bytes or images, be it a single one.
            UserError: an unknown option or a value that it does not allow.
        """
        given = listed(pictures, Source, "pictures", "pictures (paths, bytes or PIL images)")
        captions: list[Caption] = []
        for caption in self.caption_each(given, batch_size, first_number, alignments, **options):
            captions.append(caption)
            if progress is not None:
                progress(len(captions), len(given))
        return captions

    def caption_each(
        self, pictures: Iterable[Source], batch_size: int, first_number: int, alignments: bool, **options: Any
    ) -> Iterator[Caption]:
        """As `caption_detailed`, but each caption as soon as it is there, while the next pictures are being read."""
        check_size("batch_size", batch_size)
        settings = search_options(**options)
        waiting: list[_Seen] = []
        for batch in batches_ahead(self._read, pictures, min(batch_size, PICTURES_AT_ONCE)):
            waiting.append(self._look(batch))
            if sum(len(seen.pictures) for seen in waiting) + len(batch) > batch_size:
                yield from self._caption(waiting, first_number, settings, alignments)
                first_number += sum(len(seen.pictures) for seen in waiting)
                waiting = []
        if waiting:
            yield from self._caption(waiting, first_number, settings, alignments)

    def _read(self, picture: Source) -> _Read:
        name = str(picture) if isinstance(picture, str | Path) else ""
        try:
            image = load_image(picture, max(transform.enough for transform in self._transforms))
            squares = [transform.square(image) for transform in self._transforms]
        except ImageError as error:
            return _Read(name, problem=str(error))
        return _Read(name, squares, self.transform.seen(*image.size))

    @torch.inference_mode()
    def _look(self, batch: list[_Read]) -> _Seen:
        """What the models make of some pictures, those that could be read."""
        good = [read.squares for read in batch if read.squares is not None]
        return _Seen(batch, self._encode(good) if good else None)

    @torch.inference_mode()
    def _caption(
        self, looked: Sequence[_Seen], first_number: int, options: SearchOptions, alignments: bool
    ) -> list[Caption]:
        reads = [read for seen in looked for read in seen.pictures]
        good = [place for place, read in enumerate(reads) if read.squares is not None]
        found: dict[int, tuple[Candidate, ...]] = {}
        grid = None
        if good:
            parts = zip(*(seen.contexts for seen in looked if seen.contexts is not None), strict=True)
            members = tuple(Context.join(part) for part in parts)
            context = members[0] if len(members) == 1 else EnsembleContext(members)
            grid = members[0].grid
            hypotheses = search(
                self._network,
                context,
                source_lengths=[PICTURE_LENGTH] * len(good),
                options=options,
                indices=[first_number + place for place in good],
                attention=alignments,
            )
            for place, candidates in zip(good, hypotheses, strict=True):
                found[place] = tuple(self._candidate(hypothesis, context.mask.shape[1]) for hypothesis in candidates)
        shift = cast(ImageEncoder, self.models[0].model.encoder).backbone.cell_shift
        return [
            Caption(read.name, found.get(place, ()), read.problem, grid if place in found else None, read.seen, shift)
            for place, read in enumerate(reads)
        ]

    def _encode(self, pictures: list[list[Tensor]]) -> list[Context]:
        """The context of B pictures, each in as many forms as there are models, as each model sees them."""
        lengths = torch.full((len(pictures),), PICTURE_LENGTH)
        contexts = []
        for loaded, transform, squares in zip(self.models, self._transforms, zip(*pictures, strict=True), strict=True):
            pixels = transform.normalise(torch.stack(squares).to(self.device))
            contexts.append(loaded.model.encode(pixels, lengths))
        return contexts
