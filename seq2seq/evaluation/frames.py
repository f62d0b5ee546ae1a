"""How well the frames of clips are labelled: accuracy, with intervals over clips, beside the commonest label."""

import importlib.metadata
import time
from collections import Counter
from collections.abc import Sequence

import numpy as np

from seq2seq.data.prepared import IMAGE, TAGS, PreparedFolder
from seq2seq.errors import UserError
from seq2seq.evaluation.bootstrap import RESAMPLES, SEED, interval
from seq2seq.evaluation.classification import confusion_matrix
from seq2seq.evaluation.results import Measured, Score
from seq2seq.inference.frame_classifier import FrameClassifier


def score_frames(
    expected: Sequence[Sequence[str]], found: Sequence[Sequence[str]], resamples: int = RESAMPLES
) -> dict[str, Score]:
    """The share of frames that got their label, and of clips all of whose frames did, in percent.

    Intervals are by bootstrap over the clips: frames of one clip go right and wrong together.

    Args:
        expected: the true labels of each clip's frames.
        found: what a model said of them.
        resamples: of the bootstrap; 0 gives scores without intervals.

    Raises:
        UserError: no clips, or unequal numbers of clips or frames.

    >>> scores = score_frames([["a", "b"], ["a", "a"]], [["a", "b"], ["a", "b"]], resamples=0)
    >>> scores["accuracy"].value, scores["whole clips"].value
    (75.0, 50.0)
    """
    if not expected or list(map(len, expected)) != list(map(len, found)):
        raise UserError("there must be as many labels as frames, and one clip at least")
    sizes = np.array([len(labels) for labels in expected])
    right = np.array(
        [sum(one == other for one, other in zip(*pair, strict=True)) for pair in zip(expected, found, strict=True)]
    )
    whole = right == sizes
    resamples = resamples if len(sizes) > 1 else 0  # of one clip every draw is the same
    drawn = np.random.default_rng(SEED).integers(0, len(sizes), (resamples, len(sizes)))
    values = {
        "accuracy": (right.sum() / sizes.sum(), right[drawn].sum(1) / sizes[drawn].sum(1)),
        "whole clips": (whole.mean(), whole[drawn].mean(1)),
    }
    version = importlib.metadata.version("seq2seq")
    signature = f"frames:{sizes.sum()}|clips:{len(sizes)}|bs:{resamples}|unit:clip|seed:{SEED}|version:{version}"
    scores = {}
    for name, (value, draws) in values.items():
        scores[name] = Score(100 * float(value), interval(100 * draws) if resamples else None, signature)
    return scores


def measure_frames(model: FrameClassifier, prepared: PreparedFolder, split: str, batch_size: int) -> Measured:
    """What a model makes of a split's clips; a `Measure.run`.

    Raises:
        UserError: no such split, or a clip that cannot be read or has not as many frames as tags.
    """
    names = prepared.column(split, IMAGE)
    expected = [tags.split(" ") for tags in prepared.column(split, TAGS)]
    start = time.perf_counter()
    found = model.classify([prepared.image_path(name) for name in names], batch_size=batch_size)
    seconds = time.perf_counter() - start
    for name, due, got in zip(names, expected, found, strict=True):
        if len(due) != len(got):
            raise UserError(f"{prepared.image_path(name)}: {len(got)} frames, but {len(due)} tags in the table")
    counts = Counter(tag for tags in prepared.column("train", TAGS) for tag in tags.split(" "))
    commonest = min(counts, key=lambda label: (-counts[label], label))
    flat = [[label for labels in clips for label in labels] for clips in (expected, found)]
    labels, confusion = confusion_matrix(*flat)
    return Measured(
        scores=score_frames(expected, found),
        outputs=[" ".join(labels) for labels in found],
        count=len(names),
        settings={},
        seconds=seconds,
        baselines={f"always {commonest!r}": score_frames(expected, [[commonest] * len(due) for due in expected])},
        findings={"confusion": {"labels": labels, "expected_by_found": confusion.tolist()}},
    )
