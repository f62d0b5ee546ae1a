"""The rule of DEVELOPERS.md: a part of the package imports only from those above it."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PARTS = re.findall(r"^seq2seq/(\w+) ", (ROOT / "DEVELOPERS.md").read_text(encoding="utf-8"), re.MULTILINE)
FILES = {path.relative_to(ROOT).with_suffix("").parts[1:]: path for path in (ROOT / "seq2seq").rglob("*.py")}


def imported(path: Path) -> set[tuple[str, ...]]:
    """What a file imports of the package, as the parts of each name after `seq2seq`."""
    nodes = list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
    names = [node.module or "" for node in nodes if isinstance(node, ast.ImportFrom)]
    names += [alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names]
    return {tuple(name.split(".")[1:]) for name in names if name.startswith("seq2seq.")}


def test_the_list_is_read():
    assert len(PARTS) > 8
    assert {name[0] for name in FILES} >= set(PARTS)


@pytest.mark.parametrize("name", [name for name in FILES if name[0] in PARTS], ids="/".join)
def test_a_part_imports_only_from_those_above_it(name):
    place, seen, due = PARTS.index(name[0]), set(), imported(FILES[name])
    while due:  # through what the list does not name, too
        other = due.pop()
        if other[0] in PARTS:
            assert PARTS.index(other[0]) <= place, f"{'/'.join(name)} needs {'.'.join(other)}"
        elif other not in seen:
            seen.add(other)
            due |= imported(FILES.get(other) or FILES[*other, "__init__"])
