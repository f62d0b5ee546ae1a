"""Whether one system's captions are better than another's beyond chance."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from seq2seq.evaluation.captions.scores import bootstrap, caption_metrics, score_captions
from seq2seq.evaluation.scores import RESAMPLES, Comparison


def compare_captions(
    hypotheses: Sequence[str],
    baseline: Sequence[str],
    references: Sequence[Sequence[str]],
    *,
    resamples: int = RESAMPLES,
    meteor: Path | None = None,
) -> dict[str, Comparison]:
    """Test whether captions differ from a baseline's, score by score, by a paired bootstrap (Koehn, 2004).

    The same pictures are drawn for both; p is how often the difference of a draw strays from the difference found by at
    least as much, as in sacrebleu. Arguments and errors as in `score_captions`; `baseline` holds the other captions.

    >>> compare_captions(["a dog"], ["a cat"], [["a dog"]])["BLEU-1"].difference.__round__(1)
    50.0
    """
    system = score_captions(hypotheses, references, resamples=0, meteor=meteor)
    base = score_captions(baseline, references, resamples=resamples, meteor=meteor)
    drawn = [bootstrap(caption_metrics(captions, references, meteor), resamples) for captions in (hypotheses, baseline)]
    comparisons = {}
    for name, score in base.items():
        difference = system[name].value - score.value
        strayed = np.abs(drawn[0][name] - drawn[1][name] - difference) >= abs(difference)
        p_value = float((strayed.sum() + 1) / (len(strayed) + 1)) if difference else 1.0
        comparisons[name] = Comparison(score, difference, p_value)
    return comparisons
