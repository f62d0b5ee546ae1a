"""What a model looked at, from word to word: the pieces' alignment merged."""

import torch
from torch import Tensor

from seq2seq.data.words import piece_words
from seq2seq.report.system import Details


def merge_alignment(details: Details) -> tuple[tuple[str, ...], tuple[str, ...], Tensor] | None:
    """The S source words, the T words of the output, and how much each of these attended to each of those.

    A word of several pieces gets what its pieces got together, and gives the mean of what they gave. What went to the
    end of the source sentence is left out, so that a row sums to 1 at most.

    Returns:
        Source words, none of a picture; output words; and (T, S) weights from 0 to 1, S of a picture being the number
        of cells of its grid. None where the model has no attention or wrote nothing.

    >>> import torch
    >>> details = Details(("▁a", "▁b", "c", "</s>"), (), ("▁x", "y", "</s>"), torch.full((4, 3), 0.25))
    >>> merge_alignment(details)
    (('xy',), ('a', 'bc'), tensor([[0.5000],
            [0.5000]]))
    """
    written = piece_words(details.tokens)
    if details.alignment is None or not written:
        return None
    weights = torch.stack([details.alignment[list(word.positions)].float().mean(0) for word in written])
    texts = tuple(word.text for word in written)
    if details.grid is not None:
        return (), texts, weights
    read = piece_words(details.source_tokens)
    columns = [weights[:, list(word.positions)].sum(1) for word in read]
    merged = torch.stack(columns, 1) if columns else weights[:, :0]
    return tuple(word.text for word in read), texts, merged
