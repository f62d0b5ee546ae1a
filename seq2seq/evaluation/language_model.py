"""How well a language model foretells a text: nats and bits a character, perplexity by word and by token."""

import importlib.metadata
import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from seq2seq.data.prepared import PreparedFolder
from seq2seq.data.tokenizer import UNK_ID, Tokenizer
from seq2seq.errors import UserError
from seq2seq.evaluation.bootstrap import RESAMPLES, SEED, interval
from seq2seq.evaluation.results import Measured, Score
from seq2seq.inference.text_generator import TextGenerator
from seq2seq.progress import counting

Array = NDArray[Any]

BLOCK_LINES = 20  # drawn together in the bootstrap: lines beside each other are alike, so single ones say too much


@dataclass(frozen=True)
class Foretold:
    """What a model made of a text's L lines, whose ends count as a character, a word and a token each.

    Attributes:
        nats: (L,) minus the log-probability of each line with its end.
        characters: (L,).
        words: (L,) what stands between spaces.
        tokens: (L,) the model's own pieces.
        unknown: (L,) those of them that it does not know.
    """

    nats: Array
    characters: Array
    words: Array
    tokens: Array
    unknown: Array

    @classmethod
    def of(cls, lines: Sequence[str], log_probs: Sequence[Array], tokenizer: Tokenizer) -> "Foretold":
        """Count what lines hold, beside what `TextGenerator.log_probs` gave for them."""
        return cls(
            nats=np.array([-each.sum() for each in log_probs]),
            characters=np.array([len(line) + 1 for line in lines]),
            words=np.array([len(line.split()) + 1 for line in lines]),
            tokens=np.array([len(each) for each in log_probs]),
            unknown=np.array([ids.count(UNK_ID) for ids in tokenizer.encode_batch(lines)]),
        )


METRICS: dict[str, tuple[str, Callable[[Array], Array]]] = {
    "nats/character": ("characters", lambda nats: nats),
    "bits/character": ("characters", lambda nats: nats / math.log(2)),
    "perplexity/word": ("words", np.exp),
    "perplexity/token": ("tokens", np.exp),
}
"""By metric: over what the nats are divided, and what becomes of the quotient."""


def score_text(foretold: Foretold, about: str = "", resamples: int = RESAMPLES) -> dict[str, Score]:
    """The scores of a text, each with its 95 % interval by a bootstrap over blocks of `BLOCK_LINES` lines.

    The first three can be compared between models whatever their tokens, as long as both know every token: one that
    reads a sign for the unknown in place of a rare word need not foretell its letters. The share of such tokens is in
    the signature.

    Args:
        foretold: what a model made of the text.
        about: what else the signature shall say, in its manner: "tok:char|vocab:69".
        resamples: of the bootstrap; 0 gives scores without intervals.

    Raises:
        UserError: no lines.

    >>> lines = Foretold(np.array([2.0, 4.0]), *(np.array([1, 2]) for _ in range(3)), unknown=np.array([0, 0]))
    >>> score_text(lines)["nats/character"].value
    2.0
    """
    count = len(foretold.nats)
    if not count:
        raise UserError("there is no line of text to score")
    starts = np.arange(0, count, BLOCK_LINES)
    resamples = resamples if len(starts) > 1 else 0  # of one block every draw is the same
    drawn = np.random.default_rng(SEED).integers(len(starts), size=(resamples, len(starts)))
    nats = np.add.reduceat(foretold.nats, starts)
    unknown = 100 * foretold.unknown.sum() / foretold.tokens.sum()
    signature = "|".join(
        [
            *filter(None, [about]),
            f"lines:{count}|characters:{foretold.characters.sum()}|unknown:{unknown:.2f}%",
            f"bs:{resamples}|blocks:{BLOCK_LINES}|seed:{SEED}|version:{importlib.metadata.version('seq2seq')}",
        ]
    )
    scores = {}
    for name, (unit, form) in METRICS.items():
        sizes = np.add.reduceat(getattr(foretold, unit), starts)
        value = float(form(nats.sum() / sizes.sum()))
        ends = interval(form(nats[drawn].sum(1) / sizes[drawn].sum(1))) if resamples else None
        scores[name] = Score(value, ends, signature)
    return scores


def foretell(model: TextGenerator, lines: Sequence[str]) -> tuple[Foretold, dict[str, Score]]:
    """Have a model foretell a running text, and score it.

    Args:
        model: the model.
        lines: of the text, as they are in a prepared folder.
    """
    tokenizer = model.target.tokenizer
    lines = [tokenizer.clean(line) for line in lines]  # what is not read shall not be counted
    with counting("reading", "tokens") as counter:
        log_probs = model.log_probs(lines, progress=lambda done, _total: counter.show(done))
    found = Foretold.of(lines, log_probs, tokenizer)
    spaces = "kept" if tokenizer.keeps_spaces else "folded"
    return found, score_text(found, f"tok:{tokenizer.level}|vocab:{len(tokenizer)}|spaces:{spaces}|state:carried")


def measure_language_model(model: TextGenerator, prepared: PreparedFolder, split: str, batch_size: int) -> Measured:
    """What a language model makes of a split's text; a `Measure.run`.

    The text is read from its beginning to its end by one row with one state, token after token, so `batch_size` has no
    part in it, and nothing is left out or begun anew.

    Raises:
        UserError: no such split, or text in another language than the model's.
    """
    prepared.check_language(model.target.code)
    lines = prepared.column(split, model.target.code)
    start = time.perf_counter()
    found, scores = foretell(model, lines)
    totals = {name: int(getattr(found, name).sum()) for name in ("characters", "words", "tokens", "unknown")}
    return Measured(
        scores=scores,
        outputs=[],
        count=len(lines),
        settings={},
        seconds=time.perf_counter() - start,
        findings={"text": {"nats": float(found.nats.sum()), **totals}},
    )
