"""A report compared with an earlier one: is it worse, beyond chance?"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from seq2seq.config import one_line
from seq2seq.errors import UserError
from seq2seq.evaluation import PairedTest, TestSet
from seq2seq.evaluation.metrics import arrow, signed
from seq2seq.evaluation.results import Scorer
from seq2seq.files import open_lines
from seq2seq.report.comparison import NOT_SHOWN, better, is_significant, p_text, verdict
from seq2seq.report.content import Finding, Section, Table
from seq2seq.report.document import main_metric
from seq2seq.report.record import KIND, READABLE
from seq2seq.report.system import System

_REFERENCES = ("reference", "pairs")  # roles of the files that hold the references


@dataclass(frozen=True)
class Earlier:
    """What is needed of an earlier report.

    Attributes:
        name: of its file, for people.
        date: when it was made.
        outputs: those of each system, by its name.
    """

    name: str
    date: str
    outputs: dict[str, list[str]]


@dataclass(frozen=True)
class Against:
    """How systems compare with their earlier selves.

    Attributes:
        earlier: the earlier report.
        comparisons: of each system on every metric, `first` being the earlier one.
        verdicts: a sentence for each system.
        worse: whether one of them is worse on the main metric, beyond chance.
        matching: which systems were compared, and which were not.
    """

    earlier: Earlier
    comparisons: tuple[PairedTest, ...]
    verdicts: tuple[Finding, ...]
    worse: bool
    matching: "Matching"

    @property
    def record(self) -> dict[str, Any]:
        """As `scores.json` has it."""
        return {
            "name": self.earlier.name,
            "date": self.earlier.date,
            "worse": self.worse,
            "unmatched": {"now": list(self.matching.new), "earlier": list(self.matching.gone)},
            "comparisons": [asdict(test) for test in self.comparisons],
        }

    @property
    def section(self) -> Section:
        """As the page has it."""
        columns = ("system", "metric", "difference", "which says", "p (bootstrap)", "p (randomisation)")
        rows = tuple(
            (
                test.second,
                f"{test.metric} {arrow(test.metric)}",
                signed(test.difference, 2),
                _said(test),
                *map(p_text, (test.p_bootstrap, test.p_randomisation)),
            )
            for test in self.comparisons
        )
        text = "The value now less that of then; p is how likely chance alone makes so large a difference."
        table = Table("against-differences", "Now less then", text, columns, rows)
        title = f"Is it as good as the report of {self.earlier.date[:10]}?"
        return Section("against", title, " ".join([*map(str, self.verdicts), *self.matching.notes]), (table,))


@dataclass(frozen=True)
class Matching:
    """Which systems are compared with earlier ones.

    Attributes:
        pairs: by a system's name that of the earlier one.
        new: systems that the earlier report does not have.
        gone: earlier systems that are compared with none.
    """

    pairs: dict[str, str]
    new: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()

    @property
    def notes(self) -> list[str]:
        """What is not compared, a sentence each."""
        told = {"not in the earlier report": self.new, "in the earlier report only": self.gone}
        return [f"Not compared, since {where}: {', '.join(names)}." for where, names in told.items() if names]


def read_earlier(path: str | Path, test: TestSet) -> Earlier:
    """Read the `scores.json` of an earlier report on the same test set.

    Raises:
        UserError: no such file, none of a report, of another version, damaged, or on another test set.
    """
    if Path(path).is_dir():
        raise UserError(f"{path}: is a folder; name the scores.json of a report, such as {Path(path) / 'scores.json'}")
    try:
        raw = json.loads("\n".join(line or "" for _, line in open_lines(path)))
    except (ValueError, RecursionError) as error:
        raise UserError(f"{path}: not JSON ({one_line(error)}); name the scores.json of a report") from error
    if not isinstance(raw, dict) or raw.get("kind") != KIND:
        raise UserError(
            f"{path}: not the scores.json of a report, which holds outputs; `seq2seq report` writes it into its FOLDER"
        )
    if raw.get("format") not in READABLE:
        known = f"{READABLE[0]} to {READABLE[-1]}"
        raise UserError(f"{path}: format {raw.get('format')!r}, but this version of seq2seq reads {known}")
    try:
        outputs = {system["name"]: system["outputs"] for system in raw["systems"]}
        identity = _identity(raw["data"], raw["language"])
        texts = [*outputs, *(text for lines in outputs.values() for text in lines)]
        fits = 0 < len(outputs) == len(raw["systems"]) and all(isinstance(text, str) for text in texts)
        earlier = Earlier(Path(path).resolve().name, str(raw["date"]), outputs)
    except KeyError as error:
        raise UserError(f"{path}: damaged ({one_line(error)} is missing); make the report again") from error
    except (TypeError, AttributeError) as error:
        raise UserError(
            f"{path}: damaged (systems or data are not as they should be); make the report again"
        ) from error
    if identity != _identity(test.record, test.language):
        raise UserError(
            f"{path}: its references are not those of {test.origin} (their SHA-256 or language differs); "
            "only reports on the same test set can be compared"
        )
    if not fits or any(len(lines) != len(test) for lines in outputs.values()):
        raise UserError(
            f"{path}: damaged (not as many outputs as references, or systems without names of their own); "
            "make the report again"
        )
    return earlier


def match(earlier: Earlier, names: Sequence[str]) -> Matching:
    """With which earlier system each of these is compared: that of the same name; if none has one, the only one.

    Raises:
        UserError: none of the same name, and more than one to choose from.
    """
    matched = {name: name for name in names if name in earlier.outputs}
    if not matched and len(earlier.outputs) == 1:
        matched = dict.fromkeys(names, next(iter(earlier.outputs)))
    if not matched:
        raise UserError(
            f"--against {earlier.name}: its systems are {', '.join(earlier.outputs)}, and none of them is called "
            f"{' or '.join(names)}; call one of yours as it was called then: NAME=PATH"
        )
    new = tuple(name for name in names if name not in matched)
    return Matching(matched, new, tuple(name for name in earlier.outputs if name not in matched.values()))


def compare(earlier: Earlier, test: TestSet, systems: Sequence[System], scorer: Scorer) -> Against:
    """Compare systems with the earlier ones, output by output.

    Raises:
        UserError: none of the earlier systems fits (see `match`).
    """
    comparisons, verdicts, worse = [], [], False
    matching = match(earlier, [system.name for system in systems])
    for system in systems:
        if system.name not in matching.pairs:
            continue
        before = matching.pairs[system.name]
        then = f"{before} (earlier)" if f"{before} (earlier)" != system.name else f"{before} (earlier report)"
        found = scorer.paired_tests({then: earlier.outputs[before], system.name: system.outputs})
        main = next(one for one in found if one.metric == main_metric(test))
        worse = worse or (is_significant(main) and main.difference < 0)
        comparisons += found
        its = "its earlier self" if before == system.name else f"the earlier {before}"
        if list(system.outputs) == earlier.outputs[before]:
            verdicts.append(Finding(f"{system.name} gave the same outputs as {its} of {earlier.date[:10]}."))
        else:
            verdicts.append(verdict(main, found, f"{its} of {earlier.date[:10]}"))
    return Against(earlier, tuple(comparisons), tuple(verdicts), worse, matching)


def _said(test: PairedTest) -> str:
    return {test.first: "worse", test.second: "better"}.get(better(test) or "", NOT_SHOWN)


def _identity(data: dict[str, Any], language: str | None) -> list[tuple[str, str | None]]:
    """What tells the references of a test set; of a table it matters, too, which column they are."""
    found = [(file["sha256"], file["role"]) for file in data["files"]]
    return [(digest, language if role == "pairs" else None) for digest, role in found if role in _REFERENCES]
