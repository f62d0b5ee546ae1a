"""A small grammar of Spanish and English in step: noun phrases and clauses are built once and spoken in both languages.

A `Nominal` is anything with person, number and gender; a `Clause` joins one to a verb in a tense; `statement`,
`question` and the other functions turn clauses into a `Phrase`, and `sentence` writes it out.
"""

from dataclasses import dataclass, replace

from data_prep.sample import english, lexicon, spanish
from data_prep.sample.entries import Adjective, Modal, Noun, Phrase, Verb
from data_prep.sample.spanish import Tense

Pair = tuple[str, str]

NOTHING = Phrase()

_DETERMINERS = {
    "the": ("el la los las", "the the"),
    "a": ("un una", "a"),
    "this": ("este esta estos estas", "this these"),
    "that": ("ese esa esos esas", "that those"),
    "other": ("otro otra otros otras", "another other"),
    "many": ("_ _ muchos muchas", "_ many"),
    "few": ("_ _ pocos pocas", "_ few"),
    "some": ("_ _ algunos algunas", "_ some"),
}
_POSSESSIVES = ("mi", "tu", "su", "nuestro", "su")
_REFLEXIVES = ("me", "te", "se", "nos", "se")
DATIVES = ("me", "te", "le", "nos", "les")
_NUMERALS = {number.en: number.es for number in lexicon.NUMBERS}
_PRENOMINAL = {"bueno": "buen"}


@dataclass(frozen=True)
class Nominal:
    """A subject or object: its words (`es` is empty where Spanish drops the pronoun) and what agrees with it.

    `slot` numbers the person as in `data_prep.sample.spanish`. A pronoun also has a form for emphasis (`stressed`: yo)
    and one as an English object (`object_en`: me).
    """

    es: str
    en: str
    slot: int = 2
    feminine: bool = False
    human: bool = False
    stressed: str = ""
    object_en: str = ""

    @property
    def many(self) -> bool:
        """Whether it is plural."""
        return self.slot >= 3

    @property
    def accusative(self) -> str:
        """The Spanish direct-object pronoun."""
        return ("me", "te", "la" if self.feminine else "lo", "nos", "las" if self.feminine else "los")[self.slot]

    def as_object(self) -> Phrase:
        """Return it as a direct object, with the a that Spanish puts before persons."""
        return Phrase(f"a {self.es}" if self.human else self.es, self.en)

    def phrase(self) -> Phrase:
        """Return its words."""
        return Phrase(self.es, self.en)


YO = Nominal("", "I", 0, human=True, stressed="yo", object_en="me")
TU = Nominal("", "you", 1, human=True, stressed="tú", object_en="you")
EL = Nominal("él", "he", 2, human=True, stressed="él", object_en="him")
ELLA = Nominal("ella", "she", 2, feminine=True, human=True, stressed="ella", object_en="her")
NOSOTROS = Nominal("", "we", 3, human=True, stressed="nosotros", object_en="us")
ELLOS = Nominal("", "they", 4, human=True, stressed="ellos", object_en="them")
PRONOUNS = (YO, TU, EL, ELLA, NOSOTROS, ELLOS)


def again(nominal: Nominal) -> Nominal:
    """Return the pronoun that takes up a nominal; Spanish leaves it out."""
    if nominal.slot in (0, 1, 3):
        return replace(nominal, es="")
    if nominal.many:
        return replace(ELLOS, feminine=nominal.feminine)
    if not nominal.human:
        return Nominal("", "it", 2, nominal.feminine, object_en="it")
    return replace(ELLA if nominal.feminine else EL, es="")


def unspoken(nominal: Nominal) -> Nominal:
    """Return the nominal without words, for a verb whose subject has been said."""
    return replace(nominal, es="", en="")


def spoken(nominal: Nominal) -> Nominal:
    """Return the nominal with its pronoun said even where Spanish may drop it."""
    return replace(nominal, es=nominal.stressed or nominal.es)


def possessive(owner: Nominal) -> Phrase:
    """Return the possessive determiner in the masculine singular (nuestro, our)."""
    third = "their" if owner.en == "who" else "her" if owner.feminine else "his"
    return Phrase(_POSSESSIVES[owner.slot], ("my", "your", third, "our", "their")[owner.slot])


def noun_phrase(
    noun: Noun,
    determiner: str = "",
    many: bool = False,
    adjective: Adjective | None = None,
    owner: Nominal | None = None,
) -> Nominal:
    """Build a noun phrase; the determiner is a key of the table, an English numeral, or "" for none.

    An owner gives a possessive determiner instead.
    """
    many = many or determiner in _NUMERALS or determiner in ("many", "few", "some")
    es = spanish.plural(noun.es) if many else noun.es
    en = english.plural(noun.en) if many else noun.en
    if adjective:
        en = f"{adjective.en} {en}"
        form = spanish.agree(adjective.es, noun.feminine, many)
        es = f"{_PRENOMINAL.get(form, form)} {es}" if adjective.before else f"{es} {form}"
    if owner:
        own = possessive(owner)
        es, en = f"{spanish.agree(own.es, noun.feminine, many)} {es}", f"{own.en} {en}"
    elif determiner in _NUMERALS:
        es, en = f"{_NUMERALS[determiner]} {es}", f"{determiner} {en}"
    elif determiner == "a":
        es, en = f"{_article('a', noun, False)} {es}", english.with_article(en)
    elif determiner:
        es, en = f"{_article(determiner, noun, many)} {es}", f"{_DETERMINERS[determiner][1].split()[many]} {en}"
    return Nominal(es, en, 4 if many else 2, noun.feminine, human="person" in noun.tags)


def _article(determiner: str, noun: Noun, many: bool) -> str:
    forms = _DETERMINERS[determiner][0].split()
    masculine_sound = not many and noun.es in lexicon.STRESSED_A and determiner in ("the", "a")
    return forms[2 * many + (noun.feminine and not masculine_sound)]


def predicate(adjective: Adjective, subject: Nominal, degree: Phrase | None = None) -> Phrase:
    """Return an adjective that agrees with the subject, after an optional degree word (muy = very)."""
    return (degree or Phrase()) + Phrase(spanish.agree(adjective.es, subject.feminine, subject.many), adjective.en)


@dataclass(frozen=True)
class Clause:
    """A subject, a verb in a tense, and what follows.

    `pronoun` is the Spanish object pronoun (its English stands in `complement`), `early` an adverb that stands before
    the Spanish verb and within the English one, `ending` what comes last (time and place).
    """

    subject: Nominal
    verb: Verb
    tense: Tense = "present"
    complement: Phrase = NOTHING
    ending: Phrase = NOTHING
    pronoun: str = ""
    modal: Modal | None = None
    early: Phrase = NOTHING
    negated: bool = False


def infinitive(verb: Verb, slot: int, pronoun: str = "") -> str:
    """Return the Spanish infinitive with its pronoun attached (comprarlo, levantarme)."""
    return verb.es + (pronoun or (_REFLEXIVES[slot] if verb.reflexive else ""))


def _spanish_verb(clause: Clause, subject: str = "") -> str:
    """Return early adverb, negation, pronouns and verb; a question's subject comes after the verb that is finite."""
    slot = clause.subject.slot
    if clause.modal:
        modal, _, link = clause.modal.es.partition(" ")
        finite = spanish.conjugate(modal, clause.tense, slot)
        verb = " ".join(filter(None, (finite, subject, link, infinitive(clause.verb, slot, clause.pronoun))))
        pronoun = ""
    else:
        verb = f"{spanish.conjugate(clause.verb.es, clause.tense, slot)} {subject}".strip()
        pronoun = clause.pronoun or (_REFLEXIVES[slot] if clause.verb.reflexive else "")
    no = "no" if clause.negated else ""
    return " ".join(filter(None, (clause.early.es, no, pronoun, verb)))


def _english_group(clause: Clause) -> english.VerbGroup:
    base = f"{clause.modal.en} {clause.verb.en}" if clause.modal else clause.verb.en
    stative = clause.verb.aspect == "state" or clause.modal is not None
    return english.verb_group(base, clause.tense, clause.subject.slot, stative)


def statement(clause: Clause) -> Phrase:
    """Return the clause in statement order."""
    subject = clause.subject
    es = Phrase(f"{subject.es} {_spanish_verb(clause)}".strip())
    en = Phrase("", _english_group(clause).state(subject.en, clause.early.en, clause.negated))
    return es + en + clause.complement + clause.ending


def question(clause: Clause, asked: Phrase | None = None) -> Phrase:
    """Return the clause in question order, after an optional question word; Spanish puts the subject after the verb."""
    verb = Phrase(_spanish_verb(clause, clause.subject.es), _english_group(clause).ask(clause.subject.en))
    return (asked or Phrase()) + verb + clause.complement + clause.ending


def indirect_question(clause: Clause, asked: Phrase) -> Phrase:
    """Return the clause as it stands after "I don't know": Spanish inverts, English does not."""
    es = Phrase(_spanish_verb(clause, clause.subject.es))
    en = Phrase("", _english_group(clause).state(clause.subject.en, clause.early.en, clause.negated))
    return asked + es + en + clause.complement + clause.ending


def liking(verb: Verb, fan: Nominal, thing: Phrase, thing_slot: int, tense: Tense, negated: bool = False) -> Phrase:
    """Return "fan likes thing": in Spanish the thing is the subject and the fan a dative."""
    experiencer = f"a {fan.es}" if fan.es else ""
    es = (experiencer, "no" if negated else "", DATIVES[fan.slot], spanish.conjugate(verb.es, tense, thing_slot))
    group = english.verb_group(verb.en, tense, fan.slot, stative=True)
    return Phrase(" ".join(filter(None, es)), group.state(fan.en, negated=negated)) + thing


def command(verb: Verb, complement: Phrase = NOTHING, pronoun: str = "", negated: bool = False) -> Phrase:
    """Return a familiar command."""
    pronoun = pronoun or ("te" if verb.reflexive else "")
    es = spanish.command(verb.es, pronoun, negated)
    return Phrase(es, f"don't {verb.en}" if negated else verb.en) + complement


def sentence(phrase: Phrase, mark: str = ".") -> Pair:
    """Write a phrase out as a sentence in both languages: contractions, capital, punctuation.

    >>> sentence(Phrase("vas a el parque", "are you going to the park"), "?")
    ('¿Vas al parque?', 'Are you going to the park?')
    """
    es, en = spanish.contract(phrase.es), phrase.en
    opening = {"?": "¿", "!": "¡"}.get(mark, "")
    return f"{opening}{es[0].upper()}{es[1:]}{mark}", f"{en[0].upper()}{en[1:]}{mark}"
