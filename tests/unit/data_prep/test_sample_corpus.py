import re
from dataclasses import replace

import pytest

from data_prep.sample import english, lexicon, spanish
from data_prep.sample.clauses import named, tagged
from data_prep.sample.corpus import GENERATED_PAIRS, LONGEST, phrasebook_pairs, sentence_pairs
from data_prep.sample.entries import Phrase, Verb
from data_prep.sample.grammar import (
    EL,
    ELLA,
    ELLOS,
    NOSOTROS,
    TU,
    YO,
    Clause,
    Nominal,
    command,
    indirect_question,
    liking,
    noun_phrase,
    predicate,
    question,
    sentence,
    statement,
)

ANA = Nominal("Ana", "Ana", feminine=True, human=True)
NOUNS = {noun.en: noun for noun in lexicon.NOUNS}
ADJECTIVES = {adjective.en: adjective for adjective in (*lexicon.ADJECTIVES, *lexicon.MOODS)}
COMPRAR, LEVANTARSE = named(lexicon.TRANSITIVE, "comprar")[0], named(lexicon.ROUTINE, "levantar")[0]
QUERER, TENER_QUE, PODER = (named(lexicon.MODALS, es)[0] for es in ("querer", "tener que", "poder"))
CARS = noun_phrase(NOUNS["car"], "two", adjective=ADJECTIVES["white"]).as_object()
BREAD = noun_phrase(NOUNS["bread"]).phrase()
BUYS = Clause(ANA, COMPRAR, complement=BREAD)


@pytest.fixture(scope="module")
def pairs() -> list[tuple[str, str]]:
    return sentence_pairs()


@pytest.fixture(scope="module")
def generated(pairs: list[tuple[str, str]]) -> list[tuple[str, str]]:
    return pairs[len(phrasebook_pairs()) :]


def test_the_phrasebook_comes_first_and_nothing_is_missing(pairs: list[tuple[str, str]]) -> None:
    phrasebook = phrasebook_pairs()
    assert len(phrasebook) >= 650
    assert pairs[: len(phrasebook)] == phrasebook
    assert len(pairs) == len(phrasebook) + GENERATED_PAIRS


def test_the_same_seed_gives_the_same_corpus_and_another_seed_another(pairs: list[tuple[str, str]]) -> None:
    assert sentence_pairs() == pairs
    assert set(sentence_pairs(generated=200, seed=2)) != set(sentence_pairs(generated=200))
    assert sentence_pairs(generated=200) == pairs[: len(phrasebook_pairs()) + 200]


def test_every_sentence_has_one_translation(pairs: list[tuple[str, str]]) -> None:
    for language in (0, 1):
        sides = [pair[language] for pair in pairs]
        assert len(set(sides)) == len(sides)


def test_the_phrasebook_has_two_clean_columns() -> None:
    for pair in phrasebook_pairs():
        assert len(pair) == 2
        assert all(side and side == " ".join(side.split()) for side in pair)


def test_sentences_begin_and_end_as_sentences_in_the_letters_of_their_language(pairs: list[tuple[str, str]]) -> None:
    for es, en in pairs:
        assert re.fullmatch(r"[¿¡]?[A-ZÉÁÍÓÚ][A-Za-záéíóúüñÁÉÍÓÚÑ ,.?!¿¡]*[.?!]", es), es
        assert (es.count("¿"), es.count("¡")) == (es.count("?"), es.count("!")), es
        assert re.fullmatch(r"[A-Z][A-Za-zéú ',.?!-]*[.?!]", en), en


def test_generated_sentences_keep_to_their_lengths(generated: list[tuple[str, str]]) -> None:
    for pair in generated:
        assert all(3 <= len(side.split()) <= LONGEST for side in pair), pair


def test_spanish_determiners_agree_with_their_nouns(generated: list[tuple[str, str]]) -> None:
    genders = {form: noun.feminine for noun in lexicon.NOUNS for form in (noun.es, spanish.plural(noun.es))}
    masculine = "el|un|los|este|estos|ese|esos|nuestro|nuestros|otro|muchos|algunos|pocos|cuántos|del|al"
    feminine = "la|una|las|esta|estas|esa|esas|nuestra|nuestras|otra|muchas|algunas|pocas|cuántas"
    checked = 0
    for es, _ in generated:
        for determiner, noun in re.findall(rf"\b({masculine}|{feminine}) (\w+)", es.lower()):
            if noun in genders and noun not in lexicon.STRESSED_A:
                assert genders[noun] == (determiner in feminine.split("|")), es
                checked += 1
    assert checked > 5000


def test_english_articles_fit_the_next_sound(generated: list[tuple[str, str]]) -> None:
    for _, en in generated:
        assert not re.search(r"\b[Aa] (?!uniform)[aeiou]|\b[Aa]n (?![aeiou])|\ban uniform", en), en


def test_written_contractions_are_never_forgotten(generated: list[tuple[str, str]]) -> None:
    assert not [es for es, _ in generated if re.search(r"\b(a|de) el\b", es)]


@pytest.mark.parametrize(
    ("spoken", "es", "en"),
    [
        (statement(BUYS), "Ana compra pan", "Ana buys bread"),
        (statement(replace(BUYS, subject=ELLOS)), "compran pan", "they buy bread"),
        (statement(replace(BUYS, negated=True)), "Ana no compra pan", "Ana doesn't buy bread"),
        (question(BUYS), "compra Ana pan", "does Ana buy bread"),
        (question(replace(BUYS, tense="preterite")), "compró Ana pan", "did Ana buy bread"),
        (question(replace(BUYS, modal=TENER_QUE)), "tiene Ana que comprar pan", "does Ana have to buy bread"),
        (question(replace(BUYS, tense="progressive")), "está comprando Ana pan", "is Ana buying bread"),
        (statement(replace(BUYS, subject=YO, tense="progressive")), "estoy comprando pan", "I'm buying bread"),
        (statement(replace(BUYS, tense="imperfect")), "Ana compraba pan", "Ana used to buy bread"),
        (statement(replace(BUYS, tense="future", negated=True)), "Ana no comprará pan", "Ana won't buy bread"),
        (statement(replace(BUYS, tense="conditional")), "Ana compraría pan", "Ana would buy bread"),
        (
            statement(replace(BUYS, tense="perfect", early=Phrase("ya", "already"))),
            "Ana ya ha comprado pan",
            "Ana has already bought bread",
        ),
        (
            statement(Clause(NOSOTROS, COMPRAR, "preterite", CARS)),
            "compramos dos coches blancos",
            "we bought two white cars",
        ),
        (
            statement(Clause(ANA, COMPRAR, complement=Phrase("", "it"), pronoun="lo", modal=QUERER)),
            "Ana quiere comprarlo",
            "Ana wants to buy it",
        ),
        (
            statement(Clause(EL, COMPRAR, "perfect", Phrase("", "them"), pronoun="las", negated=True)),
            "él no las ha comprado",
            "he hasn't bought them",
        ),
        (statement(Clause(YO, LEVANTARSE, "preterite")), "me levanté", "I got up"),
        (statement(Clause(TU, LEVANTARSE, modal=PODER, negated=True)), "no puedes levantarte", "you can't get up"),
        (
            statement(Clause(ELLA, lexicon.ESTAR, "imperfect", predicate(ADJECTIVES["tired"], ELLA))),
            "ella estaba cansada",
            "she was tired",
        ),
        (
            indirect_question(Clause(ANA, lexicon.VIVIR), Phrase("dónde", "where")),
            "dónde vive Ana",
            "where Ana lives",
        ),
        (
            liking(lexicon.FONDNESS[0], ANA, Phrase("las manzanas", "apples"), 4, "present", negated=True),
            "a Ana no le gustan las manzanas",
            "Ana doesn't like apples",
        ),
        (command(COMPRAR, Phrase("", "it"), "lo"), "cómpralo", "buy it"),
        (command(LEVANTARSE, negated=True), "no te levantes", "don't get up"),
    ],
)
def test_clauses_agree_in_both_languages(spoken: Phrase, es: str, en: str) -> None:
    assert (spoken.es, spoken.en) == (es, en)


@pytest.mark.parametrize(
    ("nominal", "es", "en"),
    [
        (noun_phrase(NOUNS["house"], "a", adjective=ADJECTIVES["white"]), "una casa blanca", "a white house"),
        (noun_phrase(NOUNS["egg"], "a"), "un huevo", "an egg"),
        (noun_phrase(NOUNS["water"], "the", adjective=ADJECTIVES["cold"]), "el agua fría", "the cold water"),
        (noun_phrase(NOUNS["watch"], "many"), "muchos relojes", "many watches"),
        (noun_phrase(NOUNS["woman"], "that", many=True), "esas mujeres", "those women"),
        (noun_phrase(NOUNS["boy"], "the", adjective=ADJECTIVES["good"]), "el buen niño", "the good boy"),
        (noun_phrase(NOUNS["house"], many=True, owner=NOSOTROS), "nuestras casas", "our houses"),
        (noun_phrase(NOUNS["book"], owner=ANA), "su libro", "her book"),
        (noun_phrase(NOUNS["book"], owner=EL), "su libro", "his book"),
    ],
)
def test_noun_phrases_agree_in_both_languages(nominal: Nominal, es: str, en: str) -> None:
    assert (nominal.es, nominal.en) == (es, en)


@pytest.mark.parametrize(
    ("infinitive", "tense", "forms"),
    [
        ("hablar", "present", "hablo hablas habla hablamos hablan"),
        ("pensar", "future", "pensaré pensarás pensará pensaremos pensarán"),
        ("cerrar", "present", "cierro cierras cierra cerramos cierran"),
        ("cerrar", "subjunctive", "cierre cierres cierre cerremos cierren"),
        ("dormir", "preterite", "dormí dormiste durmió dormimos durmieron"),
        ("dormir", "subjunctive", "duerma duermas duerma durmamos duerman"),
        ("leer", "preterite", "leí leíste leyó leímos leyeron"),
        ("hacer", "preterite", "hice hiciste hizo hicimos hicieron"),
        ("decir", "preterite", "dije dijiste dijo dijimos dijeron"),
        ("jugar", "preterite", "jugué jugaste jugó jugamos jugaron"),
        ("empezar", "subjunctive", "empiece empieces empiece empecemos empiecen"),
        ("tener", "past_subjunctive", "tuviera tuvieras tuviera tuviéramos tuvieran"),
        ("ver", "perfect", "he visto has visto ha visto hemos visto han visto"),
        ("salir", "conditional", "saldría saldrías saldría saldríamos saldrían"),
    ],
)
def test_spanish_conjugation(infinitive: str, tense: spanish.Tense, forms: str) -> None:
    assert " ".join(spanish.conjugate(infinitive, tense, slot) for slot in range(5)) == forms


@pytest.mark.parametrize(
    ("infinitive", "pronoun", "negated", "expected"),
    [
        ("cerrar", "la", False, "ciérrala"),
        ("leer", "lo", False, "léelo"),
        ("escribir", "las", False, "escríbelas"),
        ("poner", "lo", False, "ponlo"),
        ("ver", "la", False, "vela"),
        ("acostar", "te", False, "acuéstate"),
        ("ir", "", False, "ve"),
        ("buscar", "las", True, "no las busques"),
    ],
)
def test_spanish_commands(infinitive: str, pronoun: str, negated: bool, expected: str) -> None:
    assert spanish.command(infinitive, pronoun, negated) == expected


@pytest.mark.parametrize(
    ("base", "tense", "slot", "expected"),
    [
        ("go", "present", 2, ("she goes", "she doesn't go", "does she go")),
        ("study", "present", 2, ("she studies", "she doesn't study", "does she study")),
        ("wash", "present", 2, ("she washes", "she doesn't wash", "does she wash")),
        ("try", "preterite", 2, ("she tried", "she didn't try", "did she try")),
        ("be", "past_subjunctive", 2, ("she were", "she weren't", "were she")),
        ("can sing", "imperfect", 2, ("she could sing", "she couldn't sing", "could she sing")),
        ("can sing", "future", 2, ("she'll be able to sing", "she won't be able to sing", "will she be able to sing")),
        ("swim", "progressive", 2, ("she's swimming", "she isn't swimming", "is she swimming")),
        ("write", "pluperfect", 2, ("she had written", "she hadn't written", "had she written")),
    ],
)
def test_english_verbs(base: str, tense: spanish.Tense, slot: int, expected: tuple[str, str, str]) -> None:
    group = english.verb_group(base, tense, slot)
    assert (group.state("she"), group.state("she", negated=True), group.ask("she")) == expected


@pytest.mark.parametrize(
    ("adjective", "expected"),
    [
        ("tall", "taller"),
        ("big", "bigger"),
        ("quiet", "quieter"),
        ("pretty", "prettier"),
        ("friendly", "friendlier"),
        ("famous", "more famous"),
        ("serious", "more serious"),
        ("expensive", "more expensive"),
        ("hardworking", "more hardworking"),
    ],
)
def test_english_comparatives(adjective: str, expected: str) -> None:
    assert english.comparative(adjective) == expected


def test_sentences_are_written_out() -> None:
    going = Phrase("vas a el parque", "you go to the park")
    assert sentence(going) == ("Vas al parque.", "You go to the park.")
    assert sentence(going, "?")[0] == "¿Vas al parque?"
    assert sentence(Phrase("es de él", "it's his"))[0] == "Es de él."


def test_every_verb_has_an_object_or_a_place() -> None:
    verbs: tuple[Verb, ...] = (*lexicon.TRANSITIVE, *lexicon.WANTING, *lexicon.GIVING, *lexicon.PUTTING)
    assert not [verb.es for verb in verbs if not tagged(verb.objects)]
    assert not [verb.es for verb in (*lexicon.INTRANSITIVE, *lexicon.MOTION) if verb.objects not in lexicon.PLACES]
