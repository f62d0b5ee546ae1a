"""Embeddings that begin with pretrained word vectors."""

from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import torch
from pytorch_lightning.utilities import rank_zero_only
from torch import nn

from seq2seq.data.corpus import open_column
from seq2seq.data.vectors import WordVectors, read_vectors
from seq2seq.embedding import Embedding
from seq2seq.errors import UserError
from seq2seq.training.data import RecipeData


@dataclass(frozen=True)
class PretrainedVectors:
    """The files that a model's embeddings begin with.

    Attributes:
        files: by side, "source" (what the encoder reads) and "target" (what the decoder reads).
        frozen: whether the embeddings stay as they are, those too of words that are in no file (Kim 2014, arXiv
            1408.5882, "static"); else training goes on with them.
    """

    files: dict[str, str]
    frozen: bool

    @classmethod
    def of(cls, frozen: bool, **files: str | None) -> Self | None:
        """What a task's options say; None where no file is named.

        Raises:
            UserError: there is nothing to freeze.
        """
        given = {side: file for side, file in files.items() if file is not None}
        if frozen and not given:
            options = " or ".join(f"model.{side}_vectors" for side in files)
            raise UserError(f"model.freeze_vectors: there are no vectors to freeze; name a file by {options}")
        return cls(given, frozen) if given else None

    def put_in(self, model: Any, data: RecipeData) -> None:
        """Give the embeddings of `model` the vectors of all words that are in the files, and tell how many there are.

        Vectors are scaled together to the variance that embeddings have at first; see `Embedding`. What is in no file
        keeps its random vector.

        Raises:
            UserError: a file that cannot be used, vectors of another size than the embeddings, or embeddings that
                cannot be frozen since they are the output's weights, too.
        """
        languages = [column for column in data.columns if column in data.prepared.languages]
        for side, language in zip(data.prepared.form.sides, languages, strict=False):
            if side not in self.files:
                continue
            embedding = (model.encoder if side == "source" else model.decoder).embedding
            self._check_tied(model, embedding)
            tokenizer = data.prepared.tokenizer(language)
            vectors = read_vectors(self.files[side], tokenizer.pieces(range(len(tokenizer))))
            self._put(vectors, embedding, side)
            self._tell(vectors, len(tokenizer), open_column(data.prepared, "train", language).ids, side)

    def _check_tied(self, model: Any, embedding: nn.Embedding) -> None:
        output = getattr(getattr(model, "decoder", None), "output", None)
        if output is None or output.weight is not embedding.weight:
            return
        if self.frozen:
            raise UserError(
                "model.freeze_vectors: the embeddings are the output's weights, too, which must learn; use "
                "model.model.tied_embeddings none, or tune the vectors"
            )
        if len(self.files) > 1 and model.encoder.embedding.weight is model.decoder.embedding.weight:
            raise UserError("model.target_vectors: both sides share one embedding matrix; name one file only")

    def _put(self, vectors: WordVectors, embedding: Embedding, side: str) -> None:
        size = vectors.values.shape[1]
        if size != embedding.embedding_dim:
            raise UserError(
                f"model.{side}_vectors: {self.files[side]} has vectors of {size} numbers, but "
                f"model.model.embedding_size is {embedding.embedding_dim}; they must be equal"
            )
        spread = float(vectors.values.std()) or 1.0
        values = torch.from_numpy(vectors.values / (spread * embedding.scale))
        with torch.no_grad():
            embedding.weight[torch.from_numpy(vectors.ids)] = values
        embedding.weight.requires_grad_(not self.frozen)

    @rank_zero_only
    def _tell(self, vectors: WordVectors, pieces: int, tokens: np.ndarray, side: str) -> None:
        counts = np.bincount(tokens, minlength=pieces)
        share = counts[vectors.ids].sum() / max(1, counts.sum())
        others = [f"{vectors.lowered:,} by their lower-case form"] if vectors.lowered else []
        if vectors.repeated:
            others.append(f"{vectors.repeated:,} lines that repeat a word passed over")
        among = f" ({'; '.join(others)})" if others else ""
        print(
            f"model.{side}_vectors: {self.files[side]} has {len(vectors.ids):,} of {pieces:,} pieces{among}, "
            f"{share:.1%} of the training text; the others begin at random; all are "
            f"{'frozen' if self.frozen else 'tuned'}"
        )
