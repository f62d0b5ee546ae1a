"""English word forms for the sample corpus: verb groups with do-support, plurals, articles and comparatives.

The tenses carry their Spanish names; this module says which English each one becomes (imperfect: "used to eat").
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

from data_prep.sample.spanish import Tense

_IRREGULAR = {
    base: (past, participle)
    for base, past, participle in (
        row.split()
        for row in """
        be was been
        break broke broken
        bring brought brought
        buy bought bought
        come came come
        cost cost cost
        do did done
        drink drank drunk
        eat ate eaten
        find found found
        forget forgot forgotten
        get got gotten
        give gave given
        go went gone
        have had had
        hurt hurt hurt
        know knew known
        leave left left
        lend lent lent
        lose lost lost
        make made made
        pay paid paid
        put put put
        read read read
        run ran run
        say said said
        see saw seen
        sell sold sold
        send sent sent
        show showed shown
        sing sang sung
        sit sat sat
        sleep slept slept
        speak spoke spoken
        swim swam swum
        take took taken
        think thought thought
        wake woke woken
        wear wore worn
        write wrote written
        """.strip().splitlines()
    )
}
_IRREGULAR_PLURALS = {"man": "men", "woman": "women", "scarf": "scarves", "fish": "fish"}
_NEGATIVES = {"am": "am not", "can": "can't", "will": "won't"}
_PRONOUNS = ("I", "you", "he", "she", "it", "we", "they")
_CONTRACTIONS = {"am": "'m", "is": "'s", "are": "'re", "will": "'ll"}


@dataclass(frozen=True)
class VerbGroup:
    """A verb in its tense: `plain` states; questions and negations take `auxiliary` and `rest` apart."""

    auxiliary: str
    rest: str
    plain: str = ""

    def state(self, subject: str, adverb: str = "", negated: bool = False) -> str:
        """Return subject and verb of a statement, the adverb in the middle ("he has already eaten")."""
        if negated and (subject, self.auxiliary) == ("I", "am"):
            words: tuple[str, ...] = ("I'm not", adverb, self.rest)
        elif negated:
            words = (subject, negative(self.auxiliary), adverb, self.rest)
        elif self.plain:
            words = (subject, adverb, self.plain)
        elif subject in _PRONOUNS and self.auxiliary in _CONTRACTIONS:
            words = (subject + _CONTRACTIONS[self.auxiliary], adverb, self.rest)
        else:
            words = (subject, self.auxiliary, adverb, self.rest)
        return " ".join(filter(None, words))

    def ask(self, subject: str) -> str:
        """Return auxiliary, subject and the rest ("does he eat")."""
        return " ".join(filter(None, (self.auxiliary, subject, self.rest)))


def verb_group(base: str, tense: Tense, slot: int, stative: bool = False) -> VerbGroup:
    """Return the verb group of `base`, particles included; stative verbs take the simple past for the imperfect.

    >>> verb_group("get up", "present", 2).state("Ana", negated=True)
    "Ana doesn't get up"
    >>> verb_group("get up", "imperfect", 2).state("Ana", negated=True)
    "Ana didn't use to get up"
    """
    head, _, particle = base.partition(" ")
    if head in ("can", "should"):
        return _modal_group(head, particle, tense, slot)
    if (tense == "imperfect" and (stative or head == "be")) or (tense == "past_subjunctive" and head != "be"):
        tense = "preterite"
    match tense:
        case "present" | "subjunctive" if head == "be":
            return VerbGroup(_be(slot), particle)
        case "present" | "subjunctive":
            third = slot == 2
            return VerbGroup("does" if third else "do", base, _inflect(base, _third_person if third else str))
        case "preterite" if head == "be":
            return VerbGroup(_was(slot), particle)
        case "past_subjunctive":
            return VerbGroup("were", particle)
        case "preterite":
            return VerbGroup("did", base, _inflect(base, _past))
        case "imperfect":
            return VerbGroup("did", f"use to {base}", f"used to {base}")
        case "future":
            return VerbGroup("will", base)
        case "conditional":
            return VerbGroup("would", base)
        case "perfect":
            return VerbGroup("has" if slot == 2 else "have", _inflect(base, _participle))
        case "pluperfect":
            return VerbGroup("had", _inflect(base, _participle))
        case "progressive":
            return VerbGroup(_be(slot), gerund(base))
        case "past_progressive":
            return VerbGroup(_was(slot), gerund(base))


def _modal_group(modal: str, verb: str, tense: Tense, slot: int) -> VerbGroup:
    if modal == "should":
        return VerbGroup("should", verb)
    if tense == "future":
        return VerbGroup("will", f"be able to {verb}")
    return VerbGroup("can" if tense in ("present", "subjunctive") else "could", verb)


def _be(slot: int) -> str:
    return ("am", "are", "is", "are", "are")[slot]


def _was(slot: int) -> str:
    return "was" if slot in (0, 2) else "were"


def _inflect(base: str, change: Callable[[str], str]) -> str:
    head, space, particle = base.partition(" ")
    return change(head) + space + particle


def _third_person(verb: str) -> str:
    if verb == "have":
        return "has"
    if re.search(r"[^aeiou]y$", verb):
        return verb[:-1] + "ies"
    return verb + ("es" if re.search(r"(s|sh|ch|x|z|o)$", verb) else "s")


def _past(verb: str) -> str:
    if verb in _IRREGULAR:
        return _IRREGULAR[verb][0]
    if re.search(r"[^aeiou]y$", verb):
        return verb[:-1] + "ied"
    return verb + ("d" if verb.endswith("e") else "ed")


def _participle(verb: str) -> str:
    return _IRREGULAR[verb][1] if verb in _IRREGULAR else _past(verb)


def gerund(base: str) -> str:
    """Return the -ing form.

    >>> gerund("get up"), gerund("write"), gerund("be"), gerund("listen to")
    ('getting up', 'writing', 'being', 'listening to')
    """
    head, space, particle = base.partition(" ")
    if head.endswith("e") and head != "be":
        head = head[:-1]
    elif head in ("cut", "forget", "get", "put", "run", "sit", "swim", "stop"):
        head += head[-1]
    return f"{head}ing{space}{particle}"


def negative(auxiliary: str) -> str:
    """Return the contracted negative of an auxiliary (won't, can't, doesn't)."""
    return _NEGATIVES.get(auxiliary, auxiliary + "n't")


def plural(noun: str) -> str:
    """Return the plural of a noun.

    >>> plural("watch"), plural("city"), plural("woman"), plural("tomato")
    ('watches', 'cities', 'women', 'tomatoes')
    """
    if noun in _IRREGULAR_PLURALS:
        return _IRREGULAR_PLURALS[noun]
    if re.search(r"[^aeiou]y$", noun):
        return noun[:-1] + "ies"
    return noun + ("es" if re.search(r"(s|sh|ch|x|ato)$", noun) else "s")


def with_article(words: str) -> str:
    """Put "a" or "an" before the words, by the sound they begin with.

    >>> with_article("old car"), with_article("uniform")
    ('an old car', 'a uniform')
    """
    vowel = re.match(r"[aeiou](?!ni[^n]|se)|hour", words)
    return ("an " if vowel else "a ") + words


def comparative(adjective: str) -> str:
    """Return the comparative.

    >>> comparative("big"), comparative("heavy"), comparative("nice"), comparative("famous")
    ('bigger', 'heavier', 'nicer', 'more famous')
    """
    return _compare(adjective, "er", "more")


def superlative(adjective: str) -> str:
    """Return the superlative (biggest, most famous)."""
    return _compare(adjective, "est", "most")


def _compare(adjective: str, suffix: str, adverb: str) -> str:
    if adjective == "good":
        return {"er": "better", "est": "best"}[suffix]
    if len(re.findall(r"[aeiouy]+(?!$)", adjective)) > 1 or adjective in ("tired", "famous"):
        return f"{adverb} {adjective}"
    if adjective.endswith("y"):
        return f"{adjective[:-1]}i{suffix}"
    if adjective.endswith("e"):
        return adjective + suffix[1:]
    return adjective + (adjective[-1] if adjective in ("big", "sad", "hot") else "") + suffix


def genitive(words: str) -> str:
    """Return the possessive.

    >>> genitive("my friends"), genitive("your boss")
    ("my friends'", "your boss's")
    """
    return words + ("'" if re.search(r"[^s]s$", words) else "'s")
