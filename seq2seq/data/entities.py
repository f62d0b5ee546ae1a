"""Tags of the BIO scheme (Ramshaw & Marcus 1995, as CoNLL-2002 writes it), and the entities that they mark.

The first token of an entity has the tag B- and its type, as "B-person", the further ones I- and the type, all others O.
"""

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from seq2seq.data.prepared import TAGGING, PreparedFolder
from seq2seq.errors import UserError

OUTSIDE = "O"
_BEGIN, _INSIDE = "B-", "I-"
_TAG = re.compile(r"O|[BI]-\S+")


class Entity(NamedTuple):
    """A name in a sentence: its type, its first token, and the one after its last, from 0."""

    kind: str
    start: int
    end: int


class TaggedSentence(NamedTuple):
    """Tokens and as many tags."""

    tokens: tuple[str, ...]
    tags: tuple[str, ...]


def is_tag(text: str) -> bool:
    """Whether it is a tag of the scheme.

    >>> [is_tag(tag) for tag in ("O", "B-person", "S-person", "B-", "I")]
    [True, True, False, False, False]
    """
    return bool(_TAG.fullmatch(text))


def entities(tags: Sequence[str]) -> list[Entity]:
    """The entities that tags mark. An I- that continues no entity of its type begins one, as in conlleval and seqeval.

    >>> entities(["B-person", "I-person", "O", "I-place", "I-person"])
    [Entity(kind='person', start=0, end=2), Entity(kind='place', start=3, end=4), Entity(kind='person', start=4, end=5)]
    """
    found: list[Entity] = []
    before = OUTSIDE
    for place, tag in enumerate(tags):
        if tag != OUTSIDE:
            if tag.startswith(_INSIDE) and tag[2:] == before[2:]:
                found[-1] = found[-1]._replace(end=place + 1)
            else:
                found.append(Entity(tag[2:], place, place + 1))
        before = tag
    return found


def repair(tags: Sequence[str]) -> tuple[tuple[str, ...], int]:
    """The same entities with a B- at the beginning of each, and how many tags that changed.

    >>> repair(["I-person", "I-person", "O", "B-place", "I-person"])
    (('B-person', 'I-person', 'O', 'B-place', 'B-person'), 2)
    """
    mended = list(tags)
    for entity in entities(tags):
        mended[entity.start] = _BEGIN + entity.kind
    return tuple(mended), sum(old != new for old, new in zip(tags, mended, strict=True))


def label_list(sentences: Iterable[TaggedSentence]) -> tuple[str, ...]:
    """The tags that occur, O first, and for each type B- before I-.

    >>> label_list([TaggedSentence(("in", "New", "York"), ("O", "B-place", "I-place"))])
    ('O', 'B-place', 'I-place')
    """
    tags = {tag for sentence in sentences for tag in sentence.tags} - {OUTSIDE}
    return (OUTSIDE, *sorted(tags, key=lambda tag: (tag[2:], tag)))


def may_follow(tag: str, before: str = OUTSIDE) -> bool:
    """Whether a tag may stand after another, or at the beginning of a sentence, as after O.

    >>> may_follow("I-person", "B-person"), may_follow("I-person", "B-place"), may_follow("I-person")
    (True, False, False)
    """
    return not tag.startswith(_INSIDE) or tag[2:] == before[2:]


def read_tagged(prepared: PreparedFolder, split: str) -> list[TaggedSentence]:
    """The sentences of a split.

    Raises:
        UserError: the folder is for another task, or a row has not as many tags as tokens, or one that is none.
    """
    if prepared.task != TAGGING:
        raise UserError(f"{prepared.path}: holds {prepared.task}, no tagged sentences")
    sentences = []
    for number, (text, tags) in enumerate(prepared.stream(split), start=2):
        sentence = TaggedSentence(tuple(text.split(" ")), tuple(tags.split(" ")))
        if len(sentence.tokens) != len(sentence.tags) or not all(map(is_tag, sentence.tags)):
            raise UserError(
                f"{prepared.table(split)}, line {number}: {len(sentence.tokens)} tokens and {len(sentence.tags)} tags, "
                "where a tag O, B-TYPE or I-TYPE is due for each; prepare the data again"
            )
        sentences.append(sentence)
    return sentences
