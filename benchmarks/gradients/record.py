"""All that was measured, as the JSON file that page and figures are made of."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from benchmarks.gradients.experiments import Descent, Effort, Inside, Trained
from seq2seq.errors import UserError, reason
from seq2seq.files import atomic_write

_BY_NUMBER = "powers", "scales", "biases"  # JSON knows names only
_DATACLASSES: dict[str, Any] = {"descents": Descent, "trained": Trained, "inside": Inside}


def write(path: Path, facts: dict[str, Any], found: dict[str, Any]) -> None:
    """Keep how it was measured (`facts`) and what was found (`found`)."""
    with atomic_write(path) as file:
        json.dump(facts | {"found": found}, file, indent=1, default=asdict)


def read(path: Path) -> tuple[dict[str, Any], dict[str, Any]]:
    """Facts and findings that `write` kept.

    Raises:
        UserError: the file is not there, or no such record.
    """
    try:
        facts = json.loads(path.read_text(encoding="utf-8"))
        found = facts.pop("found")
        effort = found["effort"]
        found["effort"] = Effort(**effort | {"distances": tuple(effort["distances"])})
        found |= {name: {float(key): curve for key, curve in found[name].items()} for name in _BY_NUMBER}
        found |= {name: [kind(**one) for one in found[name]] for name, kind in _DATACLASSES.items()}
    except OSError as error:
        raise UserError(f"{path}: cannot be read ({reason(error)})") from error
    except (ValueError, KeyError, TypeError, AttributeError):
        raise UserError(f"{path}: was not written by this benchmark; measure anew, without --from") from None
    return facts, found
