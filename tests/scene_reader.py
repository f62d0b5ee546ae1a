"""Reads the captions of drawn scenes back, by tables of its own, and looks in the picture whether they are true."""

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

NUMBERS = {
    "en": {"a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4},
    "es": {"un": 1, "una": 1, "dos": 2, "tres": 3, "cuatro": 4},
}
NOUNS = {  # shape, singular, plural, and in Spanish the gender; "_" is a space, here and below
    "en": """circle circle circles, circle disc discs, square square squares, triangle triangle triangles,
        star star stars, heart heart hearts, moon moon moons, moon crescent_moon crescent_moons, house house houses,
        tree tree trees, flower flower flowers, fish fish fish, boat boat boats, boat sailing_boat sailing_boats,
        butterfly butterfly butterflies""",
    "es": """circle círculo círculos m, circle disco discos m, square cuadrado cuadrados m,
        triangle triángulo triángulos m, star estrella estrellas f, heart corazón corazones m, moon luna lunas f,
        house casa casas f, tree árbol árboles m, flower flor flores f, fish pez peces m, boat barco barcos m,
        boat velero veleros m, butterfly mariposa mariposas f""",
}
COLOURS = {  # colour and its forms: masculine and feminine singular, masculine and feminine plural
    "en": "red red, orange orange, yellow yellow, green green, blue blue, purple purple, purple violet, pink pink, "
    "white white",
    "es": """red rojo roja rojos rojas, orange naranja naranja naranjas naranjas,
        orange anaranjado anaranjada anaranjados anaranjadas, yellow amarillo amarilla amarillos amarillas,
        green verde verde verdes verdes, blue azul azul azules azules, purple morado morada morados moradas,
        purple violeta violeta violetas violetas, pink rosa rosa rosas rosas, pink rosado rosada rosados rosadas,
        white blanco blanca blancos blancas""",
}
SIZES = {
    "en": "small small, small little, big big, big large",
    "es": "small pequeño pequeña pequeños pequeñas, big grande grande grandes grandes, big gran gran grandes grandes",
}
TIMES = {
    "en": "day in_the_daytime, day during_the_day, night at_night, sunset at_sunset, sunset at_sundown",
    "es": "day de_día, day durante_el_día, night de_noche, night por_la_noche, sunset al_atardecer, "
    "sunset al_caer_el_sol",
}
PAPERS = {
    "en": "white white, grey grey, black black, beige beige, light_blue light_blue, light_green light_green",
    "es": "white blanco, grey gris, black negro, beige beis, light_blue azul_claro, light_green verde_claro",
}
ON_PAPER = {"en": "(?:on|against) a {} background", "es": "(?:sobre|sobre un|ante un) fondo {}"}
RELATIONS = {  # "-" turns the first and the second round
    "en": {
        "left": "(?:to|on) the left of",
        "-left": "(?:to|on) the right of",
        "above": "(?:above|over)",
        "-above": "(?:below|under|beneath)",
        "inside": "(?:inside|in)",
        "-inside": "around",
        "beside": "(?:next to|beside)",
    },
    "es": {
        "left": "a la izquierda de",
        "-left": "a la derecha de",
        "above": "(?:por )?encima de",
        "-above": "(?:por )?debajo de",
        "inside": "(?:dentro de|en el interior de|en)",
        "-inside": "alrededor de",
        "beside": "(?:junto a|al lado de)",
    },
}
NEARBY = {  # the end of "a house with a tree ..."
    "en": {
        "-left": "on {its} left",
        "left": "on {its} right",
        "-above": "above {it}",
        "above": "below {it}",
        "beside": "beside {it}",
    },
    "es": {
        "-left": "a su izquierda",
        "left": "a su derecha",
        "-above": "encima",
        "above": "debajo",
        "beside": "al lado",
    },
}
AXES = {  # first side, last side, direction
    "en": {
        "left": ("on the left", "on the right", "from left to right"),
        "above": ("at the top", "at the bottom", "from top to bottom"),
    },
    "es": {
        "left": ("a la izquierda", "a la derecha", "de izquierda a derecha"),
        "above": ("arriba", "abajo", "de arriba abajo"),
    },
}
WORDS = {  # what agrees with one thing (s) and with several (p)
    "en": {
        "s": {"there": "there is", "place": "is", "be": "is", "its": "its", "it": "it"},
        "p": {"there": "there are", "place": "are", "be": "are", "its": "their", "it": "them"},
    },
    "es": {
        "s": {"there": "hay", "place": "está", "be": "es", "see": "se ve"},
        "p": {"there": "hay", "place": "están", "be": "son", "see": "se ven"},
    },
}
FRAMES = {
    "en": "(?:(?:we see|you can see|a drawing of|a picture of|the picture shows|(?:in the picture )?{there}) )?",
    "es": "(?:(?:vemos|{see}|un dibujo de|una imagen de|la imagen muestra|(?:en la imagen )?{there}) )?",
}
SMALL = {
    "en": {"and_": "and", "with_": "with", "inside": "inside", "between": "between", "middle": "in the middle"},
    "es": {"and_": "y", "with_": "con", "inside": "dentro", "between": "entre", "middle": "en el centro"},
}
CONTAINS = {"en": "contains", "es": "contiene"}

Claim = tuple[str, ...]  # its kind, and the numbers of groups or a word
SIDES = {"left": ("x", "left", "right"), "above": ("y", "top", "bottom")}


@dataclass
class Reading:
    """What a caption says."""

    background: str | None = None
    mentions: list[tuple[int, bool, bool]] = field(default_factory=list)  # group, colour said, size said
    claims: set[Claim] = field(default_factory=set)


class Reader:
    """Reads the captions of one language; raises ValueError where one is not understood or its words disagree."""

    def __init__(self, language: str) -> None:
        self.language = language
        self.nouns: dict[str, set[tuple[str, str]]] = {}  # with the shape and "m1" ... "f2" ("1" or "2" in English)
        for shape, one, many, *gender in _rows(NOUNS[language]):
            for number, noun in (("1", one), ("2", many)):
                self.nouns.setdefault(noun, set()).add((shape, "".join(gender) + number))
        self.adjectives: dict[str, set[tuple[str, str, str]]] = {}  # with "colour" or "size", its value, agreement
        for kind, table in (("colour", COLOURS), ("size", SIZES)):
            for meaning, *forms in _rows(table[language]):
                agreements = ("m1", "f1", "m2", "f2") if language == "es" else ("",)
                for form, agreement in zip(forms, agreements, strict=True):
                    self.adjectives.setdefault(form, set()).add((kind, meaning, agreement))
        self.backgrounds = {said: name for name, said in _rows(TIMES[language])}
        self.backgrounds |= {ON_PAPER[language].format(said): name for name, said in _rows(PAPERS[language])}
        article = {"en": "the", "es": "el|la|los|las"}[language]
        adjectives, nouns = _any_of(self.adjectives), _any_of(self.nouns)
        self.noun_phrase = re.compile(
            rf"\b((?:{article}) )?((?:{_any_of(NUMBERS[language])}) )?((?:(?:{adjectives}) )*)(?:({nouns}))\b"
            + (rf"((?: (?:{adjectives})\b)*)" if language == "es" else "()")
        )
        self.rules = [(re.compile(pattern), claims) for pattern, claims in _rules(language)]

    def read(self, caption: str, scene: dict[str, Any]) -> Reading:
        """Understand a caption; the groups that it speaks of are looked up in the scene."""
        if not re.fullmatch(r"[A-Z][^A-Z.]*\.", caption) or re.search(r"\b(de|a) el\b|  | ,", caption):
            raise ValueError(f"not a written sentence: {caption}")
        reading = Reading()
        text = self._take_background(caption[0].lower() + caption[1:-1], reading)
        text = re.sub(r"\bdel\b", "de el", re.sub(r"\bal(?! lado)\b", "a el", text))
        text = re.sub(r"\b(es|son|is|are) (\w+)$", r"\1 =\2", text)  # "the stars are red"
        text = self.noun_phrase.sub(lambda found: self._take_mention(found, scene, reading), text)
        inside = re.compile("<(\\d)([sp])> {with_} <(\\d)[sp]> {inside}\\b".format(**SMALL[self.language]))
        while found := inside.search(text):
            reading.claims.add(("inside", found[3], found[1]))
            text = f"{text[: found.start()]}<{found[1]}{found[2]}>{text[found.end() :]}"
        for rule, claims in self.rules:
            if found := rule.fullmatch(text):
                for kind, *about in claims:
                    values = [found[name] if name in rule.groupindex else name for name in about]
                    if None not in values:
                        reading.claims.add(_forwards(kind, *values))
                return reading
        if found := re.fullmatch(r"<(\d)([sp])> (\S+) =(\w+)", text):
            agreeing = {meaning for kind, meaning, _ in self.adjectives[found[4]] if kind == "colour"}
            if found[3] == WORDS[self.language][found[2]]["be"]:
                reading.claims.add(("colour", found[1], *agreeing))
                return reading
        raise ValueError(f"not understood: {text} ({caption})")

    def _take_background(self, text: str, reading: Reading) -> str:
        for said, name in self.backgrounds.items():
            for place in (rf"^{said} ", rf",? {said}$"):
                text, found = re.subn(place, "", text)
                reading.background = name if found else reading.background
        return text

    def _take_mention(self, found: re.Match[str], scene: dict[str, Any], reading: Reading) -> str:
        article, number, before, noun, after = (part and part.strip() for part in found.groups())
        count = NUMBERS[self.language][number] if number else 1
        fitting = {(shape, agreement) for shape, agreement in self.nouns[noun] if agreement[-1] == str(min(count, 2))}
        if not fitting or not (article or number):
            raise ValueError(f"number and noun: {found[0]}")
        (shape, agreement) = fitting.pop()
        if self.language == "es":
            definite, indefinite = {"m": ("el los", "un"), "f": ("la las", "una")}[agreement[0]]
            due = (
                (definite.split()[count > 1], number if count > 1 else None),
                (None, number if count > 1 else indefinite),
            )
            if (article, number) not in due or "grande" in before.split() or "gran" in after.split():
                raise ValueError(f"article or gran: {found[0]}")
        elif number in ("a", "an") and (number == "an") != (found[0].split()[1][0] in "aeiou"):
            raise ValueError(f"a or an: {found[0]}")
        told: dict[str, Any] = {"shape": shape, "count": count}
        for word in before.split() + after.split():
            for kind, meaning, form in self.adjectives[word]:
                told |= {kind: meaning} if form in ("", agreement) else {}
        if len(told) != 2 + len(before.split() + after.split()):
            raise ValueError(f"adjectives that do not agree: {found[0]}")
        groups = scene["groups"]
        alike = [group for group in groups if all(group[key] == told[key] for key in told if key != "count")]
        if len(alike) != 1 or alike[0]["count"] != count:
            raise ValueError(f"not in the picture, or not one group: {found[0]}")
        group = groups.index(alike[0])
        reading.mentions.append((group, "colour" in told, "size" in told))
        return f"<{group}{'p' if count > 1 else 's'}>"


def _rows(table: str) -> list[list[str]]:
    return [[word.replace("_", " ") for word in row.split()] for row in table.split(",")]


def _any_of(words: Any) -> str:
    return "|".join(sorted(words, key=len, reverse=True))


def _forwards(kind: str, *about: str) -> Claim:
    return (kind[1:], *reversed(about)) if kind.startswith("-") else (kind, *about)


def _rules(language: str) -> Iterator[tuple[str, list[Claim]]]:
    """The sentences that there are, as patterns of a text in which things are written <0s>, <1p>, and their claims."""
    other = {name: rf"<(?P<{name}>\d)[sp]>" for name in "abc"}
    for number, agreeing in WORDS[language].items():
        words = agreeing | other | SMALL[language] | {"h": rf"<(?P<h>\d){number}>"}
        frame = FRAMES[language].format(**words)
        listing = FRAMES[language].format(**words | {"see": "se ven"})
        say = lambda pattern, words=words: pattern.format(**words)  # noqa: E731

        yield frame + say("{h}"), []
        yield listing + say("{h}(?:, {a})? {and_} {b}"), []
        for kind, said in RELATIONS[language].items():
            claims: list[Claim] = [(kind, "h", "a")]
            yield frame + say("{h},? ") + said + say(" {a}"), claims
            yield say("{h} {place} ") + said + say(" {a}"), claims
            yield said + say(" {a} {there} {h}"), claims
        for kind, said in NEARBY[language].items():
            yield frame + say("{h} {with_} {a} " + said), [(kind, "h", "a")]
        for pattern in ("{h} {place} {between} {a} {and_} {b}", "{between} {a} {and_} {b} {there} {h}"):
            yield say(pattern), [("between", "h", "a", "b")]
        yield frame + say("{h} {between} {a} {and_} {b}"), [("between", "h", "a", "b")]
        for kind, (first, last, direction) in AXES[language].items():
            axis, low, high = SIDES[kind]
            claims = [("side", "h", low), ("side", "b", f"middle {axis}"), ("side", "a", high), (kind, "h", "a")]
            yield say(f"{{h}} {first}(?:, {{b}} {{middle}})? {{and_}} {{a}} {last}"), claims
            yield say(f"{first} {{there}} {{h}}(?:, {{middle}} {{b}})? {{and_}} {last} {{a}}"), claims
            claims = [(kind, "h", "a"), (kind, "a", "b")]
            yield say(f"{direction} {{there}} {{h}}, {{a}} {{and_}} {{b}}"), claims
            yield say(f"{{h}}, {{a}} {{and_}} {{b}} {direction}"), claims
        yield say("{h} ") + CONTAINS[language] + say(" {a}"), [("inside", "a", "h")]


def is_true(claim: Claim, scene: dict[str, Any]) -> bool:
    """Whether a claim holds of the places in the picture."""
    kind, *about = claim
    boxes = [_box(group["items"]) for group in scene["groups"]]
    if kind == "colour":
        return scene["groups"][int(about[0])]["colour"] == about[1]
    if kind == "side":
        axis = "y" if about[1] in ("top", "bottom", "middle y") else "x"
        middle = sum(boxes[int(about[0])][axis]) / 2
        return {"left": middle < 0.45, "top": middle < 0.45, "right": middle > 0.55, "bottom": middle > 0.55}.get(
            about[1], 0.4 < middle < 0.6
        )
    one, *others = (boxes[int(number)] for number in about)
    if kind == "left":
        return one["x"][1] < others[0]["x"][0]
    if kind == "above":
        return one["y"][1] < others[0]["y"][0]
    if kind == "beside":
        gap = max(others[0]["x"][0] - one["x"][1], one["x"][0] - others[0]["x"][1])
        return 0 < gap < 0.16 and one["y"][0] < others[0]["y"][1] and others[0]["y"][0] < one["y"][1]
    if kind == "inside":
        inner, (outer,) = (scene["groups"][int(number)]["items"] for number in about)
        return all(
            math.hypot(item["x"] - outer["x"], item["y"] - outer["y"]) + item["radius"] < outer["radius"]
            for item in inner
        )
    assert kind == "between"
    return any(
        low[axis][1] < one[axis][0] and one[axis][1] < high[axis][0]
        for axis in "xy"
        for low, high in (others, others[::-1])
    )


def _box(items: list[dict[str, float]]) -> dict[str, tuple[float, float]]:
    return {
        axis: (min(item[axis] - item["radius"] for item in items), max(item[axis] + item["radius"] for item in items))
        for axis in "xy"
    }
