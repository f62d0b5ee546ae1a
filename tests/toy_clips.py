"""Prepared clips and taggers of frames, small enough to be made anew for a test."""

import sys
from pathlib import Path

import pytest
import torch

from data_prep.frames import __main__ as frames
from data_prep.frames.motion import LABELS
from seq2seq.folder import save_model
from seq2seq.models.encoder_decoder import ImageEncoderConfig, self_contained
from seq2seq.models.frame_tagger import FrameTagger, FrameTaggerConfig, build_frame_tagger


def draw_prepared(folder: Path, *options: str) -> Path:
    """A prepared folder of a few drawn clips."""
    few = ["--clips", "14", "--frames", "5", "--dev-size", "4", "--test-size", "3", "--size", "16"]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", ["frames", "--output", str(folder), *few, *options])
        frames.main()
    return folder


def config_of(**choices) -> FrameTaggerConfig:
    """A small tagger of frames of 16 pixels."""
    encoder = ImageEncoderConfig(
        backbone="small_cnn", weights="none", fine_tune="all", image_size=16, projection_size=8, dropout=0.0
    )
    return FrameTaggerConfig(encoder=encoder, hidden_size=12, **choices)


def make_tagger(seed: int = 1, **choices) -> FrameTagger:
    """A tagger of the drawn clips' labels with random weights, in eval mode."""
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        model = build_frame_tagger(config_of(**choices), len(LABELS)).eval()
        torch.nn.init.normal_(model.output.weight)  # so that frames differ
    return model


def save_tagger(folder: Path, seed: int = 1, labels=LABELS, **choices) -> Path:
    """A model folder of such a tagger."""
    model = make_tagger(seed, **choices)
    config = self_contained(config_of(**choices), model.encoder)
    save_model(folder, model, config, None, None, card="# A model of the tests\n", labels=labels)
    return folder
