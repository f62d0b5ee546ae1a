"""Prepare the tagged sentences that a small grammar writes: what the recipe for entities is tried on."""

from collections.abc import Iterator, Sequence
from random import Random

from data_prep.corpus import Corpus, describe_text
from data_prep.lines import Line
from data_prep.options import command_line, make_text_parser, settings_of
from data_prep.pipeline import prepare
from data_prep.tags import add_lower_case, print_entities, tag_settings
from seq2seq.data.prepared import TAGGING
from seq2seq.errors import run_command

DESCRIPTION = """\
Prepare sentences with the names of persons, places and products, tagged in the BIO scheme, that a small grammar writes.
All names are made up, syllable by syllable, so that most of those in dev and test do not occur in train: a model must
know them by their spelling and their neighbours.

example:
  python -m data_prep.sample_tags --output prepared/sample_tags
"""

SENTENCES = 3000
PERSON, PLACE, PRODUCT = "person", "place", "product"

_ONSETS = [*"bcdfghjklmnprstvwz", "br", "dr", "gr", "st", "tr"]
_VOWELS = ["a", "e", "i", "o", "u", "ai", "ea"]
_CODAS = ["l", "m", "n", "r", "s", "t", "nd", "rk"]
_GIVEN_ENDS = ["a", "o", "is", "el", "in", "ette", "ard"]
_FAMILY_ENDS = ["ovic", "strand", "mann", "etti", "escu", "quist", "by"]
_PLACE_ENDS = ["ford", "ham", "mouth", "haven", "stead", "burg", "minster"]
_PLACE_BEGINNINGS = ["Port", "Upper", "Lower", "Lake", "Saint", "Mount"]
_PRODUCT_ENDS = ["ix", "eon", "ex", "ia", "ulo"]
_MODELS = ["Mini", "Max", "Pro", "2", "3", "X2", "X7", "Air"]

# {…} is an entity; what else begins with a capital is none, so that a capital alone says little.
_PATTERNS = """
{person} lives in {place} with two cats .
Yesterday {person} bought a {product} from {person} .
The {product} broke after a week , says {person} .
On Monday we met {person} at the station of {place} .
Trains from {place} to {place} are late again .
In {place} nobody has heard of {person} .
I would not trade my {product} for anything .
" My {product} is faster than yours , " said {person} .
Mayor {person} opened the new bridge in {place} .
Has anyone in {place} tried the {product} yet ?
Doctor {person} and {person} work at a hospital near {place} .
Snow fell on {place} , {place} and {place} last night .
Every March the people of {place} race down the hill .
{person} , who was born in {place} , wrote songs about the sea .
Why does the {product} cost more than the {product} ?
They sell the {product} in {place} only .
A letter from {person} arrived on Friday .
Nobody told {person} that the {product} was broken .
Our teacher , Mrs {person} , comes from {place} .
Please ask {person} to bring the {product} .
He walked from {place} to the coast in three days .
The Museum opens at nine and closes at five .
On Sunday everyone slept until noon .
My brother thinks that Tuesday is the best day .
Who took the last slice of bread ?
""".strip().splitlines()


def _syllables(chance: Random, count: int) -> str:
    return "".join(
        chance.choice(_ONSETS) + chance.choice(_VOWELS) + (chance.choice(_CODAS) if chance.random() < 0.3 else "")
        for _ in range(count)
    )


def _name(chance: Random, ends: Sequence[str]) -> str:
    return (_syllables(chance, chance.randint(1, 2)) + chance.choice(ends)).capitalize()


def _entity(chance: Random, kind: str) -> list[str]:
    """The tokens of a made-up name."""
    if kind == PERSON:
        family = _name(chance, _FAMILY_ENDS)
        return [family] if chance.random() < 0.3 else [_name(chance, _GIVEN_ENDS), family]
    if kind == PLACE:
        name = _name(chance, _PLACE_ENDS)
        return [chance.choice(_PLACE_BEGINNINGS), name] if chance.random() < 0.25 else [name]
    name = _name(chance, _PRODUCT_ENDS)
    return [name, chance.choice(_MODELS)] if chance.random() < 0.5 else [name]


def tagged_sentences(count: int = SENTENCES, seed: int = 1) -> list[tuple[str, str]]:
    """So many different sentences, tokens and tags divided by spaces; the same arguments always give the same ones.

    >>> rows = tagged_sentences(20)
    >>> all(len(tokens.split()) == len(tags.split()) for tokens, tags in rows), len(dict(rows))
    (True, 20)
    """
    chance = Random(seed)
    found: dict[str, str] = {}
    # Patterns without names give one sentence each, and then no new one.
    while len(found) < count:
        tokens, tags = list[str](), list[str]()
        for word in chance.choice(_PATTERNS).split():
            kind = word.strip("{}")
            if kind == word:
                tokens.append(word)
                tags.append("O")
            else:
                name = _entity(chance, kind)
                tokens += name
                tags += [f"B-{kind}", *[f"I-{kind}"] * (len(name) - 1)]
        found.setdefault(" ".join(tokens), " ".join(tags))
    return list(found.items())


def main() -> None:
    """Read the arguments and prepare the folder."""
    parser = make_text_parser("sample_tags", DESCRIPTION, "sentences", 300, "word", 400, kinds=("word",))
    add_lower_case(parser)
    arguments = parser.parse_args()
    settings = tag_settings(settings_of(arguments), arguments.lower_case)
    rows = tagged_sentences()
    source = "data_prep/sample_tags.py"

    def lines() -> Iterator[Line]:
        for number, row in enumerate(rows, start=1):
            yield Line(source, number, row)

    corpus = Corpus(
        name="sample-entities",
        languages=(arguments.language,),
        licence="MIT",
        attribution="written for this toolkit",
        command=command_line("sample_tags"),
        inputs=[describe_text(source, "".join(f"{text}\t{tags}\n" for text, tags in rows))],
        lines={"train": lines()},
        notes={"scheme": "BIO"},
        task=TAGGING,
        clean=str,
    )
    print_entities(prepare(corpus, settings))


if __name__ == "__main__":
    run_command(main)
