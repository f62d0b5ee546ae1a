"""The scores that a model folder keeps: `scores.json`, a record for each test set, and their table in `card.md`."""

import json
import re
from pathlib import Path
from typing import Any

from seq2seq.config import one_line
from seq2seq.errors import UserError
from seq2seq.evaluation.metrics import arrow, shown
from seq2seq.evaluation.record import FORMAT as RECORD_FORMAT
from seq2seq.evaluation.record import write_record
from seq2seq.evaluation.test_set import set_name
from seq2seq.files import atomic_write, open_lines
from seq2seq.folder import CARD, SCORES

FORMAT = 2
NOT_MEASURED = "Not measured yet: `seq2seq evaluate MODEL_FOLDER --data PREPARED_FOLDER` does it."
_SECTION = re.compile(r"^## Scores\n.*?(?=^## |\Z)", re.DOTALL | re.MULTILINE)


def read_kept(folder: str | Path) -> dict[str, dict[str, Any]]:
    """The records in a model folder's `scores.json`, which need not be trusted, by the name of the test set.

    The file is `{"format": 2, "evaluations": {name: record}}`, a name being "tatoeba, test" and a record as
    `seq2seq.evaluation.make_record` makes it. Earlier versions kept a single record, which is read, too.

    Raises:
        UserError: the file is damaged, or of another format.
    """
    path = Path(folder) / SCORES
    if not path.exists():
        return {}
    try:
        raw = json.loads("\n".join(line or "" for _, line in open_lines(path)))
        form = raw["format"]
        if form not in (RECORD_FORMAT, FORMAT):
            raise UserError(f"{path}: format {form!r:.60}, but this version of seq2seq reads {FORMAT}; move it away")
        records = raw["evaluations"] if form == FORMAT else {set_name(raw["data"]): raw}
        scores_table(records)
    except (ValueError, RecursionError, LookupError, TypeError, AttributeError) as error:
        raise UserError(f"{path}: damaged ({one_line(error)}); remove it, and evaluate again") from error
    return records


def keep(folder: str | Path, record: dict[str, Any]) -> Path:
    """Put a record into a model folder, in place of the earlier one of the same test set, and into its card.

    Another test set of the same name, known by its files' hashes, keeps its record: the new one's name then tells its
    hash, too.

    Args:
        folder: the model folder.
        record: what `seq2seq.evaluation.make_record` made.

    Returns:
        The path of `scores.json`.

    Raises:
        UserError: as `read_kept`, or the folder cannot be written.
    """
    records = read_kept(folder)
    records[_free_name(record["data"], records)] = record
    write_record(Path(folder) / SCORES, {"format": FORMAT, "evaluations": records})
    card = Path(folder) / CARD
    try:
        text = card.read_text(encoding="utf-8")
    except (OSError, ValueError):  # gone, or somebody's own
        return Path(folder) / SCORES
    with atomic_write(card) as file:
        file.write(_SECTION.sub(lambda _: scores_section(records) + "\n", text, count=1))
    return Path(folder) / SCORES


def _free_name(data: dict[str, Any], records: dict[str, dict[str, Any]]) -> str:
    name, hashes = set_name(data), _hashes(data)
    if name in records and _hashes(records[name]["data"]) != hashes:
        return f"{name} ({'-'.join(digest[:8] for digest in hashes)})"
    return name


def _hashes(data: dict[str, Any]) -> list[str]:
    return [file["sha256"] for file in data["files"]]


def scores_section(records: dict[str, dict[str, Any]]) -> str:
    """The section of a card that tells these records."""
    told = f"{scores_table(records)}\n\n{_LEGEND}" if records else NOT_MEASURED
    return f"## Scores\n\n{told}\n"


_LEGEND = """\
In brackets the 95 % interval; ↑ higher is better, ↓ lower is better. How each was computed, with which settings, on
what and when is in `scores.json`."""


def scores_table(records: dict[str, dict[str, Any]]) -> str:
    """A table in Markdown, a row for each test set."""
    metrics = list(dict.fromkeys(metric for record in records.values() for metric in record["scores"]))
    rows = [["test set", "sources", "search", *(f"{metric} {arrow(metric)}" for metric in metrics)]]
    rows.append(["---"] * len(rows[0]))
    for name, record in records.items():
        scores = [_score(metric, record["scores"].get(metric)) for metric in metrics]
        rows.append([" ".join(name.split()), f"{record['sentences']:,}", _search(record.get("decoding")), *scores])
    return "\n".join(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in row)} |" for row in rows)


def _score(metric: str, score: dict[str, Any] | None) -> str:
    if score is None:
        return "–"
    interval = " to ".join(shown(metric, end) for end in score["interval"] or ())
    return shown(metric, score["value"]) + (f" ({interval})" if interval else "")


def _search(decoding: dict[str, Any] | None) -> str:
    if not decoding or "method" not in decoding:
        return "–"
    return f"beam {decoding['beam']}" if decoding["method"] == "beam" else str(decoding["method"])
