"""Lines about files: a path, what is said of it and, where it could not be read, the reason; tabs between them."""

import re

_CONTROLS = re.compile("[\0-\x1f\x7f-\x9f\u2028\u2029]+")


def columns(path: str, said: str, problem: str | None) -> str:
    """The line of a file.

    Args:
        path: as it was named.
        said: of it.
        problem: why it could not be read, which may begin with the path; None where it could.
    """
    reason = [] if problem is None else [problem.removeprefix(f"{path}: ")]
    return "\t".join(one_line(readable(field)) for field in (path, said, *reason))


def readable(text: str) -> str:
    """A text that may hold a file's name, with U+FFFD for each byte of the name that is not UTF-8."""
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def one_line(field: str) -> str:
    """A field without tabs, ends of lines and other control characters."""
    return _CONTROLS.sub(" ", field)
