"""Reports of made-up systems for the tests of the page."""

import random
from collections.abc import Callable, Sequence
from typing import Any

import torch

from seq2seq.evaluation.results import PairedTest, Score
from seq2seq.report.content import Chart, Finding, Point, Section, Series, Table
from seq2seq.report.document import Report
from seq2seq.report.system import Details, System, TestSet

_LINE = "the a cat dog house tree green old sleeps runs sees and quickly today never river bridge seven is not"
WORDS = _LINE.split(" ")
HOSTILE = [
    "<script>alert(1)</script> & <b>bold</b>",
    "</script><script>document.title = 'broken'</script>",
    "<img src=x onerror=alert(1)> {{ 7 * 7 }} ${x}",
    "long " * 2000,
    "x" * 10_000,
    "bell \x07 nul \x00 escape \x1b unit \x1f next \x85 line \u2028 end",
    "مرحبا بالعالم",
    "\u202eright to left override",
    "👩‍👩‍👧‍👦 family 🇪🇸",
    "half \ud800 a pair",
    "我是X5型学生",
    "",
    "   ",
    "a\tb  c\nd",
    "$\\frac{1}{0}$ 'quotes' \"too\"",
]
TextMaker = Callable[[random.Random], str]


def sentence(random_: random.Random, most: int = 14) -> str:
    """Some words in a row."""
    return " ".join(random_.choices(WORDS, k=random_.randint(3, most)))


def details_of(source: str, output: str, grid: tuple[int, int] | None = None) -> Details:
    """A model's details, as if it looked at the words in their order; every piece is a word."""
    written, read = output.split(), source.split()
    columns = grid[0] * grid[1] if grid else len(read) + 1
    places = torch.arange(len(written) + 1) % columns
    alignment = 0.8 * torch.nn.functional.one_hot(places, columns) + 0.2 / columns
    return Details(
        tokens=(*(f"▁{word}" for word in written), "</s>"),
        log_probs=tuple(-0.1 * (place % 5) for place in range(len(written) + 1)),
        source_tokens=() if grid else (*(f"▁{word}" for word in read), "</s>"),
        alignment=alignment.float(),
        grid=grid,
    )


def toy_report(
    sources: Sequence[str],
    references: Sequence[Sequence[str]],
    outputs: dict[str, Sequence[str]],
    *,
    captions: bool = False,
    grid: tuple[int, int] = (7, 7),
    sections: Sequence[Section] | None = None,
    models: int = 2,
    curves: bool = True,
) -> Report:
    """A report of systems with these outputs, of which the first `models` tell details, with made-up scores."""
    random_ = random.Random(1)
    systems = []
    for place, (name, texts) in enumerate(outputs.items()):
        told: list[Details] | None = None
        if place < models:
            shape = grid if captions else None
            told = [details_of(source, text, shape) for source, text in zip(sources, texts, strict=True)]
        learned = {"train_nll": {step: 5 / (step + 1) for step in range(0, 500, 5)}, "dev_bleu": {99: 20.0, 199: 30.0}}
        systems.append(System(name, list(texts), told, curves=learned if curves and told else {}))
    metrics = ("BLEU-4", "CIDEr-D") if captions else ("BLEU", "chrF", "TER")
    names = list(outputs)
    sure = {
        system.name: system.details
        and [[0.9 - 0.1 * (place % 5) for place in range(len(one.tokens) - 1)] for one in system.details]
        for system in systems
    }
    facts: dict[str, Any] = {
        "date": "2026-11-20T10:00:00+00:00",
        "versions": {"seq2seq": "0.1.0"},
        "hardware": {"processor": "a processor", "threads": 2, "cores": 2, "system": "Linux", "device": "cpu"},
        "tests": 18,
        "systems": {
            name: {"kind": "model", "sentences_per_second": 100.0, "tokens_per_second": 1000.0} for name in names
        },
    }
    pairs = [(first, second) for place, first in enumerate(names) for second in names[place + 1 :]]
    return Report(
        title="toy data",
        test=TestSet(
            captions, list(sources), [list(several) for several in references], "en", {"name": "toy", "files": []}
        ),
        systems=tuple(systems),
        facts=facts,
        scores={
            name: {metric: Score(40.0 + place, (38.0, 43.0), "rules:1") for metric in metrics}
            for place, name in enumerate(names)
        },
        comparisons=tuple(PairedTest(*pair, metric, 1.0, 0.01, 0.02) for pair in pairs for metric in metrics),
        verdicts=tuple(Finding(f"{second} is better than {first}:", "+1.0 BLEU, p = 0.010.") for first, second in pairs)
        or (Finding("One system."),),
        sections=tuple(toy_sections(names) if sections is None else sections),
        sentence_scores={name: [round(random_.uniform(0, 100), 3) for _ in sources] for name in names},
        confidences={name: words and [sum(one) / max(len(one), 1) for one in words] for name, words in sure.items()},
        word_confidences=sure,
    )


def toy_sections(names: Sequence[str]) -> list[Section]:
    """A chart of each kind and a table."""

    def chart(kind: Any, xs: Sequence[float | str], title: str = "A chart") -> Chart:
        series = [
            Series(name, tuple(Point(x, 0.3 + 0.05 * place, 0.2, 0.5, 10) for place, x in enumerate(xs)))
            for name in names
        ]
        return Chart(f"chart-{kind}", title, "How to read it.", kind, "place", "share", tuple(series))

    table = Table("table", "A table", "What it says.", ("", "number"), (("one", 1.5), ("two", None)))
    charts = [chart("bar", ["short", "long"]), chart("line", [1, 2, 3]), chart("diagonal", [0.1, 0.5, 0.9])]
    return [Section("toy", "Where does it fail?", "Nowhere.", (*charts, table))]


def text_report(number: int = 60, systems: int = 3, seed: int = 1, most: int = 14) -> Report:
    """Translations of made-up sentences; later systems change more words."""
    random_ = random.Random(seed)
    references = [sentence(random_, most) for _ in range(number)]
    sources = [" ".join(word[::-1] for word in text.split()) for text in references]

    def spoilt(text: str, share: float) -> str:
        return " ".join(random_.choice(WORDS) if random_.random() < share else word for word in text.split())

    outputs = {
        name: [spoilt(text, 0.2 * place) for text in references] for place, name in enumerate("ABCDEFGHI"[:systems])
    }
    return toy_report(sources, [[text] for text in references], outputs)


def hostile_report() -> Report:
    """Texts that do harm wherever they are not shown as mere text."""
    turned = HOSTILE[3:] + HOSTILE[:3]
    name = "<script>alert('name')</script>"
    sections = toy_sections([name, "B & <B>"])
    harm = "</svg><script>alert(2)</script> $x_1$ \x00"
    series = (Series(name, (Point(harm, 1.0), Point("😀", None))),)
    chart = Chart("harm", harm, harm, "bar", harm, harm, series)
    table = Table("harm-table", harm, harm, (harm, "b"), ((harm, 1.0),))
    report = toy_report(
        HOSTILE,
        [[text] for text in turned],
        {name: turned, "B & <B>": HOSTILE},
        sections=[*sections, Section("harm", harm, harm, (chart, table))],
    )
    return report
