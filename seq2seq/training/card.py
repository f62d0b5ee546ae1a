"""`card.md`: what a trained model is, for people."""

from typing import Any

from torch import nn

from seq2seq.data.prepared import CAPTIONS, TRANSLATION, PreparedFolder

USE = {TRANSLATION: 'echo "..." | seq2seq translate {}', CAPTIONS: "seq2seq caption {} PICTURE ..."}
_IN_PYTHON = {
    TRANSLATION: 'Translator.load("MODEL_FOLDER").translate(["..."])',
    CAPTIONS: 'Captioner.load("MODEL_FOLDER").caption(["picture.jpg"])',
}

_CARD = """\
# {source} to {target}

A recurrent encoder-decoder with {parameters:,} parameters, trained for {steps:,} steps with seq2seq.

## Use

    {command}

or in Python: `{python}`.

## Scores

{scores}

## Data

- corpus: {name}, {pairs}, {vocabulary}
- licence of the data: {licence}
- attribution: {attribution}

## Limits

It has seen what its corpus holds and nothing else: what is of another field or in another style comes out worse. It can
be fluent and wrong. Check before you rely on it.
"""


def write_card(
    data: PreparedFolder,
    columns: tuple[str, str],
    model: nn.Module,
    steps: int,
    records: dict[str, dict[str, Any]] | None = None,
) -> str:
    """The card's text.

    Args:
        data: what the model was trained on.
        columns: of source and target in the data's tables.
        model: the model.
        steps: optimizer steps it was trained for.
        records: by split, what `seq2seq.evaluation.make_record` made.
    """
    manifest = data.manifest
    sizes = sorted({len(data.tokenizer(column)) for column in columns if column in data.languages})
    train = manifest["splits"]["train"]
    scores = [
        f"- {split}, {record['sentences']:,} sources: {name} {score['value']:.1f} ({score['signature']})"
        for split, record in (records or {}).items()
        for name, score in record["scores"].items()
    ]
    return _CARD.format(
        source=columns[0],
        target=columns[1],
        command=USE[data.task].format("MODEL_FOLDER"),
        python=_IN_PYTHON[data.task],
        parameters=sum(parameter.numel() for parameter in model.parameters()),
        steps=steps,
        scores="\n".join(scores) or "Not measured yet: `seq2seq evaluate MODEL_FOLDER --data PREPARED_FOLDER`.",
        name=manifest.get("name", data.path.name),
        pairs=f"{train['pairs']:,} training pairs" + (f" of {train['images']:,} pictures" if "images" in train else ""),
        vocabulary=" and ".join(f"{size:,}" for size in sizes) + " pieces",
        licence=manifest.get("licence") or "not stated",
        attribution=manifest.get("attribution") or "not stated",
    )
