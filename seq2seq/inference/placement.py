"""On which device, and in which number format, a model runs."""

import re

import torch
from torch import nn

from seq2seq.encoders.image import ImageEncoder
from seq2seq.errors import UserError, suggest
from seq2seq.inference.defaults import PRECISIONS
from seq2seq.inference.quantized import quantize

FORMATS = {"fp32": torch.float32, "bf16": torch.bfloat16, "int8": torch.int8}
DEVICES = ("auto", "cpu", "cuda", "mps")
_NICKNAMES = {"gpu": "cuda", "nvidia": "cuda", "metal": "mps"}  # what people call a device


def choose_device(name: str = "auto") -> torch.device:
    """The device of that name; "auto" is the first GPU where there is one and the CPU elsewhere.

    Raises:
        UserError: no such device, or none here.
    """
    if name == "auto":
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    found = re.fullmatch(r"(cpu|cuda|mps)(?::([0-9]+))?", name)
    if not found:
        kind = name.lower().partition(":")[0]
        near = suggest(_NICKNAMES.get(kind, kind), DEVICES)
        raise UserError(f"--device {name!r}: must be {', '.join(DEVICES)} or one like cuda:1{near}")
    kind, index = found.groups()
    count = {"cuda": torch.cuda.device_count, "mps": torch.mps.device_count, "cpu": lambda: 1}[kind]()
    if int(index or 0) >= count:
        raise UserError(f"--device {name!r}: this machine has {count} of this kind; use --device cpu")
    return torch.device(name)


def choose_precision(name: str, device: torch.device) -> torch.dtype:
    """The format of that name; "auto" is bf16 where `device` computes faster in it than in fp32, else fp32.

    Raises:
        UserError: no such format, or none for this device.
    """
    if name not in PRECISIONS:
        raise UserError(f"--precision {name!r}: must be {', '.join(PRECISIONS)}{suggest(name, PRECISIONS)}")
    if name == "int8" and not _has_int8(device):
        raise UserError(f"--precision int8: only on x86 processors, and not on {device.type} here; use bf16 or fp32")
    return FORMATS.get(name) or (torch.bfloat16 if _gains_from_bf16(device) else torch.float32)


def place(model: nn.Module, device: torch.device, dtype: torch.dtype) -> nn.Module:
    """Bring a model in float32 to a device and into a format, for use and not for training.

    A network that sees pictures stays in float32. What bf16 rounds away adds up over its many layers: on Flickr8k's dev
    a MobileNetV2 in bf16 cost 1.6 CIDEr-D of 49.4, all else in bf16 0.1.
    """
    encoders = [part for part in model.modules() if isinstance(part, ImageEncoder)]
    networks = [encoder.backbone.fused() for encoder in encoders]
    if dtype is torch.int8:
        quantize(model)
    else:
        model.to(device=device, dtype=dtype)
    rest = torch.float32 if dtype is torch.int8 else dtype  # 8 bits lie within the products only
    for encoder, network in zip(encoders, networks, strict=True):
        encoder.backbone = network.to(device)
        network.register_forward_hook(lambda _module, _inputs, cells: cells.to(rest))
    return model.eval()


def _has_int8(device: torch.device) -> bool:
    return (
        device.type == "cpu" and torch.backends.mkldnn.is_available() and bool(torch.cpu.get_capabilities().get("avx2"))
    )


def _gains_from_bf16(device: torch.device) -> bool:
    if device.type == "cuda":
        return torch.cuda.is_bf16_supported(including_emulation=False)
    # A processor without these instructions computes in bf16 too, but slower than in fp32.
    instructions = torch.cpu.get_capabilities() if device.type == "cpu" else {}
    return bool(instructions.get("avx512_bf16") or instructions.get("amx_bf16"))
