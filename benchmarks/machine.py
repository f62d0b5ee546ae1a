"""What a figure was measured on, and keeping a benchmark to so many cores."""

import contextlib
import fcntl
import os
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import torch

from seq2seq.errors import UserError
from seq2seq.evaluation.record import cpu_facts, machine_facts
from seq2seq.version import commit

# Instructions that decide how fast a matrix product is, as Linux names them.
INSTRUCTIONS = ("avx2", "avx512f", "avx512_vnni", "avx512_bf16", "amx_bf16", "amx_int8")


def limit_cores(cores: int) -> None:
    """Keep this process and those it will start to so many cores, and off any GPU.

    Raises:
        UserError: the machine has fewer.
    """
    available = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else range(os.cpu_count() or 1)
    if not 1 <= cores <= len(available):
        raise UserError(f"--cores {cores}: must be 1 to {len(available)}, which is what this process may use")
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, available[:cores])
    os.environ |= {"OMP_NUM_THREADS": str(cores), "MKL_NUM_THREADS": str(cores), "CUDA_VISIBLE_DEVICES": ""}


def use_cores(cores: int) -> None:
    """As `limit_cores`, where this process itself computes: with as many threads.

    Raises:
        UserError: the machine has fewer.
    """
    limit_cores(cores)
    torch.set_num_threads(cores)


@contextlib.contextmanager
def only_run(folder: Path) -> Iterator[None]:
    """Hold a folder for this process: a second benchmark beside it would spoil the figures of both.

    Raises:
        UserError: another process holds it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise UserError(f"--folder {folder}: another run of this benchmark uses it; wait for its end") from error
        yield


def describe_machine() -> dict[str, Any]:
    """Processor, its instructions, memory and operating system; what cannot be found out is left out."""
    facts = cpu_facts()
    found = machine_facts()
    if facts:
        flags = set(facts.get("flags", "").split())
        found["instructions"] = [name for name in INSTRUCTIONS if name in flags]
        found["memory_gib"] = round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30, 1)
    return found


def circumstances() -> dict[str, Any]:
    """What every record of figures says first: when, of which commit, on which machine, with which torch."""
    return {
        "date": f"{datetime.now():%Y-%m-%d %H:%M}",
        "commit": commit(Path(__file__).parent),
        "machine": describe_machine(),
        "torch": torch.__version__,
    }
