"""`card.md`: what a trained model is, for people."""

from typing import Any

from torch import nn

from seq2seq.data.prepared import PreparedFolder

_CARD = """\
# {source} to {target}

A recurrent encoder-decoder with {parameters:,} parameters, trained for {steps:,} steps with seq2seq.

## Use

    echo "..." | seq2seq translate MODEL_FOLDER

or in Python: `Translator.load("MODEL_FOLDER").translate(["..."])`.

## Scores

{scores}

## Data

- corpus: {name}, {pairs:,} training pairs, {vocabulary}
- licence of the data: {licence}
- attribution: {attribution}

## Limits

It has seen sentences like those of its corpus and nothing else: what is longer, of another field or in another style is
translated worse. It can be fluent and wrong. Check before you rely on it.
"""


def write_card(
    data: PreparedFolder,
    languages: tuple[str, str],
    model: nn.Module,
    steps: int,
    records: dict[str, dict[str, Any]] | None = None,
) -> str:
    """The card's text.

    Args:
        data: what the model was trained on.
        languages: of source and target.
        model: the model.
        steps: optimizer steps it was trained for.
        records: by split, what `seq2seq.evaluation.make_record` made.
    """
    manifest = data.manifest
    sizes = sorted({len(data.tokenizer(language)) for language in languages})
    scores = [
        f"- {split}, {record['sentences']:,} sentences: {name} {score['value']:.1f} ({score['signature']})"
        for split, record in (records or {}).items()
        for name, score in record["scores"].items()
    ]
    return _CARD.format(
        source=languages[0],
        target=languages[1],
        parameters=sum(parameter.numel() for parameter in model.parameters()),
        steps=steps,
        scores="\n".join(scores) or "Not measured yet: `seq2seq evaluate MODEL_FOLDER --data PREPARED_FOLDER`.",
        name=manifest.get("name", data.path.name),
        pairs=manifest["splits"]["train"]["pairs"],
        vocabulary=" and ".join(f"{size:,}" for size in sizes) + " pieces",
        licence=manifest.get("licence") or "not stated",
        attribution=manifest.get("attribution") or "not stated",
    )
