"""Text that goes on: a trained language model with its tokenizer, ready for use."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from seq2seq.data.corpus import TokenArray
from seq2seq.data.prepared import TEXT
from seq2seq.data.stream import RunningText, reading_plans, running_ids
from seq2seq.data.tokenizer import EOS_ID, UNK_ID, Tokenizer
from seq2seq.inference.defaults import BATCH_SIZE
from seq2seq.inference.generator import Generator
from seq2seq.inference.predictor import Progress, check_size, listed
from seq2seq.models.language_model import nothing_read
from seq2seq.search import SearchOptions
from seq2seq.search.continuation import write_on

CHARACTERS = 500
LINE_CHARACTERS = 1000  # a model may forget to end its line: where only lines are asked for, that many each at most
_STEPS = 512  # tokens whose probabilities over the vocabulary are in memory at a time


@dataclass(frozen=True)
class Continuation:
    """What a language model wrote after a prompt.

    Attributes:
        prompt: as the model read it.
        text: what it wrote; lines end with a line feed.
        tokens: its pieces; "▁" is a space, "</s>" a line end.
        log_probs: of each, in nats, by the model, before temperature, top-k and top-p.
        unknown: pieces of the prompt that the model does not know; it read a sign for the unknown there.
    """

    prompt: str
    text: str
    tokens: tuple[str, ...]
    log_probs: tuple[float, ...]
    unknown: int


class TextGenerator(Generator):
    """One language model, or an ensemble of models with one vocabulary, that writes running text, and foretells it.

    Make one with `TextGenerator.load`.

    ```python
    generator = TextGenerator.load("models/shakespeare")
    generator.generate(["ROMEO:\\n"], characters=300, temperature=0.8, seed=1)
    ```
    """

    task = TEXT

    def generate(self, prompts: Iterable[str] = ("",), **options: Any) -> list[str]:
        """What comes after each of the prompts, without the prompts; arguments and errors as in `generate_detailed`."""
        return [continuation.text for continuation in self.generate_detailed(prompts, **options)]

    def generate_detailed(
        self,
        prompts: Iterable[str] = ("",),
        *,
        characters: int | None = None,
        lines: int | None = None,
        method: str = "sample",
        temperature: float = 1.0,
        top_k: int = 0,
        top_p: float = 1.0,
        seed: int = 0,
        batch_size: int = BATCH_SIZE,
        first_number: int = 0,
        progress: Progress | None = None,
    ) -> list[Continuation]:
        """Write on from each of the prompts, and tell all that is known about it.

        The same seed gives a prompt in its place the same text, whatever the batch and however much is written.

        Args:
            prompts: any strings, of one line or more; an empty one begins a new text.
            characters: how many to write, line ends counted; `CHARACTERS` where `lines` is not given either.
            lines: end with the so-maniest line end, or where that does not come within `characters`
                (`LINE_CHARACTERS` a line if not given).
            method: "greedy" (the likeliest token each time: argmax) or "sample" (multinomial).
            temperature: see `SearchOptions`, as `top_k`, `top_p` and `seed`.
            top_k: likewise.
            top_p: likewise.
            seed: likewise.
            batch_size: prompts worked on at once.
            first_number: the first prompt's place among others that are worked on elsewhere.
            progress: called now and then with the characters written and those in all.

        Raises:
            TypeError: prompts that are no list of strings, be it a single one.
            UserError: a value that is not allowed.
        """
        texts = listed(prompts, str, "prompts", "strings")
        options = SearchOptions(
            method=method,  # type: ignore[arg-type]
            temperature=temperature,
            top_k=top_k,
            top_p=top_p,
            seed=seed,
        )
        for name, value in (("characters", characters), ("lines", lines), ("batch_size", batch_size)):
            if value is not None:
                check_size(name, value)
        most = characters or (LINE_CHARACTERS * lines if lines else CHARACTERS)
        return write_texts(
            self._network,
            self.target.tokenizer,
            self.device,
            texts,
            options,
            most,
            lines,
            batch_size,
            first_number,
            progress,
        )

    @torch.inference_mode()
    def log_probs(self, lines: Iterable[str], progress: Progress | None = None) -> list[np.ndarray]:
        """How probable a running text is.

        It is read from its beginning to its end by one row with one state, so each token is foretold from all that
        comes before it.

        Args:
            lines: of the text, in their order; an empty one is a line without characters.
            progress: called now and then with the tokens read and the tokens in all.

        Returns:
            For each line the log-probabilities, in nats, of its T pieces and of its end, (T + 1,). Of an unknown piece
            it is that of any unknown piece.
        """
        texts = listed(lines, str, "lines", "strings")
        if not texts:
            return []
        pieces = self.target.tokenizer.encode_batch(texts)
        lengths = np.array([len(ids) for ids in pieces])
        flat = np.fromiter((index for ids in pieces for index in ids), dtype=np.int64, count=lengths.sum())
        stream = RunningText(running_ids(TokenArray(flat, np.cumsum(lengths) - lengths, lengths)))
        states: list[Any] = [nothing_read(network, 1, self.device) for network in self.networks]
        found = []
        done = 0
        for plan in reading_plans(len(stream.ids), rows=1, steps=_STEPS):
            chunk = stream[plan].to(self.device)
            told = []
            for number, network in enumerate(self.networks):
                features, _, states[number] = network.decoder.read(chunk.prefix, states[number])
                log_probs = network.decoder.output(features[0]).log_softmax(-1, dtype=torch.float32)
                told.append(log_probs.gather(1, chunk.goal[0][:, None])[:, 0])
            mean = torch.stack(told).logsumexp(0) - np.log(len(told))
            found.append(mean.cpu().numpy().astype(np.float64))
            done += plan.steps
            if progress is not None:
                progress(done, len(stream.ids))
        return np.split(np.concatenate(found), np.cumsum(lengths + 1)[:-1])


def write_texts(
    network: Any,
    tokenizer: Tokenizer,
    device: torch.device,
    prompts: Sequence[str],
    options: SearchOptions,
    characters: int,
    lines: int | None = None,
    batch_size: int = BATCH_SIZE,
    first_number: int = 0,
    progress: Progress | None = None,
) -> list[Continuation]:
    """Write on from each of the prompts; see `TextGenerator.generate_detailed`.

    Args:
        network: a language model in evaluation mode, or an ensemble of such.
        tokenizer: its own.
        device: where it is.
        prompts: with which the texts begin.
        options: how tokens are chosen.
        characters: the most to write.
        lines: the most to write.
        batch_size: prompts worked on at once.
        first_number: of the first prompt.
        progress: see there.
    """
    done: list[Continuation] = []
    for start in range(0, len(prompts), batch_size):
        pages = [_Page(tokenizer, prompt, characters, lines) for prompt in prompts[start : start + batch_size]]

        def is_enough(number: int, token: int, pages: list[_Page] = pages, before: int = start) -> bool:
            enough = pages[number].add(token)
            if progress is not None and number == 0:
                progress(before * characters + pages[0].most * len(pages), len(prompts) * characters)
            return enough

        written = write_on(
            network,
            nothing_read(network, len(pages), device),
            [page.prompt for page in pages],
            options,
            longest=2 * characters,  # a space at a line's beginning is no character to some tokenizers
            is_enough=is_enough,
            device=device,
            indices=range(first_number + start, first_number + start + len(pages)),
        )
        done += [
            Continuation(
                page.prompt_text,
                page.text()[:characters],
                tuple(tokenizer.pieces(found.tokens)),
                tuple(found.log_probs),
                page.prompt.count(UNK_ID),
            )
            for page, found in zip(pages, written, strict=True)
        ]
    return done


class _Page:
    """A prompt and what has been written after it.

    Attributes:
        prompt: its ids.
        prompt_text: as the model reads it.
        most: characters written, or a few more than that.
    """

    def __init__(self, tokenizer: Tokenizer, prompt: str, characters: int, lines: int | None) -> None:
        self._tokenizer, self._characters, self._lines_wanted = tokenizer, characters, lines
        *before, last = tokenizer.encode_batch(prompt.replace("\r\n", "\n").split("\n"))
        self.prompt = [index for ids in before for index in (*ids, EOS_ID)] + last
        self._line, self._lines = list(last), list[str]()
        begun = tokenizer.decode(last)
        self.prompt_text = "\n".join([*map(tokenizer.decode, before), begun])
        self._begun = len(begun)
        self.most = 0

    def add(self, token: int) -> bool:
        """Write a token; whether there is enough now."""
        if token == EOS_ID:
            self._lines.append(self._tokenizer.decode(self._line))
            self._line = []
            self.most += 1
        else:
            self._line.append(token)
            self.most += len(self._tokenizer.pieces([token])[0])
        if len(self._lines) == self._lines_wanted:
            return True
        return self.most >= self._characters and len(self.text()) >= self._characters

    def text(self) -> str:
        """All that was written."""
        return "\n".join([*self._lines, self._tokenizer.decode(self._line)])[self._begun :]
