"""What a run says: one clear line for a mistake in its options, and nothing of what helps nobody."""

import logging
import re
import warnings
from collections.abc import Iterable, Sequence

from seq2seq.errors import UserError, suggest

# What jsonargparse says about a key it does not know, and what the key is called in full.
_UNKNOWN = (
    (r"unrecognized arguments: --([^\s=]+)", "{0}"),
    (r"Group '([^']+)' does not accept option '([^']+)'", "{0}.{1}"),
    (r"Option '([^']+)' is not accepted", "{0}"),
)

_NOISE = (
    "args parameter is intended to run from within Python",
    "does not have many workers",
    "smaller than the logging interval",
    "exists and is not empty",
    r"module\(s\) in eval mode at the start of training",  # the frozen part of a picture network
    "`isinstance\\(treespec, LeafSpec\\)` is deprecated",
)


def explain(error: Exception, options: Iterable[str]) -> UserError:
    """What jsonargparse found wrong, in one line.

    Args:
        error: what it raised.
        options: the full names of all that there are, for "did you mean".

    >>> explain(ValueError("Group 'data' does not accept option 'batchsize'"), ["data.batch_size", "trainer"])
    UserError("data.batchsize: no such option; did you mean 'data.batch_size'? (--help lists all)")
    """
    text = " ".join(str(error).split())
    for pattern, name in _UNKNOWN:
        found = re.search(pattern, text)
        if found:
            key = name.format(*found.groups())
            return UserError(f"{key}: no such option{_near(key, list(options))} (--help lists all)")
    named = re.search(r'[Pp]arser key "([^"]+)": (.*)', text)
    choice = named and _choice(named[2])
    if named and choice:
        value, allowed = choice
        return UserError(f"{named[1]}: {value!r} is none of {', '.join(allowed)}{suggest(value, allowed)}")
    return UserError(f"{named[1]}: {named[2]}" if named else text)


def _choice(problem: str) -> tuple[str, list[str]] | None:
    """The bad value and those allowed, where a problem is one of a choice: alone, in a list, or in a union of types.

    >>> _choice("Expected a typing.Literal['a', 'b']. Got value: c")
    ('c', ['a', 'b'])
    >>> _choice("Does not ... Errors: - Expected a typing.Literal['a', 'b']. Got value: c Given value type: ...")
    ('c', ['a', 'b'])
    >>> _choice("Does not ... - Expected a typing.Literal['a'] - Expected a <class 'int'> Given value: c")
    ('c', ['a', 'any int'])
    """
    literals = re.findall(r"Expected a typing\.Literal\[(.*?)\]", problem)
    value = re.search(r"Got value: (.*?)(?: - Expected| Given value type|$)", problem)
    value = value or re.search(r"Given value: (.*)$", problem)
    names = re.findall(r"'([^']*)'", " ".join(literals))
    kinds = [f"any {kind}" for kind in re.findall(r"Expected a <class '(int|float|bool)'>", problem)]
    return (value[1], list(dict.fromkeys([*names, *kinds]))) if value and names else None


def _near(key: str, options: Sequence[str]) -> str:
    """The end of a message about an unknown option: options here have underscores, and most of them a group's name.

    >>> _near("max-steps", ["trainer.max_steps", "trainer.min_steps"])
    "; did you mean 'trainer.max_steps'?"
    """
    name = key.replace("-", "_")
    same = [option for option in options if option == name or option.endswith(f".{name}")]
    return f"; did you mean {' or '.join(map(repr, same))}?" if same else suggest(name, options)


def silence() -> None:
    """Keep back what Lightning says that helps nobody."""
    for name in ("pytorch_lightning", "lightning_fabric"):
        logging.getLogger(name).setLevel(logging.ERROR)
    for text in _NOISE:
        warnings.filterwarnings("ignore", f".*{text}.*")
