"""Strings in, strings out: a trained model with its tokenizers, ready for use."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import torch

from seq2seq.data.batching import pad
from seq2seq.data.prepared import TRANSLATION
from seq2seq.data.text import normalise
from seq2seq.data.tokenizer import EOS_ID, UNK_ID
from seq2seq.errors import UserError
from seq2seq.folder import LoadedModel
from seq2seq.inference.defaults import BATCH_SIZE, MAX_SOURCE_TOKENS
from seq2seq.inference.generator import Generator, check_best_only, search_options
from seq2seq.inference.predictor import Progress, check_size, listed
from seq2seq.inference.splitting import split_long
from seq2seq.inference.translation import Candidate, Translation, join_candidates
from seq2seq.search import SearchOptions, search

_MOST_PARTS = 1_000_000  # of a line; only a number that tells parts of different lines apart


@dataclass(frozen=True)
class _Sentence:
    """What the encoder reads at once: a line, or a part of a long one; `number` tells it from all others."""

    line: int
    number: int
    ids: list[int]
    prefix: list[int]


class Translator(Generator):
    """One model, or an ensemble of models with one vocabulary, that translates lines of text.

    Make one with `Translator.load`.

    ```python
    translator = Translator.load("models/es_en")
    translator.translate(["¿Dónde está la estación?"], beam=5)
    ```

    Attributes:
        source: the language that it reads.
    """

    task = TRANSLATION

    def __init__(self, models: Sequence[LoadedModel], device: torch.device, dtype: torch.dtype) -> None:
        super().__init__(models, device, dtype)
        assert models[0].source is not None
        self.source = models[0].source

    def translate(self, lines: Iterable[str], **options: Any) -> list[str]:
        """Translate lines, each to one line, in their order; a line without words gives an empty one.

        Arguments and errors as in `translate_detailed`; what only that can give (`n_best`, `samples`, `alignments`) is
        refused.
        """
        check_best_only("translate", options)
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
            TypeError: lines or prefixes that are no list of strings, be it a single one.
            UserError: an unknown option or a value that it does not allow, not as many prefixes as lines, or a prefix
                with characters that the model does not know.
        """
        sources = listed(lines, str, "lines", "strings")
        if prefixes is not None:
            prefixes = listed(prefixes, str, "prefixes", "strings")
        check_size("batch_size", batch_size)
        check_size("max_source_tokens", max_source_tokens)
        settings = search_options(**options)
        if prefixes is not None and len(prefixes) != len(sources):
            raise UserError(f"prefixes: {len(prefixes)} for {len(sources)} lines; give one for each, empty for none")
        begun = self._encode_prefixes(prefixes or [""] * len(sources), "prefixes")
        sentences = self._sentences(sources, begun, max_source_tokens, first_number)
        parts: list[list[tuple[_Sentence, list[Candidate]]]] = [[] for _ in sources]
        done = 0
        for batch in _batches(sentences, batch_size):
            for sentence, candidates in zip(batch, self._search(batch, settings, alignments), strict=True):
                parts[sentence.line].append((sentence, candidates))
            done += len(batch)
            if progress is not None:
                progress(done, len(sentences))
        return [self._assemble(source, found) for source, found in zip(sources, parts, strict=True)]

    def check_prefixes(self, prefixes: Sequence[str], name: str = "prefixes") -> None:
        """Whether translations can begin with these texts, before any is made.

        Raises:
            UserError: a prefix has characters that the model does not know; `name` says where prefixes come from.
        """
        self._encode_prefixes(prefixes, name)

    def _encode_prefixes(self, prefixes: Sequence[str], name: str) -> list[list[int]]:
        encoded = self.target.tokenizer.encode_batch(prefixes)
        for number, (prefix, ids) in enumerate(zip(prefixes, encoded, strict=True), start=1):
            if UNK_ID in ids:
                raise UserError(
                    f"{name}, line {number}: {prefix!r} has characters that the model does not know; leave them out"
                )
        return encoded

    def _sentences(
        self, sources: list[str], prefixes: Sequence[list[int]], max_tokens: int, first_number: int
    ) -> list[_Sentence]:
        tokenizer = self.source.tokenizer
        encoded = zip(tokenizer.encode_batch(sources), prefixes, strict=True)
        sentences = []
        for line, (ids, prefix) in enumerate(encoded):
            pieces = [ids]
            if len(ids) > max_tokens:
                text = normalise(sources[line])
                pieces = tokenizer.encode_batch(split_long(text, lambda part: len(tokenizer.encode(part)), max_tokens))
            first = (first_number + line) * _MOST_PARTS
            for part, piece in enumerate(filter(None, pieces)):
                sentences.append(_Sentence(line, first + part, piece, [] if part else prefix))
        return sentences

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
            attention=alignments,
        )
        return [
            [self._candidate(hypothesis, len(row)) for hypothesis in hypotheses]
            for row, hypotheses in zip(rows, found, strict=True)
        ]

    def _assemble(self, source: str, found: list[tuple[_Sentence, list[Candidate]]]) -> Translation:
        found.sort(key=lambda item: item[0].number)
        ids = [index for sentence, _ in found for index in (*sentence.ids, EOS_ID)]
        return Translation(
            source=source,
            source_tokens=tuple(self.source.tokenizer.pieces(ids)),
            candidates=join_candidates([candidates for _, candidates in found]) if found else (),
            parts=len(found),
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
