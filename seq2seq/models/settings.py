"""What a model folder's `config.yaml` says, by the model's task."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, get_type_hints

from torch import nn

from seq2seq.data.prepared import CAPTIONS, CLASSIFICATION, FORECASTING, FRAMES, TAGGING, TEXT, TRANSLATION
from seq2seq.models.classifier import ClassifierConfig, build_classifier
from seq2seq.models.encoder_decoder import CaptionerConfig, ModelConfig, build_captioner, build_model
from seq2seq.models.forecaster import ForecasterConfig, build_forecaster
from seq2seq.models.frame_tagger import FrameTaggerConfig, build_frame_tagger
from seq2seq.models.language_model import LanguageModelConfig, build_language_model
from seq2seq.models.tagger import TaggerConfig, build_tagger

FORMAT = 1


@dataclass
class SideConfig:
    """A language: its code, its tokenizer's file within the folder and that one's size."""

    language: str
    tokenizer: str
    vocab_size: int


@dataclass(kw_only=True)
class Settings(ABC):
    """What every model's `config.yaml` holds; `extra` is free, for instance the name and hash of the training data."""

    format: int
    task: str = TRANSLATION  # the first folders say nothing of it
    extra: dict[str, Any]
    model: Any

    @abstractmethod
    def build(self) -> nn.Module:
        """Make the model, with weights at random.

        Raises:
            UserError: sizes or choices that do not go together.
        """


@dataclass(kw_only=True)
class TranslatorSettings(Settings):
    """A translator's `config.yaml`."""

    source: SideConfig
    target: SideConfig
    model: ModelConfig

    def build(self) -> nn.Module:
        """Make the encoder and the decoder."""
        return build_model(self.model, self.source.vocab_size, self.target.vocab_size)


@dataclass(kw_only=True)
class CaptionerSettings(Settings):
    """A captioner's `config.yaml`."""

    target: SideConfig
    model: CaptionerConfig

    def build(self) -> nn.Module:
        """Make the picture network and the decoder."""
        return build_captioner(self.model, self.target.vocab_size)


@dataclass(kw_only=True)
class LanguageModelSettings(Settings):
    """A language model's `config.yaml`."""

    target: SideConfig
    model: LanguageModelConfig

    def build(self) -> nn.Module:
        """Make the decoder."""
        return build_language_model(self.model, self.target.vocab_size)


@dataclass(kw_only=True)
class ClassifierSettings(Settings):
    """A classifier's `config.yaml`."""

    source: SideConfig
    labels: list[str]
    model: ClassifierConfig

    def build(self) -> nn.Module:
        """Make the encoder and what says the label."""
        return build_classifier(self.model, self.source.vocab_size, len(self.labels))


@dataclass(kw_only=True)
class TaggerSettings(Settings):
    """A tagger's `config.yaml`; `characters` is a side, too: that of the characters in the words of the source."""

    source: SideConfig
    characters: SideConfig
    labels: list[str]
    model: TaggerConfig

    def build(self) -> nn.Module:
        """Make the encoder and what says the labels."""
        return build_tagger(self.model, self.source.vocab_size, self.characters.vocab_size, len(self.labels))


@dataclass(kw_only=True)
class FrameTaggerSettings(Settings):
    """The `config.yaml` of a tagger of frames."""

    labels: list[str]
    model: FrameTaggerConfig

    def build(self) -> nn.Module:
        """Make the picture network and what goes over the frames."""
        return build_frame_tagger(self.model, len(self.labels))


@dataclass(kw_only=True)
class ForecasterSettings(Settings):
    """A forecaster's `config.yaml`; its scale is with the weights, the table that it reads in `extra`."""

    model: ForecasterConfig

    def build(self) -> nn.Module:
        """Make the net."""
        return build_forecaster(self.model)


SETTINGS: dict[str, type[Settings]] = {
    TRANSLATION: TranslatorSettings,
    CAPTIONS: CaptionerSettings,
    TEXT: LanguageModelSettings,
    CLASSIFICATION: ClassifierSettings,
    TAGGING: TaggerSettings,
    FRAMES: FrameTaggerSettings,
    FORECASTING: ForecasterSettings,
}
"""What a model folder holds, by its task."""

CONFIG_OF: dict[str, type] = {task: get_type_hints(kind)["model"] for task, kind in SETTINGS.items()}
"""The type of a model's config, by its task."""

TASK_OF: dict[type, str] = {config: task for task, config in CONFIG_OF.items()}
"""A model's task, by the type of its config."""


def build(config: Any, vocab_sizes: Mapping[str, int], labels: Sequence[str] = ()) -> nn.Module:
    """Make the model that a config describes, with weights at random.

    Args:
        config: its dataclass, which tells the task.
        vocab_sizes: of the tokenizer of each side, "source" and "target", as far as the task has them.
        labels: what it tells apart, where it does.

    Raises:
        UserError: sizes or choices that do not go together.
    """
    task = TASK_OF[type(config)]
    sides: dict[str, Any] = {name: SideConfig("", "", size) for name, size in vocab_sizes.items()}
    told = {"labels": list(labels)} if labels else {}
    return SETTINGS[task](format=FORMAT, task=task, extra={}, model=config, **sides, **told).build()
