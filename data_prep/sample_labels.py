"""Prepare the sentences of opinion that a small grammar writes: what the sentiment recipe is tried on."""

from collections.abc import Iterator
from random import Random

from data_prep.corpus import Corpus, describe_text
from data_prep.lines import Line
from data_prep.options import command_line, make_text_parser, settings_of
from data_prep.pipeline import prepare
from seq2seq.data.prepared import CLASSIFICATION
from seq2seq.errors import run_command

DESCRIPTION = """\
Prepare sentences of opinion, positive and negative, that a small grammar writes. They are simple, but not to be told
apart by their words alone: there are negations, and sentences whose second half outweighs the first.

example:
  python -m data_prep.sample_labels --output prepared/sample_labels
"""

POSITIVE, NEGATIVE = "positive", "negative"
SENTENCES = 3000

# Each with the words that are said of it, first those of praise and then those of blame.
_THEMES = (
    (
        ["the story", "the film", "the acting", "the first half", "the last scene", "every dialogue", "the music"],
        ["moving", "clever", "gripping", "charming", "full of life", "beautifully made", "original"],
        ["dull", "predictable", "tedious", "clumsy", "full of holes", "badly made", "shallow"],
    ),
    (
        ["the soup", "the bread", "the fish", "our dinner", "the dessert", "the coffee", "the menu"],
        ["delicious", "fresh", "perfectly cooked", "rich", "a delight", "worth every cent", "excellent"],
        ["bland", "cold", "burnt", "stale", "a disappointment", "far too dear", "awful"],
    ),
    (
        ["the room", "the bed", "the view", "the service", "the garden", "the breakfast", "the pool"],
        ["lovely", "clean", "comfortable", "splendid", "a pleasure", "better than we hoped", "spotless"],
        ["shabby", "dirty", "noisy", "dreadful", "a nuisance", "worse than we feared", "broken"],
    ),
    (
        ["the phone", "the screen", "this battery", "the keyboard", "the case", "the manual", "the camera"],
        ["reliable", "fast", "well built", "sharp", "a joy to use", "easy to like", "solid"],
        ["unreliable", "slow", "poorly built", "useless", "a pain to use", "hard to bear", "fragile"],
    ),
)
# Said of all of them: by such words vectors of a text can tell what is praise in one theme from another one's.
_ANYTHING = (["good", "great", "wonderful"], ["bad", "poor", "terrible"])
_DEGREES = ["", "", "really ", "simply ", "quite ", "absolutely "]
_OPENINGS = [
    "",
    "",
    "",
    "honestly , ",
    "to my surprise , ",
    "i think ",
    "we agreed that ",
    "after a week i can say that ",
]
_DENIALS = ["is not", "is never", "is hardly", "was not", "is by no means"]
_TURNS = [", but", ", yet", ", and yet", "; in the end , though ,"]


def _claim(chance: Random, theme: int, good: bool) -> str:
    """A clause that praises or blames, now and then by denying the contrary."""
    things, praise, blame = _THEMES[theme]
    denied = chance.random() < 0.3
    words = [*praise, *_ANYTHING[0]] if good != denied else [*blame, *_ANYTHING[1]]
    said = (" or " if denied else " and ").join(chance.sample(words, 2 if chance.random() < 0.5 else 1))
    if denied:
        return f"{chance.choice(things)} {chance.choice(_DENIALS)} {said}"
    return f"{chance.choice(things)} {chance.choice(['is', 'was'])} {chance.choice(_DEGREES)}{said}"


def opinions(count: int = SENTENCES, seed: int = 1) -> list[tuple[str, str]]:
    """So many different sentences, each with its label; the same arguments always give the same ones.

    >>> len(set(opinions(50))), {label for _, label in opinions(50)} == {POSITIVE, NEGATIVE}
    (50, True)
    """
    chance = Random(seed)
    found: dict[str, str] = {}
    while len(found) < count:
        good, theme = chance.random() < 0.5, chance.randrange(len(_THEMES))
        sentence = _claim(chance, theme, good)
        kind = chance.random()
        if kind < 0.3:
            sentence = f"{_claim(chance, theme, not good)}{chance.choice(_TURNS)} {sentence}"
        elif kind < 0.5:
            sentence = f"{sentence} and {_claim(chance, theme, good)}"
        found.setdefault(f"{chance.choice(_OPENINGS)}{sentence} .", POSITIVE if good else NEGATIVE)
    return list(found.items())


def main() -> None:
    """Read the arguments and prepare the folder."""
    parser = make_text_parser(
        "sample_labels", DESCRIPTION, "texts", split_size=300, tokenizer="unigram", vocab_size=400
    )
    settings = settings_of(parser.parse_args())
    rows = opinions()
    source = "data_prep/sample_labels.py"

    def lines() -> Iterator[Line]:
        for number, row in enumerate(rows, start=1):
            yield Line(source, number, row)

    corpus = Corpus(
        name="sample-opinions",
        languages=("en",),
        licence="MIT",
        attribution="written for this toolkit",
        command=command_line("sample_labels"),
        inputs=[describe_text(source, "".join(f"{text}\t{label}\n" for text, label in rows))],
        lines={"train": lines()},
        task=CLASSIFICATION,
    )
    prepare(corpus, settings)


if __name__ == "__main__":
    run_command(main)
