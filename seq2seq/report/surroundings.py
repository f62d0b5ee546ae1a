"""How systems were set to work and on which machine, as page and summary say it."""

from typing import Any

_BEAM = ("beam", "n_best", "ranking")
_SAMPLING = ("samples", "temperature", "top_k", "top_p", "seed")
_RANKING = ("length_penalty", "length_penalty_alpha", "coverage_penalty")
_NO_EFFECT = {"greedy": (*_BEAM, *_SAMPLING, *_RANKING), "beam": _SAMPLING, "sample": _BEAM}  # by the method


def settings(decoding: dict[str, Any] | None) -> dict[str, Any]:
    """The settings that have an effect with the method of search, of all that a record tells.

    >>> settings({"method": "greedy", "beam": 5, "top_k": 0, "max_length": 256, "max_source_tokens": None})
    {'method': 'greedy', 'max_length': 256}
    """
    decoding = decoding or {}
    silent = _NO_EFFECT.get(decoding.get("method", ""), ())
    return {name: value for name, value in decoding.items() if value is not None and name not in silent}


def machine(hardware: dict[str, Any] | None) -> str:
    """Processor, accelerator, cores and threads of a record's hardware, as far as they are known.

    >>> machine({"processor": "a processor", "device": "cpu", "cores": 2, "threads": 1}), machine(None)
    ('a processor, 2 cores, 1 thread', 'an unknown machine')
    """
    known = hardware or {}
    names = dict.fromkeys(str(known[key]) for key in ("processor", "device") if known.get(key, "cpu") != "cpu")
    counts = [
        f"{known[unit]} {unit[: -1 if known[unit] == 1 else None]}" for unit in ("cores", "threads") if known.get(unit)
    ]
    return ", ".join((*names, *counts)) or "an unknown machine"
