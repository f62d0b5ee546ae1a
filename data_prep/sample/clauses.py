"""Random constituents for the sample corpus: subjects, objects, times, places and whole clauses that make sense."""

import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import cache
from random import Random
from typing import TypeVar

from data_prep.sample import english, lexicon
from data_prep.sample.entries import Adjective, Aspect, Modal, Noun, Phrase, Verb
from data_prep.sample.grammar import (
    DATIVES,
    NOSOTROS,
    PRONOUNS,
    TU,
    YO,
    Clause,
    Nominal,
    noun_phrase,
    predicate,
)
from data_prep.sample.spanish import Tense

_Named = TypeVar("_Named", Verb, Modal)
_TENSES: dict[Aspect, tuple[Tense, ...]] = {
    "activity": ("present", "preterite", "imperfect", "future", "perfect", "progressive", "past_progressive"),
    "event": ("preterite", "future", "perfect"),
    "motion": ("present", "preterite", "imperfect", "future", "perfect"),
    "state": ("present", "imperfect", "future"),
}
_TIME_OF: dict[Tense, str] = {
    "present": "habit",
    "preterite": "past",
    "imperfect": "once",
    "future": "future",
    "perfect": "recent",
    "progressive": "now",
    "past_progressive": "then",
}
_PLACE_OF = {"comer": "home", "beber": "home", "leer": "outside", "estudiar": "study", "comprar": "market"}
_SAME_FORM: tuple[Tense, ...] = (
    "imperfect",
    "conditional",
    "past_subjunctive",
    "past_progressive",
    "pluperfect",
    "subjunctive",
)
_DETERMINERS = ("the", "the", "the", "a", "a", "a", "a", "this", "that", "other", "many", "some", "two", "three")
_UNDENIABLE = re.compile("un poco|algun|much|otr[ao]|demasiado")
_DEGREES = (Phrase("muy", "very"), Phrase("un poco", "a little"), Phrase("demasiado", "too"))


@cache
def tagged(*tags: str) -> tuple[Noun, ...]:
    """Return the nouns that carry every tag."""
    return tuple(noun for noun in lexicon.NOUNS if all(tag in noun.tags for tag in tags))


def named(words: Iterable[_Named], *infinitives: str) -> list[_Named]:
    """Return the verbs or modals with these infinitives, in the order of the lexicon."""
    return [word for word in words if word.es in infinitives]


@cache
def fitting(noun: Noun) -> tuple[Adjective, ...]:
    """Return the adjectives that can describe a noun."""
    return tuple(adjective for adjective in lexicon.ADJECTIVES if noun.tags[0] in adjective.kinds)


def maybe_adjective(rng: Random, noun: Noun, chance: float) -> Adjective | None:
    """Return an adjective that fits, or none."""
    return rng.choice(fitting(noun)) if rng.random() < chance and fitting(noun) else None


def person(rng: Random, adjectives: float = 0.15) -> Nominal:
    """Return a person who is not a pronoun: a name, a couple, a relative, a profession."""
    kind = rng.random()
    if kind < 0.3:
        name, feminine = rng.choice(lexicon.NAMES)
        return Nominal(name, name, feminine=feminine, human=True)
    if kind < 0.4:
        (first, first_feminine), (second, second_feminine) = rng.sample(lexicon.NAMES, 2)
        both = first_feminine and second_feminine
        return Nominal(f"{first} y {second}", f"{first} and {second}", 4, both, human=True)
    if kind < 0.7:
        noun = rng.choice(tagged("relative"))
        many = "several" in noun.tags and rng.random() < 0.4
        return noun_phrase(noun, many=many, owner=rng.choice((YO, TU, NOSOTROS)))
    noun = rng.choice(tagged("job") + tagged("folk"))
    determiner = rng.choice(("the", "the", "this", "that"))
    return noun_phrase(noun, determiner, rng.random() < 0.3, maybe_adjective(rng, noun, adjectives))


def outsider(rng: Random, to: Nominal) -> Nominal:
    """Return a pronoun for somebody else than the nominal: not me beside us, not us beside me."""
    own = {0: (0, 3), 3: (0, 3), 1: (1, 3)}.get(to.slot, ())
    return rng.choice([pronoun for pronoun in PRONOUNS if pronoun.slot not in own])


def subject(rng: Random, tense: Tense = "present", pronouns: float = 0.55) -> Nominal:
    """Return a subject; yo is spoken in the tenses whose first and third person are alike."""
    who = rng.choice(PRONOUNS) if rng.random() < pronouns else person(rng)
    return replace(who, es=who.stressed) if who.slot == 0 and tense in _SAME_FORM else who


def thing(rng: Random, verb: Verb, tense: Tense, owner: Nominal) -> Nominal:
    """Return an object for the verb: bare or definite for habits, one particular thing otherwise."""
    noun = rng.choice(tagged(verb.objects))
    habit = tense in ("present", "imperfect")
    if verb.objects in ("subject", "language"):
        return noun_phrase(noun)
    if verb.objects == "instrument":
        return noun_phrase(noun, "the")
    if verb.objects == "relative":
        return noun_phrase(noun, many="several" in noun.tags and rng.random() < 0.4, owner=owner)
    if noun.mass:
        return _mass(rng, noun, habit)
    many = rng.random() < 0.3
    if verb.objects in ("lost", "wearable", "washable"):
        adjective = maybe_adjective(rng, noun, 0.2)
        return noun_phrase(noun, "the", many, adjective, owner=rng.choice((owner, None)))
    if habit and verb.generic:
        return noun_phrase(noun, many=True, adjective=maybe_adjective(rng, noun, 0.15))
    if habit and verb.aspect != "state":
        return noun_phrase(noun, "the", many)
    definite = verb.aspect in ("activity", "motion") and not verb.generic
    determiner = rng.choice(("the", "the", "this", "that") if definite else _DETERMINERS)
    if determiner in ("a", "other"):
        many = False
    return noun_phrase(noun, determiner, many, maybe_adjective(rng, noun, 0.35))


def _mass(rng: Random, noun: Noun, habit: bool) -> Nominal:
    bare = noun_phrase(noun)
    if habit or rng.random() < 0.4:
        return bare
    if rng.random() < 0.5:
        return noun_phrase(noun, "the", adjective=maybe_adjective(rng, noun, 0.2))
    return replace(bare, es=f"un poco de {bare.es}", en=f"a little {bare.en}")


def time(rng: Random, tense: Tense) -> Phrase:
    """Return a time that suits the tense."""
    return rng.choice(lexicon.TIMES[_TIME_OF[tense]])


def clause(rng: Random, tense: Tense | None = None, who: Nominal | None = None, timed: float = 0.5) -> Clause:
    """Return a random clause of any kind that the tense allows, with a time in `timed` of the cases."""
    while True:
        verbs = rng.choices(
            (
                lexicon.TRANSITIVE,
                lexicon.INTRANSITIVE,
                lexicon.MOTION,
                lexicon.ROUTINE,
                lexicon.WANTING,
                (lexicon.ESTAR,),
            ),
            (50, 20, 12, 8, 6, 8),
        )[0]
        verb = rng.choice(verbs)
        if tense is None or tense in _allowed(verb):
            break
    main = _allowed(verb)[: 2 if verb is lexicon.ESTAR else len(_TENSES[verb.aspect])]
    chosen: Tense = rng.choice(main) if tense is None else tense
    who = who or subject(rng, chosen)
    complement, ending = complete(rng, verb, chosen, who)
    timeless = verb is lexicon.VIVIR or verb.aspect == "state" or (verb in lexicon.ROUTINE and chosen == "present")
    if timed and who.slot == 3 and chosen in ("present", "preterite"):
        timed = 1  # cantamos is present and past: only a time tells which
    if chosen in _TIME_OF and not timeless and rng.random() < timed:
        ending += time(rng, chosen)
    return Clause(who, verb, chosen, complement, ending)


def _allowed(verb: Verb) -> tuple[Tense, ...]:
    """Return the tenses that suit the kind of happening: those of a main clause, then those of dependent ones."""
    if verb is lexicon.ESTAR:
        return ("present", "imperfect", "conditional", "subjunctive", "past_subjunctive")
    extra: tuple[Tense, ...] = ("conditional", "subjunctive", "past_subjunctive")
    return _TENSES[verb.aspect] + extra if verb.aspect == "state" else (*_TENSES[verb.aspect], *extra, "pluperfect")


def denied(rng: Random, chance: float, make: Callable[[], Clause]) -> Clause:
    """Return what `make` makes, negated in `chance` of the cases and then without words that are odd after not."""
    negated = rng.random() < chance
    said = make()
    while negated and _UNDENIABLE.search(said.complement.es):
        said = make()
    return replace(said, negated=negated)


def complete(rng: Random, verb: Verb, tense: Tense, who: Nominal) -> tuple[Phrase, Phrase]:
    """Return what the verb needs (object, goal, adjective) and a place or hour that it may have."""
    if verb is lexicon.ESTAR:
        return predicate(rng.choice(lexicon.MOODS), who, rng.choice((Phrase(), *_DEGREES))), Phrase()
    if verb in lexicon.ROUTINE:
        return Phrase(), rng.choice(lexicon.CLOCK + 6 * lexicon.TIMES["hour"])
    if verb in lexicon.MOTION:
        return rng.choice(lexicon.PLACES[verb.objects]), Phrase()
    if verb.objects in lexicon.PLACES:
        return Phrase(), rng.choice(
            lexicon.PLACES[verb.objects]
        ) if verb is lexicon.VIVIR or rng.random() < 0.7 else Phrase()
    place = rng.choice(lexicon.PLACES[_PLACE_OF[verb.es]]) if verb.es in _PLACE_OF and rng.random() < 0.25 else Phrase()
    return thing(rng, verb, tense, who).as_object(), place


def action(rng: Random, tense: Tense, who: Nominal, habit: bool = False) -> Clause:
    """Return a clause with an object or a goal, the kind that a command, a wish or a plan can hold."""
    verb = rng.choice(lexicon.TRANSITIVE + lexicon.INTRANSITIVE + lexicon.MOTION)
    while verb.es in ("perder", "olvidar", "romper"):
        verb = rng.choice(lexicon.TRANSITIVE)
    complement, ending = complete(rng, verb, "present" if habit else "future", who)
    return Clause(who, verb, tense, complement, ending)


def owned(rng: Random, noun: Noun, many: bool = False) -> Nominal:
    """Return the noun with its owner: my car, Ana's car."""
    if rng.random() < 0.5:
        return noun_phrase(noun, many=many, owner=rng.choice((YO, TU, NOSOTROS)))
    owner = person(rng)
    bare = noun_phrase(noun, "the", many)
    en = english.genitive(owner.en) + bare.en.removeprefix("the")
    return replace(bare, es=f"{bare.es} de {owner.es}", en=en)


def described(rng: Random, what: Nominal, noun: Noun) -> Clause:
    """Return a clause that says what a thing is like (ser) or in what condition (estar)."""
    states = [state for state in lexicon.STATES if set(state.kinds) & set(noun.tags)]
    degree = rng.choice((Phrase(), Phrase(), *_DEGREES))
    tense: Tense = rng.choice(("present", "present", "imperfect"))
    if states and rng.random() < 0.3:
        return Clause(what, lexicon.ESTAR, tense, predicate(rng.choice(states), what))
    adjective = rng.choice([adjective for adjective in fitting(noun) if not adjective.before])
    return Clause(
        what, lexicon.SER, tense, predicate(adjective, what, None if adjective.en in lexicon.COLORS else degree)
    )


def located(rng: Random, who: Nominal | None = None) -> Clause:
    """Return a clause that says where a thing or a person is (estar)."""
    tense: Tense = rng.choice(("present", "present", "imperfect"))
    if who or rng.random() < 0.35:
        return Clause(
            who or subject(rng, tense),
            lexicon.ESTAR,
            tense,
            rng.choice(lexicon.PLACES["outside"] + lexicon.PLACES["home"]),
        )
    noun = rng.choice(tagged("portable"))
    many = rng.random() < 0.4
    what = owned(rng, noun, many) if rng.random() < 0.4 else noun_phrase(noun, "the", many)
    return Clause(what, lexicon.ESTAR, tense, rng.choice(lexicon.PLACES["surface"]))


def feeling(rng: Random, who: Nominal | None = None, tense: Tense | None = None) -> Clause:
    """Return being hungry, cold or in a hurry, which Spanish has rather than is."""
    chosen: Tense = rng.choice(("present", "present", "imperfect", "future")) if tense is None else tense
    return Clause(who or subject(rng, chosen), lexicon.TENER, chosen, rng.choice(lexicon.FEELINGS))


def weather(rng: Random, tense: Tense) -> Clause:
    """Return a clause about the weather, without time; the progressive stands for now (it's raining, it's hot)."""
    place = rng.choice((Phrase(), Phrase(), Phrase("en Madrid", "in Madrid"), Phrase("en la costa", "on the coast")))
    it = Nominal("", "it")
    if tense != "perfect" and rng.random() < 0.6:
        return Clause(
            it, lexicon.HACER, "present" if tense == "progressive" else tense, rng.choice(lexicon.WEATHER) + place
        )
    return Clause(it, rng.choice(lexicon.RAIN), tense, place)


def generic(rng: Random) -> Nominal:
    """Return a kind of thing: the article that Spanish needs is absent in English (el café, coffee)."""
    noun = rng.choice(tagged("edible") + tagged("drinkable") + tagged("pet") + tagged("show") + tagged("subject"))
    what = noun_phrase(noun, "the", many=not noun.mass)
    return replace(what, en=what.en.removeprefix("the "))


def given(rng: Random, tense: Tense, who: Nominal) -> Clause:
    """Return a gift, a loan or a delivery, its receiver a pronoun or a person."""
    verb = rng.choice(lexicon.GIVING)
    noun = rng.choice(tagged(verb.objects))
    determiner = rng.choice(("a", "a", "the", "this", "two", "three"))
    what = noun_phrase(noun, determiner, adjective=maybe_adjective(rng, noun, 0.3))
    if rng.random() < 0.6:
        while (receiver := outsider(rng, who)).slot == 2:
            pass
        return Clause(
            who, verb, tense, Phrase(what.es, f"{receiver.object_en} {what.en}"), pronoun=DATIVES[receiver.slot]
        )
    receiver = person(rng)
    while receiver.es == who.es:
        receiver = person(rng)
    complement = Phrase(f"{what.es} a {receiver.es}", f"{receiver.en} {what.en}")
    return Clause(who, verb, tense, complement, pronoun=DATIVES[receiver.slot])
