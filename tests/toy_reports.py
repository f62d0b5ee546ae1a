"""A test set, and systems that made something of it, without any model."""

import random

import torch

from seq2seq.evaluation import TestSet
from seq2seq.report.system import Details, System

WORDS = ["the", "a", "dog", "cat", "man", "woman", "sits", "runs", "on", "grass", "red", "blue", "big", "house", "tree"]


def noisy(texts, share, seed=1):
    """The texts with so many words replaced by others."""
    chance = random.Random(seed)
    return [
        " ".join(chance.choice(WORDS) if chance.random() < share else word for word in text.split()) for text in texts
    ]


def make_test_set(count=30, captions=False):
    """Sentences of 4 to 9 words; captions have a second reference."""
    chance = random.Random(7)
    texts = [" ".join(chance.choices(WORDS, k=chance.randint(4, 9))) for _ in range(count)]
    references = [[text] for text in texts]
    if captions:
        references = [[text, other] for text, other in zip(texts, noisy(texts, 0.3), strict=True)]
    return TestSet(
        captions=captions,
        sources=[f"{number}.jpg" for number in range(count)] if captions else [text[::-1] for text in texts],
        references=references,
        language="en",
        record={"name": "toy", "split": "dev", "files": [{"role": "pairs", "name": "dev.tsv", "sha256": "5" * 64}]},
        training=texts[: count // 2],
        origin="dev.tsv",
    )


def output_file(name, test, share=0.3, seed=1):
    """A system of which only outputs are known."""
    outputs = noisy([texts[0] for texts in test.references], share, seed)
    return System(name, outputs, facts={"hypothesis": {"name": f"{name}.txt", "sha256": "a" * 64}})


def model(name, test, share=0.3, seed=1):
    """A system with details, as a model tells them."""
    outputs = noisy([texts[0] for texts in test.references], share, seed)
    details = []
    for text in outputs:
        tokens = (*(f"▁{word}" for word in text.split()), "</s>")
        weights = torch.full((len(tokens), 4 if test.captions else 3), 0.25)
        details.append(
            Details(
                tokens=tokens,
                log_probs=tuple(-0.1 * (place % 5 + 1) for place in range(len(tokens))),
                source_tokens=() if test.captions else ("▁x", "▁y", "</s>"),
                alignment=weights,
                grid=(2, 2) if test.captions else None,
            )
        )
    facts = {
        "models": [{"name": name, "sha256": "b" * 64}],
        "decoding": {"method": "beam", "beam": 5, "precision": "fp32"},
        "seconds": 2.0,
        "tokens": sum(len(one.tokens) for one in details),
        "device": torch.device("cpu"),
    }
    return System(name, outputs, details, facts, curves={"dev_bleu": {9: 1.5, 19: 20.0}})
