"""Sentences of tokens in, tags out: a trained tagger, ready for use."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from seq2seq.data.entities import Entity, entities
from seq2seq.data.prepared import TAGGING
from seq2seq.data.tokens import TokenBatch, TokenReader
from seq2seq.folder import LoadedModel
from seq2seq.inference.defaults import BATCH_SIZE
from seq2seq.inference.predictor import Predictor, Progress, batches_of_like_length, check_size
from seq2seq.models.crf import viterbi
from seq2seq.models.tagger import bio_constraint

Sentence = str | Sequence[str]


@dataclass(frozen=True)
class TaggedTokens:
    """What a tagger makes of a sentence.

    Attributes:
        tokens: T of them.
        tags: one for each, of the BIO scheme.
        probabilities: for each token that of each label, in the model's order, together 1; None where that was not
            asked for.
    """

    tokens: tuple[str, ...]
    tags: tuple[str, ...]
    probabilities: tuple[tuple[float, ...], ...] | None = None

    @property
    def entities(self) -> list[Entity]:
        """The entities that the tags mark."""
        return entities(self.tags)


class Tagger(Predictor):
    """One model, or an ensemble of models with one vocabulary and the same labels, that tags the tokens of sentences.

    Make one with `Tagger.load`.

    ```python
    tagger = Tagger.load("models/entities")
    tagger.tag(["Mara lives in Port Selham ."])  # [["B-person", "O", "O", "B-place", "I-place", "O"]]
    ```

    Attributes:
        source: the language that it reads.
        labels: what it says of tokens.
    """

    task = TAGGING

    def __init__(self, models: Sequence[LoadedModel], device: torch.device, dtype: torch.dtype) -> None:
        super().__init__(models, device, dtype)
        first = models[0]
        assert first.source is not None
        self.source, self.labels = first.source, first.labels
        self._reader = TokenReader(first.source.tokenizer, first.sides["characters"].tokenizer)
        self._constraint = bio_constraint(self.labels)

    def tag(self, sentences: Iterable[Sentence], *, batch_size: int = BATCH_SIZE) -> list[list[str]]:
        """The tags of each sentence, one a token, in their order; arguments and errors as in `tag_detailed`."""
        return [list(found.tags) for found in self.tag_detailed(sentences, batch_size=batch_size)]

    def tag_detailed(
        self,
        sentences: Iterable[Sentence],
        *,
        batch_size: int = BATCH_SIZE,
        probabilities: bool = False,
        progress: Progress | None = None,
    ) -> list[TaggedTokens]:
        """Tag sentences.

        The tags are the likeliest of those in which I- follows its own type only. The result does not depend on
        `batch_size` or on the other sentences. An ensemble averages its models' probabilities of each token's labels.

        Args:
            sentences: strings, whose tokens are divided by white space, or lists of tokens; N of them give N results,
                a sentence without tokens one without tags.
            batch_size: sentences read at once. The time and memory of a batch grow with it.
            probabilities: tell the probability of each label of each token, by itself.
            progress: called now and then with the sentences done and the sentences in all.

        Raises:
            TypeError: sentences that are no list of strings or of lists of strings, be it a single one.
        """
        given = _tokens(sentences)
        check_size("batch_size", batch_size)
        found = [TaggedTokens(tokens, (), () if probabilities else None) for tokens in given]
        done = sum(not tokens for tokens in given)
        for batch in batches_of_like_length([len(tokens) for tokens in given], batch_size):
            labels, chances = self._read([given[index] for index in batch], probabilities)
            for place, index in enumerate(batch):
                length = len(given[index])
                found[index] = TaggedTokens(
                    given[index],
                    tuple(self.labels[label] for label in labels[place][:length]),
                    None if chances is None else tuple(map(tuple, chances[place, :length].tolist())),
                )
            done += len(batch)
            if progress is not None:
                progress(done, len(given))
        return found

    @torch.inference_mode()
    def _read(self, sentences: list[tuple[str, ...]], probabilities: bool) -> tuple[list[list[int]], Tensor | None]:
        """The labels of each token, and the probabilities (B, S, L) where they are asked for."""
        batch: TokenBatch = self._reader.read(sentences).to(self.device)
        mask, scores = batch.mask, [network(batch) for network in self.networks]
        chances = None
        if probabilities or len(scores) > 1:
            each = [network.probabilities(score, mask) for network, score in zip(self.networks, scores, strict=True)]
            chances = torch.stack(each).mean(0)
        if len(scores) == 1:
            labels = self.networks[0].decode(scores[0], mask, self._constraint)
        else:
            assert chances is not None
            labels = viterbi(chances.log(), mask, self._constraint.to(chances))
        return labels.tolist(), chances.cpu() if probabilities and chances is not None else None


def _tokens(sentences: Iterable[Sentence]) -> list[tuple[str, ...]]:
    if isinstance(sentences, str | bytes) or not isinstance(sentences, Iterable):
        raise TypeError(f"sentences: a {type(sentences).__name__}; give a list of sentences")
    given = []
    for number, sentence in enumerate(sentences):
        tokens = sentence.split() if isinstance(sentence, str) else sentence
        if not isinstance(tokens, list | tuple) or not all(isinstance(token, str) and token for token in tokens):
            raise TypeError(f"sentences[{number}]: {sentence!r:.60}; give a string, or a list of tokens, none empty")
        given.append(tuple(tokens))
    return given
