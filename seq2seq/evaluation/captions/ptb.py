"""Penn Treebank tokens as coco-caption makes them, without Java.

coco-caption runs `PTBTokenizer -preserveLines -lowerCase` of Stanford CoreNLP 3.4.1 and drops a list of punctuation.
The rules here were written from what that program does to text, not from its source, and compared with it caption by
caption. Each caption is cut by itself; CoreNLP also looks at the next line, which matters to an "I." at a line's end.
Only where a script has no spaces is it cut otherwise: at every character, since one word a caption could not be scored.
"""

import re

from seq2seq.data.words import spaced
from seq2seq.evaluation.captions.ptb_rules import CHARACTERS, SPELLING, TWO_WORDS, rules_for

VERSION = "ptb1"  # stands in signatures: raised whenever any caption is cut differently
CHARACTERWISE = "+characters"  # and this after it, where characters are words

_PUNCTUATION = frozenset(["''", "'", "``", "`", ".", "?", "!", ",", ":", "-", "--", "...", ";"])
_PLAIN = re.compile(r"([A-Za-z]{2,}|[AaI]) +|[.,!?] *$")  # most of any caption; no rule would cut it otherwise
_ENTITIES = {"amp": "&", "lt": " < ", "gt": " > ", "quot": '"', "apos": "’", "nbsp": " ", "ndash": "–", "mdash": "—"}
_ENTITY = re.compile(f"&({'|'.join(_ENTITIES)});")


def ptb_tokenize(text: str) -> list[str]:
    """The tokens of one caption: lower case, contractions split, punctuation dropped.

    Brackets stay, as "-lrb-" and the like: coco-caption means to drop them, but looks for them in upper case. A token
    may hold a no-break space ("1 1/2"), at which coco-caption's BLEU and CIDEr-D, but not its ROUGE-L, cut once more.

    >>> ptb_tokenize("A man's dog can't sit; it's tired!")
    ['a', 'man', "'s", 'dog', 'ca', "n't", 'sit', 'it', "'s", 'tired']
    """
    if "&" in text:
        text = _ENTITY.sub(lambda entity: _ENTITIES[entity[1]], text)
    text = spaced(text.translate(CHARACTERS)).strip(" ")
    text = f"{text} " if text else ""  # a word that ends the caption is followed by a space like all others
    tokens: list[str] = []
    position, end = 0, len(text)
    while position < end:
        plain = _PLAIN.match(text, position)
        if plain:
            token, position = plain[1] or "", plain.end()
        else:
            start, position = position, _token_end(text, position)
            token = text[start:position]
            while position < end and text[position] == " ":
                position += 1
        tokens.extend(_spell(token.lower()))
    return tokens


def _token_end(text: str, start: int) -> int:
    """Where the token ends that begins here: the longest match wins, what must follow the token included."""
    longest = stop = start + 1
    for rule in rules_for(text[start]):
        match = rule.match(text, start)
        if match and match.end() > longest:
            longest = match.end()
            stop = match.end(rule.groups and 1)
    return stop


def _spell(token: str) -> list[str]:
    """The token or tokens as coco-caption writes them, none for its punctuation."""
    if token in TWO_WORDS:
        return TWO_WORDS[token]
    token = SPELLING.get(token, token)
    if token in _PUNCTUATION or not token.strip("-") or not token.strip("."):
        return []
    if len(token) > 1:  # a tag, a mixed fraction, a smiley
        token = token.replace(" ", "\N{NO-BREAK SPACE}").replace("(", "-lrb-").replace(")", "-rrb-")
    return [token]
