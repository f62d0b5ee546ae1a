"""Sentences of two clauses in the sample corpus, each pattern a function from a random generator to a pair."""

from dataclasses import replace
from random import Random

from data_prep.sample import english, lexicon
from data_prep.sample.clauses import (
    action,
    clause,
    denied,
    described,
    feeling,
    maybe_adjective,
    named,
    subject,
    tagged,
    thing,
    time,
    weather,
)
from data_prep.sample.entries import Phrase, Verb
from data_prep.sample.grammar import (
    TU,
    YO,
    Clause,
    Nominal,
    Pair,
    again,
    infinitive,
    noun_phrase,
    predicate,
    sentence,
    spoken,
    statement,
    unspoken,
)
from data_prep.sample.spanish import Tense

_COMMA = Phrase(",", ",")
_THAT = Phrase("que", "that")
_CREER, _SABER = Verb("creer", "think", aspect="state"), Verb("saber", "know", aspect="state")
_DECIR = Verb("decir", "say", aspect="event")
_QUERER, _NECESITAR = Verb("querer", "want", aspect="state"), Verb("necesitar", "need", aspect="state")
_EVENTS = (*named(lexicon.MOTION, "volver", "salir"), *named(lexicon.ROUTINE, "llegar"))  # what a "when" clause tells


def other(rng: Random, than: Nominal, tense: Tense) -> Nominal:
    """Return a subject in another person than the one given."""
    while (who := subject(rng, tense, pronouns=0.4)).slot == than.slot:
        pass
    return who


def event(rng: Random, tense: Tense, who: Nominal) -> Clause:
    """Return a short happening that a "when" clause can tell: arriving, leaving, going back."""
    verb = rng.choice(_EVENTS)
    return Clause(who, verb, tense, rng.choice(lexicon.PLACES[verb.objects]) if verb.objects else Phrase())


def opinion(rng: Random) -> Pair:
    """Thinking, knowing or saying that something is so."""
    thinker = subject(rng)
    thinking = Clause(thinker, rng.choice((_CREER, _SABER, _DECIR) if thinker.slot in (2, 4) else (_CREER, _SABER)))
    tense: Tense = rng.choice(("future", "preterite"))
    who = again(thinker)
    if rng.random() < 0.7:
        tense = rng.choice(("present", "future", "perfect", "progressive", "preterite"))
        who = other(rng, thinker, tense)
    inner = denied(rng, 0.15, lambda: clause(rng, tense, who, timed=0.2))
    return sentence(statement(thinking) + _THAT + statement(inner))


def reported_speech(rng: Random) -> Pair:
    """What somebody said about a later (conditional) or an earlier time (pluperfect)."""
    speaker = subject(rng)
    tense: Tense = rng.choice(("conditional", "pluperfect"))
    who = again(speaker) if rng.random() < 0.4 else other(rng, speaker, tense)
    said = Clause(speaker, _DECIR, "preterite")
    return sentence(statement(said) + _THAT + statement(clause(rng, tense, who, timed=0)))


def wish(rng: Random) -> Pair:
    """Wanting somebody to do something: a subjunctive clause in Spanish, an infinitive in English."""
    wisher = subject(rng, pronouns=0.7)
    who = other(rng, wisher, "subjunctive")
    deed = action(rng, "subjunctive", who)
    wanting = Clause(wisher, rng.choice((_QUERER, _QUERER, _NECESITAR)), negated=rng.random() < 0.2)
    es = statement(wanting).es + " que " + statement(deed).es
    en = f"{statement(wanting).en} {who.object_en or who.en} to {deed.verb.en}"
    return sentence(Phrase(es, en) + Phrase("", (deed.complement + deed.ending).en))


def hope(rng: Random) -> Pair:
    """Hoping that something will happen: the subjunctive, the simple present in English."""
    who = other(rng, YO, "subjunctive")
    hoped = denied(rng, 0.15, lambda: action(rng, "subjunctive", who))
    return sentence(Phrase("espero que", "I hope that") + statement(hoped))


def cause(rng: Random) -> Pair:
    """Doing something, or not, because of how one feels, the weather or a duty."""
    tense: Tense = rng.choice(("present", "preterite", "perfect"))
    background: Tense = "imperfect" if tense == "preterite" else "present"
    main = denied(rng, 0.5, lambda: clause(rng, tense, timed=0.2))
    while main.verb is lexicon.ESTAR:
        main = denied(rng, 0.5, lambda: clause(rng, tense, timed=0.2))
    who = again(main.subject)
    kind = rng.random()
    if kind < 0.4:
        reason = Clause(
            who, lexicon.ESTAR, background, predicate(rng.choice(lexicon.MOODS), who, Phrase("muy", "very"))
        )
    elif kind < 0.75:
        reason = feeling(rng, who, background)
    else:
        reason = weather(rng, "progressive" if background == "present" else "preterite")
    return sentence(statement(main) + lexicon.BECAUSE + statement(reason))


def past_moment(rng: Random) -> Pair:
    """What was going on, or had already happened, when something happened."""
    who = subject(rng, "preterite")
    happening = event(rng, "preterite", who)
    tense: Tense = rng.choice(("past_progressive", "past_progressive", "pluperfect"))
    doer = other(rng, who, tense)
    going_on = clause(rng, tense, doer, timed=0)
    while going_on.verb in lexicon.ROUTINE:
        going_on = clause(rng, tense, doer, timed=0)
    if tense == "pluperfect":
        going_on = replace(going_on, early=Phrase("ya", "already"))
    if rng.random() < 0.5:
        return sentence(lexicon.WHEN + statement(happening) + _COMMA + statement(going_on))
    return sentence(statement(going_on) + lexicon.WHEN + statement(happening))


def future_moment(rng: Random) -> Pair:
    """What will happen when something else has: the subjunctive after cuando."""
    who = subject(rng, "subjunctive")
    doer = again(who) if rng.random() < 0.3 else other(rng, who, "future")
    when = lexicon.WHEN + statement(event(rng, "subjunctive", who)) + _COMMA
    return sentence(when + statement(clause(rng, "future", doer, timed=0)))


def same_time(rng: Random) -> Pair:
    """Two things that went on side by side."""
    first = subject(rng, "past_progressive")
    second = other(rng, first, "past_progressive")
    long = statement(clause(rng, "past_progressive", first, timed=0))
    return sentence(lexicon.WHILE + long + _COMMA + statement(clause(rng, "past_progressive", second, timed=0)))


def real_condition(rng: Random) -> Pair:
    """If something happens, something else will."""
    kind = rng.random()
    who = subject(rng)
    if kind < 0.3:
        condition = weather(rng, "present")
    elif kind < 0.5:
        condition = feeling(rng, who, "present")
    elif kind < 0.75:
        condition = Clause(who, lexicon.ESTAR, "present", predicate(rng.choice(lexicon.MOODS), who))
    else:
        condition = event(rng, "present", who)
    doer = again(who) if kind >= 0.3 and rng.random() < 0.5 else other(rng, who, "future")
    result = denied(rng, 0.25, lambda: clause(rng, "future", doer, timed=0))
    return sentence(lexicon.IF + statement(condition) + _COMMA + statement(result))


def unreal_condition(rng: Random) -> Pair:
    """If something were so, something else would happen."""
    who = subject(rng, "past_subjunctive")
    if rng.random() < 0.4:
        condition = Clause(who, lexicon.ESTAR, "past_subjunctive", predicate(rng.choice(lexicon.MOODS), who))
    else:
        car = noun_phrase(rng.choice(tagged("buyable", "thing")), "a").phrase()
        owned = rng.choice((Phrase("más tiempo", "more time"), Phrase("más dinero", "more money"), car))
        condition = Clause(who, Verb("tener", "have"), "past_subjunctive", owned)
    result = denied(rng, 0.2, lambda: action(rng, "conditional", again(who)))
    return sentence(lexicon.IF + statement(condition) + _COMMA + statement(result))


def purpose(rng: Random) -> Pair:
    """Going somewhere to do something."""
    tense: Tense = rng.choice(("preterite", "future", "perfect", "present"))
    who = subject(rng, tense)
    place, deed = rng.choice(lexicon.PURPOSES)
    goal = next(goal for goal in lexicon.PLACES["goal"] if goal.es == place)
    verb = rng.choice(named(lexicon.INTRANSITIVE + lexicon.TRANSITIVE, deed))
    complement = thing(rng, verb, tense, who).as_object() if verb in lexicon.TRANSITIVE else Phrase()
    going = statement(Clause(who, rng.choice(named(lexicon.MOTION, "ir", "volver")), tense, goal))
    return sentence(going + Phrase(f"para {infinitive(verb, who.slot)}", f"to {verb.en}") + complement)


def sequence(rng: Random) -> Pair:
    """Before or after doing something, something else."""
    tense: Tense = rng.choice(("preterite", "preterite", "future"))
    who = subject(rng, tense)
    get_up, go_to_bed, shower = named(lexicon.ROUTINE, "levantar", "acostar", "duchar")
    before, after = Phrase("antes de", "before"), Phrase("después de", "after")
    working = rng.choice(named(lexicon.INTRANSITIVE, "trabajar", "estudiar"))
    link, verb = rng.choice(
        ((before, go_to_bed), (before, working), (before, shower), (after, get_up), (after, working))
    )
    said = clause(rng, tense, who, timed=0)
    while said.verb in lexicon.ROUTINE or said.verb is working:
        said = clause(rng, tense, who, timed=0)
    main, deed = statement(said), link + Phrase(infinitive(verb, who.slot), english.gerund(verb.en))
    if rng.random() < 0.5:
        return sentence(main + deed)
    return sentence(deed + _COMMA + main)


def coordination(rng: Random) -> Pair:
    """Two clauses joined by and or but."""
    tense: Tense = rng.choice(("present", "preterite", "future", "perfect", "progressive"))
    who = spoken(subject(rng, tense))
    rival = spoken(other(rng, who, tense))
    link, turned = rng.choice(((lexicon.AND, False), (lexicon.BUT, False), (lexicon.BUT, True)))
    first = denied(rng, turned, lambda: clause(rng, tense, who, timed=0))
    second = denied(rng, link is lexicon.BUT and not turned, lambda: clause(rng, tense, rival, timed=0))
    return sentence(statement(first) + link + statement(second))


def antecedent(rng: Random) -> Pair:
    """A thing named first and taken up by a pronoun of its gender and number."""
    kind = rng.random()
    who = subject(rng)
    if kind < 0.5:
        noun = rng.choice(tagged("buyable", "thing"))
        what = noun_phrase(noun, rng.choice(("the", "this", "that")), rng.random() < 0.4)
        it = Phrase("", "them" if what.many else "it")
        verb = rng.choice((Verb("comprar", "buy"), Verb("vender", "sell")))
        modal = rng.choice(named(lexicon.MODALS, "querer", "poder", "ir a"))
        buying = Clause(who, verb, "present", it, pronoun=what.accusative, modal=modal, negated=rng.random() < 0.4)
        return sentence(
            statement(replace(described(rng, what, noun), tense="present")) + lexicon.BUT + statement(buying)
        )
    noun = rng.choice(tagged("portable", "buyable"))
    determiner = rng.choice(("a", "two", "three"))
    what = noun_phrase(noun, determiner, adjective=maybe_adjective(rng, noun, 0.3))
    it = Phrase("", "them" if what.many else "it")
    buying = Clause(who, Verb("comprar", "buy"), "preterite", what.phrase())
    place = rng.choice(lexicon.PLACES["surface"])
    put = Clause(
        unspoken(who), rng.choice(named(lexicon.PUTTING, "poner", "dejar")), "preterite", it, place, what.accusative
    )
    return sentence(statement(buying) + lexicon.AND + statement(put))


def placing(rng: Random) -> Pair:
    """Putting, leaving or seeing a thing somewhere."""
    tense: Tense = rng.choice(("preterite", "preterite", "perfect", "future"))
    who, verb = subject(rng, tense), rng.choice(lexicon.PUTTING)
    noun = rng.choice(tagged(verb.objects))
    what = noun_phrase(noun, rng.choice(("the", "a", "this", "two")), adjective=maybe_adjective(rng, noun, 0.3))
    return sentence(statement(Clause(who, verb, tense, what.phrase(), rng.choice(lexicon.PLACES["surface"]))))


def subject_relative(rng: Random) -> Pair:
    """A person with a clause of their own: the man who works here is tired."""
    noun = rng.choice(tagged("person", "several"))
    who = noun_phrase(noun, "the", rng.random() < 0.3)
    verb_phrase = unspoken(who)
    tense: Tense = rng.choice(("present", "progressive", "perfect", "preterite"))
    head = who.phrase() + Phrase("que", "who") + statement(clause(rng, tense, verb_phrase, timed=0))
    if rng.random() < 0.5:
        return sentence(
            head + statement(Clause(verb_phrase, lexicon.ESTAR, "present", predicate(rng.choice(lexicon.MOODS), who)))
        )
    known = rng.choice([known for known in tagged("relative") if known.feminine == noun.feminine and known != noun])
    relation = noun_phrase(known, many=who.many and "several" in known.tags, owner=rng.choice((YO, TU)))
    if who.many != relation.many:
        relation = replace(relation, es="de aquí", en="from here")
    return sentence(head + statement(Clause(verb_phrase, lexicon.SER, "present", relation.phrase())))


def object_relative(rng: Random) -> Pair:
    """A thing with a clause of its own: the book that I read is boring."""
    verb = rng.choice(
        [verb for verb in lexicon.TRANSITIVE if verb.objects in ("buyable", "readable", "writable", "lost")]
    )
    noun = rng.choice([noun for noun in tagged(verb.objects) if noun.tags[0] in ("thing", "text")])
    what = noun_phrase(noun, "the", rng.random() < 0.3)
    when = time(rng, "preterite") if rng.random() < 0.5 else Phrase()
    done = Clause(subject(rng, "preterite"), verb, "preterite", ending=when)
    return sentence(what.phrase() + _THAT + statement(done) + statement(described(rng, unspoken(what), noun)))


PATTERNS = (
    (opinion, 5),
    (reported_speech, 3),
    (wish, 4),
    (hope, 2),
    (cause, 5),
    (past_moment, 4),
    (future_moment, 3),
    (same_time, 1),
    (real_condition, 4),
    (unreal_condition, 3),
    (purpose, 3),
    (sequence, 2),
    (coordination, 3),
    (antecedent, 4),
    (placing, 3),
    (subject_relative, 3),
    (object_relative, 3),
)
