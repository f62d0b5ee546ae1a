"""Cutting a line that is too long for the model into parts, by rules that hold for any language."""

import itertools
import re
import unicodedata
from collections.abc import Callable, Iterator

# A full stop of the Latin kind (or Arabic, Armenian, Devanagari, Ethiopic) ends a sentence where a space follows; one
# of the East Asian kind needs none. Quotation marks and brackets that close belong to the sentence before.
_SENTENCE_END = re.compile(r"[.!?…؟۔։।॥።]+[\"'»”’)\]]*\s+|[。！？｡]+[」』”’）]*\s*")
_ABBREVIATION = re.compile(r"\b[^\W\d_]{1,2}\.$")
_CLAUSE_END = re.compile(r"[;:,؛،፣]+[\"'»”’)\]]*\s+|[；：，、]+\s*|\s+[—–-]+\s+")
_SPACE = re.compile(r"\s+")
_WIDE = ("W", "F")  # East Asian characters, between which no space is written


def split_long(text: str, count_tokens: Callable[[str], int], max_tokens: int) -> list[str]:
    """Cut `text` into parts of at most `max_tokens` each, as little as possible against its sense.

    Text that is short enough stays whole. Otherwise it is cut at every sentence end; a sentence that is still too long
    is halved, again and again, at the clause end nearest to its middle, where there is none at the nearest space, and
    where there is none (a script without spaces) at the nearest character. Every character but the white space at the
    cuts is in exactly one part, in order. A single character is never cut, however many tokens it has.

    Args:
        text: normalised text.
        count_tokens: the number of tokens that the model's tokenizer makes of a text.
        max_tokens: 1 or more.

    >>> split_long("Hello, dear friend. How are you?", lambda text: len(text.split()), 3)
    ['Hello, dear friend.', 'How are you?']
    >>> split_long("Hello, my dear old friend.", lambda text: len(text.split()), 3)
    ['Hello,', 'my dear', 'old friend.']
    """
    if count_tokens(text) <= max_tokens or len(text) == 1:
        return [text]
    cuts = list(_sentence_ends(text))
    if not cuts:
        ends = _ends(_CLAUSE_END, text) or _ends(_SPACE, text) or _character_ends(text)
        cuts = [min(ends, key=lambda end: abs(end - len(text) / 2))]
    edges = [0, *cuts, len(text)]
    parts = [text[start:end].strip() for start, end in itertools.pairwise(edges)]
    return [piece for part in parts if part for piece in split_long(part, count_tokens, max_tokens)]


def join_parts(parts: list[str]) -> str:
    """The translated parts as one line: a space between two of them, but none between East Asian characters.

    >>> join_parts(["Hello.", "", "How are you?"]), join_parts(["你好。", "你好吗？"])
    ('Hello. How are you?', '你好。你好吗？')
    """
    line = ""
    for part in filter(None, parts):
        together = line and not (_is_wide(line[-1]) and _is_wide(part[0]))
        line += f" {part}" if together else part
    return line


def _is_wide(character: str) -> bool:
    return unicodedata.east_asian_width(character) in _WIDE


def _sentence_ends(text: str) -> Iterator[int]:
    for match in _SENTENCE_END.finditer(text):
        start, end = match.span()
        if end == len(text):
            return
        # "e.g. this", "Sr. López", "J. R. R. Tolkien": no sentence ends there in any language that has capitals.
        if match[0][0] == "." and (text[end].islower() or _ABBREVIATION.search(text[max(0, start - 3) : start + 1])):
            continue
        yield end


def _ends(pattern: re.Pattern[str], text: str) -> list[int]:
    return [match.end() for match in pattern.finditer(text) if match.end() < len(text)]


def _character_ends(text: str) -> list[int]:
    """Where a character begins that is no accent, vowel sign or selector on the one before; anywhere if all are."""
    ends = [place for place in range(1, len(text)) if not unicodedata.category(text[place]).startswith(("M", "Cf"))]
    return ends or list(range(1, len(text)))
