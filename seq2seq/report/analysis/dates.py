"""Dates and times, in figures or with the month as a word, in a form that does not depend on the language."""

import re

_MONTHS = (  # of English, its abbreviations, Spanish, German, French, Italian and Portuguese
    "january february march april may june july august september october november december",
    "jan feb mar apr may jun jul aug sep oct nov dec",
    "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
    "januar februar märz april mai juni juli august september oktober november dezember",
    "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre",
    "janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro",
)
_NUMBERS = {name: number for language in _MONTHS for number, name in enumerate(language.split(), start=1)}
_MONTH = rf"(?:{'|'.join(sorted(_NUMBERS, key=len, reverse=True))})\b\.?"

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
    re.compile(
        rf"""
        (?<![\w.,/:-])(?:
          \d{{1,2}}(?:st|nd|rd|th|er|[.ºª°])?\s(?:(?:of|de)\s)?{_MONTH}(?:\s(?:del?\s)?\d{{4}})?  # 5 de mayo de 2024
        | {_MONTH}\s(?:the\s)?\d{{1,2}}(?:st|nd|rd|th)?(?:,?\s\d{{4}})?                          # May 5th, 2024
        )(?!\w|[.,:]\d)
        """,
        re.VERBOSE | re.IGNORECASE,
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
