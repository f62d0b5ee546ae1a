"""The tagging of frames as Lightning trains it: clips of a prepared folder, and the task."""

import numpy as np
import torch.nn.functional as F
from torch import Tensor

from seq2seq.data.batching import BatchLoader
from seq2seq.data.clips import UNKNOWN, ClipBatch, ClipDataset, joined, labels_of
from seq2seq.data.prepared import FRAMES, IMAGE, TAGS
from seq2seq.errors import UserError
from seq2seq.models.encoder_decoder import self_contained
from seq2seq.models.frame_tagger import FrameTagger, FrameTaggerConfig, build_frame_tagger
from seq2seq.training.data import RecipeData, check_minimum, open_prepared
from seq2seq.training.task import Losses, OptimizerConfig, RecipeTask

EVALUATION_CLIPS = 64


class FramesData(RecipeData):
    """Clips of a prepared folder, each frame with its label, in batches of clips.

    Args:
        prepared: folder that a `data_prep` command wrote.
        batch_size: clips in a training batch.
        workers: processes that make batches ahead; 0 makes them in the training process.
        seed: decides the order of the clips.

    Raises:
        UserError: a folder that is not there or holds something else, or a value out of range.
    """

    scores = ("dev_accuracy",)

    def __init__(self, prepared: str, batch_size: int = 32, workers: int = 0, seed: int = 1) -> None:
        super().__init__()
        check_minimum("batch_size", batch_size, 1)
        check_minimum("workers", workers, 0)
        self.prepared = open_prepared(prepared, FRAMES, "clips with labelled frames")
        self.columns = (IMAGE, TAGS)
        self.labels = labels_of(self.prepared)
        self.label_count = len(self.labels)
        if self.label_count < 2:
            raise UserError(f"data.prepared: {prepared}: all frames of train have one label; there is nothing to learn")
        self.batch_size, self.workers, self.seed = batch_size, workers, seed

    def setup(self, stage: str) -> None:
        """Find the clips; their pixels are as the model's picture network wants them."""
        model = self.trainer.lightning_module.model  # type: ignore[union-attr]
        assert isinstance(model, FrameTagger)
        numbers = {label: number for number, label in enumerate(self.labels)}
        self.train, self.dev = (
            ClipDataset(self.prepared, split, model.encoder.transform, numbers) for split in ("train", "dev")
        )

    def train_dataloader(self) -> BatchLoader:
        """Shuffled batches, this process's share of them; clips of like length stand together."""
        return self.training_batches(self.train, _lengths(self.train))

    def val_dataloader(self) -> BatchLoader:
        """The whole dev split, for every process."""
        return self.dev_batches(self.dev, _lengths(self.dev), EVALUATION_CLIPS)

    def score(self, outputs: dict[int, str]) -> dict[str, float]:
        """`dev_accuracy`: the share of the frames that got their label, in percent."""
        pairs = [
            pair
            for index, output in outputs.items()
            for pair in zip(output.split(" "), self.dev.tags[index], strict=True)
        ]
        return {"dev_accuracy": 100 * sum(found == due for found, due in pairs) / len(pairs)}

    def describe(self, index: int) -> dict[str, str]:
        """The clip's name and the labels of its frames."""
        return {"clip": self.dev.names[index], "labels": " ".join(self.dev.tags[index])}


class FramesTask(RecipeTask[ClipBatch]):
    """Trains a tagger of frames by cross-entropy.

    Args:
        labels: how many there are; taken from the data.
        model: the model's sizes and choices.
        optimizer: how it is trained.

    Raises:
        UserError: a value out of range, or choices that do not go together.
    """

    unit = "frames"
    model: FrameTagger

    def __init__(self, labels: int, model: FrameTaggerConfig, optimizer: OptimizerConfig) -> None:
        network = build_frame_tagger(model, labels)
        super().__init__(network, self_contained(model, network.encoder), optimizer)
        print(network.encoder.describe())

    def training_losses(self, batch: ClipBatch) -> Losses:
        """The cross-entropy of the labels, and the share that is right."""
        logits = self.model(batch.frames, batch.lengths).float()
        count = self.count(batch).clamp(min=1)  # a batch may have no label that training has
        nll = F.cross_entropy(logits, batch.goal, ignore_index=UNKNOWN, reduction="sum") / count
        correct = (logits.argmax(1) == batch.goal).sum() / count
        return Losses(nll.detach(), correct, nll)

    def dev_losses(self, batch: ClipBatch) -> Losses:
        """The same: there is nothing but the likelihood in it."""
        return self.training_losses(batch)

    def count(self, batch: ClipBatch) -> Tensor:
        """Frames whose label training has."""
        return (batch.goal != UNKNOWN).sum()

    def outputs(self, batch: ClipBatch) -> dict[int, str]:
        """The likeliest label of each frame."""
        found = self.model(batch.frames, batch.lengths).argmax(1).tolist()
        texts = joined([self.data.labels[number] for number in found], batch.lengths.tolist())
        return dict(zip(batch.indices.tolist(), texts, strict=True))


def _lengths(dataset: ClipDataset) -> np.ndarray:
    return np.array([len(tags) for tags in dataset.tags], dtype=np.int64)
