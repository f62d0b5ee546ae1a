"""`card.md`: what a trained model is, for people."""

from typing import NamedTuple

from torch import nn

from seq2seq.data.prepared import (
    CAPTIONS,
    CLASSIFICATION,
    FORECASTING,
    FRAMES,
    TAGGING,
    TEXT,
    TRANSLATION,
    PreparedFolder,
)
from seq2seq.evaluation.kept import scores_section
from seq2seq.version import toolkit_version


class About(NamedTuple):
    """What a card says of a task.

    Attributes:
        title: with {0}, {1} for the columns that the model is trained on.
        use: the command, with {} for the model folder.
        kind: the class in Python.
        call: what is called there.
        unseen: what it does with what it has not seen.
        rows: what it is trained on, in the plural.
    """

    title: str
    use: str
    kind: str
    call: str
    unseen: str
    rows: str


ABOUT = {
    TRANSLATION: About(
        "Translator from {0} to {1}",
        'echo "..." | seq2seq translate {}',
        "Translator",
        'translate(["..."])',
        "Of letters or a script that the corpus does not hold it can read nothing, and makes something up.",
        "pairs",
    ),
    CAPTIONS: About(
        "Captions for pictures, in {1}",
        "seq2seq caption {} PICTURE ...",
        "Captioner",
        'caption(["picture.jpg"])',
        "Of things that the corpus does not show it cannot speak, and takes them for others.",
        "captions",
    ),
    CLASSIFICATION: About(
        "Classifier of text in {0}",
        'echo "..." | seq2seq classify {}',
        "TextClassifier",
        'classify(["..."])',
        "It knows its own labels alone, and says one of them of every text, be it about something else.",
        "texts",
    ),
    TEXT: About(
        "Language model of {0}",
        "seq2seq generate {} --prompt '...'",
        "TextGenerator",
        'generate(["..."])',
        "Of characters or words that the corpus does not hold it knows only that they are unknown.",
        "lines",
    ),
    TAGGING: About(
        "Tagger of entities in {0}",
        'echo "..." | seq2seq tag {}',
        "Tagger",
        'tag(["..."])',
        "It finds entities of its own types alone, and of names unlike those of its corpus it misses most.",
        "sentences",
    ),
    FRAMES: About(
        "Labels for the frames of clips",
        "seq2seq classify-frames {} CLIP.png ...",
        "FrameClassifier",
        'classify(["clip.png"])',
        "It knows its own labels alone, and says one of them of every frame, whatever the clip shows.",
        "clips",
    ),
    FORECASTING: About(
        "Forecaster of a series",
        "seq2seq forecast {} FILE.csv --steps 12",
        "Forecaster",
        "forecast(values, steps=12)",
        "Its intervals hold as long as the series goes on as it did; of what ends that it knows nothing.",
        "values",
    ),
}

_CARD = """\
# {title}

A recurrent model with {parameters:,} parameters, trained for {steps:,} steps with seq2seq {version}.

## Use

With the toolkit installed, MODEL_FOLDER being the folder that this file is in:

    {command}

or in Python:

    from seq2seq.inference import {kind}

    {kind}.load("MODEL_FOLDER").{call}

{scores}
## Training data

- corpus: {name}, {pairs}
{vocabulary}- licence: {licence}
- attribution: {attribution}

## Limits

- It has seen what its corpus holds and nothing else: what is of another field or in another style comes out worse.
- {unseen}
- It can be fluent and wrong. Check before you rely on it.
"""


def write_card(data: PreparedFolder, columns: tuple[str, ...], model: nn.Module, steps: int) -> str:
    """The card's text, without scores, which `seq2seq.evaluation.kept.keep` puts in.

    Args:
        data: what the model was trained on.
        columns: of source and target in the data's tables.
        model: the model.
        steps: optimizer steps it was trained for.
    """
    manifest = data.manifest
    sizes = sorted({len(data.tokenizer(column)) for column in columns if column in data.languages})
    train = manifest["splits"]["train"]
    about = ABOUT[data.task]
    return _CARD.format(
        title=about.title.format(*columns),
        version=toolkit_version(),
        command=about.use.format("MODEL_FOLDER"),
        kind=about.kind,
        call=about.call,
        parameters=sum(parameter.numel() for parameter in model.parameters()),
        steps=steps,
        scores=scores_section({}),
        name=manifest.get("name", data.path.name),
        pairs=f"{train['pairs']:,} training {about.rows}"
        + (f" of {train['images']:,} pictures" if "images" in train else ""),
        vocabulary=f"- vocabulary: {' and '.join(f'{size:,}' for size in sizes)} pieces\n" if sizes else "",
        licence=manifest.get("licence") or "not stated",
        attribution=manifest.get("attribution") or "not stated",
        unseen=about.unseen,
    )
