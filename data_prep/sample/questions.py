"""Questions and commands of the sample corpus, each pattern a function from a random generator to a pair."""

from dataclasses import replace
from random import Random

from data_prep.sample import english, lexicon
from data_prep.sample.clauses import (
    action,
    clause,
    denied,
    described,
    located,
    maybe_adjective,
    named,
    owned,
    person,
    subject,
    tagged,
    thing,
    time,
)
from data_prep.sample.entries import Phrase, Verb
from data_prep.sample.grammar import (
    TU,
    YO,
    Clause,
    Nominal,
    Pair,
    command,
    indirect_question,
    noun_phrase,
    question,
    sentence,
    statement,
)
from data_prep.sample.spanish import Tense, agree

_WHO = Nominal("quién", "who", human=True)
_WHY, _WHEN = Phrase("por qué", "why"), Phrase("cuándo", "when")
_WHERE, _HOW = Phrase("dónde", "where"), Phrase("cómo", "how")
_COUNTED = ("edible", "buyable", "readable", "writable", "show", "givable", "lost", "fragile", "makeable")
_HABITS = ("hacer", "comer", "beber", "comprar", "leer", "escribir", "cocinar", "estudiar")
_PLEASE = Phrase(", por favor", ", please")
_THINGS = ("edible", "drinkable", "buyable", "readable", "writable", "lost", "givable", "makeable", "show")


def asked(rng: Random, tense: Tense = "present") -> Nominal:
    """Return the subject of a question: anybody but the speaker."""
    while (who := subject(rng, tense, pronouns=0.5)).slot == 0:
        pass
    return TU if who.slot == 3 else who


def yes_no_question(rng: Random) -> Pair:
    """A question with do-support or an auxiliary in English."""
    if rng.random() < 0.2:
        modal = rng.choice(lexicon.MODALS)
        return sentence(question(replace(action(rng, "present", asked(rng)), modal=modal)), "?")
    if rng.random() < 0.15:
        return sentence(question(located(rng, asked(rng))), "?")
    return sentence(question(clause(rng, who=asked(rng))), "?")


def reason_or_time_question(rng: Random) -> Pair:
    """Why, and when."""
    if rng.random() < 0.5:
        return sentence(question(denied(rng, 0.3, lambda: clause(rng, who=asked(rng), timed=0.2)), _WHY), "?")
    tense: Tense = rng.choice(("preterite", "future"))
    said = clause(rng, tense, asked(rng), timed=0)
    while said.verb is lexicon.ESTAR or said.verb in lexicon.ROUTINE:
        said = clause(rng, tense, asked(rng), timed=0)
    return sentence(question(said, _WHEN), "?")


def place_question(rng: Random) -> Pair:
    """Where somebody does something, is or goes; what time."""
    kind = rng.random()
    tense: Tense = rng.choice(("present", "preterite", "future", "imperfect"))
    who = asked(rng)
    if kind < 0.3:
        return sentence(question(Clause(who, rng.choice(lexicon.INTRANSITIVE), tense), _WHERE), "?")
    if kind < 0.55:
        verb = rng.choice([verb for verb in lexicon.TRANSITIVE if verb.objects in _THINGS and verb.en != "forget"])
        tense = "preterite"
        said = Clause(who, verb, tense, thing(rng, verb, tense, who).as_object())
        return sentence(question(said, _WHERE), "?")
    if kind < 0.7:
        noun = rng.choice(tagged("portable"))
        what = owned(rng, noun, rng.random() < 0.4)
        return sentence(question(Clause(what, lexicon.ESTAR, rng.choice(("present", "imperfect"))), _WHERE), "?")
    ending = time(rng, tense) if tense != "imperfect" else Phrase()
    if kind < 0.85:
        verb = rng.choice(named(lexicon.MOTION, "ir", "viajar", "volver"))
        return sentence(question(Clause(who, verb, tense, ending=ending), Phrase("adónde", "where")), "?")
    hour = Phrase("a qué hora", "what time")
    return sentence(question(Clause(who, rng.choice(lexicon.ROUTINE), tense, ending=ending), hour), "?")


def object_question(rng: Random) -> Pair:
    """What and whom."""
    tense: Tense = rng.choice(("preterite", "preterite", "perfect", "future"))
    who = asked(rng)
    if rng.random() < 0.35:
        verb, word = (
            rng.choice([verb for verb in lexicon.TRANSITIVE if verb.objects == "relative"]),
            Phrase("a quién", "who"),
        )
    elif rng.random() < 0.6:
        verb, word = rng.choice([verb for verb in lexicon.TRANSITIVE if verb.objects in _THINGS]), Phrase("qué", "what")
    else:
        tense = rng.choice(("progressive", "present"))
        verb, word = rng.choice(named(lexicon.TRANSITIVE, *_HABITS)), Phrase("qué", "what")
    ending = time(rng, tense) if rng.random() < 0.5 else Phrase()
    return sentence(question(Clause(who, verb, tense, ending=ending), word), "?")


def selection_question(rng: Random) -> Pair:
    """How many and which."""
    tense: Tense = rng.choice(("preterite", "preterite", "perfect", "future"))
    verb = rng.choice([verb for verb in lexicon.TRANSITIVE if verb.objects in _COUNTED])
    noun = rng.choice([noun for noun in tagged(verb.objects) if not noun.mass])
    what = noun_phrase(noun, many=True)
    wanted = Phrase(f"{agree('cuánto', noun.feminine, True)} {what.es}", f"how many {what.en}")
    if rng.random() < 0.5:
        what = noun_phrase(noun, many=rng.random() < 0.3)
        wanted = Phrase(f"qué {what.es}", f"which {what.en}")
    ending = time(rng, tense) if rng.random() < 0.5 else Phrase()
    return sentence(question(Clause(asked(rng), verb, tense, ending=ending), wanted), "?")


def subject_question(rng: Random) -> Pair:
    """Who does something, without do-support."""
    if rng.random() < 0.2:
        modal = rng.choice(lexicon.MODALS)
        return sentence(statement(replace(action(rng, "present", _WHO), modal=modal)), "?")
    return sentence(statement(clause(rng, who=_WHO)), "?")


def person_question(rng: Random) -> Pair:
    """How somebody is and how old."""
    if rng.random() < 0.5:
        return sentence(question(Clause(person(rng), lexicon.ESTAR, rng.choice(("present", "imperfect"))), _HOW), "?")
    return sentence(question(Clause(asked(rng), lexicon.TENER), Phrase("cuántos años", "how old")), "?")


def thing_question(rng: Random) -> Pair:
    """What something is like, what color, what it costs."""
    noun = rng.choice(tagged("buyable", "thing"))
    many = rng.random() < 0.4
    kind = rng.random()
    if kind < 0.4:
        what = noun_phrase(noun, rng.choice(("the", "this", "that")), many, maybe_adjective(rng, noun, 0.2))
        tense: Tense = rng.choice(("present", "preterite"))
        return sentence(question(Clause(what, lexicon.COSTAR, tense), Phrase("cuánto", "how much")), "?")
    if kind < 0.7:
        return sentence(
            question(Clause(owned(rng, noun, many), lexicon.SER), Phrase("de qué color", "what color")), "?"
        )
    return sentence(question(described(rng, owned(rng, noun, many), noun)), "?")


def owner_question(rng: Random) -> Pair:
    """Whose something is: English moves the noun to the question word."""
    noun = rng.choice(tagged("portable"))
    what = noun_phrase(noun, rng.choice(("this", "that")), rng.random() < 0.4)
    pointing, thing_en = what.en.split()
    es = question(Clause(what, lexicon.SER), Phrase("de quién")).es
    be = english.verb_group("be", "present", what.slot).auxiliary
    return sentence(Phrase(es, f"whose {thing_en} {be} {pointing}"), "?")


def company_question(rng: Random) -> Pair:
    """With whom, for whom: the preposition comes first in Spanish and last in English."""
    tense: Tense = rng.choice(("present", "preterite", "future"))
    verb = rng.choice(
        (*named(lexicon.INTRANSITIVE, "trabajar", "estudiar", "bailar", "jugar", "vivir"), *named(lexicon.MOTION, "ir"))
    )
    goal = rng.choice(lexicon.PLACES["goal"]) if verb in lexicon.MOTION else Phrase()
    said = Clause(asked(rng), verb, tense, goal)
    return sentence(question(said, Phrase("con quién", "who")) + Phrase("", "with"), "?")


def embedded_question(rng: Random) -> Pair:
    """I don't know where, do you know why."""
    tense: Tense = rng.choice(("present", "preterite", "future", "progressive"))
    who = subject(rng, tense, pronouns=0.4)
    word = rng.choice((Phrase("por qué", "why"), Phrase("si", "if"), _WHEN, _WHERE))
    said = clause(rng, tense, who, timed=0)
    if word.en == "where":
        said = Clause(who, rng.choice(lexicon.INTRANSITIVE), "present" if tense == "progressive" else tense)
    elif word.en == "when":
        said = clause(rng, rng.choice(("preterite", "future")), who, timed=0)
    embedded = word + statement(said) if word.en == "if" else indirect_question(said, word)
    know = Verb("saber", "know", aspect="state")
    if rng.random() < 0.35:
        return sentence(question(Clause(TU, know)) + embedded, "?")
    return sentence(statement(Clause(YO, know, negated=True)) + embedded)


def order(rng: Random) -> Pair:
    """A familiar command, sometimes negative, with a pronoun or please."""
    said = action(rng, "future", TU)
    while said.verb.es in ("vivir", "volver", "esperar"):
        said = action(rng, "future", TU)
    negated = rng.random() < 0.35
    please = _PLEASE if rng.random() < 0.35 else Phrase()
    if said.verb.objects in ("openable", "washable", "usable", "buyable", "readable") and rng.random() < 0.3:
        it = rng.choice((Nominal("", "it"), Nominal("", "them", 4)))
        return sentence(command(said.verb, Phrase("", it.en), it.accusative, negated) + please)
    if rng.random() < 0.15:
        said = replace(
            said,
            verb=rng.choice([verb for verb in lexicon.ROUTINE if verb.reflexive]),
            complement=Phrase(),
            ending=rng.choice(lexicon.TIMES["hour"]),
        )
    return sentence(command(said.verb, said.complement + said.ending, negated=negated) + please)


PATTERNS = (
    (yes_no_question, 9),
    (reason_or_time_question, 4),
    (place_question, 4),
    (object_question, 3),
    (selection_question, 2),
    (subject_question, 3),
    (person_question, 1),
    (thing_question, 2),
    (owner_question, 1),
    (company_question, 1),
    (embedded_question, 4),
    (order, 5),
)
