"""The text encoder: embeddings and a deep recurrent net, in one direction or both."""

import torch
from torch import Tensor, nn

from seq2seq.context import Context
from seq2seq.dropout import WordDropout
from seq2seq.embedding import Embedding
from seq2seq.recurrent import CellName, RecurrentStack


class TextEncoder(RecurrentStack):
    """Reads token ids and gives a vector for each of them and one for the whole.

    Args:
        vocab_size: V, number of token ids; id 0 is padding.
        embedding_size: E.
        hidden_size: H, size of one direction.
        layers: depth, at least 1.
        cell: a name of `seq2seq.recurrent.CELLS`.
        bidirectional: read each layer from both ends.
        dropout: share of features dropped, with one mask for all steps of a sentence, of the embeddings and of what
            each layer gives.
        word_dropout: share of whole words dropped.
        residual: add a layer's input to its output where both have one size (from the second layer up).
        layer_norm: normalise what each layer gives (Ba et al. 2016).

    Attributes:
        memory_size: F of the context's memory: H, or 2 H when bidirectional.
        summary_size: G of the context's summary, which is that of `RecurrentStack`.

    Raises:
        ValueError: an unknown cell.

    >>> encoder = TextEncoder(100, embedding_size=8, hidden_size=6)
    >>> context = encoder(torch.tensor([[5, 6, 7], [8, 9, 0]]), torch.tensor([3, 2]))
    >>> context.memory.shape, context.summary.shape, context.mask[1].tolist()
    (torch.Size([2, 3, 12]), torch.Size([2, 24]), [True, True, False])
    """

    def __init__(
        self,
        vocab_size: int,
        embedding_size: int = 256,
        hidden_size: int = 256,
        layers: int = 2,
        cell: CellName = "lstm",
        bidirectional: bool = True,
        dropout: float = 0.2,
        word_dropout: float = 0.0,
        residual: bool = False,
        layer_norm: bool = False,
    ) -> None:
        # The embedding comes before the layers: checkpoints of optimizers know weights by their number.
        nn.Module.__init__(self)
        self.embedding = Embedding(vocab_size, embedding_size)
        self._build(embedding_size, hidden_size, layers, cell, bidirectional, dropout, residual, layer_norm)
        self.word_dropout = WordDropout(word_dropout)

    def forward(self, tokens: Tensor, lengths: Tensor) -> Context:  # type: ignore[override]
        """Encode a batch in any order of lengths.

        Args:
            tokens: (B, S) ids, padded at the end with 0.
            lengths: (B,) real tokens of each row, each from 1 to S.
        """
        embedded = self.dropout(self.word_dropout(self.embedding(tokens.t())))
        outputs, summary = super().forward(embedded, lengths)
        mask = torch.arange(tokens.shape[1], device=tokens.device) < lengths.to(tokens.device)[:, None]
        return Context(memory=outputs.transpose(0, 1), mask=mask, summary=summary)
