"""Captions as Lightning trains them: pictures of a prepared folder, and the task."""

import functools
import sys
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch
from torch import Tensor

from seq2seq.data.batching import Batch, BatchLoader
from seq2seq.data.captions import PICTURE_MEMORY, CaptionDataset, Features, PictureCaptions, PictureSource, Pixels
from seq2seq.data.corpus import ParallelCorpus
from seq2seq.data.features import FeatureCache
from seq2seq.data.prepared import CAPTIONS, IMAGE
from seq2seq.data.views import PLAIN, View, check_views
from seq2seq.encoders.backbone import AUTO
from seq2seq.encoders.image import ImageEncoder
from seq2seq.errors import UserError
from seq2seq.evaluation.captions import score_captions
from seq2seq.folder import LoadedModel, load_model
from seq2seq.models.encoder_decoder import CaptionerConfig, build_captioner, self_contained
from seq2seq.training.data import GenerationData, RecipeData, check_minimum, open_prepared
from seq2seq.training.generation import GenerationTask
from seq2seq.training.self_critical import CaptionRewards, RewardConfig, self_critical_loss
from seq2seq.training.task import CrossEntropyConfig
from seq2seq.training.vectors import PretrainedVectors

EVALUATION_PICTURES = 64
ALL = sys.maxsize


class CaptionData(GenerationData):
    """Pictures and captions of a prepared folder, in batches of pictures.

    A frozen backbone's features are computed once and kept in the prepared folder.

    Args:
        prepared: folder that a `data_prep` command wrote.
        language: of the captions.
        batch_size: pictures in a training batch.
        captions: captions drawn for each picture of a batch.
        views: how a picture may be seen in training, one way drawn each time: "plain" first, then any of "flip"
            (which makes "left" and "right" wrong), "crop" and "flip_crop"; also more than once.
        workers: processes that make batches ahead; 0 makes them in the training process.
        seed: decides the order of the pictures, which captions and which views are drawn.

    Raises:
        UserError: a folder or language that is not there, or a value out of range.
    """

    scores = ("dev_bleu", "dev_cider")

    def __init__(
        self,
        prepared: str,
        language: str,
        batch_size: int = 32,
        captions: int = 5,
        views: list[View] | tuple[View, ...] = (PLAIN,),
        workers: int = 0,
        seed: int = 1,
    ) -> None:
        super().__init__()
        check_minimum("batch_size", batch_size, 1)
        check_minimum("captions", captions, 1)
        check_minimum("workers", workers, 0)
        self.prepared = open_prepared(prepared, CAPTIONS, "captions of pictures")
        self.columns = (IMAGE, language)
        self.target_tokenizer = self.prepared.tokenizer(language)
        self.target_vocab_size = len(self.target_tokenizer)
        check_views(views, "data.views")
        self.batch_size, self.captions, self.views = batch_size, captions, views
        self.workers, self.seed = workers, seed

    def setup(self, stage: str) -> None:
        """Map the token ids, and compute what a frozen backbone makes of the pictures where that is not there yet."""
        self.train = PictureCaptions(ParallelCorpus.open(self.prepared, "train", self.columns))
        self.dev = PictureCaptions(ParallelCorpus.open(self.prepared, "dev", self.columns))
        names, texts = self.prepared.pairs("dev", *self.columns)
        self.dev_names = [names[first] for first in self.dev.first[:-1]]
        self.dev_references = self.dev.group(texts)
        self.source = self._source(self.trainer.lightning_module.model.encoder)  # type: ignore[union-attr, arg-type]

    def _source(self, encoder: ImageEncoder) -> PictureSource:
        if encoder.backbone.frozen:
            encoder.backbone.to(self.trainer.strategy.root_device)  # type: ignore[union-attr]  # Lightning does it later
            return Features(self.prepared, FeatureCache.open(self.prepared, encoder.backbone, self.views))
        # Every worker keeps pictures of its own.
        memory = PICTURE_MEMORY // max(1, self.workers)
        return Pixels(self.prepared, encoder.backbone.transform, self.views, memory)

    @functools.cache  # noqa: B019 - the data module lives as long as the run
    def rewards(self, score: str) -> CaptionRewards:
        """What captions of training pictures are worth, by "cider" or "bleu"."""
        texts = self.prepared.column("train", self.columns[1])
        return CaptionRewards(self.train.group(texts), score, self.target_tokenizer)

    def train_dataloader(self) -> BatchLoader:
        """Shuffled batches of pictures, this process's share of them."""
        dataset = CaptionDataset(self.train, self.source, self.captions, len(self.views))
        return self.training_batches(dataset, _alike(self.train))

    def val_dataloader(self) -> BatchLoader:
        """The whole dev split with all its captions, for every process."""
        return self.dev_batches(CaptionDataset(self.dev, self.source, ALL), _alike(self.dev), EVALUATION_PICTURES)

    def score(self, outputs: dict[int, str]) -> dict[str, float]:
        """`dev_bleu` and `dev_cider`: coco-caption's BLEU-4 and CIDEr-D, times 100."""
        references = [self.dev_references[index] for index in outputs]
        scores = score_captions(list(outputs.values()), references, resamples=0)
        return {"dev_bleu": scores["BLEU-4"].value, "dev_cider": scores["CIDEr-D"].value}

    def describe(self, index: int) -> dict[str, str]:
        """The picture's name and its first caption."""
        return {"picture": self.dev_names[index], "reference": self.dev_references[index][0]}


def _alike(split: PictureCaptions) -> np.ndarray:
    """Lengths for batches of pictures, which have none to be sorted by."""
    return np.ones(len(split), dtype=np.int64)


@dataclass
class CaptioningConfig(CrossEntropyConfig):
    """What captioning adds to `CrossEntropyConfig`.

    Attributes:
        backbone_learning_rate: the highest, of those weights of the backbone that are trained.
        attention_penalty: weight of the doubly stochastic penalty (Xu et al. 2015, eq. 14): over a caption, each cell
            of the picture shall get an attention of 1 in all; 0 is off.
    """

    backbone_learning_rate: float = 1e-4
    attention_penalty: float = 0.0

    def check(self) -> None:
        """Refuse values out of range."""
        super().check()
        for name in ("backbone_learning_rate", "attention_penalty"):
            if getattr(self, name) < 0:
                raise UserError(f"model.optimizer.{name}: {getattr(self, name)} is below zero; use 0 or more")


class CaptioningTask(GenerationTask):
    """Trains a captioner, by cross-entropy or, in a second stage, on the score itself.

    Args:
        target_vocab_size: pieces of the captions' language; taken from the data.
        model: the model's sizes and choices.
        optimizer: how it is trained.
        reward: what the second stage rewards.
        start_from: model folder that the training goes on with, as the second stage is meant to. The model is the
            folder's own; of `model` only the dropouts and what is fine-tuned count.
        target_vectors: file of word vectors that the embeddings begin with; see `seq2seq.data.vectors`.
        freeze_vectors: whether the embeddings then stay as they are.

    Raises:
        UserError: a value out of range, choices that do not go together, or a folder without a captioner.
    """

    def __init__(
        self,
        target_vocab_size: int,
        model: CaptionerConfig,
        optimizer: CaptioningConfig,
        reward: RewardConfig,
        start_from: str | None = None,
        target_vectors: str | None = None,
        freeze_vectors: bool = False,
    ) -> None:
        if start_from is not None and target_vectors is not None:
            raise UserError("model.target_vectors: the model to start from has its own; leave one of the two out")
        start = None if start_from is None else _load_captioner(start_from)
        if start is not None:
            model, target_vocab_size = _going_on(start, model), len(start.target.tokenizer)
            print(f"the model is that of {start_from}; of model.model only the dropouts and encoder.fine_tune count")
        network = build_captioner(model, target_vocab_size)
        if start is not None:
            network.load_state_dict(start.model.state_dict())
        assert isinstance(network.encoder, ImageEncoder)
        super().__init__(network, self_contained(model, network.encoder), optimizer)
        reward.check()
        if reward.score != "none" and start_from is None:
            raise UserError(
                "model.reward.score: training on the score begins with a model that can write already; name its folder "
                "with --model.start_from, or train one first with --model.reward.score none"
            )
        for name in ("consistency", "attention_penalty"):
            if reward.score != "none" and getattr(optimizer, name):
                raise UserError(
                    f"model.optimizer.{name}: {getattr(optimizer, name)} has no part in training on the score; set it "
                    "to 0, or model.reward.score to none"
                )
        if optimizer.attention_penalty and network.decoder.attention is None:
            raise UserError("model.optimizer.attention_penalty: the model has no attention; set it to 0")
        self.options: CaptioningConfig = optimizer
        self.vectors = PretrainedVectors.of(freeze_vectors, target=target_vectors)
        self.reward = reward
        self._start = start
        print(network.encoder.describe())

    def parameter_groups(self) -> list[dict[str, Any]]:
        """The backbone's trained weights by themselves."""
        backbone = self.model.encoder.backbone_parameters()  # type: ignore[union-attr, operator]
        known = set(map(id, backbone))
        rest = [parameter for parameter in self.parameters() if parameter.requires_grad and id(parameter) not in known]
        groups: list[dict[str, Any]] = [{"params": rest}]
        return [*groups, {"params": backbone, "lr": self.options.backbone_learning_rate}] if backbone else groups

    def training_step(self, batch: Batch, batch_idx: int) -> Tensor:
        """The loss of one batch."""
        if self.reward.score == "none":
            return super().training_step(batch, batch_idx)
        assert isinstance(self.data, CaptionData)
        rewards = self.data.rewards(self.reward.score)
        loss, reward = self_critical_loss(self.model, batch, self.reward, rewards, torch.initial_seed() % 2**31)
        self.log("train_reward", reward, prog_bar=True)
        self.log("learning_rate", self.optimizers().param_groups[0]["lr"])  # type: ignore[union-attr]
        return loss

    def penalty(self, attention: Tensor | None, goal: Tensor) -> Tensor | float:
        """The doubly stochastic penalty, mean over captions and cells."""
        if not self.options.attention_penalty or attention is None:
            return 0.0
        received = (attention * (goal != 0)[:, :, None]).sum(1)
        return self.options.attention_penalty * (1 - received).square().mean()

    def check_data(self, data: RecipeData) -> None:
        """Refuse a model to start from whose ids stand for other pieces."""
        assert isinstance(data, GenerationData)
        if self._start is not None and not self._start.target.tokenizer.writes_like(data.target_tokenizer):
            raise UserError(
                f"model.start_from: its tokenizer is not that of {data.prepared.path}; give the data it was trained on"
            )


def _load_captioner(folder: str) -> LoadedModel:
    loaded = load_model(folder)
    if loaded.task != CAPTIONS:
        raise UserError(f"model.start_from: {folder} holds a model for {loaded.task}, no captioner")
    return loaded


def _going_on(start: LoadedModel, own: CaptionerConfig) -> CaptionerConfig:
    """The configuration of a model to go on with, and of a run's own what shapes its training alone."""
    assert isinstance(start.config, CaptionerConfig)
    assert isinstance(start.model.encoder, ImageEncoder)
    there = self_contained(start.config, start.model.encoder)
    # The folder's backbone begins with no weights of others: "auto" would train it like one that begins at random.
    fine_tune = there.encoder.fine_tune if own.encoder.fine_tune == AUTO else own.encoder.fine_tune
    return replace(
        there,
        encoder=replace(there.encoder, fine_tune=fine_tune, dropout=own.encoder.dropout),
        decoder=replace(there.decoder, dropout=own.decoder.dropout, word_dropout=own.decoder.word_dropout),
    )
