r"""What `ptb_tokenize` knows about characters, words and the shapes of tokens.

A rule is a pattern; its first group, where it has one, is the token and the rest what must follow it. Rules stand under
the characters that a token of theirs may begin with.
"""

import re
import unicodedata

# Every other character that is no letter or digit separates tokens, as a space does: emoji, rare symbols.
_SYMBOLS = """a1-a9 ab-ac ae-b4 b6-b9 bb-bf d7 f7 37e 387 589 5be 5c0 5c3 5c6 5f3-5f4 600-603 606-60c 614 61b 61e-61f
66a 66d 6d4 700-70d 7f6-7f8 964-965 e3f e4f 1fbd 2013-2023 2026 2030-203b 203e-2042 2044 2070 2074-207e 2080-208e 20a0
20a4 20ac 2100-2101 2103-2106 2108-2109 2114 2116-2118 211e-2123 2125 2127 2129 212e 213a-213b 2140-2144 214a-214d
214f 2153-215e 2190-2bff 3001-3002 3012 30fb ff01-ff0f ff1a-ff20 ff3b-ff40 ff5b-ff65 ffe0-ffe1 ffe5-ffe6"""
# Accents and vowel signs, which are part of a word.
_MARKS = """2c2-2c5 2d2-2df 2e5-2eb 2ed 2ef-36f 375 378-379 384-385 3f6 483-487 55a-55f 591-5bd 5bf 5c1-5c2 5c4-5c5
5c7 615-61a 64b-65e 670 6d6-6e4 6e7-6ed 6fd-6fe 70f 711 730-74c 7a6-7b0 7eb-7f3 900-903 93c 93e-94e 951-955 962-963
981-983 9bc 9be-9c4 9c7-9c8 9cb-9cd 9d7 9e2-9e3 a01-a03 a3c a3e-a4f a81-a83 abc abe-acf b82 bbe-bc2 bc6-bc8 bca-bcd
c01-c03 c3e-c56 d3e-d44 d46-d48 e31 e34-e3a e47-e4e eb1 eb4-ebc ec8-ecd"""
# Read as other characters from the start.
_REPLACED = {
    **dict.fromkeys("“”«»„‟", '"'),
    **dict.fromkeys("‘‛‹", "‘"),
    "›": "’",
    **dict.fromkeys("–—―", " -- "),
    "…": " ... ",
    **{character: character for character in "‐‑’"},
    "\N{SOFT HYPHEN}": "",
}
# Whole tokens that are written otherwise.
SPELLING = {
    **{f"’{ending}": f"'{ending}" for ending in ("", "s", "d", "m", "ll", "re", "ve")},
    "n’t": "n't",
    "n‘t": "n`t",
    "‘": "`",
    '"': "''",
    "(": "-lrb-",
    ")": "-rrb-",
    "[": "-lsb-",
    "]": "-rsb-",
    "{": "-lcb-",
    "}": "-rcb-",
    "£": "#",
    "€": "$",
    "¤": "$",
    "₠": "$",
    "¢": "cents",
    "¼": "1/4",
    "½": "1/2",
    "¾": "3/4",
    "⅓": "1/3",
    "⅔": "2/3",
}
TWO_WORDS = {word: [word[:3], word[3:]] for word in ("cannot", "gimme", "gonna", "gotta", "lemme", "wanna")}


def _bounds(ranges: str) -> list[tuple[int, int]]:
    pairs = [item.partition("-") for item in ranges.split()]
    return [(int(low, 16), int(high or low, 16)) for low, _, high in pairs]


class _Characters(dict[int, str]):
    """A table for `str.translate`: what each character of a text is read as."""

    def __init__(self) -> None:
        for low, high in _bounds(_SYMBOLS):
            self.update({code: f" {chr(code)} " for code in range(low, high + 1)})
        for low, high in _bounds(_MARKS):
            self.update({code: chr(code) for code in range(low, high + 1)})
        self.update({ord(character): text for character, text in _REPLACED.items()})

    def __missing__(self, code: int) -> str:
        character = chr(code)
        known = character.isprintable() if code < 0x80 else code < 0x10000 and _is_letter_or_digit(character)
        self[code] = character if known else " "
        return self[code]


def _is_letter_or_digit(character: str) -> bool:
    category = unicodedata.category(character)
    return category[0] == "L" or category == "Nd"


CHARACTERS = _Characters()

# Words that keep their full stop; those in capitals are words of their own without them.
_ABBREVIATIONS = """adj adm adv al ala alex apr ariz assoc asst atty aug ave bhd bldg blvd brig bros calif capt cf cie
cmdr co col colo comdr conn corp cos cpl ct dak dec dept det dr drs ens esq est etc ext feb fla fri ft ga gen gov govs
hon inc ind insp intl jan jos jr jul jun kan kans ky lieut lt ltd maj mar md messrs mfg mich minn mlle mme mo mon mont
mr mrs ms msgr mt mtg natl neb nev nov oct okla pa penn pfc ph plc pres prof profs pte pty pvt rd rep reps rev rt sen
sens sep sept seq sfc sgt spc sq sr st ste supt sys tel tenn thu thurs treas tue tues univ va vs vt wed wis wisc wm
wyo Ark Az Del Ill La Mass Miss Ore Tex Wash"""
_ABBREVIATIONS_OF_NUMBERS = "art ca fig figs no nos op pp prop"
# Before these a lone letter and its full stop are two tokens.
_SENTENCE_STARTS = """A About According Additionally After An As At But Earlier He Her Here However If In It Last Many
More Mr. Now Once One Other Our She Since So Some Such That The Their Then There These They This We What When While Yet
You"""
_WITH_APOSTROPHE = "c'est c'mon cap'n e'er ev'ry li'l nat'l nor'easter ol' s'mores you'all"


def _any_of(words: str) -> str:
    """A pattern of these words in any case; a word with a capital is meant with it, or in capitals throughout."""
    patterns = []
    for word in words.split():
        pattern = re.escape(word)
        patterns.append(f"(?i:{pattern})" if word.islower() else f"{pattern}|{pattern.upper()}")
    return f"(?:{'|'.join(patterns)})"


_MARK = "".join(f"{chr(low)}-{chr(high)}" for low, high in _bounds(_MARKS))
_L = rf"(?:[^\W\d_]|[{_MARK}])"  # a letter
_W = rf"(?:[^\W_]|[{_MARK}])"  # a letter or digit
_H = "[-‐‑]"  # hyphens
_Q = "['’‘`]"  # apostrophes of every kind
_A = "['’]"  # apostrophes proper
_NUMBER = r"(?:\d*(?:[.,:]\d+)+|\d+)"
_PART = rf"(?:[DdLlNnOo]{_Q}{_L}{{2,}}{_W}*|{_W}+)"  # of a hyphenated word
_HYPHENATED = rf"(?:\d+(?:[.,]\d+)+{_L}*(?={_H})|{_PART})(?:[-‐‑_]{_PART})*"
_SLASHED = r"[A-Za-z0-9]+(?:-[A-Za-z]+)*(?:/[A-Za-z0-9]+(?:-[A-Za-z]+)*){1,2}"
_CLITIC = "(?i:[sdm]|ll|re|ve)"  # written together with the word before
_CUT_OFF = "(?i:em|till?|cause)"  # written without their beginning

_WORDS = [
    rf"([A-Za-z]+){_A}{_CLITIC}(?![A-Za-z])",  # dog 's
    _HYPHENATED,
    _SLASHED,
    rf"([A-Za-z]*[A-MO-Za-mo-z])[Nn]{_Q}[Tt]",  # do n't
    rf"[Nn]{_Q}[Tt]{_L}*",
    rf"(?:[DdLlNnOo]{_Q}{_L}|[Qq]u{_Q}[aeiou]){_L}+",  # O'Brien, d'Arc
    rf"[A-HJ-XZ]{_Q}{_L}{{2,}}{_W}*",
    rf"{_L}+[aeiouy]{_Q}[aeiouA-Z]{_L}*",  # ma'am
    rf"[DdJjLl]{_Q}",
    rf"([Yy]{_Q}){_L}",  # y' all
    _any_of(_WITH_APOSTROPHE).replace("'", _Q),
    rf"{_L}{_W}*(?:[.!?]{_L}{_W}*)+(?:{_H}{_PART})*",  # the full stop without its space: dog.The
    rf"(?:{_W}+{_H})*(?:{_L}\.)+{_L}(?:{_H}{_PART})*",  # U.S-led
    rf"(?:{_W}+{_H})*(?:{_L}\.){{2,}}(?:{_H}{_PART})*",  # U.S., U.S.-led
    rf"[A-Za-z]\.(?! +{_any_of(_SENTENCE_STARTS)} )",
    rf"{_any_of(_ABBREVIATIONS)}\.",
    r"[Pp][Hh]\.[Dd]\.",
    rf"({_any_of(_ABBREVIATIONS_OF_NUMBERS)}\.) ?\d",
    rf"({_PART}(?:\.{_L})*\.)[,;:]",
    "[A-Z]+(?:[&+][A-Z]+)+",  # AT&T
    r"(?:[A-Z]|US|HK|NZ|AU|CA|CAN|NT|MX|SG)\$",
    r"[Cc]\+\+|[CcFf]#",
    "(?i:anti|pro)-",
    _NUMBER,
    r"(?:[1-9]\d{0,3}[ -])?\d+/\d+",  # 1 1/2
    r"\d{3} \d{3} \d{4}",
    r"https?://[^\s\"<>|()]+\.[^\s\"<>|()]*[^\s\"<>|().!?,;:'-]",
    r"(?:www\.(?:[^\s\"<>|.!?(){},]+\.)+[a-zA-Z]{2,4}|(?:[^\s\"`'<>|.!?(){},_$/-]+\.)+(?:com|net|org|edu))"
    r"(?:/[^\s\"<>|()]+[^\s\"<>|.!?(){},-])?",
    r"[a-zA-Z0-9][^\s\"<>|()]*@(?:[^\s\"<>|().]+\.)*[^\s\"<>|().]+",
]
_QUOTES = [
    rf"'(?:{_CLITIC}|{_CUT_OFF})(?![A-Za-z])",
    rf"’(?:{_CLITIC}|{_CUT_OFF}|[nN]’?)",  # CoreNLP does not look at what follows this apostrophe
    "'[nN](?:'|(?= ))",  # rock 'n' roll
    rf"{_A}\d\d[sS]?(?![\w'’-])",  # '90s
    "(?i:('t)(?:is|was))",
    "''|``",
]
_SMILEY = rf"[<>]?[:;=][-o'’]?[()DdPpO\[\]|](?!{_W})"
_TAG_NAME = r"[A-Za-z][\w:.-]*"
_OTHERS = {
    "-": [rf"-{_NUMBER}", "--+", "-_-"],
    "+": [rf"\+{_NUMBER}"],
    ".": [_NUMBER, r"\.\.\.+"],
    ",": [_NUMBER],
    ":": [_NUMBER, _SMILEY],
    "!?": ["[!?]+"],
    ";=>": [_SMILEY],
    "<": [_SMILEY, rf"</?{_TAG_NAME}(?: +{_TAG_NAME}(?: *= *(?:\"[^\"<>]*\"|'[^'<>]*'))?)* */?>"],
    "'’‘`": _QUOTES,
    "*": [r"\*+"],
    "_": ["_+"],
    "#": ["#+", "#[A-Za-z]+"],
    "@": ["@[A-Za-z_][A-Za-z_0-9]*"],
    "&": [r"&(?:#\d+|[A-Za-z]+(?:acute|grave|circ|tilde|uml|cedil|ring|slash|lig));"],
    "(": [r"\(\d{3}\) ?\d{3}[- .]\d{4}"],
    "^": [r"\^_\^"],
}


def _compile(patterns: list[str]) -> list[re.Pattern[str]]:
    return [re.compile(pattern) for pattern in patterns]


_RULES = {character: _compile(patterns) for characters, patterns in _OTHERS.items() for character in characters}
_WORD_RULES = _compile(_WORDS)


def rules_for(character: str) -> list[re.Pattern[str]]:
    """The rules for tokens that may begin with this character; without any it is a token by itself."""
    return _RULES.get(character, _WORD_RULES if character.isalnum() else [])
