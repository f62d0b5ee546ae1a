"""Strings in, strings out: a trained model with its tokenizers, ready for use."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Self

import torch

from seq2seq.data.batching import pad
from seq2seq.data.text import normalise
from seq2seq.data.tokenizer import EOS_ID, UNK_ID
from seq2seq.errors import UserError, suggest
from seq2seq.folder import LoadedModel, load_model
from seq2seq.inference.placement import PRECISIONS, choose_device, choose_precision, place
from seq2seq.inference.splitting import split_long
from seq2seq.inference.translation import Candidate, Translation, join_candidates
from seq2seq.search import Ensemble, Hypothesis, SearchOptions, search

BATCH_SIZE = 64
MAX_SOURCE_TOKENS = 100
_MOST_PARTS = 1_000_000  # of a line; only a number that tells parts of different lines apart

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class _Sentence:
    """What the encoder reads at once: a line, or a part of a long one; `number` tells it from all others."""

    line: int
    number: int
    ids: list[int]
    prefix: list[int]


class Translator:
    """One model, or an ensemble of models with one vocabulary, that translates lines of text.

    Make one with `Translator.load`.

    ```python
    translator = Translator.load("models/es_en")
    translator.translate(["¿Dónde está la estación?"], beam=5)
    ```

    Attributes:
        device: where the models run.
        dtype: the number format of their weights, or of their products (int8).
        models: as loaded, with their configurations.
    """

    def __init__(self, models: Sequence[LoadedModel], device: torch.device, dtype: torch.dtype) -> None:
        self.models = list(models)
        self.device, self.dtype = device, dtype
        self.source_tokenizer = models[0].source_tokenizer
        self.target_tokenizer = models[0].target_tokenizer
        networks = [place(loaded.model, device, dtype) for loaded in models]
        self._network = networks[0] if len(networks) == 1 else Ensemble(networks)

    @classmethod
    def load(cls, folders: str | Path | Sequence[str | Path], device: str = "auto", precision: str = "auto") -> Self:
        """Load a model folder, or several as an ensemble whose probabilities are averaged.

        Nothing in a folder is executed: weights are safetensors, the configuration is plain YAML, tokenizers are
        SentencePiece models.

        Args:
            folders: one model folder or a list of them.
            device: "auto" (a GPU where there is one), "cpu", "cuda", "cuda:1", "mps".
            precision: "fp32", "bf16", "int8" (on a CPU: the fastest), or "auto": bf16 where the device computes faster
                in it than in fp32, else fp32.

        Raises:
            UserError: a folder that is not there or damaged, models of different languages or vocabularies, no such
                device.
        """
        paths = [folders] if isinstance(folders, str | Path) else list(folders)
        if not paths:
            raise UserError("no model folder is named")
        chosen = choose_device(device)
        dtype = choose_precision(precision, chosen)
        models = [load_model(path) for path in paths]
        for path, other in zip(paths[1:], models[1:], strict=True):
            _check_alike(path, other, paths[0], models[0])
        return cls(models, chosen, dtype)

    def translate(self, lines: Iterable[str], **options: Any) -> list[str]:
        """Translate lines, each to one line, in their order; a line without words gives an empty one.

        Arguments and errors as in `translate_detailed`.
        """
        return [translation.text for translation in self.translate_detailed(lines, **options)]

    def translate_detailed(
        self,
        lines: Iterable[str],
        *,
        batch_size: int = BATCH_SIZE,
        max_source_tokens: int = MAX_SOURCE_TOKENS,
        prefixes: Sequence[str] | None = None,
        first_number: int = 0,
        alignments: bool = False,
        progress: Progress | None = None,
        **options: Any,
    ) -> list[Translation]:
        """Translate lines and tell all that is known about each translation.

        Lines are normalised as training data is (`seq2seq.data.text.normalise`). The result does not depend on
        `batch_size` or on the other lines.

        Args:
            lines: any strings; N of them give N translations.
            batch_size: sentences translated at once. The time and memory of a batch grow with it.
            max_source_tokens: a line of more word pieces is cut at sentence ends (`splitting.split_long`), its parts
                are translated and joined again.
            prefixes: with what each line's translation must begin, one a line, empty for none.
            first_number: the first line's place in a longer text that is translated bit by bit, so that sampling with
                a seed gives the same as if it were translated at once.
            alignments: give each candidate its alignment.
            progress: called now and then with the sentences done and the sentences in all.
            **options: fields of `SearchOptions`: beam, n_best, length limits, sampling...

        Raises:
            UserError: an unknown option or a value that it does not allow, not as many prefixes as lines, or a prefix
                with characters that the model does not know.
        """
        for name, value in (("batch_size", batch_size), ("max_source_tokens", max_source_tokens)):
            if value < 1:
                raise UserError(f"{name} {value}: must be 1 or more")
        settings = search_options(**options)
        sources = list(lines)
        if prefixes is not None and len(prefixes) != len(sources):
            raise UserError(f"prefixes: {len(prefixes)} for {len(sources)} lines; give one for each, empty for none")
        sentences = self._sentences(sources, prefixes or [""] * len(sources), max_source_tokens, first_number)
        parts: list[list[tuple[_Sentence, list[Candidate]]]] = [[] for _ in sources]
        done = 0
        for batch in _batches(sentences, batch_size):
            for sentence, candidates in zip(batch, self._search(batch, settings, alignments), strict=True):
                parts[sentence.line].append((sentence, candidates))
            done += len(batch)
            if progress is not None:
                progress(done, len(sentences))
        return [self._assemble(source, found) for source, found in zip(sources, parts, strict=True)]

    def _sentences(
        self, sources: list[str], prefixes: Sequence[str], max_tokens: int, first_number: int
    ) -> list[_Sentence]:
        tokenizer = self.source_tokenizer
        encoded = zip(tokenizer.encode_batch(sources), self.target_tokenizer.encode_batch(prefixes), strict=True)
        sentences = []
        for line, (ids, prefix) in enumerate(encoded):
            if UNK_ID in prefix:
                raise UserError(
                    f"prefixes: {prefixes[line]!r} has characters that the model does not know; leave them out"
                )
            pieces = [ids]
            if len(ids) > max_tokens:
                text = normalise(sources[line])
                pieces = tokenizer.encode_batch(split_long(text, lambda part: len(tokenizer.encode(part)), max_tokens))
            first = (first_number + line) * _MOST_PARTS
            for part, piece in enumerate(filter(None, pieces)):
                sentences.append(_Sentence(line, first + part, piece, [] if part else prefix))
        return sentences

    @property
    def precision(self) -> str:
        """The name of the number format in use: "fp32", "bf16" or "int8"."""
        return next(name for name, dtype in PRECISIONS.items() if dtype is self.dtype)

    @torch.inference_mode()
    def _search(self, batch: list[_Sentence], options: SearchOptions, alignments: bool) -> list[list[Candidate]]:
        rows = [[*sentence.ids, EOS_ID] for sentence in batch]
        tokens = pad(rows).to(self.device)
        context = self._network.encode(tokens, torch.tensor([len(row) for row in rows]))
        found = search(
            self._network,
            context,
            source_lengths=[len(sentence.ids) for sentence in batch],
            options=options,
            prefixes=[sentence.prefix for sentence in batch],
            indices=[sentence.number for sentence in batch],
        )
        return [
            [self._candidate(hypothesis, len(row), alignments) for hypothesis in hypotheses]
            for row, hypotheses in zip(rows, found, strict=True)
        ]

    def _candidate(self, hypothesis: Hypothesis, source_length: int, alignments: bool) -> Candidate:
        ids = [*hypothesis.tokens, *([EOS_ID] if hypothesis.finished else [])]
        attention = hypothesis.attention if alignments else None
        return Candidate(
            text=self.target_tokenizer.decode(hypothesis.tokens),
            score=hypothesis.score,
            tokens=tuple(self.target_tokenizer.pieces(ids)),
            log_probs=hypothesis.log_probs,
            alignment=None if attention is None else attention[:, :source_length].float().cpu(),
        )

    def _assemble(self, source: str, found: list[tuple[_Sentence, list[Candidate]]]) -> Translation:
        found.sort(key=lambda item: item[0].number)
        ids = [index for sentence, _ in found for index in (*sentence.ids, EOS_ID)]
        return Translation(
            source=source,
            source_tokens=tuple(self.source_tokenizer.pieces(ids)),
            candidates=join_candidates([candidates for _, candidates in found]) if found else (),
            parts=len(found),
        )


def search_options(**options: Any) -> SearchOptions:
    """`SearchOptions(**options)`, with a suggestion for a misspelt name.

    Raises:
        UserError: an unknown option or a value that it does not allow.
    """
    known = [field.name for field in fields(SearchOptions)]
    for name in options:
        if name not in known:
            raise UserError(f"unknown option {name!r}: use {', '.join(known)}{suggest(name, known)}")
    return SearchOptions(**options)


def _check_alike(path: str | Path, model: LoadedModel, first_path: str | Path, first: LoadedModel) -> None:
    """Raise UserError unless two models can be of one ensemble."""
    directions = [f"{loaded.source_language} to {loaded.target_language}" for loaded in (model, first)]
    if directions[0] != directions[1]:
        raise UserError(
            f"{path}: translates {directions[0]}, but {first_path} {directions[1]}; "
            "the models of an ensemble must share their languages"
        )
    for side in ("source_tokenizer", "target_tokenizer"):
        if getattr(model, side).model != getattr(first, side).model:
            raise UserError(
                f"{path}: its {side.replace('_', ' ')} differs from that of {first_path}; "
                "the models of an ensemble must share their vocabularies"
            )


def _batches(sentences: list[_Sentence], batch_size: int) -> Iterator[list[_Sentence]]:
    """Batches of like length, the longest first, so that the time left is never underestimated.

    Of very long sentences fewer are taken at once: no batch (but a single sentence) has more tokens than `batch_size`
    sentences of the usual limit, so that memory is bounded.
    """
    most_tokens = batch_size * MAX_SOURCE_TOKENS
    order = sorted(sentences, key=lambda sentence: -len(sentence.ids))
    start = 0
    while start < len(order):
        size = max(1, min(batch_size, most_tokens // len(order[start].ids)))
        yield order[start : start + size]
        start += size
