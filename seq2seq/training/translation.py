"""Translation as Lightning trains it: sentence pairs of a prepared folder, and the task."""

from typing import Literal

import numpy as np

from seq2seq.data.batching import BatchDataset, BatchLoader
from seq2seq.data.corpus import ParallelCorpus
from seq2seq.data.prepared import TRANSLATION
from seq2seq.data.tokenizer import Tokenizer
from seq2seq.errors import UserError
from seq2seq.evaluation import make_bleu
from seq2seq.models.encoder_decoder import ModelConfig, build_model
from seq2seq.training.data import GenerationData, RecipeData, check_minimum, check_sampling, open_prepared
from seq2seq.training.generation import GenerationTask
from seq2seq.training.task import CrossEntropyConfig
from seq2seq.training.vectors import PretrainedVectors

EVALUATION_SENTENCES = 128


class TranslationData(GenerationData):
    """Sentence pairs of a prepared folder, in batches.

    Args:
        prepared: folder that a `data_prep` command wrote.
        source: language to translate from, as the folder names it.
        target: language to translate to.
        batch_size: size of a training batch, in what `batch_by` counts.
        batch_by: "tokens" (target tokens, padding counted) or "sentences".
        max_tokens: training pairs with a longer side are left out, and their number is printed.
        subword_sampling: draw another segmentation of every training sentence each time (Kudo 2018; Provilkov et al.
            2020); 0 is off, unigram pieces want 0.1 to 0.5 (lower is wilder), BPE a dropout rate of about 0.1.
        workers: processes that make batches ahead; 0 makes them in the training process.
        seed: decides the order of the batches and the sampling.

    Raises:
        UserError: a folder or language that is not there, or a value out of range.
    """

    def __init__(
        self,
        prepared: str,
        source: str,
        target: str,
        batch_size: int = 2000,
        batch_by: Literal["tokens", "sentences"] = "tokens",
        max_tokens: int = 100,
        subword_sampling: float = 0.0,
        workers: int = 0,
        seed: int = 1,
    ) -> None:
        super().__init__()
        check_minimum("batch_size", batch_size, 1)
        check_minimum("max_tokens", max_tokens, 1)
        check_minimum("workers", workers, 0)
        check_sampling(subword_sampling)
        self.prepared = open_prepared(prepared, TRANSLATION, "text in two languages")
        self.columns = (source, target)
        paths = [self.prepared.tokenizer_path(language) for language in self.columns]
        loaded = {path: Tokenizer.load(path) for path in set(paths)}
        self.tokenizers = (loaded[paths[0]], loaded[paths[1]])
        self.target_tokenizer = self.tokenizers[1]
        self.bleu = make_bleu(target)
        self.source_vocab_size, self.target_vocab_size = map(len, self.tokenizers)
        self.batch_size, self.by_tokens, self.max_tokens = batch_size, batch_by == "tokens", max_tokens
        self.subword_sampling, self.workers, self.seed = subword_sampling, workers, seed

    def setup(self, stage: str) -> None:
        """Map the token ids, tokenizing on the first time."""
        self.train = self._without_long(ParallelCorpus.open(self.prepared, "train", self.columns))
        self.dev = ParallelCorpus.open(self.prepared, "dev", self.columns)
        self.dev_sources, self.dev_references = self.prepared.pairs("dev", *self.columns)

    def train_dataloader(self) -> BatchLoader:
        """Shuffled and bucketed batches, this process's share of them."""
        dataset = BatchDataset(self.train, self.tokenizers, self.subword_sampling)
        return self.training_batches(dataset, self.train.target.lengths, self.train.source.lengths, self.by_tokens)

    def val_dataloader(self) -> BatchLoader:
        """The whole dev split, longest sentences first, for every process."""
        dataset = BatchDataset(self.dev, self.tokenizers)
        return self.dev_batches(dataset, self.dev.target.lengths, EVALUATION_SENTENCES, self.dev.source.lengths)

    def score(self, outputs: dict[int, str]) -> dict[str, float]:
        """`dev_bleu`: sacreBLEU of translations, with the tokenizer for their language."""
        # Lightning's check before training translates a few batches only.
        references = [self.dev_references[index] for index in outputs]
        return {"dev_bleu": self.bleu.corpus_score(list(outputs.values()), [references]).score}

    def describe(self, index: int) -> dict[str, str]:
        """The sentence and its reference."""
        return {"source": self.dev_sources[index], "reference": self.dev_references[index]}

    def _without_long(self, corpus: ParallelCorpus) -> ParallelCorpus:
        fits = np.maximum(corpus.source.lengths, corpus.target.lengths) <= self.max_tokens
        if fits.all():
            return corpus
        left_out = int((~fits).sum())
        if left_out == len(corpus):
            raise UserError(f"data.max_tokens: {self.max_tokens} leaves out every training pair; raise it")
        print(f"{left_out} of {len(corpus)} training pairs have a side over {self.max_tokens} tokens and are left out")
        return ParallelCorpus(corpus.source.select(fits), corpus.target.select(fits))


class TranslationTask(GenerationTask):
    """Trains a text-to-text model.

    Args:
        source_vocab_size: pieces of the source language; taken from the data.
        target_vocab_size: pieces of the target language; taken from the data.
        model: the model's sizes and choices.
        optimizer: how it is trained.
        source_vectors: file of word vectors that the encoder's embeddings begin with; see `seq2seq.data.vectors`.
        target_vectors: the same of the decoder's.
        freeze_vectors: whether these embeddings then stay as they are.

    Raises:
        UserError: a value out of range, or choices that do not go together.
    """

    def __init__(
        self,
        source_vocab_size: int,
        target_vocab_size: int,
        model: ModelConfig,
        optimizer: CrossEntropyConfig,
        source_vectors: str | None = None,
        target_vectors: str | None = None,
        freeze_vectors: bool = False,
    ) -> None:
        super().__init__(build_model(model, source_vocab_size, target_vocab_size), model, optimizer)
        self.vectors = PretrainedVectors.of(freeze_vectors, source=source_vectors, target=target_vectors)

    def check_data(self, data: RecipeData) -> None:
        """Refuse one embedding matrix for ids that stand for other pieces on each side."""
        different = isinstance(data, TranslationData) and data.tokenizers[0].model != data.tokenizers[1].model
        if self.config.tied_embeddings == "all" and different:
            raise UserError(
                f"model.model.tied_embeddings: 'all' needs one tokenizer for both languages, but {data.prepared.path} "
                "has one for each; use 'decoder', or prepare the data with --joint"
            )
