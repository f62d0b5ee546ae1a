"""Dates and times, in figures or with the month as a word, in a form that does not depend on the language."""

import re
from collections.abc import Iterable

_ENGLISH = "january february march april may june july august september october november december"
_GERMAN = "januar februar märz april mai juni juli august september oktober november dezember"
_ROMANCE = (  # Spanish, French, Italian and Portuguese
    "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
    "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre",
    "janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro",
)
_SHORT_ENGLISH = ("jan feb mar apr - jun jul aug sep oct nov dec", "- - - - - - - - sept - - -")
_SHORT_GERMAN = "jan feb mär apr - jun jul aug sep okt nov dez"
_SHORT_ROMANCE = (
    "ene feb mar abr - jun jul ago set oct nov dic",
    "janv févr - avr - - juil - - - - déc",
    "gen feb mar apr mag giu lug ago set ott nov dic",
    "jan fev mar abr - jun jul ago set out nov dez",
)
_FULL = (_ENGLISH, _GERMAN, *_ROMANCE)
_SHORT = (*_SHORT_ENGLISH, _SHORT_GERMAN, *_SHORT_ROMANCE)
_NUMBERS = {
    name: number for year in (*_FULL, *_SHORT) for number, name in enumerate(year.split(), start=1) if name != "-"
}


def _one_of(full: Iterable[str], short: Iterable[str] = ()) -> str:
    """A pattern of months' names, which may end with a dot where they are short."""
    names = [*" ".join(full).split(), *(rf"{name}\b\.?" for name in " ".join(short).split() if name != "-")]
    return rf"(?:{'|'.join(sorted(set(names), key=len, reverse=True))})(?!\w)"


def _capital(names: Iterable[str]) -> list[str]:
    return [name.title() for name in names]


_ANY = f"(?i:{_one_of(_FULL, _SHORT)})"
_ANY_ENGLISH = f"(?i:{_one_of([_ENGLISH], _SHORT_ENGLISH)})"
_WRITTEN_ENGLISH = _one_of(_capital([_ENGLISH]), _capital(_SHORT_ENGLISH))
_WRITTEN_GERMAN = _one_of(_capital([_GERMAN]), _capital([_SHORT_GERMAN]))
_WRITTEN_ROMANCE = _one_of(_ROMANCE)
_NUMBER = r"(?:0?[1-9]|[12]\d|3[01])"
_DAY = rf"{_NUMBER}(?:[-–]{_NUMBER})?(?!\d)"
_YEAR = r",?\s(?:del?\s)?(?:1\d|20)\d\d"
_BEFORE_A_MONTH = ("in", "In", "last", "Last", "next", "Next", "each", "Each", "every", "Every")
_MONTH_ALONE = "".join(rf"(?<!\b{word}\s)" for word in _BEFORE_A_MONTH)

DATES = (
    re.compile(
        r"""
        (?<![\w.,/-])(?:
          \d{4}-\d{1,2}-\d{1,2}                       # 2024-12-31
        | \d{1,2}([./-])\d{1,2}\1(?:\d{4}|\d{2})      # 31.12.2024, 12/31/24
        | \d{1,2}:\d{2}(?::\d{2})?                    # 10:30
        )(?![\w/-])
        """,
        re.VERBOSE,
    ),
    # Which word is a month, and which only looks like one ("may", "mars", "mar"), its capital or its neighbours tell.
    re.compile(
        rf"""
        (?<![\w.,/:-])(?:
          (?:
            {_DAY}(?:st|nd|rd|th)?\s{_WRITTEN_ENGLISH}                    # 5th May
          | {_DAY}(?:st|nd|rd|th)?\sof\s{_ANY_ENGLISH}                    # 5th of may
          | {_ANY_ENGLISH}\s(?:the\s)?{_DAY}(?:st|nd|rd|th)               # may the 5th
          | {_MONTH_ALONE}{_WRITTEN_ENGLISH}\s{_DAY}                      # May 5, but not: In May 12 people came
          | {_DAY}\.?\s{_WRITTEN_GERMAN}                                  # 5. Mai
          | {_DAY}(?:er|[ºª°])?\s{_WRITTEN_ROMANCE}                       # 1er mai
          | {_DAY}[ºª°]?\sde\s{_ANY}                                      # 5 de mayo
          )(?:{_YEAR})?
        | (?:{_DAY}\s{_ANY}|{_ANY}\s{_DAY}){_YEAR}                        # 5 ene 2024
        )(?![\w-]|[.,:/]\d)
        """,
        re.VERBOSE,
    ),
)
"""What finds them."""


def date_form(date: str) -> str:
    """Day, month and year by size, since their order is a matter of language; of a time hour, minute and second.

    >>> date_form("31.12.2024"), date_form("December 31, 2024"), date_form("5 de mayo"), date_form("10:30")
    ('12 24 31', '12 24 31', '5 5', '10 30')
    """
    parts = [int(part) for part in re.findall(r"\d+", date)]
    if ":" in date:
        return " ".join(map(str, parts))
    parts += [_NUMBERS[word] for word in re.findall(r"[^\W\d_]+", date.casefold()) if word in _NUMBERS]
    return " ".join(map(str, sorted(part % 100 for part in parts)))
