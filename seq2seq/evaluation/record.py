"""A record of scores: they together with all that one must know to trust and to repeat them."""

import datetime
import importlib.metadata
import json
import os
import platform
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch

from seq2seq.evaluation.captions import Diversity
from seq2seq.evaluation.results import Comparison, Score
from seq2seq.files import atomic_write
from seq2seq.version import toolkit_version

FORMAT = 1
_PACKAGES = ("torch", "sacrebleu", "sentencepiece")


def make_record(
    scores: dict[str, Score],
    *,
    sentences: int,
    data: dict[str, Any],
    models: list[dict[str, Any]] | None = None,
    decoding: dict[str, Any] | None = None,
    seconds: float | None = None,
    tokens: int | None = None,
    baseline: dict[str, Any] | None = None,
    comparisons: dict[str, Comparison] | None = None,
    diversity: Diversity | None = None,
    device: torch.device | None = None,
) -> dict[str, Any]:
    """What `seq2seq evaluate` writes of a system on a test set, version 1.

    ```
    format       1
    date         when it was made, UTC, ISO 8601
    sentences    how many were scored
    scores       {metric: {value, interval: [low, high] or null (95 %), signature}}, of the task's metrics
    data         {name, ..., files: [{role, name, sha256}]}; no path, which would say nothing elsewhere
    models       [{name, sha256 of model.safetensors}], more than one for an ensemble; null without a model
    decoding     every setting of search, with batch size, precision and the longest source; null without a model
    speed        {seconds, sentences_per_second, tokens_per_second} of generating, without loading; null without a model
    baseline     {name, sha256, metrics: {metric: {baseline: {as in scores}, difference, p_bootstrap, p_randomisation}}}
                 or null
    diversity    the fields of `seq2seq.evaluation.captions.Diversity`; null unless captions were scored
    versions     {package: version}, that of seq2seq with its git commit where it is a checkout's
    hardware     {system, processor, cores, threads, device}
    ```

    Args:
        scores: by metric.
        sentences: their number.
        data: what was translated.
        models: with what.
        decoding: how.
        seconds: how long the translating took.
        tokens: how many word pieces were generated, where it is known.
        baseline: name and hash of the baseline's file.
        comparisons: with that baseline, by metric.
        diversity: of captions.
        device: on which the model ran.
    """
    now = surroundings(device)
    return {
        "format": FORMAT,
        "date": now["date"],
        "sentences": sentences,
        "scores": {name: asdict(score) for name, score in scores.items()},
        "data": data,
        "models": models,
        "decoding": decoding,
        "speed": None
        if seconds is None
        else {
            "seconds": seconds,
            "sentences_per_second": sentences / seconds,
            "tokens_per_second": None if tokens is None else tokens / seconds,
        },
        "baseline": None
        if baseline is None
        else {**baseline, "metrics": {name: asdict(item) for name, item in (comparisons or {}).items()}},
        "diversity": None if diversity is None else asdict(diversity),
        "versions": now["versions"],
        "hardware": now["hardware"],
    }


def surroundings(device: torch.device | None = None) -> dict[str, Any]:
    """Date, versions and hardware, as a record has them, of a measurement that is made now.

    Args:
        device: on which a model ran, if one did.
    """
    kind = "cpu" if device is None else device.type
    return {
        "date": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        "versions": {
            "seq2seq": toolkit_version(),
            "python": platform.python_version(),
            **{name: importlib.metadata.version(name) for name in _PACKAGES},
        },
        "hardware": {
            **machine_facts(),
            "threads": torch.get_num_threads(),
            "device": torch.cuda.get_device_name(device) if kind == "cuda" else kind,
        },
    }


def write_record(path: str | Path, record: dict[str, Any]) -> None:
    """Write a record as JSON, whole or not at all."""
    with atomic_write(path) as file:
        json.dump(record, file, ensure_ascii=False, indent=2)
        file.write("\n")


def machine_facts() -> dict[str, Any]:
    """Operating system, processor and its cores; nothing by which one machine is told from others of its kind."""
    return {
        "system": f"{platform.system()} {platform.machine()}",
        "processor": cpu_facts().get("model name") or platform.processor() or "unknown",
        "cores": os.cpu_count(),
    }


def cpu_facts() -> dict[str, str]:
    """What Linux tells of the processor, by its names for it ("model name", "flags"); nothing elsewhere."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return {}
    return {key.strip(): value.strip() for key, _, value in (line.partition(":") for line in lines)}
