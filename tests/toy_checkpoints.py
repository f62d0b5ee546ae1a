"""Checkpoints of small models, for the toy corpus' vocabulary."""

from dataclasses import asdict
from pathlib import Path

import torch

from seq2seq.models.encoder_decoder import DecoderConfig, EncoderConfig, ModelConfig, build_model


def write_checkpoint(path: Path, prepared: Path, seed: int = 1, hidden: int = 8, **changes) -> dict[str, torch.Tensor]:
    """A checkpoint as a run writes it; gives the model's weights."""
    config = ModelConfig(embedding_size=8, encoder=EncoderConfig(hidden), decoder=DecoderConfig(8))
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        model = build_model(config, 14, 14)
    facts = {
        "task": "translation",
        "model": asdict(config),
        "prepared": str(prepared),
        "columns": ("es", "en"),
        **changes,
    }
    weights = model.state_dict()
    state = {f"model.{name}": tensor for name, tensor in weights.items()}
    torch.save({"state_dict": state, "global_step": 70, "seq2seq": facts}, path)
    return weights
