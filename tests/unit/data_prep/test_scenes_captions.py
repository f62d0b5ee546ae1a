from random import Random

import pytest
from scene_reader import Reader, Reading, is_true

from data_prep.scenes.captions import CAPTIONS, captions
from data_prep.scenes.splits import draw_scenes
from data_prep.scenes.words import noun_phrase
from data_prep.scenes.world import COLOURS, LAYOUTS, SHAPES, Description, Group, Item, Scene

READERS = {"en": Reader("en"), "es": Reader("es")}


@pytest.fixture(scope="module")
def told() -> list[tuple[Scene, list[tuple[str, str]]]]:
    scenes = [scene for _, _, scene in draw_scenes({"train": 300, "dev": 40, "test": 40}, seed=5)]
    return [(scene, captions(scene, Random(number))) for number, scene in enumerate(scenes)]


@pytest.fixture(scope="module")
def readings(told) -> list[tuple[Scene, str, dict[str, Reading]]]:
    found = []
    for scene, pairs in told:
        for pair in pairs:
            texts = dict(zip(READERS, pair, strict=True))
            read = {language: READERS[language].read(text, scene.as_json()) for language, text in texts.items()}
            found.append((scene, " | ".join(pair), read))
    return found


def test_every_claim_of_every_caption_is_true_of_the_places_in_the_picture(readings):
    kinds = set()
    for scene, text, read in readings:
        for language in READERS:
            assert read[language].background in (None, scene.description.background), text
            for claim in read[language].claims:
                assert is_true(claim, scene.as_json()), (claim, text)
                kinds.add(claim[0])
    assert kinds == {"left", "above", "inside", "between", "beside", "side", "colour"}


def test_both_languages_say_the_same(readings):
    for _, text, read in readings:
        english, spanish = read["en"], read["es"]
        assert (english.claims, english.background) == (spanish.claims, spanish.background), text
        assert sorted(english.mentions) == sorted(spanish.mentions), text


def test_captions_are_rich_in_what_they_say_and_how(told, readings):
    assert all(len(pairs) == CAPTIONS for _, pairs in told)
    for side in (0, 1):
        assert all(len({pair[side] for pair in pairs}) == CAPTIONS for _, pairs in told)
    everything = sum(
        len({group for group, *_ in read["en"].mentions}) == len(scene.items) for scene, _, read in readings
    )
    coloured = sum(all(colour for _, colour, _ in read["en"].mentions) for _, _, read in readings)
    related = sum(bool(read["en"].claims) for scene, _, read in readings if len(scene.items) > 1)
    several = sum(len(scene.items) > 1 for scene, *_ in readings)
    assert everything > 0.9 * len(readings)
    assert 0.85 * len(readings) < coloured < len(readings)
    assert 0.8 * several < related < several
    assert 0.1 * len(readings) < sum(bool(read["en"].background) for *_, read in readings) < 0.5 * len(readings)


def test_the_same_scene_and_seed_give_the_same_captions(told):
    for number, (scene, pairs) in enumerate(told[:20]):
        assert captions(scene, Random(number)) == pairs


ROW = Scene(
    Description("grey", "row", (Group(2, "small", "red", "star"), Group(1, "medium", "blue", "tree"))),
    ((Item(0.2, 0.4, 0.09), Item(0.2, 0.6, 0.09)), (Item(0.8, 0.5, 0.13),)),
    (),
    0,
)


@pytest.mark.parametrize(
    ("language", "text", "claims"),
    [
        ("en", "Two red stars to the left of a blue tree.", {("left", "0", "1")}),
        ("es", "Las dos estrellas rojas están a la izquierda del árbol azul.", {("left", "0", "1")}),
        ("es", "A la derecha de dos pequeñas estrellas rojas hay un árbol azul.", {("left", "0", "1")}),
        ("en", "Two red stars above a blue tree.", {("above", "0", "1")}),
        ("en", "A blue tree next to two red stars.", {("beside", "1", "0")}),
    ],
)
def test_the_reader_understands(language, text, claims):
    reading = READERS[language].read(text, ROW.as_json())
    assert reading.claims == claims
    assert all(is_true(claim, ROW.as_json()) == (claim[0] == "left") for claim in claims)


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "Three red stars to the left of a blue tree."),
        ("en", "Two blue stars to the left of a blue tree."),
        ("en", "Two big red stars to the left of a blue tree."),
        ("en", "Two red star to the left of a blue tree."),
        ("en", "The two red stars is to the left of the blue tree."),
        ("en", "There are a blue tree to the right of two red stars."),
        ("en", "Two red stars with a blue tree on its right."),
        ("en", "Two red stars the left of a blue tree."),
        ("en", "two red stars to the left of a blue tree."),
        ("es", "Dos estrellas rojos a la izquierda de un árbol azul."),
        ("es", "Dos estrellas rojas a la izquierda de una árbol azul."),
        ("es", "Dos estrellas rojas a la izquierda de el árbol azul."),
        ("es", "Las dos estrellas rojas está a la izquierda del árbol azul."),
        ("es", "Los dos estrellas rojas están a la izquierda del árbol azul."),
        ("es", "Dos estrellas roja pequeñas."),
        ("es", "Dos estrellas rojas pequeños."),
        ("es", "Se ve dos estrellas rojas."),
    ],
)
def test_the_reader_refuses(language, text):
    with pytest.raises(ValueError, match=r"."):
        READERS[language].read(text, ROW.as_json())


@pytest.mark.parametrize(
    ("group", "options", "spanish", "english"),
    [
        (Group(1, "small", "red", "star"), {}, "una estrella roja", {"a red star", "one red star"}),
        (Group(1, "medium", "orange", "fish"), {}, "un pez naranja", {"an orange fish", "one orange fish"}),
        (Group(3, "medium", "blue", "fish"), {}, "tres peces azules", {"three blue fish"}),
        (
            Group(2, "medium", "white", "flower"),
            {"definite": True},
            "las dos flores blancas",
            {"the two white flowers"},
        ),
        (Group(1, "big", "green", "tree"), {"sized": True}, "un árbol verde grande", {"a big green tree"}),
        (Group(1, "big", "green", "tree"), {"sized": True}, "un gran árbol verde", {"a big green tree"}),
        (Group(2, "big", "green", "tree"), {"sized": True}, "dos grandes árboles verdes", {"two big green trees"}),
        (Group(4, "small", "yellow", "house"), {"sized": True}, "cuatro casas amarillas pequeñas", None),
        (Group(4, "small", "yellow", "heart"), {"coloured": False}, "cuatro corazones", {"four hearts"}),
    ],
)
def test_noun_phrases_agree(group, options, spanish, english):
    said = [noun_phrase(group, Random(seed), **options) for seed in range(60)]
    fitting = {nominal.en for nominal in said if nominal.es == spanish}
    assert fitting
    assert english is None or fitting >= english


def test_every_shape_and_colour_has_its_words():
    for shape in SHAPES:
        for colour in COLOURS:
            group = Group(2, "small", colour, shape)
            scene = Scene(Description("grey", "alone", (group,)), ((Item(0.4, 0.5, 0.1), Item(0.6, 0.5, 0.1)),), (), 0)
            for en, es in captions(scene, Random(0)):
                assert READERS["en"].read(en, scene.as_json()).mentions[0][0] == 0
                assert READERS["es"].read(es, scene.as_json()).mentions[0][0] == 0


def test_every_layout_is_told(told):
    assert {scene.description.layout for scene, _ in told} == set(LAYOUTS)
