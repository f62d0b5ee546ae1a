"""Spanish word forms for the sample corpus: conjugation, agreement, attached pronouns and obligatory contractions.

Persons are numbered by slot: 0 yo, 1 tú, 2 él/ella, 3 nosotros, 4 ellos/ellas. The spelling and stem rules follow
any school grammar (ortografía: busco/busqué; stem change under stress: pensar/pienso; strong preterites: tener/tuve).
"""

import re
from dataclasses import dataclass, field
from typing import Literal

Tense = Literal[
    "present",
    "preterite",
    "imperfect",
    "future",
    "conditional",
    "subjunctive",
    "past_subjunctive",
    "perfect",
    "pluperfect",
    "progressive",
    "past_progressive",
]

_ENDINGS = {
    ("present", "ar"): "o as a amos an",
    ("present", "er"): "o es e emos en",
    ("present", "ir"): "o es e imos en",
    ("preterite", "ar"): "é aste ó amos aron",
    ("preterite", "er"): "í iste ió imos ieron",
    ("imperfect", "ar"): "aba abas aba ábamos aban",
    ("imperfect", "er"): "ía ías ía íamos ían",
    ("subjunctive", "ar"): "e es e emos en",
    ("subjunctive", "er"): "a as a amos an",
}
_FUTURE = "é ás á emos án"
_CONDITIONAL = "ía ías ía íamos ían"
_STRONG_PRETERITE = "e iste o imos ieron"
_PAST_SUBJUNCTIVE = "ra ras ra ramos ran"
_COMPOUND: dict[Tense, tuple[str, Tense]] = {
    "perfect": ("haber", "present"),
    "pluperfect": ("haber", "imperfect"),
    "progressive": ("estar", "present"),
    "past_progressive": ("estar", "imperfect"),
}
_UNSTRESSED_CHANGE = {"e>ie": "e>i", "e>i": "e>i", "o>ue": "o>u"}
_ACUTE = str.maketrans("aeiou", "áéíóú")


@dataclass(frozen=True)
class Irregular:
    """What a verb does not share with its conjugation; `forms` lists the five persons of a whole tense."""

    change: str = ""
    yo: str = ""
    strong: str = ""
    future: str = ""
    participle: str = ""
    gerund: str = ""
    imperative: str = ""
    forms: dict[str, str] = field(default_factory=dict)


_FUI = "fui fuiste fue fuimos fueron"
IRREGULAR = {
    "abrir": Irregular(participle="abierto"),
    "acostar": Irregular(change="o>ue"),
    "cerrar": Irregular(change="e>ie"),
    "conocer": Irregular(yo="conozco"),
    "costar": Irregular(change="o>ue"),
    "dar": Irregular(
        forms={
            "present": "doy das da damos dan",
            "preterite": "di diste dio dimos dieron",
            "subjunctive": "dé des dé demos den",
        }
    ),
    "decir": Irregular(
        change="e>i", yo="digo", strong="dij", future="dir", participle="dicho", gerund="diciendo", imperative="di"
    ),
    "despertar": Irregular(change="e>ie"),
    "doler": Irregular(change="o>ue"),
    "dormir": Irregular(change="o>ue"),
    "empezar": Irregular(change="e>ie"),
    "encontrar": Irregular(change="o>ue"),
    "escribir": Irregular(participle="escrito"),
    "estar": Irregular(
        strong="estuv",
        forms={"present": "estoy estás está estamos están", "subjunctive": "esté estés esté estemos estén"},
    ),
    "haber": Irregular(
        strong="hub",
        future="habr",
        forms={"present": "he has ha hemos han", "subjunctive": "haya hayas haya hayamos hayan"},
    ),
    "hacer": Irregular(yo="hago", strong="hic", future="har", participle="hecho", imperative="haz"),
    "ir": Irregular(
        gerund="yendo",
        imperative="ve",
        forms={
            "present": "voy vas va vamos van",
            "preterite": _FUI,
            "imperfect": "iba ibas iba íbamos iban",
            "subjunctive": "vaya vayas vaya vayamos vayan",
        },
    ),
    "jugar": Irregular(change="u>ue"),
    "llover": Irregular(change="o>ue"),
    "nevar": Irregular(change="e>ie"),
    "perder": Irregular(change="e>ie"),
    "poder": Irregular(change="o>ue", strong="pud", future="podr", gerund="pudiendo"),
    "poner": Irregular(yo="pongo", strong="pus", future="pondr", participle="puesto", imperative="pon"),
    "preferir": Irregular(change="e>ie"),
    "probar": Irregular(change="o>ue"),
    "querer": Irregular(change="e>ie", strong="quis", future="querr"),
    "romper": Irregular(participle="roto"),
    "saber": Irregular(yo="sé", strong="sup", future="sabr", forms={"subjunctive": "sepa sepas sepa sepamos sepan"}),
    "salir": Irregular(yo="salgo", future="saldr", imperative="sal"),
    "sentar": Irregular(change="e>ie"),
    "ser": Irregular(
        imperative="sé",
        forms={
            "present": "soy eres es somos son",
            "preterite": _FUI,
            "imperfect": "era eras era éramos eran",
            "subjunctive": "sea seas sea seamos sean",
        },
    ),
    "tener": Irregular(change="e>ie", yo="tengo", strong="tuv", future="tendr", imperative="ten"),
    "traer": Irregular(yo="traigo", strong="traj"),
    "venir": Irregular(change="e>ie", yo="vengo", strong="vin", future="vendr", imperative="ven", gerund="viniendo"),
    "ver": Irregular(
        yo="veo",
        participle="visto",
        forms={"preterite": "vi viste vio vimos vieron", "imperfect": "veía veías veía veíamos veían"},
    ),
    "volver": Irregular(change="o>ue", participle="vuelto"),
}
_REGULAR = Irregular()


def conjugate(infinitive: str, tense: Tense, slot: int) -> str:
    """Return the form of a verb, auxiliary included.

    >>> conjugate("buscar", "preterite", 0), conjugate("dormir", "preterite", 2), conjugate("leer", "perfect", 3)
    ('busqué', 'durmió', 'hemos leído')
    """
    irregular = IRREGULAR.get(infinitive, _REGULAR)
    if tense in _COMPOUND:
        auxiliary, auxiliary_tense = _COMPOUND[tense]
        nonfinite = participle(infinitive) if auxiliary == "haber" else gerund(infinitive)
        return f"{conjugate(auxiliary, auxiliary_tense, slot)} {nonfinite}"
    if tense in irregular.forms:
        return irregular.forms[tense].split()[slot]
    if tense in ("future", "conditional"):
        endings = _FUTURE if tense == "future" else _CONDITIONAL
        return (irregular.future or infinitive) + endings.split()[slot]
    if tense == "past_subjunctive":
        stem = conjugate(infinitive, "preterite", 4).removesuffix("ron")
        return (stem[:-1] + stem[-1].translate(_ACUTE) if slot == 3 else stem) + _PAST_SUBJUNCTIVE.split()[slot]
    if tense == "present" and slot == 0 and irregular.yo:
        return irregular.yo
    if tense == "preterite" and irregular.strong:
        return _strong_preterite(irregular.strong, slot)
    ending = _endings(infinitive, tense)[slot]
    if tense == "subjunctive" and irregular.yo:
        return irregular.yo.removesuffix("o") + ending
    stem = _changed_stem(infinitive, tense, slot)
    if tense == "preterite" and stem[-1] in "aeo":
        ending = {"iste": "íste", "ió": "yó", "imos": "ímos", "ieron": "yeron"}.get(ending, ending)
    return _respell(stem, infinitive, ending)


def _strong_preterite(stem: str, slot: int) -> str:
    ending = _STRONG_PRETERITE.split()[slot]
    if stem.endswith("j"):
        ending = ending.replace("ieron", "eron")
    return (stem[:-1] + "z" if stem.endswith("c") and ending == "o" else stem) + ending


def _endings(infinitive: str, tense: Tense) -> list[str]:
    family = infinitive[-2:]
    return _ENDINGS.get((tense, family), _ENDINGS.get((tense, "er"), "")).split()


def _changed_stem(infinitive: str, tense: Tense, slot: int) -> str:
    """Return the stem with the vowel change of this person: piens- under stress, durm- in -ir verbs without it."""
    stem = infinitive[:-2]
    change = IRREGULAR.get(infinitive, _REGULAR).change
    if not change:
        return stem
    if tense in ("present", "subjunctive") and slot != 3:
        return _change_last(stem, change)
    unstressed = (tense == "preterite" and slot in (2, 4)) or (tense == "subjunctive" and slot == 3)
    return _change_last(stem, _UNSTRESSED_CHANGE[change]) if unstressed and infinitive.endswith("ir") else stem


def _change_last(stem: str, change: str) -> str:
    old, new = change.split(">")
    before, _, after = stem.rpartition(old)
    return before + new + after


def _respell(stem: str, infinitive: str, ending: str) -> str:
    """Keep the stem's last sound where the next vowel would change how it is read: busco, busqué; empiezo, empecé."""
    if infinitive.endswith("ar") and ending[0] in "eé":
        for letter, spelled in (("c", "qu"), ("g", "gu"), ("z", "c")):
            if stem.endswith(letter):
                return stem[:-1] + spelled + ending
    return stem + ending


def participle(infinitive: str) -> str:
    """Return the masculine singular past participle."""
    if known := IRREGULAR.get(infinitive, _REGULAR).participle:
        return known
    stem = infinitive[:-2]
    if infinitive.endswith("ar"):
        return stem + "ado"
    return stem + ("ído" if stem and stem[-1] in "aeo" else "ido")


def gerund(infinitive: str) -> str:
    """Return the gerund (comiendo, leyendo, durmiendo)."""
    irregular = IRREGULAR.get(infinitive, _REGULAR)
    stem = infinitive[:-2]
    if irregular.gerund:
        return irregular.gerund
    if infinitive.endswith("ar"):
        return stem + "ando"
    if infinitive.endswith("ir") and irregular.change:
        stem = _change_last(stem, _UNSTRESSED_CHANGE[irregular.change])
    return stem + ("yendo" if stem[-1] in "aeo" else "iendo")


def command(infinitive: str, pronoun: str = "", negated: bool = False) -> str:
    """Return the familiar imperative with its pronoun.

    >>> command("abrir", "la"), command("abrir", "la", negated=True), command("hacer", "lo")
    ('ábrela', 'no la abras', 'hazlo')
    """
    if negated:
        return " ".join(filter(None, ("no", pronoun, conjugate(infinitive, "subjunctive", 1))))
    form = IRREGULAR.get(infinitive, _REGULAR).imperative or conjugate(infinitive, "present", 2)
    if pronoun and form[-1] in "ae" and re.search("[aeiou]", form[:-1]):  # two syllables or more: stress is written
        form = re.sub(r"([aeiou])(?=[^aeiou]*.$)", lambda vowel: vowel[0].translate(_ACUTE), form, count=1)
    return form + pronoun


def plural(noun: str) -> str:
    """Return the plural of a noun or adjective.

    >>> plural("reloj"), plural("habitación"), plural("lápiz"), plural("paraguas")
    ('relojes', 'habitaciones', 'lápices', 'paraguas')
    """
    if noun[-1] in "aeiouáé":
        return noun + "s"
    if noun.endswith("s"):
        return noun
    if noun.endswith("z"):
        return noun[:-1] + "ces"
    if noun == "joven":
        return "jóvenes"
    return re.sub(r"[áéíóú](?=[ns]$)", lambda vowel: "aeiou"["áéíóú".index(vowel[0])], noun) + "es"


def agree(adjective: str, feminine: bool, many: bool) -> str:
    """Return the form of an adjective given in the masculine singular.

    >>> agree("rojo", feminine=True, many=True), agree("azul", feminine=True, many=True)
    ('rojas', 'azules')
    """
    if feminine and adjective.endswith("o"):
        adjective = adjective[:-1] + "a"
    if feminine and adjective.endswith("or"):
        adjective += "a"
    return plural(adjective) if many else adjective


def contract(text: str) -> str:
    """Join a + el and de + el, as writing demands.

    >>> contract("el libro de el niño")
    'el libro del niño'
    """
    return re.sub(r"\b(a|de) el\b", lambda pair: {"a": "al", "de": "del"}[pair[1]], text)
