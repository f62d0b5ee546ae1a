"""One-clause statements of the sample corpus, each pattern a function from a random generator to a pair."""

from dataclasses import replace
from random import Random

from data_prep.sample import english, lexicon, spanish
from data_prep.sample.clauses import (
    action,
    clause,
    denied,
    described,
    feeling,
    generic,
    given,
    located,
    maybe_adjective,
    outsider,
    owned,
    person,
    subject,
    tagged,
    time,
    weather,
)
from data_prep.sample.entries import Phrase, Verb
from data_prep.sample.grammar import (
    DATIVES,
    PRONOUNS,
    Clause,
    Nominal,
    Pair,
    infinitive,
    liking,
    noun_phrase,
    possessive,
    predicate,
    sentence,
    statement,
)
from data_prep.sample.spanish import Tense


def plain_statement(rng: Random) -> Pair:
    """A clause in any tense, sometimes with its time in front."""
    said = clause(rng, timed=0.6)
    if said.tense in ("preterite", "future") and rng.random() < 0.15:
        return sentence(time(rng, said.tense) + statement(clause(rng, said.tense, said.subject, timed=0)))
    return sentence(statement(said))


def negative_statement(rng: Random) -> Pair:
    """A clause with no / not."""
    return sentence(statement(denied(rng, 1, lambda: clause(rng, timed=0.4))))


def adverb_statement(rng: Random) -> Pair:
    """A clause with an adverb that stands before the Spanish verb and inside the English one."""
    kind = rng.random()
    if kind < 0.5:
        return sentence(statement(replace(clause(rng, "present", timed=0), early=rng.choice(lexicon.OFTEN))))
    if kind < 0.65:
        return sentence(statement(replace(clause(rng, "progressive", timed=0), early=Phrase("todavía", "still"))))
    if kind < 0.85:
        return sentence(statement(replace(clause(rng, "perfect", timed=0), early=Phrase("ya", "already"))))
    not_yet = statement(replace(denied(rng, 1, lambda: clause(rng, "perfect", timed=0)), early=Phrase("todavía", "")))
    return sentence(not_yet + Phrase("", "yet"))


def modal_statement(rng: Random) -> Pair:
    """Wanting, having to, being able to, going to."""
    modal = rng.choice(lexicon.MODALS)
    tenses: tuple[Tense, ...] = ("present",)
    if modal.es not in ("deber", "preferir"):
        tenses = ("present", "present", "imperfect")
    if modal.es in ("poder", "tener que"):
        tenses = (*tenses, "future")
    tense = rng.choice(tenses)
    deniable = 0 if modal.es == "preferir" else 0.25
    said = replace(denied(rng, deniable, lambda: action(rng, tense, subject(rng, tense))), modal=modal)
    if tense != "imperfect" and rng.random() < 0.35:
        said = replace(said, ending=said.ending + rng.choice(lexicon.TIMES["future"]))
    return sentence(statement(said))


def character(rng: Random) -> Pair:
    """What somebody is like, does for a living or comes from (ser)."""
    kind = rng.random()
    tense: Tense = rng.choice(("present", "present", "imperfect")) if kind < 0.75 else "present"
    who = subject(rng, tense)
    if kind < 0.5:
        adjectives = [adjective for adjective in lexicon.ADJECTIVES if adjective.kinds == ("person",)]
        degree = rng.choice((Phrase(), Phrase("muy", "very"), Phrase("demasiado", "too")))
        complement = predicate(rng.choice(adjectives), who, degree)
    elif kind < 0.75:
        job = noun_phrase(rng.choice([noun for noun in tagged("job") if noun.feminine == who.feminine]), many=who.many)
        complement = Phrase(job.es, job.en if who.many else english.with_article(job.en))
    else:
        complement = rng.choice(lexicon.PLACES["origin"])
    return sentence(statement(Clause(who, lexicon.SER, tense, complement, negated=rng.random() < 0.2)))


def description(rng: Random) -> Pair:
    """What a thing is like or in what state."""
    noun = rng.choice(tagged("thing") + tagged("pet") + tagged("show") + tagged("city"))
    many = rng.random() < 0.3
    ownable = {"buyable", "pet", "room"} & set(noun.tags)
    what = owned(rng, noun, many) if ownable else noun_phrase(noun, rng.choice(("the", "this", "that")), many)
    return sentence(statement(denied(rng, 0.2, lambda: described(rng, what, noun))))


def location(rng: Random) -> Pair:
    """Where things and people are (estar)."""
    return sentence(statement(replace(located(rng), negated=rng.random() < 0.2)))


def existence(rng: Random) -> Pair:
    """What there is or was somewhere (hay)."""
    noun = rng.choice(tagged("portable") + tagged("edible") + tagged("drinkable"))
    negated = rng.random() < 0.2
    determiner = rng.choice(("a", "a", "two", "three", "four", "many", "some", "few"))
    if noun.mass or negated:
        what = noun_phrase(noun, many=not noun.mass)
    else:
        what = noun_phrase(noun, determiner, adjective=maybe_adjective(rng, noun, 0.3))
    es, be = rng.choice((("hay", ("is", "are")), ("hay", ("is", "are")), ("había", ("was", "were"))))
    there = Phrase(f"no {es}" if negated else es, f"there {be[what.many]}{' no' if negated else ''}")
    return sentence(
        there + what.phrase() + rng.choice(lexicon.PLACES["kitchen" if "portable" not in noun.tags else "surface"])
    )


def belonging(rng: Random) -> Pair:
    """Whose something is: mine, yours, my brother's."""
    noun = rng.choice(tagged("portable"))
    what = noun_phrase(noun, rng.choice(("this", "that", "the")), rng.random() < 0.4)
    if rng.random() < 0.4:
        es, en = rng.choice((("mío", "mine"), ("tuyo", "yours"), ("nuestro", "ours")))
        owner = Phrase(spanish.agree(es, noun.feminine, what.many), en)
    else:
        keeper = person(rng)
        owner = Phrase(f"de {keeper.es}", english.genitive(keeper.en))
    return sentence(statement(Clause(what, lexicon.SER, "present", owner, negated=rng.random() < 0.25)))


def fondness(rng: Random) -> Pair:
    """What somebody likes or loves: a thing, things, doing something."""
    verb = rng.choice(lexicon.FONDNESS)
    fan = subject(rng)
    tense: Tense = rng.choice(("present", "present", "present", "imperfect"))
    negated = verb.en == "like" and rng.random() < 0.3
    if rng.random() < 0.6:
        what = generic(rng)
        return sentence(liking(verb, fan, what.phrase(), what.slot, tense, negated))
    done = action(rng, "present", fan, habit=True)
    deed = Phrase(infinitive(done.verb, fan.slot), f"to {done.verb.en}") + done.complement + done.ending
    return sentence(liking(verb, fan, deed, 2, tense, negated))


def pain(rng: Random) -> Pair:
    """What hurts: Spanish names the sufferer by a dative, English by a possessive."""
    noun = rng.choice(tagged("body"))
    sufferer = subject(rng)
    part = noun_phrase(noun, "the", noun.es in ("mano", "pierna", "ojo") or sufferer.many)
    whose = possessive(sufferer).en if sufferer in PRONOUNS else english.genitive(sufferer.en)
    hurting = english.verb_group(lexicon.DOLER.en, "present", part.slot)
    es = f"a {sufferer.es}" if sufferer.es else ""
    verb = spanish.conjugate(lexicon.DOLER.es, "present", part.slot)
    body = Phrase(part.es, hurting.state(f"{whose} {part.en.removeprefix('the ')}"))
    return sentence(Phrase(es) + Phrase(f"{DATIVES[sufferer.slot]} {verb}") + body)


def sensation(rng: Random) -> Pair:
    """Being hungry, cold, in a hurry."""
    return sentence(statement(replace(feeling(rng), negated=rng.random() < 0.3)))


def age(rng: Random) -> Pair:
    """How old somebody is or will be."""
    tense: Tense = rng.choice(("present", "present", "imperfect"))
    return sentence(statement(Clause(subject(rng, tense), lexicon.TENER, tense, rng.choice(lexicon.AGES))))


def price(rng: Random) -> Pair:
    """What something costs."""
    noun = rng.choice(tagged("buyable", "thing"))
    what = noun_phrase(noun, rng.choice(("the", "this", "that")), rng.random() < 0.4)
    number = rng.choice(lexicon.NUMBERS + lexicon.TENS)
    tense: Tense = rng.choice(("present", "present", "preterite"))
    return sentence(statement(Clause(what, lexicon.COSTAR, tense, Phrase(f"{number.es} euros", f"{number.en} euros"))))


def weather_report(rng: Random) -> Pair:
    """The weather in its tenses."""
    tense: Tense = rng.choice(("preterite", "future", "progressive", "perfect"))
    said = weather(rng, tense)
    negated = rng.random() < 0.2
    when = rng.choice((Phrase(), Phrase("hoy", "today"))) if tense == "progressive" else time(rng, tense)
    return sentence(statement(replace(said, ending=when, negated=negated)))


def gift(rng: Random) -> Pair:
    """Giving, sending, lending: a dative in Spanish, two objects in English."""
    tense: Tense = rng.choice(("preterite", "preterite", "future", "perfect"))
    said = given(rng, tense, subject(rng, tense))
    return sentence(statement(replace(said, negated=rng.random() < 0.2, ending=time(rng, tense))))


def object_pronoun(rng: Random) -> Pair:
    """A verb with an object pronoun, before the verb or attached to the infinitive."""
    tense: Tense = rng.choice(("present", "preterite", "future", "perfect", "progressive"))
    who = subject(rng, tense)
    personal = [verb for verb in lexicon.TRANSITIVE if verb.objects == "relative"]
    concrete = [
        verb for verb in lexicon.TRANSITIVE if verb.objects in ("buyable", "edible", "readable", "writable", "lost")
    ]
    if rng.random() < 0.5:
        verb: Verb = rng.choice(personal)
        whom = outsider(rng, who)
        said = Clause(who, verb, tense, Phrase("", whom.object_en), pronoun=whom.accusative)
    else:
        verb = rng.choice([verb for verb in concrete if verb.aspect == "activity" or tense in ("preterite", "perfect")])
        it = rng.choice((Nominal("", "it"), Nominal("", "them", 4)))
        said = Clause(who, verb, tense, Phrase("", it.en), pronoun=it.accusative)
    if rng.random() < 0.35:
        said = replace(said, tense="present", modal=rng.choice(lexicon.MODALS))
    elif rng.random() < 0.5:
        said = replace(said, ending=time(rng, tense))
    return sentence(statement(replace(said, negated=rng.random() < 0.25)))


def comparison(rng: Random) -> Pair:
    """More than, as much as, the most of all."""
    if rng.random() < 0.55:
        first, second = person(rng, 0), person(rng, 0)
        adjectives = [adjective for adjective in lexicon.ADJECTIVES if adjective.kinds == ("person",)]
    else:
        noun = rng.choice(tagged("thing", "buyable") + tagged("city") + tagged("pet"))
        first, second = noun_phrase(noun, "this"), noun_phrase(noun, "that")
        adjectives = [
            a for a in lexicon.ADJECTIVES if noun.tags[0] in a.kinds and not a.before and a.en not in lexicon.COLORS
        ]
    adjective = rng.choice(adjectives)
    agreeing = spanish.agree(adjective.es, first.feminine, first.many)
    kind = rng.random()
    if first.es == second.es or kind < 0.25:
        group = Phrase("el grupo", "the group")
        if not first.human:
            group = Phrase(spanish.agree("todo", first.feminine, True), "all")
        best = Phrase(f"{_the(first)} más {agreeing} de {group.es}")
        best += Phrase("", f"the {english.superlative(adjective.en)} {'in' if first.human else 'of'} {group.en}")
        return sentence(statement(Clause(first, lexicon.SER, "present", best)))
    if kind < 0.5:
        than = Phrase(f"tan {agreeing} como {second.es}", f"as {adjective.en} as {second.en}")
    else:
        than = Phrase(f"más {agreeing} que {second.es}", f"{english.comparative(adjective.en)} than {second.en}")
    return sentence(statement(Clause(first, lexicon.SER, "present", than, negated=rng.random() < 0.2)))


def _the(nominal: Nominal) -> str:
    return ("los", "las")[nominal.feminine] if nominal.many else ("el", "la")[nominal.feminine]


def companionship(rng: Random) -> Pair:
    """Doing something with, for or without somebody."""
    tense: Tense = rng.choice(("present", "preterite", "future", "progressive"))
    verb = rng.choice([verb for verb in lexicon.INTRANSITIVE if verb.es not in ("vivir", "dormir", "esperar")])
    who, other = subject(rng, tense), person(rng)
    preposition = rng.choice((Phrase("con", "with"), Phrase("con", "with"), Phrase("sin", "without")))
    return sentence(statement(Clause(who, verb, tense, preposition + other.phrase(), time(rng, tense))))


PATTERNS = (
    (plain_statement, 16),
    (negative_statement, 6),
    (adverb_statement, 5),
    (modal_statement, 8),
    (character, 5),
    (description, 5),
    (location, 4),
    (existence, 4),
    (belonging, 2),
    (fondness, 5),
    (pain, 1),
    (sensation, 2),
    (age, 2),
    (price, 2),
    (weather_report, 1),
    (gift, 5),
    (object_pronoun, 6),
    (comparison, 4),
    (companionship, 2),
)
