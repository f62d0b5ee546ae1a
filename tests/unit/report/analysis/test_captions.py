"""What captions name, and how varied they are."""

import itertools
from dataclasses import replace

import pytest

from data_prep.scenes.words import BACKGROUNDS, COLOURS, NOUNS, NUMBERS, RELATIONS
from seq2seq.data.words import text_words
from seq2seq.report.analysis.lexicon import CLASSES, LANGUAGES, Concept, inflect, lexicon_for
from seq2seq.report.analysis.material import Material
from seq2seq.report.analysis.objects import HUMAN, find_objects
from seq2seq.report.analysis.variety import find_variety
from seq2seq.report.diversity import diversity_of
from seq2seq.report.system import System, TestSet


def concepts(text, language="en"):
    return {f"{concept.kind}/{concept.name}" for concept in lexicon_for(language).find(text_words(text))}


def captions(*references, language="en", training=None):
    return TestSet(True, [f"{n}.png" for n in range(len(references))], list(references), language, {}, training)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Two brown dogs running.", {"numbers/two", "colours/brown", "animals/dog", "actions/run"}),
        ("men with a woman", {"people/man", "people/woman"}),
        ("a girl in front of a bus", {"people/girl", "relations/in_front", "vehicles/bus"}),
        ("a boy wearing a T-shirt", {"people/boy", "actions/wear", "clothing/shirt"}),
        ("nothing of the kind", set()),
        ("", set()),
    ],
)
def test_concepts_of_english(text, found):
    assert concepts(text) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("dos perros marrones corriendo", {"numbers/two", "animals/dog", "colours/brown", "actions/run"}),
        ("los peces rojos", {"animals/fish", "colours/red"}),
        ("una niña a la izquierda de los camiones", {"people/girl", "relations/left", "vehicles/truck"}),
        ("tres corazones blancos", {"numbers/three", "things/heart", "colours/white"}),
    ],
)
def test_concepts_of_spanish(text, found):
    assert concepts(text, "es") == found


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_lexicon_is_sound(language):
    lexicon = lexicon_for(language)
    seen = {}
    for form, concept in lexicon._forms.items():
        assert concept.kind in CLASSES
        assert text_words(" ".join(form)) == list(form), f"{form} can never be found"
        seen.setdefault(concept, []).append(form)
    assert {concept.kind for concept in seen} == set(CLASSES)
    named = {concept for pair in lexicon._also for concept in pair}
    assert named <= set(seen), "`also` names a concept that is not there"


def test_both_languages_have_the_same_concepts():
    english, spanish = (set(lexicon_for(language)._forms.values()) for language in LANGUAGES)
    assert english == spanish


def test_whoever_says_child_may_mean_a_boy():
    lexicon = lexicon_for("en")
    child, boy, man, anyone, dog = (
        Concept(*name.split("/")) for name in ("people/child", "people/boy", "people/man", "people/any", "animals/dog")
    )
    for one, other in itertools.permutations((child, boy)):
        assert lexicon.is_among(one, [other])
    assert not lexicon.is_among(child, [man])
    assert lexicon.is_among(anyone, [man])
    assert lexicon.is_among(man, [anyone])
    assert not lexicon.is_among(dog, [anyone])
    assert not lexicon.is_among(dog, [])


def test_codes_of_languages():
    assert lexicon_for("en-GB") is lexicon_for("en")
    assert lexicon_for("fi") is lexicon_for(None) is None


def test_forms_of_words():
    assert "men" in inflect("man", "people", "en")
    assert {"running", "runs"} <= set(inflect("run", "actions", "en"))
    assert {"roja", "rojas", "rojos"} <= set(inflect("rojo", "colours", "es"))
    assert list(inflect("two", "numbers", "en")) == []


def test_what_is_named_by_no_reference_and_what_is_missed():
    test = captions(
        ["a red dog and a boy", "a dog with a child", "a red dog"],
        ["two cars", "two red cars", "cars on a street"],
    )
    section = find_objects(Material(test, [System("A", ["a dog and a cat", "three red cars"])]))
    table = {row[0]: row[1:] for row in section.items[2].rows}
    assert sorted(table["A"][0].split(", ")) == ["cat (1)", "three (1)"]
    assert sorted(table["A"][1].split(", ")) == ["red (1)", "two (1)"]
    invented = {point.x: (point.y, point.count) for point in section.items[0].series[0].points}
    assert invented["animals"] == (50.0, 2)
    assert invented["numbers"] == (100.0, 1)
    assert invented["vehicles"] == (0.0, 1)
    assert [series.name for series in section.items[0].series] == ["A", HUMAN]


def test_who_copies_a_reference_invents_nothing(caption_set, perfect):
    section = find_objects(Material(caption_set, [perfect(caption_set)]))
    assert {point.y for point in section.items[0].series[0].points} <= {0.0, None}


def test_one_reference_has_no_person_to_compare_with():
    section = find_objects(Material(captions(["a dog"], ["a cat"]), [System("A", ["a dog", "a dog"])]))
    assert [series.name for series in section.items[0].series] == ["A"]


def test_captions_that_are_alike_and_known(caption_set):
    training = ["The dog sees the cat !"]
    test = replace(caption_set, training=training)
    outputs = ["the dog sees the cat"] * 45 + [f"word{n}" for n in range(15)]
    section = find_variety(Material(test, [System("A", outputs, facts={"models": [{}]})]))
    table = {row[0]: row[1:] for row in section.items[0].rows}
    assert table["captions that no other picture got, %"][0] == 25.0
    assert table["captions known from training, %"][0] == 75.0
    assert table["words in use"][0] == 4 + 15
    assert section.items[1].rows == (("A", 45, "the dog sees the cat"),)
    told = section.text.splitlines()
    assert [line.split(":")[0] for line in told] == ["A", HUMAN]


def test_without_training_captions_none_is_known(caption_set, perfect):
    test = replace(caption_set, training=None)
    section = find_variety(Material(test, [perfect(test)]))
    assert not any("known" in row[0] for row in section.items[0].rows)
    assert "not known" in section.text


def test_which_captions_are_new_is_told_of_models_of_these_data_only(caption_set, perfect):
    test = replace(caption_set, training=["The dog sees the cat."])
    systems = [System(name, ["the dog sees the cat"] * 60, facts={"models": [{}]}) for name in ("here", "elsewhere")]
    systems = [systems[0], replace(systems[1], elsewhere=True), perfect(test)]
    found = {system.name: diversity_of(test, system).new for system in systems}
    assert found == {"here": 0.0, "elsewhere": None, "perfect": None}
    section = find_variety(Material(test, systems))
    (row,) = (row for row in section.items[0].rows if "known" in row[0])
    assert row[1:4] == (100.0, None, None)
    assert row[4] is not None
    assert "Of elsewhere, perfect it cannot be told" in section.text
    nobody = find_variety(Material(test, systems[1:]))
    assert not any("known" in row[0] for row in nobody.items[0].rows)


def test_training_captions_are_read_once(caption_set, perfect, monkeypatch):
    asked = []
    monkeypatch.setattr(
        "seq2seq.evaluation.captions.diversity.distinct_captions", lambda texts: asked.append(texts) or set()
    )
    systems = [replace(perfect(caption_set), name=name, facts={"models": [{}]}) for name in ("A", "B")]
    find_variety(Material(caption_set, systems))
    assert asked == [caption_set.training]


def test_the_words_of_our_scenes_are_in_the_lexicon():
    for nouns in NOUNS.values():
        for noun in nouns:
            assert concepts(noun.en), noun
            assert concepts(noun.es, "es"), noun
    for phrases in (*RELATIONS.values(), *BACKGROUNDS.values(), [*NUMBERS.values()]):
        for phrase in phrases:
            if phrase.en == "in":  # which says too much besides
                continue
            assert concepts(phrase.en), phrase
            assert concepts(phrase.es, "es"), phrase
    for colours in COLOURS.values():
        for colour in colours:
            assert concepts(colour.en), colour
            assert concepts(colour.es, "es"), colour
